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

/// Pixels of one pair of labels, one after another.
struct Run {
    /// Words full of the labels.
    truth: u64,
    predicted: u64,
    /// Number of its first pixel.
    start: usize,
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
    /// Masks are flat: a block that goes on with the pair of the last one is one comparison, and each run
    /// of a pair is one addition to the table.
    ///
    /// # Panics
    ///
    /// If there are not as many of the one as of the other.
    pub(crate) fn add(&mut self, truth: &[ClassId], predicted: &[ClassId]) {
        assert_eq!(truth.len(), predicted.len(), "both masks must have the same pixels");
        let pixels = truth.len();
        let Some(first) = truth.first().zip(predicted.first()) else { return };
        let mut run = Run::from(0, first);
        let (truth, truth_rest) = truth.as_chunks::<{ WORD * BLOCK }>();
        let (predicted, predicted_rest) = predicted.as_chunks::<{ WORD * BLOCK }>();
        for (block, (truth, predicted)) in truth.iter().zip(predicted).enumerate() {
            let words = || words(truth).zip(words(predicted));
            // Without branches, so that a block is compared in a few instructions.
            if words().fold(0, |others, pair| others | run.difference(pair)) != 0 {
                let starts = (block * WORD * BLOCK..).step_by(WORD);
                starts.zip(words()).for_each(|(start, pair)| self.end_runs(&mut run, start, pair));
            }
        }
        let rest = pixels - truth_rest.len();
        for (pixel, pair) in (rest..).zip(truth_rest.iter().zip(predicted_rest)) {
            if !run.is_of(pair) {
                self.end(&mut run, Run::from(pixel, pair));
            }
        }
        self.end(&mut run, Run::from(pixels, first));
    }

    /// Counts the runs that end in a word, which begins at pixel `start`.
    fn end_runs(&mut self, run: &mut Run, start: usize, pair: (u64, u64)) {
        let mut difference = run.difference(pair);
        while difference != 0 {
            let place = difference.trailing_zeros() / u8::BITS;
            let shift = place * u8::BITS;
            let labels = ((pair.0 >> shift) as ClassId, (pair.1 >> shift) as ClassId);
            self.end(run, Run::from(start + place as usize, (&labels.0, &labels.1)));
            // What is before the new run is counted.
            difference = run.difference(pair) & u64::MAX << shift;
        }
    }

    /// Counts a run, which ends where the next one starts.
    fn end(&mut self, run: &mut Run, next: Run) {
        let (truth, predicted) = (run.truth as ClassId, run.predicted as ClassId);
        self.rows[usize::from(truth)] = true;
        self.table[usize::from(truth)][usize::from(predicted)] += (next.start - run.start) as u32;
        *run = next;
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
    /// A run of the labels of its first pixel.
    fn from(start: usize, (&truth, &predicted): (&ClassId, &ClassId)) -> Self {
        Self { truth: full_of(truth), predicted: full_of(predicted), start }
    }

    fn is_of(&self, (&truth, &predicted): (&ClassId, &ClassId)) -> bool {
        (self.truth as ClassId, self.predicted as ClassId) == (truth, predicted)
    }

    /// Bits in which a pair of words is another than the run's; 0 if the run goes on.
    fn difference(&self, (truth, predicted): (u64, u64)) -> u64 {
        (truth ^ self.truth) | (predicted ^ self.predicted)
    }
}

/// Words of a block, the first pixel in the lowest byte of the first.
fn words(block: &[ClassId; WORD * BLOCK]) -> impl Iterator<Item = u64> + '_ {
    block.as_chunks::<WORD>().0.iter().map(|&word| u64::from_le_bytes(word))
}

/// A word whose every byte is `label`.
fn full_of(label: ClassId) -> u64 {
    u64::from(label) * (u64::MAX / 0xFF)
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
