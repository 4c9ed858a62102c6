//! How often each pair of true and predicted label occurs in one image.

use eps_data::ClassId;

/// Labels that a byte can spell.
const LABELS: usize = 1 << ClassId::BITS;
/// Pixels of a word; the first one is in its lowest byte.
const WORD: usize = size_of::<u64>();
/// Words that are compared at once.
const BLOCK: usize = 4;

/// Pixels of one image by true and predicted label, whatever the labels.
///
/// Every protocol is a function of these counts, so an image is decoded and counted once for all of
/// them. Used again for the next image after [`clear`](Self::clear).
pub(crate) struct PairCounts {
    /// By true label (row) and predicted label (column).
    table: Vec<[u32; LABELS]>,
    /// Whether a row has a count.
    rows: [bool; LABELS],
}

/// A pair of labels as words full of it, and the pixels that are still to be counted for it.
#[derive(Default)]
struct Run {
    truth: u64,
    predicted: u64,
    pixels: u32,
}

impl Default for PairCounts {
    fn default() -> Self {
        Self { table: vec![[0; LABELS]; LABELS], rows: [false; LABELS] }
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
    /// Masks are flat: a block that goes on with the pair of the last one is one addition in a
    /// register, and elsewhere each run of a pair is one in the table.
    ///
    /// # Panics
    ///
    /// If there are not as many of the one as of the other.
    pub(crate) fn add(&mut self, truth: &[ClassId], predicted: &[ClassId]) {
        assert_eq!(truth.len(), predicted.len(), "both masks must have the same pixels");
        let (truth, truth_rest) = truth.as_chunks::<{ WORD * BLOCK }>();
        let (predicted, predicted_rest) = predicted.as_chunks::<{ WORD * BLOCK }>();
        let mut run = Run::default();
        for (truth, predicted) in truth.iter().zip(predicted) {
            let words = || words(truth).zip(words(predicted));
            // Without branches, so that a block is compared in a few instructions.
            let others = words().fold(0, |others, pair| others | run.difference(pair));
            if others == 0 {
                run.pixels += (WORD * BLOCK) as u32;
            } else {
                words().for_each(|pair| self.count_word(&mut run, pair));
            }
        }
        self.count(run.truth, run.predicted, run.pixels);
        for (&truth, &predicted) in truth_rest.iter().zip(predicted_rest) {
            self.count(truth.into(), predicted.into(), 1);
        }
    }

    /// Counts the runs of a word; one that fills it becomes the run that blocks go on with.
    fn count_word(&mut self, run: &mut Run, (mut truth, mut predicted): (u64, u64)) {
        if run.difference((truth, predicted)) == 0 {
            run.pixels += WORD as u32;
            return;
        }
        let mut left = WORD as u32;
        while left > 0 {
            let own = Run { truth: full_of(truth), predicted: full_of(predicted), pixels: 0 };
            let difference = own.difference((truth, predicted));
            let same = (difference.trailing_zeros() / u8::BITS).min(left);
            if same == WORD as u32 {
                self.count(run.truth, run.predicted, run.pixels);
                *run = Run { pixels: same, ..own };
                return;
            }
            self.count(truth, predicted, same);
            left -= same;
            (truth, predicted) = (truth >> (u8::BITS * same), predicted >> (u8::BITS * same));
        }
    }

    /// Counts pixels of the labels in the lowest bytes.
    fn count(&mut self, truth: u64, predicted: u64, pixels: u32) {
        let (truth, predicted) = (truth as ClassId, predicted as ClassId);
        self.rows[usize::from(truth)] = true;
        self.table[usize::from(truth)][usize::from(predicted)] += pixels;
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

impl Run {
    /// Bits in which a pair of words is another than the run's; 0 if the run goes on.
    fn difference(&self, (truth, predicted): (u64, u64)) -> u64 {
        (truth ^ self.truth) | (predicted ^ self.predicted)
    }
}

/// Words of a block, the first pixel in the lowest byte of the first.
fn words(block: &[ClassId; WORD * BLOCK]) -> impl Iterator<Item = u64> + '_ {
    block.as_chunks::<WORD>().0.iter().map(|&word| u64::from_le_bytes(word))
}

/// A word whose every byte is the lowest one of `word`.
fn full_of(word: u64) -> u64 {
    u64::from(word as u8) * (u64::MAX / 0xFF)
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
        fn words_blocks_and_single_pixels_count_alike(
            runs in prop::collection::vec(
                (0..3_u8, prop_oneof![0..3_u8, Just(255)], prop_oneof![1..9_usize, 1..120_usize]),
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
