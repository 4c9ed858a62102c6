//! Where the lost IoU of each class goes.

use crate::{
    Column, MaskedImage, PixelMetric,
    boundary::distances,
    confusion::{add_counts, mean, ratio},
};
use eps_data::{BACKGROUND, ClassId, ClassSet, IGNORE, LabelMap};
use serde::Serialize;

/// Why a pixel is wrong. The first that applies, in this order, is the pixel's only cause, for the
/// class that it has as for the class that it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// It was given an object class that is not in the image's labels.
    Hallucinated,
    /// It is near a true boundary.
    Boundary,
    /// It has one object class and was given another one.
    Swap,
    /// It is background and was given an object class.
    OverExpansion,
    /// It has an object class and was given background.
    Missed,
}

impl Loss {
    /// All causes, in the order in which they are looked for.
    pub const ALL: [Self; 5] =
        [Self::Hallucinated, Self::Boundary, Self::Swap, Self::OverExpansion, Self::Missed];

    /// What a reader calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Hallucinated => "hallucinated class",
            Self::Boundary => "boundary band",
            Self::Swap => "class swap",
            Self::OverExpansion => "over-expansion",
            Self::Missed => "missed object",
        }
    }

    /// The cause of a wrong pixel of class `truth`.
    fn of(truth: ClassId, predicted: ClassId, labels: ClassSet, is_near_boundary: bool) -> Self {
        // A class that the image does not have is wrong wherever it ends, so labels come before boundaries.
        if predicted != BACKGROUND && !labels.contains(predicted) {
            Self::Hallucinated
        } else if is_near_boundary {
            Self::Boundary
        } else if predicted == BACKGROUND {
            Self::Missed
        } else if truth == BACKGROUND {
            Self::OverExpansion
        } else {
            Self::Swap
        }
    }
}

/// Pixels of each class that are right, and that are wrong by cause.
///
/// A wrong pixel is in the union of two classes: the one it has and the one it was given. It counts
/// once for each, so the right and the wrong pixels of a class are its union, and the
/// [shares](Self::share) of the causes add up to `1 - IoU`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anatomy {
    /// Width of the boundary band in pixels.
    band: u32,
    right: Vec<u64>,
    /// `[class]`, by [`Loss`].
    wrong: Vec<[u64; Loss::ALL.len()]>,
}

impl Anatomy {
    /// Counts of `classes` classes, background included, without pixels. A pixel is near a boundary
    /// if one of another class, or an ignored one, is at most `band` pixels away in the truth; 0
    /// makes no band.
    pub fn new(classes: usize, band: u32) -> Self {
        Self { band, right: vec![0; classes], wrong: vec![Default::default(); classes] }
    }

    /// Counts the pixels of one image with these labels.
    ///
    /// # Panics
    ///
    /// If the maps differ in size, or a counted pixel has a class that the counts do not.
    pub fn add(&mut self, truth: &LabelMap, predicted: &LabelMap, labels: ClassSet) {
        assert_eq!(truth.size(), predicted.size(), "both maps must have the same size");
        let squares = distances(truth, self.band);
        let pixels = truth.classes().iter().zip(predicted.classes()).zip(squares);
        for ((&truth, &predicted), square) in pixels {
            if truth == IGNORE {
                continue;
            }
            if truth == predicted {
                self.right[usize::from(truth)] += 1;
                continue;
            }
            let loss = Loss::of(truth, predicted, labels, square.is_some());
            for class in [truth, predicted] {
                self.wrong[usize::from(class)][loss as usize] += 1;
            }
        }
    }

    /// Width of the boundary band in pixels.
    pub fn band(&self) -> u32 {
        self.band
    }

    /// Number of classes with background.
    pub fn classes(&self) -> usize {
        self.right.len()
    }

    /// Pixels that have `class` or were given it.
    pub fn union(&self, class: usize) -> u64 {
        self.right[class] + self.wrong[class].iter().sum::<u64>()
    }

    /// Intersection over union of `class`; `None` if no pixel has it and none was given it.
    pub fn iou(&self, class: usize) -> Option<f64> {
        ratio(self.right[class], self.union(class))
    }

    /// The IoU that `class` loses to a cause; `None` if no pixel has it and none was given it.
    pub fn share(&self, class: usize, loss: Loss) -> Option<f64> {
        ratio(self.wrong[class][loss as usize], self.union(class))
    }

    /// Mean IoU over the classes that occur in truth or prediction.
    pub fn mean_iou(&self) -> Option<f64> {
        mean((0..self.classes()).map(|class| self.iou(class)))
    }

    /// The mean IoU that is lost to a cause, over the classes that occur in truth or prediction.
    pub fn mean_share(&self, loss: Loss) -> Option<f64> {
        mean((0..self.classes()).map(|class| self.share(class, loss)))
    }
}

