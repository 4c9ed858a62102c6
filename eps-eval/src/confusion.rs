//! How many pixels of each class were given which class.

use crate::{ClassCounts, MaskedImage, PixelMetric, TotalCounts};
use eps_data::{ClassId, IGNORE, LabelMap};
use serde::{Deserialize, Serialize};

/// Pixels counted by true class (row) and predicted class (column).
///
/// Pixels whose truth is 255 are never counted. Everything else about a prediction follows from
/// these counts, so matrices of parts may be merged in any order.
///
/// ```
/// use eps_data::{LabelMap, Size};
/// use eps_eval::ConfusionMatrix;
///
/// let truth = LabelMap::new(Size::new(3, 1), vec![0, 1, 255]);
/// let predicted = LabelMap::new(Size::new(3, 1), vec![0, 0, 1]);
/// let mut matrix = ConfusionMatrix::new(2);
/// matrix.add(&truth, &predicted);
/// assert_eq!(matrix.count(1, 0), 1);
///
/// let other = ConfusionMatrix::of(2, &[1, 1], &[1, 1]);
/// let both = matrix.merge(&other);
/// assert_eq!(both.counts(1).truth, 3);
/// assert_eq!(both.iou(1), Some(2.0 / 3.0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<Vec<u64>>", try_from = "Vec<Vec<u64>>")]
pub struct ConfusionMatrix {
    classes: usize,
    counts: Vec<u64>,
}

impl ConfusionMatrix {
    /// A matrix of `classes` classes, background included, without pixels.
    pub fn new(classes: usize) -> Self {
        Self { classes, counts: vec![0; classes * classes] }
    }

    /// Counts one pair of maps, given row by row.
    ///
    /// # Panics
    ///
    /// As [`add`](Self::add).
    pub fn of(classes: usize, truth: &[ClassId], predicted: &[ClassId]) -> Self {
        let mut matrix = Self::new(classes);
        matrix.add_pixels(truth, predicted);
        matrix
    }

    /// Counts the pixels of one image.
    ///
    /// # Panics
    ///
    /// If the maps differ in size, or a counted pixel has a class that the matrix does not.
    pub fn add(&mut self, truth: &LabelMap, predicted: &LabelMap) {
        assert_eq!(truth.size(), predicted.size(), "both maps must have the same size");
        self.add_pixels(truth.classes(), predicted.classes());
    }

    fn add_pixels(&mut self, truth: &[ClassId], predicted: &[ClassId]) {
        assert_eq!(truth.len(), predicted.len(), "both maps must have the same pixels");
        for (&truth, &predicted) in truth.iter().zip(predicted) {
            if truth != IGNORE {
                self.add_count(usize::from(truth), usize::from(predicted), 1);
            }
        }
    }

    /// Counts `pixels` pixels of class `truth` that were given `predicted`.
    pub(crate) fn add_count(&mut self, truth: usize, predicted: usize, pixels: u64) {
        let index = self.index(truth, predicted);
        self.counts[index] += pixels;
    }

    fn index(&self, truth: usize, predicted: usize) -> usize {
        // A prediction above the classes would be counted in a later row, which is inside the table.
        assert!(
            truth < self.classes && predicted < self.classes,
            "truth {truth} and prediction {predicted} must be below {}",
            self.classes
        );
        truth * self.classes + predicted
    }

    /// Adds the pixels that `other` counted.
    ///
    /// # Panics
    ///
    /// If the matrices differ in classes.
    pub fn merge(mut self, other: &Self) -> Self {
        self.add_matrix(other);
        self
    }

    /// Adds the pixels that `other` counted, in place; panics as [`merge`](Self::merge).
    pub(crate) fn add_matrix(&mut self, other: &Self) {
        assert_eq!(self.classes, other.classes, "both matrices must have the same classes");
        add_counts(&mut self.counts, &other.counts);
    }

    /// All pixels; `None` if there are 2^64 or more.
    pub(crate) fn pixels(&self) -> Option<u64> {
        self.counts.iter().try_fold(0_u64, |sum, &count| sum.checked_add(count))
    }

    /// Whether each class has as many pixels that were given it as `totals` say, and no more pixels in
    /// truth and prediction than they. There are fewer where a pixel has no class in one of both.
    pub(crate) fn is_within(&self, totals: &TotalCounts) -> bool {
        (0..self.classes).zip(totals.classes()).all(|(class, total)| {
            let counts = self.counts(class);
            counts.intersection == total.intersection
                && counts.truth <= total.truth
                && counts.predicted <= total.predicted
        })
    }

    /// The classes that a pixel has or was given, ascending.
    pub fn occurring(&self) -> Vec<usize> {
        (0..self.classes).filter(|&class| self.counts(class).union() > 0).collect()
    }

    /// Number of classes with background.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Pixels of class `truth` that were given class `predicted`.
    pub fn count(&self, truth: usize, predicted: usize) -> u64 {
        self.counts[self.index(truth, predicted)]
    }

    /// Pixels of `class` in truth, prediction and both.
    pub fn counts(&self, class: usize) -> ClassCounts {
        ClassCounts {
            intersection: self.count(class, class),
            truth: (0..self.classes).map(|predicted| self.count(class, predicted)).sum(),
            predicted: (0..self.classes).map(|truth| self.count(truth, class)).sum(),
        }
    }

    /// Pixels of every class.
    pub fn totals(&self) -> TotalCounts {
        self.into()
    }

    /// Intersection over union of `class`; `None` if no pixel has it and none was given it.
    pub fn iou(&self, class: usize) -> Option<f64> {
        self.counts(class).iou()
    }

    /// Fraction of the counted pixels that were given their class; `None` without pixels.
    pub fn pixel_accuracy(&self) -> Option<f64> {
        self.totals().pixel_accuracy()
    }

