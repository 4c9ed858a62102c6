//! Class maps one by one against the pixels of their class.
//!
//! Every map is a ranking of all pixels by score. Sorting them would need every score of a data set
//! in memory; here pixels are counted by the number of cuts below their score, so that scores
//! between two cuts are equal. Going through the bins from the highest on, precision and recall at
//! each cut are sums so far, and the average precision is that of groups of equal scores.

use super::average_precision;
use crate::{
    Cuts,
    confusion::{add_counts, mean, ratio},
};
use eps_data::{IGNORE, LabelMap, ScoreMap};
use serde::Serialize;

/// Precision and recall of a class map above a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PrecisionRecall {
    pub threshold: f64,
    /// Fraction of the pixels above the threshold that have the class; absent if there is none.
    pub precision: Option<f64>,
    /// Fraction of the pixels of the class that are above the threshold; absent if there is none.
    pub recall: Option<f64>,
}

/// Pixels of each class map by score, and those of them that have the class.
///
/// A pixel of an image without a map of the class has score 0, as one whose score is at or below the
/// lowest threshold: the class's pixels in images whose labels lack it are never found.
///
/// ```
/// use eps_data::{LabelMap, ScoreMap, Size};
/// use eps_eval::{Cuts, ranking::ScoreHistogram};
///
/// let size = Size::new(4, 1);
/// let truth = LabelMap::new(size, vec![1, 0, 1, 0]);
/// let scores = ScoreMap::new(size, vec![1], vec![0.9, 0.7, 0.5, 0.1]);
/// let mut histogram = ScoreHistogram::new(2, Cuts::new([0.2, 0.4, 0.6, 0.8]));
/// histogram.add(&truth, &scores);
/// // Precision 1 at the first half of the recall, 2/3 at the second.
/// assert_eq!(histogram.average_precision(1), Some((1.0 + 2.0 / 3.0) / 2.0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreHistogram {
    cuts: Cuts,
    /// All counted pixels.
    pixels: u64,
    /// Pixels that have each class.
    truth: Vec<u64>,
    /// `[class, cuts below the score]`; the lowest bin is not counted, as it follows from the rest.
    all: Vec<u64>,
    /// Those that have the class.
    positive: Vec<u64>,
}

impl ScoreHistogram {
    /// Histograms of `classes` classes, background included, without pixels.
    pub fn new(classes: usize, cuts: Cuts) -> Self {
        let none = vec![0; classes * (cuts.scores().len() + 1)];
        Self { cuts, pixels: 0, truth: vec![0; classes], all: none.clone(), positive: none }
    }

    /// Counts the pixels of one image.
    ///
    /// # Panics
    ///
    /// If the maps differ in size, or have a class that the histograms do not.
    pub fn add(&mut self, truth: &LabelMap, scores: &ScoreMap) {
        assert_eq!(truth.size(), scores.size(), "both maps must have the same size");
        for &class in truth.classes().iter().filter(|&&class| class != IGNORE) {
            self.truth[usize::from(class)] += 1;
            self.pixels += 1;
        }
        let bins = self.cuts.scores().len() + 1;
        for &class in scores.classes() {
            let row = usize::from(class) * bins;
            let map = scores.of(class).expect("a class of the map has scores");
            for (&truth, &score) in truth.classes().iter().zip(map) {
                let bin = row + self.cuts.below(score);
                // The lowest bin follows from the totals, and so also for images without a map of the
                // class.
                if truth != IGNORE && bin > row {
                    self.all[bin] += 1;
                    self.positive[bin] += u64::from(truth == class);
                }
            }
        }
    }

    /// Adds the pixels that `other` counted.
    ///
    /// # Panics
    ///
    /// If the histograms differ in classes or cuts.
    pub fn merge(mut self, other: &Self) -> Self {
        assert_eq!(self.cuts, other.cuts, "both must have the same cuts");
        assert_eq!(self.truth.len(), other.truth.len(), "both must have the same classes");
        self.pixels += other.pixels;
        add_counts(&mut self.truth, &other.truth);
        add_counts(&mut self.all, &other.all);
        add_counts(&mut self.positive, &other.positive);
        self
    }

    /// Number of classes with background, which has no map.
    pub fn classes(&self) -> usize {
        self.truth.len()
    }

    /// Precision and recall of a class at every threshold, ascending.
    pub fn curve(&self, class: usize) -> Vec<PrecisionRecall> {
        let (mut all, mut positive) = (0, 0);
        let bins = self.bins(class).zip(self.cuts.scores()).collect::<Vec<_>>();
        let mut points = Vec::with_capacity(bins.len());
        // From the highest bin down, what has been passed is what lies above the cut.
        for ((members, hits), &threshold) in bins.into_iter().rev() {
            all += members;
            positive += hits;
            points.push(PrecisionRecall {
                threshold: crate::sweep::decimal(threshold),
                precision: ratio(positive, all),
                recall: ratio(positive, self.truth[class]),
            });
        }
        points.reverse();
        points
    }

