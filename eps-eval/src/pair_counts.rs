//! How often each pair of true and predicted label occurs in one image.

use crate::borders::{BLOCK, Borders};
use eps_data::ClassId;

/// Labels that a byte can spell.
const LABELS: usize = 1 << ClassId::BITS;

/// Pixels of one image by true and predicted label, whatever the labels.
///
/// Every protocol is a function of these counts, so an image is decoded and counted once for all of
/// them. Used again for the next image after [`clear`](Self::clear).
pub(crate) struct PairCounts {
    /// By true label (row) and predicted label (column).
    table: Vec<[u32; LABELS]>,
    /// Whether a row has a count.
    rows: [bool; LABELS],
    borders: Borders,
}

impl Default for PairCounts {
    fn default() -> Self {
        let table = vec![[0; LABELS]; LABELS];
        Self { table, rows: [false; LABELS], borders: Borders::default() }
    }
}

impl PairCounts {
    /// Forgets everything counted.
    pub(crate) fn clear(&mut self) {
        for (row, _) in self.table.iter_mut().zip(&self.rows).filter(|(_, counted)| **counted) {
            row.fill(0);
        }
        self.rows.fill(false);
    }

    /// Counts pixels by their labels.
    ///
    /// Masks are flat: most pixels have the pair of the one before, and each run of a pair is one addition
    /// to the table.
    ///
    /// # Panics
    ///
    /// If there are not as many of the one as of the other.
    pub(crate) fn add(&mut self, truth: &[ClassId], predicted: &[ClassId]) {
        assert_eq!(truth.len(), predicted.len(), "both masks must have the same pixels");
        let Self { table, rows, borders } = self;
        let mut end_run = |start: usize, end: usize| {
            let own = usize::from(truth[start]);
            rows[own] = true;
            table[own][usize::from(predicted[start])] += (end - start) as u32;
        };
        let pixels = truth.len();
        let mut start = 0;
        for first in (1..pixels).step_by(BLOCK) {
            let block = first..pixels.min(first + BLOCK);
            for &border in borders.within([truth, predicted], block) {
                end_run(start, border as usize);
                start = border as usize;
            }
        }
        if pixels > 0 {
            end_run(start, pixels);
        }
    }

    /// The pairs that occur and their pixels, by true label, then by predicted one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ClassId, ClassId, u64)> + '_ {
        let rows = (0..=ClassId::MAX).zip(&self.table).zip(&self.rows);
        let rows = rows.filter(|(_, counted)| **counted).map(|(row, _)| row);
        rows.flat_map(|(truth, row)| {
            let pairs = (0..=ClassId::MAX).zip(row).filter(|(_, pixels)| **pixels > 0);
            pairs.map(move |(predicted, &pixels)| (truth, predicted, u64::from(pixels)))
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
        let mut counts = PairCounts::default();
        counts.add(&[0, 255, 0, 200], &[0, 1, 0, 255]);
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
            let mut counts = PairCounts::default();
            counts.add(&truth, &predicted);
            let expected: Vec<_> = expected.into_iter().map(|((t, p), n)| (t, p, n)).collect();
            prop_assert_eq!(counted(&counts), expected);
        }
    }
}
