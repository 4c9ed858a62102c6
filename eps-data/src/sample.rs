//! A seeded choice among many.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// `count` of the items, drawn without replacement, in their own order; all of them if there are
/// fewer. The same seed and items give the same choice.
pub fn sample<T: Copy>(items: &[T], count: usize, seed: u64) -> Vec<T> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let count = count.min(items.len());
    let mut places: Vec<usize> = (0..items.len()).collect();
    // The first steps of Fisher and Yates' shuffle.
    for place in 0..count {
        let other = random.random_range(place as u64..items.len() as u64) as usize;
        places.swap(place, other);
    }
    let mut chosen = places[..count].to_vec();
    chosen.sort_unstable();
    chosen.into_iter().map(|place| items[place]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_fixes_the_choice_and_nothing_comes_twice() {
        let items: Vec<u32> = (0..50).collect();
        let chosen = sample(&items, 10, 3);
        assert_eq!(chosen, sample(&items, 10, 3));
        assert_ne!(chosen, sample(&items, 10, 4));
        assert_eq!(chosen.len(), 10);
        assert!(chosen.is_sorted_by(|one, other| one < other), "{chosen:?}");
        assert_eq!(sample(&items, 80, 3), items);
        assert!(sample::<u32>(&[], 3, 0).is_empty());
    }

    #[test]
    fn every_item_is_as_likely() {
        let items = [0_usize, 1, 2, 3];
        let mut counts = [0; 4];
        (0..4000)
            .for_each(|seed| sample(&items, 1, seed).iter().for_each(|&item| counts[item] += 1));
        // Six standard deviations around 1000.
        assert!(counts.iter().all(|count| (836..=1164).contains(count)), "{counts:?}");
    }
}
