//! How often a class is seen in another one where image labels say that both are there.

use crate::{ConfusionMatrix, MaskedImage, PixelMetric, confusion::ratio};
use eps_data::{BACKGROUND, ClassSet};
use serde::Serialize;
use std::collections::BTreeMap;

/// Confusion of two classes over the images whose labels have both; background is in every image.
///
/// Without a map of stuff this is what can be said about co-occurrence: how many pixels
/// of `of` are taken for `taken_for`, for each correct pixel of `taken_for` in the same images. Source:
/// the confusion ratio of EPS, with an object class, or all of the background, in the place of the
/// co-occurring stuff.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct PairCounts {
    images: u64,
    false_positives: u64,
    true_positives: u64,
}

/// One pair of classes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LabelPair {
    /// The class that pixels have.
    pub of: usize,
    /// The class that they are given.
    pub taken_for: usize,
    /// Images whose labels have both.
    pub images: u64,
    /// Pixels of `of` that were given `taken_for` in these images.
    pub false_positives: u64,
    /// Pixels of `taken_for` that were given it in these images.
    pub true_positives: u64,
    /// False over true positives; absent if there is no true positive.
    pub ratio: Option<f64>,
}

/// Counts of every pair of classes that some image's labels have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelPairs {
    pairs: BTreeMap<(usize, usize), PairCounts>,
}

impl LabelPairs {
    /// Counts the pixels of one image with these labels.
    ///
    /// # Panics
    ///
    /// If a label is a class that the matrix does not have.
    pub fn add(&mut self, image: &ConfusionMatrix, labels: ClassSet) {
        for taken_for in labels.iter().map(usize::from) {
            let present = [BACKGROUND].into_iter().chain(labels.iter()).map(usize::from);
            for of in present.filter(|&of| of != taken_for) {
                let counts = self.pairs.entry((of, taken_for)).or_default();
                counts.images += 1;
                counts.false_positives += image.count(of, taken_for);
                counts.true_positives += image.count(taken_for, taken_for);
            }
        }
    }

    /// All pairs, in the order of their classes.
    pub fn pairs(&self) -> impl Iterator<Item = LabelPair> + '_ {
        self.pairs.iter().map(|(&(of, taken_for), counts)| LabelPair {
            of,
            taken_for,
            images: counts.images,
            false_positives: counts.false_positives,
            true_positives: counts.true_positives,
            ratio: ratio(counts.false_positives, counts.true_positives),
        })
    }
}

impl PixelMetric for LabelPairs {
    fn count(&mut self, image: &MaskedImage<'_>) {
        self.add(image.matrix, image.labels);
    }

    fn merge(mut self, other: &Self) -> Self {
        for (&pair, counts) in &other.pairs {
            let sum = self.pairs.entry(pair).or_default();
            sum.images += counts.images;
            sum.false_positives += counts.false_positives;
            sum.true_positives += counts.true_positives;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_count_only_where_the_labels_have_both_classes() {
        let labels = |classes: &[u8]| classes.iter().copied().collect::<ClassSet>();
        let mut pairs = LabelPairs::default();
        let image = |truth: [u8; 6]| ConfusionMatrix::of(3, &truth, &[1, 1, 2, 1, 2, 1]);
        pairs.add(&image([0, 1, 1, 2, 2, 255]), labels(&[1, 2]));
        // Class 1 alone: the background's confusion with it goes on, that of class 2 does not.
        pairs.add(&image([0, 1, 1, 0, 0, 0]), labels(&[1]));
        let found: Vec<_> = pairs
            .pairs()
            .map(|pair| {
                (pair.of, pair.taken_for, pair.images, pair.false_positives, pair.true_positives)
            })
            .collect();
        let expected = [(0, 1, 2, 1 + 3, 1 + 1), (0, 2, 1, 0, 1), (1, 2, 1, 1, 1), (2, 1, 1, 1, 1)];
        assert_eq!(found, expected);
        assert_eq!(pairs.pairs().next().and_then(|pair| pair.ratio), Some(2.0));
        let twice = pairs.clone().merge(&pairs);
        assert_eq!(
            twice.pairs().next().map(|pair| (pair.images, pair.ratio)),
            Some((4, Some(2.0)))
        );
    }
}
