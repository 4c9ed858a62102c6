//! The random numbers of resampling.

/// The generator `SplitMix64`: its `n`-th number is a function of seed and `n`, in integers only, so
/// that any part of the sequence can be made anywhere, with the same bits on every platform.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitMix64 {
    seed: u64,
}

impl SplitMix64 {
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The number at `position`, from 0 on.
    pub fn at(self, position: u64) -> u64 {
        let steps = position.wrapping_add(1);
        // Steps of 2^64 over the golden ratio, and the mixer known as Stafford's variant 13.
        let mut bits = self.seed.wrapping_add(steps.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// The number at `position` scaled to `0..bound`: the high 64 bits of its product with `bound`.
    /// No value is more probable than another by more than `bound` in 2^64.
    pub fn below(self, bound: u64, position: u64) -> u64 {
        ((u128::from(self.at(position)) * u128::from(bound)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        // The first numbers of the authors' Java class for the seed 1234567.
        let numbers: Vec<u64> = (0..3).map(|n| SplitMix64::new(1_234_567).at(n)).collect();
        assert_eq!(
            numbers,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn every_value_below_the_bound_comes_up() {
        let generator = SplitMix64::new(7);
        let mut seen = [0; 5];
        (0..1000).for_each(|n| seen[generator.below(5, n) as usize] += 1);
        assert!(seen.iter().all(|&count| count > 150), "{seen:?}");
    }
}
