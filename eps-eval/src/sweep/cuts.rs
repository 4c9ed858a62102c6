//! Scores at which a pixel turns from background to its best class.
//!
//! A sweep asks of every pixel how many cuts are below its score. A table of 4096 buckets says how
//! many cuts there are before each bucket, and a binary search among those of the bucket, usually
//! none or one, gives the rest: about one step for a pixel instead of ten.

// Five buckets with cuts `c`, and the number of cuts before each and before the end:
//
//   buckets   |       |       | c c   |       |   c   |
//   before    0       0       0       2       2       3
//
// A score of the third bucket has 0 to 2 cuts below it, one of the fourth has 2 without any search.

/// Buckets of `0..=1` that the search begins in: fewer than one of 1,000 thresholds each.
const BUCKETS: usize = 4096;

/// Ascending scores without repetition. A pixel keeps its best class at the cuts below its score.
#[derive(Clone, Debug, PartialEq)]
pub struct Cuts {
    scores: Vec<f32>,
    /// Number of cuts in the buckets before each bucket, and before the end.
    before: Vec<u32>,
}

impl Cuts {
    /// Cuts in any order, each as often as it comes.
    ///
    /// # Panics
    ///
    /// If there is none, or one is not a number.
    pub fn new(scores: impl IntoIterator<Item = f32>) -> Self {
        // Minus zero is zero, so that neither is below the other.
        let mut scores: Vec<f32> = scores.into_iter().map(|score| score + 0.0).collect();
        assert!(!scores.is_empty(), "a sweep needs a threshold");
        assert!(scores.iter().all(|score| !score.is_nan()), "a threshold is a number");
        scores.sort_by(f32::total_cmp);
        scores.dedup();
        let before = (0..=BUCKETS + 1)
            .map(|end| scores.partition_point(|&score| bucket(score) < end) as u32)
            .collect();
        Self { scores, before }
    }

    /// The cuts, ascending.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// Number of cuts that are strictly below `score`.
    pub fn below(&self, score: f32) -> usize {
        let bucket = bucket(score);
        let (start, end) = (self.before[bucket] as usize, self.before[bucket + 1] as usize);
        start + self.scores[start..end].partition_point(|&cut| cut < score)
    }

    /// Where `score` is among the cuts, if it is one.
    pub fn position(&self, score: f32) -> Option<usize> {
        let position = self.below(score);
        (self.scores.get(position) == Some(&score)).then_some(position)
    }
}

/// A higher score is never in a lower bucket; the last one has everything from 1 on.
fn bucket(score: f32) -> usize {
    // The cast saturates: a score below 0 falls into the first bucket.
    ((score * BUCKETS as f32) as usize).min(BUCKETS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_score_is_not_above_a_cut_of_its_own_value() {
        let cuts = Cuts::new([0.5, 0.0, 0.2, 0.5]);
        assert_eq!(cuts.scores(), [0.0, 0.2, 0.5]);
        let cases = [(-1.0, 0), (-0.0, 0), (0.0, 0), (0.1, 1), (0.2, 1), (0.5, 2), (7.0, 3)];
        for (score, below) in cases {
            assert_eq!(cuts.below(score), below, "{score}");
        }
        assert_eq!((cuts.position(0.2), cuts.position(0.3)), (Some(1), None));
    }

    proptest! {
        #[test]
        fn the_search_finds_what_counting_finds(
            cuts in prop::collection::vec(-0.5_f32..1.5, 1..60),
            scores in prop::collection::vec(-0.5_f32..1.5, 1..60),
        ) {
            let cuts = Cuts::new(cuts);
            for &score in scores.iter().chain(cuts.scores()) {
                let counted = cuts.scores().iter().filter(|&&cut| cut < score).count();
                prop_assert_eq!(cuts.below(score), counted);
            }
        }
    }
}
