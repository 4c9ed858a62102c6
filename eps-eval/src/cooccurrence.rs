//! How often a class is seen in the background that tends to come with it.

use crate::{
    MaskedImage, PixelMetric,
    confusion::{add_counts, ratio},
};
use eps_data::{BACKGROUND, LabelMap};

/// Pixels counted for the confusion of classes with the background that co-occurs with them:
/// railroad for train, water for boat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cooccurrence {
    /// Pixels of the background that goes with a class, by class.
    pub background: Vec<u64>,
    /// Those of them that were given the class.
    pub false_positives: Vec<u64>,
    /// Pixels of the class that were given it.
    pub true_positives: Vec<u64>,
}

impl Cooccurrence {
    /// Counts of `classes` classes, background included, without pixels.
    pub fn new(classes: usize) -> Self {
        let none = vec![0; classes];
        Self { background: none.clone(), false_positives: none.clone(), true_positives: none }
    }

    /// Counts the pixels of one image. `stuff` has class c where the background that goes with
    /// c is, 0 elsewhere; it counts only where the truth is background too.
    ///
    /// # Panics
    ///
    /// If the maps differ in size, or a counted pixel has a class that the counts do not.
    pub fn add(&mut self, stuff: &LabelMap, truth: &LabelMap, predicted: &LabelMap) {
        assert_eq!(stuff.size(), truth.size(), "stuff and truth must have the same size");
        assert_eq!(truth.size(), predicted.size(), "truth and prediction must have the same size");
        let pixels = stuff.classes().iter().zip(truth.classes()).zip(predicted.classes());
        for ((&stuff, &truth), &predicted) in pixels {
            // False positives are among the pixels of stuff, true ones among those of objects: no pixel is both.
            if truth == BACKGROUND && stuff != BACKGROUND {
                self.background[usize::from(stuff)] += 1;
                self.false_positives[usize::from(stuff)] += u64::from(predicted == stuff);
            } else if truth != BACKGROUND && predicted == truth {
                self.true_positives[usize::from(truth)] += 1;
            }
        }
    }

    /// False positives on its background over true positives of `class`; `None` if the class has
    /// no such background, or no true positive.
    pub fn of(&self, class: usize) -> Option<f64> {
        let has_background = self.background[class] > 0;
        has_background.then(|| ratio(self.false_positives[class], self.true_positives[class]))?
    }

    /// The ratio of each class, background first.
    pub fn ratios(&self) -> Vec<Option<f64>> {
        (0..self.background.len()).map(|class| self.of(class)).collect()
    }

    /// The ratio with both counts summed over the classes that have such a background.
    pub fn ratio(&self) -> Option<f64> {
        let (mut false_positives, mut true_positives) = (0, 0);
        for class in (0..self.background.len()).filter(|&class| self.background[class] > 0) {
            false_positives += self.false_positives[class];
            true_positives += self.true_positives[class];
        }
        ratio(false_positives, true_positives)
    }
}

impl PixelMetric for Cooccurrence {
    /// Counts nothing of an image without a map of stuff.
    fn count(&mut self, image: &MaskedImage<'_>) {
        if let Some(stuff) = image.stuff {
            self.add(stuff, image.truth, image.predicted);
        }
    }

    fn merge(mut self, other: &Self) -> Self {
        assert_eq!(
            self.background.len(),
            other.background.len(),
            "both must have the same classes"
        );
        add_counts(&mut self.background, &other.background);
        add_counts(&mut self.false_positives, &other.false_positives);
        add_counts(&mut self.true_positives, &other.true_positives);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eps_data::Size;

    fn counted(stuff: [u8; 6], truth: [u8; 6], predicted: [u8; 6]) -> Cooccurrence {
        let map = |classes: [u8; 6]| LabelMap::new(Size::new(3, 2), classes.to_vec());
        let mut counts = Cooccurrence::new(4);
        counts.add(&map(stuff), &map(truth), &map(predicted));
        counts
    }

    #[test]
    fn rails_taken_for_a_train_count_against_its_hits() {
        // One of two rail pixels is called train (1); two of the train's pixels are hit. Class 2
        // has no such background, so its hit and its misses are left out.
        let counts = counted([1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 2, 255], [1, 2, 1, 1, 2, 1]);
        assert_eq!(counts.of(1), Some(0.5));
        assert_eq!(counts.of(2), None);
        assert_eq!(counts.ratio(), Some(0.5));
    }

    #[test]
    fn the_pooled_ratio_keeps_the_hits_of_classes_without_a_false_positive() {
        let counts = counted([1, 2, 0, 0, 0, 0], [0, 0, 1, 2, 2, 2], [1, 0, 1, 2, 2, 2]);
        assert_eq!((counts.of(1), counts.of(2)), (Some(1.0), Some(0.0)));
        assert_eq!(counts.ratio(), Some(0.25));
        let twice = counts.clone().merge(&counts);
        assert_eq!(twice.false_positives, [0, 2, 0, 0]);
        assert_eq!(twice.ratio(), Some(0.25));
    }

    #[test]
    fn without_hits_there_is_no_ratio() {
        let counts = counted([1, 0, 0, 0, 0, 0], [0; 6], [1; 6]);
        assert_eq!((counts.of(1), counts.ratio()), (None, None));
    }
}
