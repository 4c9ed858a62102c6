//! The files of the images that are counted.

use crate::EvalError;
use eps_data::{DataError, Item, none_missing};
use std::path::{Path, PathBuf};

/// The two masks of an image.
pub(super) struct ImageFiles {
    /// Of the image in its list, from 0.
    pub(super) position: usize,
    pub(super) id: String,
    /// The image's own file where it has no mask.
    pub(super) truth: PathBuf,
    pub(super) prediction: PathBuf,
    is_masked: bool,
}

impl ImageFiles {
    pub(super) fn of(position: usize, item: &Item, predictions: &Path) -> Self {
        let truth = item.mask.as_ref().unwrap_or(&item.image).clone();
        let prediction = predictions.join(format!("{}.png", item.id));
        let is_masked = item.mask.is_some();
        Self { position, id: item.id.clone(), truth, prediction, is_masked }
    }

    /// Path of the mask of the truth, where the image has one.
    pub(super) fn mask(&self) -> Result<&Path, DataError> {
        let missing = || DataError::Missing { path: self.truth.clone(), kind: "mask", more: 0 };
        self.is_masked.then_some(self.truth.as_path()).ok_or_else(missing)
    }

    /// Whether both files are there.
    pub(super) fn is_complete(&self) -> bool {
        self.has_truth() && self.has_prediction()
    }

    fn has_truth(&self) -> bool {
        self.is_masked && self.truth.is_file()
    }

    fn has_prediction(&self) -> bool {
        self.prediction.is_file()
    }
}

/// Names the first missing mask of the truth and counts the others, or does so for predictions.
pub(super) fn check(images: &[ImageFiles]) -> Result<(), DataError> {
    let lacking = images.iter().filter(|image| !image.has_truth());
    none_missing(lacking.map(|image| &image.truth), "mask")?;
    let lacking = images.iter().filter(|image| !image.has_prediction());
    none_missing(lacking.map(|image| &image.prediction), "prediction")
}

/// Every missing file, with the position of its image.
pub(super) fn missing(images: &[ImageFiles]) -> Vec<(usize, EvalError)> {
    let of_image = |image: &ImageFiles| {
        let fault = |is_there: bool, path: &PathBuf, kind| {
            let error = || DataError::Missing { path: path.clone(), kind, more: 0 }.into();
            (!is_there).then(|| (image.position, error()))
        };
        [
            fault(image.has_truth(), &image.truth, "mask"),
            fault(image.has_prediction(), &image.prediction, "prediction"),
        ]
    };
    images.iter().flat_map(of_image).flatten().collect()
}
