//! Class maps whose classes are counted from another number than those of the ground truth.

use crate::{EvalError, files::Prediction, fold::Fold};
use eps_data::{ClassId, Item, Silent, codec};
use std::path::Path;

/// Images that are looked at, spread over the list.
const IMAGES: usize = 64;

/// Share of the maps whose shifted class must be one of their image.
const FITS: f64 = 0.9;

/// The most of the maps whose class as it is may be one of their image: some classes are neighbours, and
/// come together.
const MISFIT: f64 = 0.6;

/// All map classes are off by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassShift {
    /// The classes of maps minus those of the ground truth: 1 or -1.
    pub by: i16,
    /// Maps that were looked at, those whose class is in the ground truth, and those whose class is
    /// there once it is shifted.
    pub maps: usize,
    pub fit: usize,
    pub fit_shifted: usize,
    /// An image in which no class of its maps is in the ground truth but for the shift.
    pub example: String,
}

/// Whether the classes of maps are not in the ground truth of their images, while those below or above
/// them are; some images of the list are looked at.
///
/// # Errors
///
/// If a mask or a map of these images is missing or cannot be read.
pub fn class_shift(
    items: &[Item],
    cams: &Path,
    classes: usize,
) -> Result<Option<ClassShift>, EvalError> {
    // Spread over the list, since neighbours in it may show the same few classes.
    let step = items.len().div_ceil(IMAGES).max(1);
    let sample: Vec<Item> = items.iter().step_by(step).cloned().collect();
    let files = Prediction::ClassMap.complete_files(&sample, cams)?;
    let images = Fold::over(&files, &Silent).each(|image| {
        let truth = codec::read_mask(image.mask()?, classes)?;
        let maps = codec::read_class_map(&image.prediction)?.classes().to_vec();
        let truth = truth.present().iter().collect();
        Ok::<_, EvalError>(Image { id: image.item.id.clone(), maps, truth })
    })?;
    Ok([1, -1].into_iter().find_map(|by| shift(&images, by)))
}

/// The classes of an image.
struct Image {
    id: String,
    maps: Vec<ClassId>,
    /// Of the ground truth, background among them.
    truth: Vec<ClassId>,
}

impl Image {
    /// Maps whose class less `by` is in the ground truth.
    fn fit(&self, by: i16) -> usize {
        let shifted = self.maps.iter().map(|&class| i16::from(class) - by);
        shifted
            .filter(|shifted| self.truth.iter().any(|&class| i16::from(class) == *shifted))
            .count()
    }
}

fn shift(images: &[Image], by: i16) -> Option<ClassShift> {
    let maps: usize = images.iter().map(|image| image.maps.len()).sum();
    let fit: usize = images.iter().map(|image| image.fit(0)).sum();
    let fit_shifted: usize = images.iter().map(|image| image.fit(by)).sum();
    let is_shifted =
        maps > 0 && fit_shifted as f64 >= FITS * maps as f64 && fit as f64 <= MISFIT * maps as f64;
    let example = images.iter().find(|image| image.fit(0) == 0 && image.fit(by) > 0);
    let example = example.filter(|_| is_shifted)?.id.clone();
    Some(ClassShift { by, maps, fit, fit_shifted, example })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(pairs: &[(&[ClassId], &[ClassId])]) -> Vec<Image> {
        let image = |(index, (maps, truth)): (usize, &(&[ClassId], &[ClassId]))| Image {
            id: format!("image_{index}"),
            maps: maps.to_vec(),
            truth: truth.to_vec(),
        };
        pairs.iter().enumerate().map(image).collect()
    }

    #[test]
    fn keys_that_were_counted_from_one_are_recognised() {
        // Converted as if they were counted from 0: each map is of the class above the one it names.
        let found = images(&[(&[2], &[0, 1]), (&[2, 3], &[0, 1, 2]), (&[8], &[0, 7])]);
        let expected =
            ClassShift { by: 1, maps: 4, fit: 1, fit_shifted: 4, example: "image_0".into() };
        assert_eq!(shift(&found, 1), Some(expected));
        assert_eq!(shift(&found, -1), None);
    }

    #[test]
    fn a_background_that_was_taken_for_the_first_class_is_recognised() {
        let found = images(&[(&[1, 8], &[0, 7]), (&[1, 4], &[0, 3])]);
        assert_eq!(shift(&found, 1).expect("a shift").fit_shifted, 4);
    }

    #[test]
    fn maps_of_the_right_or_of_any_classes_are_not_shifted() {
        let right = images(&[(&[1], &[0, 1]), (&[2, 3], &[0, 2, 3]), (&[7, 9], &[0, 7])]);
        let any = images(&[(&[5], &[0, 1]), (&[2], &[0, 9]), (&[4], &[0, 3])]);
        for found in [right, any, images(&[]), images(&[(&[], &[0])])] {
            assert_eq!((shift(&found, 1), shift(&found, -1)), (None, None));
        }
    }
}
