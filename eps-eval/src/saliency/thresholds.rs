//! What a map finds when it is cut at a threshold.

use super::{Foreground, LevelCounts, Levels, Truth, numpy_sum};
use eps_data::SaliencyMap;

/// Number of thresholds, 0 to 255.
pub(super) const THRESHOLDS: usize = 256;

/// Pixels that a cut map finds, and those that it could find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Object pixels at or above the threshold.
    pub(super) objects: u64,
    /// Background pixels at or above the threshold.
    pub(super) background: u64,
    /// Object pixels.
    pub(super) all_objects: u64,
    /// Pixels that count.
    pub(super) pixels: u64,
}

/// What is found at each threshold: pixels whose number times 255, truncated, reaches it.
pub(super) fn at_thresholds(counts: &LevelCounts, levels: &Levels) -> Vec<Found> {
    let (all_objects, pixels) = (counts.object_pixels(), counts.pixels());
    let nothing = Found { objects: 0, background: 0, all_objects, pixels };
    let mut found = vec![nothing; THRESHOLDS];
    for value in 0..=u8::MAX {
        let at = &mut found[levels.threshold(value)];
        at.objects += counts.objects[usize::from(value)];
        at.background += counts.background[usize::from(value)];
    }
    // What reaches a threshold reaches those below it too.
    for threshold in (0..THRESHOLDS - 1).rev() {
        let above = found[threshold + 1];
        found[threshold].objects += above.objects;
        found[threshold].background += above.background;
    }
    found
}

/// What is found at twice the mean of the map, or at 1 where that is more.
pub(super) fn at_adaptive_threshold(
    map: &SaliencyMap,
    truth: &Foreground,
    counts: &LevelCounts,
    levels: &Levels,
) -> Found {
    let (all_objects, pixels) = (counts.object_pixels(), counts.pixels());
    let threshold = (2.0 * mean(map, truth, levels)).min(1.0);
    let mut found = Found { objects: 0, background: 0, all_objects, pixels };
    for value in (0..=u8::MAX).filter(|&value| levels.level(value) >= threshold) {
        found.objects += counts.objects[usize::from(value)];
        found.background += counts.background[usize::from(value)];
    }
    found
}

/// Mean of the pixels that count.
fn mean(map: &SaliencyMap, truth: &Foreground, levels: &Levels) -> f64 {
    let pixels = map.values().iter().zip(truth.pixels());
    let counted = pixels.filter(|&(_, &truth)| truth != Truth::Ignored);
    let values: Vec<f64> = counted.map(|(&value, _)| levels.level(value)).collect();
    // Whether a grey value is at twice the mean may hang on the last bit of this sum.
    numpy_sum(&values) / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::super::{Blocks, Stretch, foreground::tests::drawn};
    use super::*;
    use eps_data::Size;

    fn adaptive(values: &[u8], rows: &str) -> (u64, u64) {
        let truth = drawn(rows);
        let map = SaliencyMap::new(Size::new(values.len(), 1), values.to_vec());
        let levels = Levels::of(&map, Stretch::WholeRange);
        let counts = Blocks::count(&map, &truth).total();
        let found = at_adaptive_threshold(&map, &truth, &counts, &levels);
        (found.objects, found.background)
    }

    #[test]
    fn every_threshold_counts_the_pixels_that_reach_it() {
        let truth = drawn("##..");
        let map = SaliencyMap::new(Size::new(4, 1), vec![255, 10, 10, 0]);
        let counts = Blocks::count(&map, &truth).total();
        let found = at_thresholds(&counts, &Levels::of(&map, Stretch::WholeRange));
        let pairs = |threshold: usize| (found[threshold].objects, found[threshold].background);
        assert_eq!([0, 10, 11, 255].map(pairs), [(2, 2), (2, 1), (1, 0), (1, 0)]);
    }

    #[test]
    fn the_adaptive_threshold_is_twice_the_mean_of_what_counts() {
        // Means 0.25, 0.5 and 2/3; the last two cut at 1.
        assert_eq!(adaptive(&[255, 0, 0, 0], "#..."), (1, 0));
        assert_eq!(adaptive(&[255, 255, 0, 0], "#..."), (1, 1));
        assert_eq!(adaptive(&[255, 255, 0, 0], "#..?"), (1, 1));
        // A constant map reaches twice its mean if that is 0, or cut at 1.
        assert_eq!(adaptive(&[0, 0], "#."), (1, 1));
        assert_eq!(adaptive(&[255, 255], "#."), (1, 1));
        assert_eq!(adaptive(&[100, 100], "#."), (0, 0));
    }
}
