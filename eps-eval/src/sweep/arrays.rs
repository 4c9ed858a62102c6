//! Masks and class maps that a program has in memory.

use super::{SweepPlan, Swept, pairs::sweep_pairs};
use crate::{EvalError, fit::check_scores};
use eps_data::codec::{check_classes, check_score_range};
use eps_data::{ClassId, LabelMap, Observer, ScoreMap, Size};
use std::path::Path;

/// The mask and the class maps of one image, borrowed.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageArrays<'a> {
    /// Decides which fold the image falls into, and is named in errors.
    pub id: String,
    pub size: Size,
    /// Classes row by row.
    pub truth: &'a [ClassId],
    /// Object classes, ascending, each with its scores row by row.
    pub maps: Vec<(ClassId, &'a [f32])>,
}

/// Counts class maps in memory at every threshold of the plan, with the result that
/// [`sweep_folder`](crate::sweep_folder) has of the same images as files.
///
/// # Errors
///
/// As a file with these values, which is named by the id: if a score is no number or above 1, or a class is
/// outside `0..classes`.
///
/// # Panics
///
/// If a mask or a map has not as many values as the image has pixels, or classes of maps do not ascend.
pub fn sweep_arrays(
    images: &[ImageArrays<'_>],
    plan: &SweepPlan,
    observer: &dyn Observer,
) -> Result<Swept, EvalError> {
    sweep_pairs(images, |image| &image.id, |image| image.pair(plan.classes), plan, observer)
}

impl ImageArrays<'_> {
    /// Copied image by image, so that a sweep has no second copy of all maps.
    fn pair(&self, classes: usize) -> Result<(LabelMap, ScoreMap), EvalError> {
        let path = Path::new(&self.id);
        let truth = LabelMap::new(self.size, self.truth.to_vec());
        check_classes(path, &truth, classes)?;
        let (present, maps): (Vec<ClassId>, Vec<&[f32]>) = self.maps.iter().copied().unzip();
        let scores = ScoreMap::new(self.size, present, maps.concat());
        check_score_range(path, scores.scores())?;
        check_scores(&truth, &scores, path, classes)?;
        Ok((truth, scores))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep_folder;
    use eps_data::codec::{ScoreFormat, write_mask, write_scores};
    use eps_data::{ClassSet, Item, Silent};

    const SIZE: Size = Size { width: 3, height: 2 };

    fn plan(folds: usize) -> SweepPlan {
        SweepPlan::with_fixed(3, vec![0.1, 0.3, 0.6], vec![2.0], 0.2, folds)
    }

    fn image<'a>(
        id: &str,
        truth: &'a [ClassId],
        maps: Vec<(ClassId, &'a [f32])>,
    ) -> ImageArrays<'a> {
        ImageArrays { id: id.into(), size: SIZE, truth, maps }
    }

    #[test]
    fn arrays_are_swept_as_the_files_that_hold_them() {
        let folder = tempfile::tempdir().unwrap();
        let first: &[f32] = &[0.1, 0.5, 0.9, 0.0, 0.3, 0.31];
        let second: &[f32] = &[0.7, 0.2, 0.1, 0.6, 0.6, 0.0];
        let images = [
            image("a", &[0, 1, 1, 255, 2, 0], vec![(1, first), (2, second)]),
            image("b", &[2, 2, 0, 2, 0, 0], vec![(2, second)]),
            image("c", &[0; 6], vec![]),
        ];
        let items = images.each_ref().map(|image| {
            let mask = folder.path().join(format!("{}.png", image.id));
            let (truth, scores) = image.pair(3).unwrap();
            write_mask(&mask, &truth).unwrap();
            write_scores(&mask.with_extension("npz"), &scores, ScoreFormat::F32).unwrap();
            let (id, image) = (image.id.clone(), folder.path().join("none"));
            Item { id, image, saliency: None, mask: Some(mask), classes: ClassSet::default() }
        });
        for folds in [1, 2, 5] {
            let found = sweep_arrays(&images, &plan(folds), &Silent).unwrap();
            let expected = sweep_folder(&items, folder.path(), &plan(folds), &Silent).unwrap();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn wrong_values_are_named_by_the_id_of_their_image() {
        let refused = |truth: [u8; 6], class: ClassId, score: f32| {
            let map = [0.5, 0.5, score, 0.5, 0.5, 0.5];
            let image = image("image 4", &truth, vec![(class, &map)]);
            sweep_arrays(&[image], &plan(1), &Silent).unwrap_err().to_string()
        };
        assert_eq!(
            refused([0, 7, 0, 0, 0, 0], 1, 0.0),
            "image 4: class 7, expected 0..=2 or 255 (ignore)"
        );
        assert_eq!(refused([0; 6], 9, 0.0), "image 4: predicted class 9, expected 0..=2");
        assert_eq!(
            refused([0; 6], 1, 1.5),
            "image 4: a score of 1.5, expected at most 1, as maps divided by their maximum have"
        );
        assert_eq!(
            refused([0; 6], 1, f32::NAN),
            "image 4: a score that is not a number, expected numbers"
        );
    }
}
