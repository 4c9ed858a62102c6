//! How often each pair of true and predicted label occurs in one image.
//!
//! A mask has few long runs of one label, which its reader hands over as such. Walking along the
//! runs of both masks at once, a stretch that neither mask interrupts is counted by one addition:
//!
//! ```text
//! truth       | 0         | 7          | 0    |
//! predicted   | 0   | 7           | 0         |
//! counted     | 0,0 | 0,7 | 7,7   | 7,0| 0,0  |
//! ```
//!
//! The cost is the number of runs of both masks, not of pixels. The table has a cell for each of
//! 256x256 pairs, so that no label needs a check; only cells that were counted are cleared for the
//! next image.

use eps_data::{ClassId, LabelRuns};

/// Labels that a byte can spell.
const LABELS: usize = 1 << ClassId::BITS;

/// Pixels of one image by true and predicted label, whatever the labels.
///
/// Every protocol is a function of these counts, so an image is decoded and counted once for all of
/// them. Used again for the next image after [`clear`](Self::clear).
pub(crate) struct PairCounts {
    /// By true label (row) and predicted label (column).
    table: Vec<[u32; LABELS]>,
    /// True and predicted label of the cells that have a count, ascending.
    counted: Vec<(ClassId, ClassId)>,
}

impl Default for PairCounts {
    fn default() -> Self {
        Self { table: vec![[0; LABELS]; LABELS], counted: Vec::new() }
    }
}

impl PairCounts {
    /// Forgets everything counted.
    pub(crate) fn clear(&mut self) {
        for (truth, predicted) in self.counted.drain(..) {
            self.table[usize::from(truth)][usize::from(predicted)] = 0;
        }
    }

    /// Counts pixels by their labels: where the runs of both masks overlap, all at once.
    ///
    /// # Panics
    ///
    /// If there are not as many pixels of the one as of the other.
    pub(crate) fn add(&mut self, truth: &LabelRuns, predicted: &LabelRuns) {
        let pixels = [truth, predicted].map(|runs| runs.size().pixels());
        assert_eq!(pixels[0], pixels[1], "both masks must have the same pixels");
        let (truth, predicted) = (truth.runs(), predicted.runs());
        let (mut true_run, mut predicted_run, mut start) = (0, 0, 0);
        while let (Some(truth), Some(predicted)) =
            (truth.get(true_run), predicted.get(predicted_run))
        {
            let end = truth.end.min(predicted.end);
            let cell = &mut self.table[usize::from(truth.label)][usize::from(predicted.label)];
            if *cell == 0 {
                self.counted.push((truth.label, predicted.label));
            }
            *cell += end - start;
            // Added instead of branched on: which of the two runs ends first, no processor can predict.
            true_run += usize::from(truth.end == end);
            predicted_run += usize::from(predicted.end == end);
            start = end;
        }
        // Cells were found in the order of pixels, and are handed out in that of labels.
        self.counted.sort_unstable();
    }

    /// Has these pairs and no others.
    pub(crate) fn set(&mut self, pairs: &[(ClassId, ClassId, u32)]) {
        self.clear();
        for &(truth, predicted, pixels) in pairs {
            self.table[usize::from(truth)][usize::from(predicted)] = pixels;
            self.counted.push((truth, predicted));
        }
    }

    /// Counts of one row of pixels.
    #[cfg(test)]
    pub(crate) fn of(truth: &[ClassId], predicted: &[ClassId]) -> Self {
        let size = eps_data::Size::new(truth.len(), 1);
        let mut counts = Self::default();
        counts.add(&LabelRuns::of(size, truth), &LabelRuns::of(size, predicted));
        counts
    }

    /// The pairs that occur and their pixels, by true label, then by predicted one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ClassId, ClassId, u64)> + '_ {
        self.counted.iter().map(|&(truth, predicted)| {
            let pixels = self.table[usize::from(truth)][usize::from(predicted)];
            (truth, predicted, u64::from(pixels))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn counted(counts: &PairCounts) -> Vec<(u8, u8, u64)> {
        counts.iter().collect()
    }

    #[test]
    fn pairs_are_counted_by_hand_and_forgotten() {
        let mut counts = PairCounts::of(&[0, 255, 0, 200], &[0, 1, 0, 255]);
        assert_eq!(counted(&counts), [(0, 0, 2), (200, 255, 1), (255, 1, 1)]);
        counts.clear();
        assert_eq!(counted(&counts), []);
    }

    proptest! {
        #[test]
        fn runs_of_any_length_count_as_their_pixels(
            runs in prop::collection::vec(
                (0..3_u8, prop_oneof![0..3_u8, Just(255)], prop_oneof![1..9_usize, 1..120_usize, 1..5000_usize]),
                0..30,
            ),
        ) {
            let mut expected = BTreeMap::new();
            let (mut truth, mut predicted) = (Vec::new(), Vec::new());
            for (true_label, predicted_label, length) in runs {
                truth.extend(vec![true_label; length]);
                predicted.extend(vec![predicted_label; length]);
                *expected.entry((true_label, predicted_label)).or_insert(0) += length as u64;
            }
            let counts = PairCounts::of(&truth, &predicted);
            let expected: Vec<_> = expected.into_iter().map(|((t, p), n)| (t, p, n)).collect();
            prop_assert_eq!(counted(&counts), expected);
        }
    }
}
