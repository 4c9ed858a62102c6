//! How often each pair of true and predicted label occurs in one image.

#[cfg(test)]
use eps_data::Size;
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
        let (mut own, mut given, mut start) = (0, 0, 0);
        while let (Some(truth), Some(predicted)) = (truth.get(own), predicted.get(given)) {
            let end = truth.end.min(predicted.end);
            let cell = &mut self.table[usize::from(truth.label)][usize::from(predicted.label)];
            if *cell == 0 {
                self.counted.push((truth.label, predicted.label));
            }
            *cell += end - start;
            // Which of the two goes on, no processor could foresee.
            own += usize::from(truth.end == end);
            given += usize::from(predicted.end == end);
            start = end;
        }
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
        let runs = |labels: &[ClassId]| LabelRuns::of(Size::new(labels.len(), 1), labels);
        let mut counts = Self::default();
        counts.add(&runs(truth), &runs(predicted));
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
            for (own, given, length) in runs {
                truth.extend(vec![own; length]);
                predicted.extend(vec![given; length]);
                *expected.entry((own, given)).or_insert(0) += length as u64;
            }
            let counts = PairCounts::of(&truth, &predicted);
            let expected: Vec<_> = expected.into_iter().map(|((t, p), n)| (t, p, n)).collect();
            prop_assert_eq!(counted(&counts), expected);
        }
    }
}
