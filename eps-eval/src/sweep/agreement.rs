//! One of two masks for each image, by how far both agree.
//!
//! Two sources say where the objects of an image are: a class map, and a saliency map that cuts it. Where they
//! agree the sharper one may be believed, where they do not the other. From which level on they agree is chosen
//! as a [threshold](super::held_out) is: for the images of a fold on those of all others.

use super::pairs::folds_of;
use super::summary::LabelledPoint;
use crate::{ImageCounts, ThresholdChoice, TotalCounts};
use eps_data::{BACKGROUND, LabelMap};

/// Intersection over union of the foregrounds of two masks in `0..=1`; 1 if neither has one.
///
/// ```
/// use eps_data::{LabelMap, Size};
/// use eps_eval::agreement;
///
/// let mask = |classes: [u8; 4]| LabelMap::new(Size::new(4, 1), classes.to_vec());
/// assert_eq!(agreement(&mask([0, 8, 8, 8]), &mask([8, 8, 0, 0])), 0.25);
/// assert_eq!(agreement(&mask([0; 4]), &mask([0; 4])), 1.0);
/// ```
///
/// # Panics
///
/// If the masks differ in size.
pub fn agreement(one: &LabelMap, other: &LabelMap) -> f64 {
    assert_eq!(one.size(), other.size(), "both masks are of one image");
    let (mut both, mut either) = (0_u64, 0_u64);
    for (&one, &other) in one.classes().iter().zip(other.classes()) {
        let (one, other) = (one != BACKGROUND, other != BACKGROUND);
        both += u64::from(one && other);
        either += u64::from(one || other);
    }
    if either == 0 { 1.0 } else { both as f64 / either as f64 }
}

/// The counts of two masks of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoMasks {
    /// Of both, in `0..=1`.
    pub agreement: f64,
    /// Of the mask that is taken from a level of agreement on.
    pub agreed: ImageCounts,
    /// Of the mask that is taken below it.
    pub otherwise: ImageCounts,
}

/// Levels that were each chosen without the images that they are applied to.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldOutAgreement {
    /// Of each image, in the order of the images.
    pub of_image: Vec<f64>,
    /// How many images take the mask of those that agree.
    pub agreed: usize,
    /// The levels of the folds, and the means over all images.
    pub point: LabelledPoint,
}

/// Chooses a level of agreement for each fold as the one with the highest mean IoU on all others, the lowest of
/// equals. Levels are 0, 0.05, … 1, and 1.05, which no image reaches. `None` with fewer than two folds or images,
/// or without pixels.
pub fn held_out_agreement(
    images: &[TwoMasks],
    classes: usize,
    folds: usize,
) -> Option<HeldOutAgreement> {
    let folds = folds_of(images.iter().map(|image| image.agreed.id.as_str()), folds);
    if folds.len() < 2 {
        return None;
    }
    let (mut of_image, mut levels) = (vec![0.0; images.len()], Vec::with_capacity(folds.len()));
    for fold in &folds {
        let others = images.iter().enumerate().filter(|(index, _)| !fold.contains(index));
        let level = best_level(&others.map(|(_, image)| image).collect::<Vec<_>>(), classes)?;
        fold.iter().for_each(|&index| of_image[index] = level);
        levels.push(level);
    }
    let taken = images.iter().zip(&of_image);
    let agreed = taken.clone().filter(|(image, level)| image.agreement >= **level).count();
    let counts = TotalCounts::of(classes, taken.map(|(image, level)| image.taken(*level)));
    let point = LabelledPoint::new(ThresholdChoice::HeldOut, levels, &counts)?;
    Some(HeldOutAgreement { of_image, agreed, point })
}

/// The lowest level with the highest mean IoU.
fn best_level(images: &[&TwoMasks], classes: usize) -> Option<f64> {
    let mut best: Option<(f64, f64)> = None;
    // A quotient: 0.15 as it is written, where 3 · 0.05 is 0.15000000000000002.
    for level in (0..=21_u8).map(|step| f64::from(step) / 20.0) {
        let counts = TotalCounts::of(classes, images.iter().map(|image| image.taken(level)));
        let mean = counts.mean_iou()?;
        if best.is_none_or(|(highest, _)| mean > highest) {
            best = Some((mean, level));
        }
    }
    best.map(|(_, level)| level)
}

impl TwoMasks {
    /// The counts of the mask that is taken at a level.
    fn taken(&self, level: f64) -> &ImageCounts {
        if self.agreement >= level { &self.agreed } else { &self.otherwise }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ConfusionMatrix;

    /// An image of four object pixels, of which each mask gets so many right.
    fn image(id: usize, agreement: f64, agreed: usize, otherwise: usize) -> TwoMasks {
        let counts = |right: usize| {
            let predicted = [vec![1; right], vec![0; 4 - right]].concat();
            let matrix = ConfusionMatrix::of(2, &[1; 4], &predicted);
            ImageCounts::of_matrix(format!("image-{id}"), &matrix)
        };
        TwoMasks { agreement, agreed: counts(agreed), otherwise: counts(otherwise) }
    }

    #[test]
    fn the_level_between_good_and_bad_cuts_is_found_on_other_images() {
        // The cut is right from an agreement of 0.6 on, and wrong below.
        let images: Vec<TwoMasks> = (0..20)
            .map(|id| if id % 2 == 0 { image(id, 0.6, 4, 2) } else { image(id, 0.3, 0, 2) })
            .collect();
        let found = held_out_agreement(&images, 2, 5).expect("folds");
        // 0.35 is the lowest level above 0.3.
        assert_eq!(found.point.parameters, [0.35; 5]);
        assert_eq!((found.agreed, found.of_image), (10, vec![0.35; 20]));
        // Ten images of four right pixels and ten of two: 60 of 80 objects; of the background none is right.
        assert_eq!(found.point.mean_iou, 60.0 / 80.0 / 2.0);
        assert_eq!(found.point.chosen, ThresholdChoice::HeldOut);
    }

    #[test]
    fn an_image_has_no_say_in_its_own_level() {
        // One image alone would gain from a cut at any level; all others lose.
        let mut images: Vec<TwoMasks> = (0..10).map(|id| image(id, 0.5, 1, 3)).collect();
        images[3] = image(3, 0.5, 4, 0);
        let found = held_out_agreement(&images, 2, 10).expect("folds");
        assert_eq!(found.agreed, 0);
        assert!(found.of_image.iter().all(|&level| level == 0.55), "{:?}", found.of_image);
    }

    #[test]
    fn a_level_needs_other_images() {
        assert_eq!(held_out_agreement(&[image(0, 0.5, 1, 1)], 2, 5), None);
        assert_eq!(held_out_agreement(&[image(0, 0.5, 1, 1), image(1, 0.5, 1, 1)], 2, 1), None);
        assert!(held_out_agreement(&[image(0, 0.5, 1, 1), image(1, 0.5, 1, 1)], 2, 5).is_some());
    }
}
