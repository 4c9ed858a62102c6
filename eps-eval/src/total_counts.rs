//! Pixels of each class over a set of images.

use crate::{ClassCounts, ConfusionMatrix, ImageCounts, confusion::mean, confusion::ratio};

/// Pixels of each class, summed over images.
///
/// It adds integers, so images and parts may come in any order and as often as wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TotalCounts {
    classes: Vec<ClassCounts>,
}

impl TotalCounts {
    /// Totals of `classes` classes, background included, without images.
    pub fn new(classes: usize) -> Self {
        Self { classes: vec![ClassCounts::default(); classes] }
    }

    /// Totals of the given images.
    ///
    /// # Panics
    ///
    /// As [`add`](Self::add).
    pub fn of<'a>(classes: usize, images: impl IntoIterator<Item = &'a ImageCounts>) -> Self {
        let mut totals = Self::new(classes);
        images.into_iter().for_each(|image| totals.add(image));
        totals
    }

    /// Adds the pixels of an image.
    ///
    /// # Panics
    ///
    /// If the image has a class that the totals do not.
    pub fn add(&mut self, image: &ImageCounts) {
        for (class, counts) in image.classes() {
            self.classes[usize::from(class)] += counts;
        }
    }

    /// Adds what `other` counted.
    ///
    /// # Panics
    ///
    /// If the totals differ in classes.
    pub fn merge(mut self, other: &Self) -> Self {
        assert_eq!(self.classes.len(), other.classes.len(), "both must have the same classes");
        self.classes.iter_mut().zip(&other.classes).for_each(|(sum, &counts)| *sum += counts);
        self
    }

    /// Counts of each class in the order of its index, background first.
    pub fn classes(&self) -> &[ClassCounts] {
        &self.classes
    }

    /// All counted pixels.
    pub fn pixels(&self) -> u64 {
        self.classes.iter().map(|class| class.truth).sum()
    }

    /// Fraction of the counted pixels that were given their class; `None` without pixels.
    pub fn pixel_accuracy(&self) -> Option<f64> {
        let hits = self.classes.iter().map(|class| class.intersection).sum();
        ratio(hits, self.pixels())
    }

    /// Mean IoU over the classes that occur in truth or prediction; `None` without pixels.
    pub fn mean_iou(&self) -> Option<f64> {
        self.mean(ClassCounts::iou)
    }

    /// IoU of the classes weighted by their share of the counted pixels; `None` without pixels.
    pub fn frequency_weighted_iou(&self) -> Option<f64> {
        let classes = self.classes.iter();
        let weighted = classes.filter_map(|class| Some(class.truth as f64 * class.iou()?));
        let sum: f64 = weighted.sum();
        (self.pixels() > 0).then(|| sum / self.pixels() as f64)
    }

    /// Mean precision over the classes that were predicted somewhere.
    pub fn mean_precision(&self) -> Option<f64> {
        self.mean(ClassCounts::precision)
    }

    /// Mean recall, also called mean accuracy, over the classes that occur in the truth.
    pub fn mean_recall(&self) -> Option<f64> {
        self.mean(ClassCounts::recall)
    }

    /// Mean F1 over the classes that occur in truth or prediction.
    pub fn mean_f1(&self) -> Option<f64> {
        self.mean(ClassCounts::f1)
    }

    fn mean(&self, value: fn(&ClassCounts) -> Option<f64>) -> Option<f64> {
        mean(self.classes.iter().map(value))
    }
}

impl FromIterator<ClassCounts> for TotalCounts {
    /// Totals by class, background first.
    fn from_iter<I: IntoIterator<Item = ClassCounts>>(classes: I) -> Self {
        Self { classes: classes.into_iter().collect() }
    }
}

impl From<&ConfusionMatrix> for TotalCounts {
    fn from(matrix: &ConfusionMatrix) -> Self {
        Self { classes: (0..matrix.classes()).map(|class| matrix.counts(class)).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(value: Option<f64>, expected: f64) -> bool {
        // Sums of thirds and the like are not exact in binary.
        value.is_some_and(|value| (value - expected).abs() < 1e-15)
    }

    #[test]
    fn means_of_hand_counted_maps() {
        // Class 0: 1 of 2 right, one pixel too many; class 1: 2 of 3; class 2 never occurs.
        let matrix = ConfusionMatrix::of(3, &[0, 0, 1, 1, 1, 255], &[0, 1, 1, 1, 0, 2]);
        let totals = TotalCounts::from(&matrix);
        assert_eq!((totals.pixels(), totals.classes().len()), (5, 3));
        assert_eq!(totals.pixel_accuracy(), Some(0.6));
        assert!(close(totals.mean_iou(), (1.0 / 3.0 + 2.0 / 4.0) / 2.0));
        assert!(close(totals.frequency_weighted_iou(), (2.0 / 3.0 + 3.0 * 2.0 / 4.0) / 5.0));
        assert!(close(totals.mean_precision(), (1.0 / 2.0 + 2.0 / 3.0) / 2.0));
        assert!(close(totals.mean_recall(), (1.0 / 2.0 + 2.0 / 3.0) / 2.0));
        assert!(close(totals.mean_f1(), (2.0 / 4.0 + 4.0 / 6.0) / 2.0));
    }

    #[test]
    fn nothing_counted_has_no_mean() {
        let totals = TotalCounts::new(3);
        assert_eq!((totals.mean_iou(), totals.frequency_weighted_iou()), (None, None));
        assert_eq!((totals.pixel_accuracy(), totals.mean_f1()), (None, None));
    }

    proptest! {
        #[test]
        fn images_in_any_order_and_part_equal_one_matrix(
            images in prop::collection::vec(
                prop::collection::vec((0..4_u8, 0..4_u8), 1..30), 1..8,
            ),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut whole = ConfusionMatrix::new(4);
            let mut counts = Vec::new();
            for pixels in images {
                let (truth, predicted): (Vec<u8>, Vec<u8>) = pixels.into_iter().unzip();
                let matrix = ConfusionMatrix::of(4, &truth, &predicted);
                counts.push(ImageCounts::of_matrix("a", &matrix));
                whole = whole.merge(&matrix);
            }
            let (left, right) = counts.split_at(cut.index(counts.len()));
            let parts = TotalCounts::of(4, right).merge(&TotalCounts::of(4, left));
            prop_assert_eq!(&parts, &TotalCounts::from(&whole));
            prop_assert_eq!(parts.mean_iou(), whole.mean_iou());
        }
    }
}
