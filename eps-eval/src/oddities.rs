//! What makes evaluators disagree about the same masks.

use crate::pair_counts::PairCounts;
use eps_data::IGNORE;
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// Pixels and images that evaluators treat differently, whatever the protocol.
///
/// Pixels whose truth is ignored are not among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oddities {
    /// Pixels predicted as 255.
    pub predicted_255: u64,
    /// Pixels predicted as another label that is no class.
    pub predicted_out_of_range: u64,
    /// Pixels whose truth is neither a class nor ignored.
    pub truth_out_of_range: u64,
    /// Predictions of another size than their truth.
    pub resized_images: u64,
}

impl Oddities {
    pub(crate) fn of(pairs: &PairCounts, classes: usize) -> Self {
        let mut oddities = Self::default();
        for (truth, predicted, pixels) in pairs.iter().filter(|&(truth, ..)| truth != IGNORE) {
            if usize::from(truth) >= classes {
                oddities.truth_out_of_range += pixels;
            }
            if predicted == IGNORE {
                oddities.predicted_255 += pixels;
            } else if usize::from(predicted) >= classes {
                oddities.predicted_out_of_range += pixels;
            }
        }
        oddities
    }
}

/// Pixels of an image are below this: no reader decodes so large a picture.
const IMAGE_PIXELS: u64 = 1 << 32;

impl Oddities {
    /// A count that so many images cannot have.
    pub(crate) fn excess(&self, images: u64) -> Option<String> {
        let pixels = images.saturating_mul(IMAGE_PIXELS);
        [
            ("pixels predicted as 255", self.predicted_255, pixels),
            ("pixels predicted out of range", self.predicted_out_of_range, pixels),
            ("pixels out of range", self.truth_out_of_range, pixels),
            ("resized images", self.resized_images, images),
        ]
        .into_iter()
        .find(|(_, count, most)| count > most)
        .map(|(what, count, _)| format!("{count} {what}"))
    }
}

impl AddAssign for Oddities {
    fn add_assign(&mut self, other: Self) {
        self.predicted_255 += other.predicted_255;
        self.predicted_out_of_range += other.predicted_out_of_range;
        self.truth_out_of_range += other.truth_out_of_range;
        self.resized_images += other.resized_images;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_are_no_class_are_counted_by_hand() {
        let pairs = PairCounts::of(&[0, 1, 7, 7, 255, 0], &[255, 9, 1, 255, 9, 0]);
        let mut oddities = Oddities::of(&pairs, 3);
        oddities += Oddities { resized_images: 1, ..Oddities::default() };
        let expected = Oddities {
            predicted_255: 2,
            predicted_out_of_range: 1,
            truth_out_of_range: 2,
            resized_images: 1,
        };
        assert_eq!(oddities, expected);
    }
}