impl PixelMetric for Anatomy {
    fn count(&mut self, image: &MaskedImage<'_>) {
        self.add(image.truth, image.predicted, image.labels);
    }

    fn merge(mut self, other: &Self) -> Self {
        assert_eq!(self.band, other.band, "both must have the same band");
        assert_eq!(self.right.len(), other.right.len(), "both must have the same classes");
        add_counts(&mut self.right, &other.right);
        add_counts(self.wrong.as_flattened_mut(), other.wrong.as_flattened());
        self
    }

    fn columns(&self) -> Vec<Column> {
        let columns = Loss::ALL.map(|loss| {
            let classes = (0..self.classes()).map(|class| self.share(class, loss)).collect();
            Column::fraction(loss.title(), self.mean_share(loss), classes)
                .in_terminal("lost mean IoU by cause", loss.title())
        });
        columns.to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ConfusionMatrix;
    use eps_data::Size;
    use proptest::prelude::*;

    fn map(classes: &[u8]) -> LabelMap {
        LabelMap::new(Size::new(classes.len(), 1), classes.to_vec())
    }

    #[test]
    fn every_cause_of_a_row_by_hand() {
        // Near a boundary are the pixels beside a change of the truth: 3, 4, 7 and 8. Class 3 is in
        // no label.
        let truth = map(&[0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 255]);
        let predicted = map(&[1, 3, 0, 1, 1, 0, 2, 1, 2, 3, 2, 1]);
        let mut anatomy = Anatomy::new(4, 1);
        anatomy.add(&truth, &predicted, [1, 2].into_iter().collect());
        // Causes: hallucinated, boundary, swap, over-expansion, missed.
        assert_eq!(anatomy.right, [1, 2, 2, 0]);
        // Background lost pixel 0 to class 1, 1 to class 3, 3 at the boundary; it took pixel 5.
        assert_eq!(anatomy.wrong[0], [1, 1, 0, 1, 1]);
        // Class 1 lost pixel 5 to background and 6 to class 2; it took 0 and 3.
        assert_eq!(anatomy.wrong[1], [0, 1, 1, 1, 1]);
        // Class 2 lost pixel 9 to class 3 and took 6 from class 1.
        assert_eq!(anatomy.wrong[2], [1, 0, 1, 0, 0]);
        assert_eq!(anatomy.wrong[3], [2, 0, 0, 0, 0]);
        assert_eq!(
            (anatomy.iou(1), anatomy.share(1, Loss::Missed)),
            (Some(2.0 / 6.0), Some(1.0 / 6.0))
        );
        assert_eq!(anatomy.mean_share(Loss::Hallucinated), Some((0.2 + 0.0 + 0.25 + 1.0) / 4.0));
    }

    #[test]
    fn a_class_that_does_not_occur_loses_nothing_that_exists() {
        let mut anatomy = Anatomy::new(3, 0);
        anatomy.add(&map(&[0, 1]), &map(&[0, 0]), [1].into_iter().collect());
        assert_eq!((anatomy.iou(2), anatomy.share(2, Loss::Swap)), (None, None));
        assert_eq!(anatomy.mean_share(Loss::Missed), Some(0.75));
    }

    fn maps() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
        prop::collection::vec((prop_oneof![0..4_u8, Just(IGNORE)], 0..4_u8), 1..60)
            .prop_map(|pixels| pixels.into_iter().unzip())
    }

    proptest! {
        #[test]
        fn the_parts_and_the_iou_are_the_whole(
            images in prop::collection::vec(maps(), 1..4),
            labels in prop::collection::btree_set(1..4_u8, 0..4),
            band in 0_u32..4,
        ) {
            let labels: ClassSet = labels.into_iter().collect();
            let mut matrix = ConfusionMatrix::new(4);
            let anatomy = images.iter().fold(Anatomy::new(4, band), |sum, (truth, predicted)| {
                matrix.add(&map(truth), &map(predicted));
                let mut image = Anatomy::new(4, band);
                image.add(&map(truth), &map(predicted), labels);
                sum.merge(&image)
            });
            for class in 0..4 {
                prop_assert_eq!(anatomy.union(class), matrix.counts(class).union());
                prop_assert_eq!(anatomy.iou(class), matrix.iou(class));
                if let Some(iou) = anatomy.iou(class) {
                    let parts: f64 =
                        Loss::ALL.iter().filter_map(|&loss| anatomy.share(class, loss)).sum();
                    // Six roundings of numbers up to 1.
                    prop_assert!((parts + iou - 1.0).abs() < 1e-14);
                }
            }
        }
    }
}
