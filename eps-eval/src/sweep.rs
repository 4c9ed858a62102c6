//! Every background threshold in one pass over the class maps.

use crate::ConfusionMatrix;
use eps_data::{BACKGROUND, IGNORE, LabelMap, ScoreMap};

/// Thresholds of a sweep by default: 0, 0.001, … 0.999.
pub fn default_thresholds() -> Vec<f32> {
    (0..1000_u16).map(|step| f32::from(step) / 1000.0).collect()
}

/// Means at one threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweepPoint {
    /// Score that a class must exceed, in `0..=1`.
    pub threshold: f64,
    /// Over the classes that occur in truth or prediction.
    pub mean_iou: f64,
    /// Over the classes that were predicted somewhere.
    pub mean_precision: Option<f64>,
    /// Over the classes that occur in the truth.
    pub mean_recall: Option<f64>,
}

/// Counts from which the confusion matrix at every threshold follows exactly.
///
/// A pixel keeps its best class at all thresholds below its score and is background at the
/// others; so it is enough to count pixels by truth, best class and thresholds below the score.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    classes: usize,
    thresholds: Vec<f32>,
    /// `[thresholds below the score, truth, best class]`
    counts: Vec<u64>,
}

impl Sweep {
    /// A sweep of `classes` classes, background included, without pixels.
    ///
    /// # Panics
    ///
    /// If there is no threshold, or they are not ascending.
    pub fn new(classes: usize, thresholds: Vec<f32>) -> Self {
        assert!(!thresholds.is_empty(), "a sweep needs a threshold");
        assert!(thresholds.is_sorted_by(|a, b| a < b), "thresholds must be ascending");
        let counts = vec![0; (thresholds.len() + 1) * classes * classes];
        Self { classes, thresholds, counts }
    }

    /// Counts the pixels of one image.
    ///
    /// # Panics
    ///
    /// If the maps differ in size, or have a class that the sweep does not.
    pub fn add(&mut self, truth: &LabelMap, scores: &ScoreMap) {
        assert_eq!(truth.size(), scores.size(), "both maps must have the same size");
        for (&truth, (class, score)) in truth.classes().iter().zip(scores.best()) {
            if truth == IGNORE {
                continue;
            }
            let (truth, class) = (usize::from(truth), usize::from(class));
            assert!(truth < self.classes && class < self.classes, "class {truth} or {class}");
            let below = self.thresholds.partition_point(|&threshold| threshold < score);
            self.counts[(below * self.classes + truth) * self.classes + class] += 1;
        }
    }

    /// Adds the pixels that `other` counted.
    ///
    /// # Panics
    ///
    /// If the sweeps differ in classes or thresholds.
    pub fn merge(mut self, other: &Self) -> Self {
        assert_eq!(self.classes, other.classes, "both sweeps must have the same classes");
        assert_eq!(self.thresholds, other.thresholds, "both sweeps must have the same thresholds");
        self.counts.iter_mut().zip(&other.counts).for_each(|(own, theirs)| *own += theirs);
        self
    }

    /// Number of classes with background.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Thresholds, ascending.
    pub fn thresholds(&self) -> &[f32] {
        &self.thresholds
    }

    /// The confusion matrix at the threshold with this index.
    ///
    /// # Panics
    ///
    /// If there is no such threshold.
    pub fn matrix(&self, index: usize) -> ConfusionMatrix {
        let mut matrix = self.all_background();
        (index..self.thresholds.len()).for_each(|step| self.lower(&mut matrix, step));
        matrix
    }

    /// Means at every threshold, ascending; empty if no pixel was counted.
    pub fn points(&self) -> Vec<SweepPoint> {
        let mut matrix = self.all_background();
        let mut points = Vec::with_capacity(self.thresholds.len());
        for step in (0..self.thresholds.len()).rev() {
            self.lower(&mut matrix, step);
            points.extend(self.point(step, &matrix));
        }
        points.reverse();
        points
    }

    /// The point of the highest mean IoU, at the lowest such threshold; `None` without pixels.
    pub fn best(&self) -> Option<SweepPoint> {
        best(&self.points())
    }

    /// The confusion matrix at the [`best`](Self::best) threshold; `None` without pixels.
    pub fn best_matrix(&self) -> Option<ConfusionMatrix> {
        self.matrix_at(self.best()?.threshold)
    }

    /// The confusion matrix at `threshold`; `None` if it is not one of the thresholds.
    pub fn matrix_at(&self, threshold: f64) -> Option<ConfusionMatrix> {
        let index = (0..self.thresholds.len()).find(|&at| self.threshold(at) == threshold)?;
        Some(self.matrix(index))
    }

    fn point(&self, index: usize, matrix: &ConfusionMatrix) -> Option<SweepPoint> {
        Some(SweepPoint {
            threshold: self.threshold(index),
            mean_iou: matrix.mean_iou()?,
            mean_precision: matrix.mean_precision(),
            mean_recall: matrix.mean_recall(),
        })
    }

    /// The decimal that the threshold was written as: 0.2, where a plain cast gives 0.200000003.
    fn threshold(&self, index: usize) -> f64 {
        let threshold = self.thresholds[index];
        threshold.to_string().parse().unwrap_or_else(|_| f64::from(threshold))
    }