    /// Mean IoU over the classes that occur in truth or prediction; `None` without pixels.
    pub fn mean_iou(&self) -> Option<f64> {
        self.totals().mean_iou()
    }

    /// Mean precision over the classes that were predicted somewhere.
    pub fn mean_precision(&self) -> Option<f64> {
        self.totals().mean_precision()
    }

    /// Mean recall over the classes that occur in the truth.
    pub fn mean_recall(&self) -> Option<f64> {
        self.totals().mean_recall()
    }
}

impl From<ConfusionMatrix> for Vec<Vec<u64>> {
    /// A row for each true class.
    fn from(matrix: ConfusionMatrix) -> Self {
        matrix.counts.chunks(matrix.classes.max(1)).map(<[u64]>::to_vec).collect()
    }
}

impl TryFrom<Vec<Vec<u64>>> for ConfusionMatrix {
    type Error = String;

    fn try_from(rows: Vec<Vec<u64>>) -> Result<Self, String> {
        let classes = rows.len();
        match rows.iter().find(|row| row.len() != classes) {
            Some(row) => {
                Err(format!("a row of {}, expected {classes} as there are rows", row.len()))
            }
            None => Ok(Self { classes, counts: rows.concat() }),
        }
    }
}

/// Adds counts to those in the same places.
pub(crate) fn add_counts(sums: &mut [u64], counts: &[u64]) {
    sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
}

/// `part / whole`; `None` if the whole is nothing.
pub(crate) fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Mean over the values that exist; `None` if none does.
pub(crate) fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    // One after another in the order of the classes: the last bits of a sum of floats hang on it.
    let (sum, count) =
        values.flatten().fold((0.0, 0_u64), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

/// Sample standard deviation of values around their mean; `None` with fewer than two.
pub(crate) fn deviation(values: &[f64], mean: f64) -> Option<f64> {
    // Over n - 1: runs are a sample of all seeds.
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

impl PixelMetric for ConfusionMatrix {
    fn count(&mut self, image: &MaskedImage<'_>) {
        self.add_matrix(image.matrix);
    }

    fn merge(self, other: &Self) -> Self {
        Self::merge(self, other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_hand() -> ConfusionMatrix {
        ConfusionMatrix::of(3, &[0, 1, 2, 2, IGNORE, 1], &[0, 1, 1, 2, 2, 0])
    }

    fn close(value: Option<f64>, expected: f64) -> bool {
        // Thirds are not exact in binary; everything else here is.
        value.is_some_and(|value| (value - expected).abs() < 1e-15)
    }

    #[test]
    fn counts_and_ratios_of_hand_counted_maps() {
        let matrix = by_hand();
        assert_eq!(matrix.counts, [1, 0, 0, 1, 1, 0, 0, 1, 1]);
        assert_eq!(matrix.counts(1), ClassCounts { intersection: 1, truth: 2, predicted: 2 });
        assert_eq!(matrix.totals().pixels(), 5);
        assert_eq!(matrix.iou(0), Some(0.5));
        assert!(close(matrix.iou(1), 1.0 / 3.0));
        assert_eq!(matrix.iou(2), Some(0.5));
        assert!(close(matrix.mean_iou(), 4.0 / 9.0));
        assert_eq!(
            [0, 1, 2].map(|c| matrix.counts(c).precision()),
            [Some(0.5), Some(0.5), Some(1.0)]
        );
        assert_eq!([0, 1, 2].map(|c| matrix.counts(c).recall()), [Some(1.0), Some(0.5), Some(0.5)]);
        assert_eq!(matrix.pixel_accuracy(), Some(0.6));
    }

    #[test]
    fn iou_of_hand_counted_cases() {
        #[rustfmt::skip]
        let cases = [
            ("every pixel right",      [1, 1, 0, 0],      [1, 1, 0, 0], Some(1.0)),
            ("half of the class",      [1, 1, 0, 0],      [1, 0, 0, 0], Some(0.5)),
            ("ignored is not counted", [1, 1, IGNORE, 0], [1, 1, 1, 0], Some(1.0)),
            ("class absent",           [0, 0, 0, 0],      [0, 0, 0, 0], None),
        ];
        for (name, truth, predicted, expected) in cases {
            assert_eq!(ConfusionMatrix::of(2, &truth, &predicted).iou(1), expected, "{name}");
        }
    }

    #[test]
    fn an_absent_class_is_left_out_of_the_mean() {
        let matrix = ConfusionMatrix::of(4, &[0, 1], &[0, 0]);
        assert_eq!(matrix.iou(3), None);
        assert_eq!(matrix.mean_iou(), Some(0.25));
        assert_eq!(matrix.mean_precision(), Some(0.5));
        assert_eq!(matrix.mean_recall(), Some(0.5));
    }

    #[test]
    fn nothing_counted_has_no_ratio() {
        let matrix = ConfusionMatrix::of(2, &[IGNORE], &[1]);
        assert_eq!(matrix, ConfusionMatrix::new(2));
        assert_eq!((matrix.mean_iou(), matrix.pixel_accuracy()), (None, None));
    }

    proptest! {
        #[test]
        fn merged_shards_equal_one_pass(
            pixels in prop::collection::vec((0..4_u8, 0..4_u8), 1..200),
            cut in any::<prop::sample::Index>(),
        ) {
            let (truth, predicted): (Vec<u8>, Vec<u8>) = pixels.into_iter().unzip();
            let at = cut.index(truth.len());
            let left = ConfusionMatrix::of(4, &truth[..at], &predicted[..at]);
            let right = ConfusionMatrix::of(4, &truth[at..], &predicted[at..]);
            prop_assert_eq!(left.merge(&right), ConfusionMatrix::of(4, &truth, &predicted));
        }
    }
}
