//! Grey values as numbers.

use eps_data::SaliencyMap;

/// Whether the grey values of a map are stretched to the whole range before they are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stretch {
    /// The lowest value of a map counts as 0 and the highest as 1, unless they are the same; as
    /// PySODMetrics and the saliency literature do.
    #[default]
    WholeRange,
    /// Values as they are, over 255; what a training loss sees.
    Nothing,
}

/// The number in `0..=1` that each grey value of a map stands for.
///
/// Numbers are computed by the operations of PySODMetrics in their order: whether a number times
/// 255 is truncated to one threshold or to the next depends on their rounding.
pub(super) struct Levels([f64; 256]);

impl Levels {
    pub(super) fn of(map: &SaliencyMap, stretch: Stretch) -> Self {
        let plain: [f64; 256] = std::array::from_fn(|value| value as f64 / 255.0);
        let (lowest, highest) = (map.values().iter().min(), map.values().iter().max());
        let (Some(&lowest), Some(&highest)) = (lowest, highest) else { return Self(plain) };
        if stretch == Stretch::Nothing || lowest == highest {
            return Self(plain);
        }
        let (lowest, highest) = (plain[usize::from(lowest)], plain[usize::from(highest)]);
        // The reference divides by 255 before it stretches, which rounds otherwise than stretching first.
        Self(plain.map(|level| (level - lowest) / (highest - lowest)))
    }

    /// The number of a grey value of the map.
    pub(super) fn level(&self, value: u8) -> f64 {
        self.0[usize::from(value)]
    }

    /// Numbers by grey value; those of values that the map does not have may be outside `0..=1`.
    pub(super) fn numbers(&self) -> &[f64; 256] {
        &self.0
    }

    /// The highest of the 256 thresholds that a grey value reaches.
    pub(super) fn threshold(&self, value: u8) -> usize {
        // The cast truncates, as astype(uint8) does; it saturates for values that the map does not have.
        usize::from((self.level(value) * 255.0) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eps_data::Size;

    fn levels(values: &[u8], stretch: Stretch) -> Levels {
        Levels::of(&SaliencyMap::new(Size::new(values.len(), 1), values.to_vec()), stretch)
    }

    #[test]
    fn the_lowest_value_becomes_0_and_the_highest_1() {
        let levels = levels(&[51, 102, 153], Stretch::WholeRange);
        assert_eq!([51, 153].map(|value| levels.level(value)), [0.0, 1.0]);
        assert!((levels.level(102) - 0.5).abs() < 1e-15);
        assert_eq!(levels.threshold(153), 255);
    }

    #[test]
    fn constant_maps_and_those_that_must_not_be_stretched_stay() {
        assert_eq!(levels(&[51, 51], Stretch::WholeRange).level(51), 0.2);
        assert_eq!(levels(&[51, 102], Stretch::Nothing).level(102), 0.4);
    }

    #[test]
    fn thresholds_are_truncated_as_numpy_does() {
        // int((v / 255 - a) / (b - a) * 255) for a = 3 / 255, b = 250 / 255.
        let levels = levels(&[3, 250], Stretch::WholeRange);
        let found = [3, 4, 100, 126, 249, 250].map(|value| levels.threshold(value));
        assert_eq!(found, [0, 1, 100, 126, 253, 255]);
    }
}
