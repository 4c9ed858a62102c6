//! How often classes are labelled, alone and together.

use crate::{ClassId, ClassSet};

/// Images of each class and of each pair of classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelCounts {
    classes: usize,
    images: u64,
    /// Images of both classes, `[class][class]`, background included and always 0.
    pairs: Vec<u64>,
    /// Images by their number of classes.
    labels: Vec<u64>,
}

impl LabelCounts {
    /// Counts of `classes` classes, background included, without images.
    pub fn new(classes: usize) -> Self {
        Self { classes, images: 0, pairs: vec![0; classes * classes], labels: vec![0; classes] }
    }

    /// Counts one image.
    ///
    /// # Panics
    ///
    /// If a label is not among the classes.
    pub fn add(&mut self, labels: ClassSet) {
        let members: Vec<usize> = labels.iter().map(usize::from).collect();
        self.images += 1;
        self.labels[members.len()] += 1;
        for &class in &members {
            assert!(class < self.classes, "class {class} of {}", self.classes);
            for &other in &members {
                self.pairs[class * self.classes + other] += 1;
            }
        }
    }

    /// Adds the images that `other` counted.
    ///
    /// # Panics
    ///
    /// If the two differ in classes.
    pub fn merge(mut self, other: &Self) -> Self {
        assert_eq!(self.classes, other.classes, "both must have the same classes");
        self.images += other.images;
        let counts = self.pairs.iter_mut().chain(&mut self.labels);
        let added = other.pairs.iter().chain(&other.labels);
        counts.zip(added).for_each(|(count, added)| *count += added);
        self
    }

    /// Number of classes with background.
    pub fn classes(&self) -> usize {
        self.classes
    }

    pub fn images(&self) -> u64 {
        self.images
    }

    /// Images with `class`.
    pub fn images_with(&self, class: ClassId) -> u64 {
        self.both(class, class)
    }

    /// Images with both classes.
    pub fn both(&self, class: ClassId, other: ClassId) -> u64 {
        self.pairs[usize::from(class) * self.classes + usize::from(other)]
    }

    /// P(`other` | `given`): share of the images with `given` that have `other` too; `None` if
    /// there are none with `given`.
    pub fn conditional(&self, other: ClassId, given: ClassId) -> Option<f64> {
        let images = self.images_with(given);
        (images > 0).then(|| self.both(given, other) as f64 / images as f64)
    }

    /// Images by their number of labels: element n counts those with n; ends at the largest.
    pub fn labels_per_image(&self) -> &[u64] {
        let end = self.labels.iter().rposition(|&count| count > 0).map_or(0, |last| last + 1);
        &self.labels[..end]
    }

    /// Mean number of labels over images; `None` without images.
    pub fn mean_labels(&self) -> Option<f64> {
        let labels: u64 = self.labels.iter().zip(0..).map(|(count, labels)| count * labels).sum();
        (self.images > 0).then(|| labels as f64 / self.images as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(images: &[&[ClassId]]) -> LabelCounts {
        let mut counts = LabelCounts::new(4);
        images.iter().for_each(|labels| counts.add(labels.iter().copied().collect()));
        counts
    }

    #[test]
    fn pairs_and_shares_are_those_counted_by_hand() {
        let counts = counted(&[&[1, 2], &[1], &[1, 2], &[], &[2]]);
        assert_eq!((counts.images(), counts.images_with(1), counts.images_with(2)), (5, 3, 3));
        assert_eq!((counts.both(1, 2), counts.both(2, 1), counts.both(1, 3)), (2, 2, 0));
        assert_eq!(counts.conditional(2, 1), Some(2.0 / 3.0));
        assert_eq!((counts.conditional(1, 1), counts.conditional(1, 3)), (Some(1.0), None));
        assert_eq!(counts.labels_per_image(), [1, 2, 2]);
        assert_eq!(counts.mean_labels(), Some(6.0 / 5.0));
    }

    #[test]
    fn two_parts_count_as_one_set() {
        let parts = counted(&[&[1, 2], &[3]]).merge(&counted(&[&[], &[3]]));
        assert_eq!(parts, counted(&[&[1, 2], &[3], &[], &[3]]));
        assert_eq!(counted(&[]).mean_labels(), None);
        assert!(counted(&[]).labels_per_image().is_empty());
    }
}