    /// The matrix above all thresholds.
    fn all_background(&self) -> ConfusionMatrix {
        let mut matrix = ConfusionMatrix::new(self.classes);
        for (index, &pixels) in self.counts.iter().enumerate() {
            let truth = index / self.classes % self.classes;
            matrix.add_count(truth, usize::from(BACKGROUND), pixels);
        }
        matrix
    }

    /// Takes a matrix from above the threshold at `index` down to it.
    fn lower(&self, matrix: &mut ConfusionMatrix, index: usize) {
        let cells = self.classes * self.classes;
        let emerging = &self.counts[(index + 1) * cells..][..cells];
        for (cell, &pixels) in emerging.iter().enumerate().filter(|&(_, &pixels)| pixels > 0) {
            let (truth, class) = (cell / self.classes, cell % self.classes);
            matrix.move_count(truth, usize::from(BACKGROUND), class, pixels);
        }
    }
}

/// The first of the points with the highest mean IoU.
pub(crate) fn best(points: &[SweepPoint]) -> Option<SweepPoint> {
    let better = |best: SweepPoint, point: SweepPoint| {
        if point.mean_iou > best.mean_iou { point } else { best }
    };
    points.iter().copied().reduce(better)
}

#[cfg(test)]
mod tests {
    use super::*;
    use eps_data::Size;
    use proptest::prelude::*;

    fn two_pixels() -> Sweep {
        let mut sweep = Sweep::new(2, vec![0.0, 0.2, 0.5]);
        let truth = LabelMap::new(Size::new(3, 1), vec![1, 0, IGNORE]);
        sweep.add(&truth, &ScoreMap::new(Size::new(3, 1), vec![1], vec![0.5, 0.2, 1.0]));
        sweep
    }

    #[test]
    fn matrices_of_two_pixels_by_hand() {
        let sweep = two_pixels();
        assert_eq!(sweep.matrix(0), ConfusionMatrix::of(2, &[1, 0], &[1, 1]));
        assert_eq!(sweep.matrix(1), ConfusionMatrix::of(2, &[1, 0], &[1, 0]));
        assert_eq!(sweep.matrix(2), ConfusionMatrix::of(2, &[1, 0], &[0, 0]));
    }

    #[test]
    fn the_best_point_is_the_first_of_the_highest() {
        let best = two_pixels().best().expect("pixels were counted");
        assert_eq!((best.threshold, best.mean_iou), (0.2, 1.0));
        assert_eq!(two_pixels().best_matrix(), Some(two_pixels().matrix(1)));
        assert_eq!(two_pixels().matrix_at(0.3), None);
        let mut flat = Sweep::new(2, vec![0.0, 0.2]);
        let size = Size::new(1, 1);
        flat.add(&LabelMap::new(size, vec![0]), &ScoreMap::new(size, vec![], vec![]));
        assert_eq!(flat.best().map(|point| point.threshold), Some(0.0));
    }

    #[test]
    fn no_pixel_makes_no_point() {
        let sweep = Sweep::new(2, default_thresholds());
        assert!(sweep.points().is_empty());
        assert_eq!((sweep.best(), sweep.best_matrix()), (None, None));
    }

    #[test]
    fn default_thresholds_are_thousandths_below_one() {
        let sweep = Sweep::new(2, default_thresholds());
        assert_eq!(sweep.thresholds().len(), 1000);
        assert_eq!((sweep.threshold(200), sweep.threshold(999)), (0.2, 0.999));
    }

    const PIXELS: usize = 24;

    fn maps() -> impl Strategy<Value = (LabelMap, ScoreMap)> {
        let truth = prop::collection::vec(prop_oneof![0..4_u8, Just(IGNORE)], PIXELS);
        // Tenths, so that scores often equal a threshold.
        let scores =
            prop::collection::vec((0..=10_u8).prop_map(|t| f32::from(t) / 10.0), PIXELS * 2);
        (truth, scores).prop_map(|(truth, scores)| {
            let size = Size::new(PIXELS, 1);
            (LabelMap::new(size, truth), ScoreMap::new(size, vec![1, 3], scores))
        })
    }

    proptest! {
        #[test]
        fn one_pass_equals_every_threshold_alone(images in prop::collection::vec(maps(), 1..4)) {
            let thresholds: Vec<f32> = (0..10_u8).map(|step| f32::from(step) / 10.0).collect();
            let merged = images.iter().fold(Sweep::new(4, thresholds.clone()), |sweep, image| {
                let mut own = Sweep::new(4, thresholds.clone());
                own.add(&image.0, &image.1);
                sweep.merge(&own)
            });
            let points = merged.points();
            for (index, &threshold) in thresholds.iter().enumerate() {
                let mut expected = ConfusionMatrix::new(4);
                images.iter().for_each(|(truth, scores)| expected.add(truth, &scores.to_labels(threshold)));
                prop_assert_eq!(points.get(index).map(|point| point.mean_iou), expected.mean_iou());
                prop_assert_eq!(merged.matrix(index), expected);
            }
        }
    }
}