    /// Average precision of a class, scores between two thresholds counted as equal; `None` if no
    /// pixel has the class.
    pub fn average_precision(&self, class: usize) -> Option<f64> {
        let above: Vec<(u64, u64)> = self.bins(class).collect();
        let (all, positive) = above.iter().fold((0, 0), |sum, bin| (sum.0 + bin.0, sum.1 + bin.1));
        // Pixels at or below the lowest cut come last, as one group with those of images without a map.
        let lowest = (self.pixels - all, self.truth[class] - positive);
        average_precision(above.into_iter().rev().chain([lowest]))
    }

    /// Mean precision and recall over the object classes at every threshold, ascending: precision over
    /// those with a pixel above the threshold, recall over those that occur in the truth.
    pub fn mean_curve(&self) -> Vec<PrecisionRecall> {
        let curves: Vec<_> = (1..self.classes()).map(|class| self.curve(class)).collect();
        let cuts = self.cuts.scores().iter().enumerate();
        let points = cuts.map(|(index, &threshold)| PrecisionRecall {
            threshold: crate::sweep::decimal(threshold),
            precision: mean(curves.iter().map(|curve| curve[index].precision)),
            recall: mean(curves.iter().map(|curve| curve[index].recall)),
        });
        points.collect()
    }

    /// Members and positives of a class between each cut and the next, ascending.
    fn bins(&self, class: usize) -> impl Iterator<Item = (u64, u64)> + '_ {
        let bins = self.cuts.scores().len() + 1;
        let row = class * bins + 1..(class + 1) * bins;
        self.all[row.clone()].iter().copied().zip(self.positive[row].iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BackgroundRule;
    use eps_data::Size;
    use proptest::prelude::*;

    fn image(truth: &[u8], classes: &[u8], scores: &[f32]) -> (LabelMap, ScoreMap) {
        let size = Size::new(truth.len(), 1);
        let map = ScoreMap::new(size, classes.to_vec(), scores.to_vec());
        (LabelMap::new(size, truth.to_vec()), map)
    }

    #[test]
    fn precision_and_recall_of_a_hand_counted_map() {
        let mut histogram = ScoreHistogram::new(3, Cuts::new([0.0, 0.5]));
        let (truth, scores) = image(&[1, 0, 1, 1, 255], &[1], &[0.9, 0.6, 0.3, 0.0, 0.9]);
        histogram.add(&truth, &scores);
        let [low, high] = histogram.curve(1)[..] else { panic!("two thresholds") };
        assert_eq!((low.precision, low.recall), (Some(2.0 / 3.0), Some(2.0 / 3.0)));
        assert_eq!((high.precision, high.recall), (Some(0.5), Some(1.0 / 3.0)));
        // Three groups: one of two right, then 2 of 3, then 3 of 4.
        let expected = (0.5 + 2.0 / 3.0 + 0.75) / 3.0;
        assert!((histogram.average_precision(1).unwrap() - expected).abs() < 1e-15);
        // Class 2 has no pixel and no map.
        assert_eq!((histogram.average_precision(2), histogram.curve(2)[0].precision), (None, None));
        // Class 2 has neither precision nor recall, so class 1 alone is the mean.
        assert_eq!(histogram.mean_curve(), histogram.curve(1));
        let twice = histogram.clone().merge(&histogram);
        assert_eq!(twice.average_precision(1), histogram.average_precision(1));
    }

    #[test]
    fn pixels_in_images_without_a_map_of_their_class_come_last() {
        let mut histogram = ScoreHistogram::new(2, Cuts::new([0.0]));
        let images = [image(&[1, 0], &[1], &[0.5, 0.0]), image(&[1, 0], &[], &[])];
        images.iter().for_each(|(truth, scores)| histogram.add(truth, scores));
        assert_eq!(histogram.curve(1)[0].recall, Some(0.5));
        // One of one, then two of four.
        assert_eq!(histogram.average_precision(1), Some((1.0 + 0.5) / 2.0));
    }

    proptest! {
        #[test]
        fn a_curve_equals_every_threshold_alone(
            pixels in prop::collection::vec((prop_oneof![0..2_u8, Just(IGNORE)], 0..=10_u8), 1..80),
        ) {
            let (truth, tenths): (Vec<u8>, Vec<u8>) = pixels.into_iter().unzip();
            let scores: Vec<f32> = tenths.iter().map(|&t| f32::from(t) / 10.0).collect();
            let cuts = Cuts::new(BackgroundRule::Constant.default_parameters());
            let mut histogram = ScoreHistogram::new(2, cuts.clone());
            let (map, maps) = image(&truth, &[1], &scores);
            histogram.add(&map, &maps);
            for (point, &cut) in histogram.curve(1).iter().zip(cuts.scores()) {
                let counted = || truth.iter().zip(&scores).filter(|(truth, _)| **truth != IGNORE);
                let above = counted().filter(|(_, score)| **score > cut);
                let all = above.clone().count() as u64;
                let hits = above.filter(|(truth, _)| **truth == 1).count() as u64;
                let positives = counted().filter(|(truth, _)| **truth == 1).count() as u64;
                prop_assert_eq!(point.precision, ratio(hits, all));
                prop_assert_eq!(point.recall, ratio(hits, positives));
            }
        }
    }
}
