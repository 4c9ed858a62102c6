//! The mask and the prediction of each image, and that they are there.

use crate::{EvalError, fold::Fold};
use eps_data::codec::class_map_of;
use eps_data::{DataError, Item, Silent, none_missing};
use std::convert::Infallible;
use std::path::{Path, PathBuf};

/// What a folder has for each image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Prediction {
    /// `<id>.png`
    Mask,
    /// `<id>.npz`, or another program's `<id>.npy`
    ClassMap,
    /// The same, of which this threshold makes a mask.
    CutMap(f32),
}

impl Prediction {
    pub(crate) fn file(self, folder: &Path, id: &str) -> PathBuf {
        match self {
            Self::Mask => folder.join(format!("{id}.png")),
            Self::ClassMap | Self::CutMap(_) => class_map_of(folder, id),
        }
    }

    /// At which a map becomes a mask.
    pub(crate) fn threshold(self) -> Option<f32> {
        match self {
            Self::CutMap(threshold) => Some(threshold),
            Self::Mask | Self::ClassMap => None,
        }
    }

    /// Its name in errors.
    fn title(self) -> &'static str {
        match self {
            Self::Mask => "prediction",
            Self::ClassMap | Self::CutMap(_) => "class map",
        }
    }

    /// The files of an image, which may be missing.
    pub(crate) fn files<'a>(
        self,
        position: usize,
        item: &'a Item,
        folder: &Path,
    ) -> ImageFiles<'a> {
        let prediction = self.file(folder, &item.id);
        ImageFiles { position, item, prediction, kind: self }
    }

    /// The files of every item, which may be missing.
    pub(crate) fn files_of<'a>(self, items: &'a [Item], folder: &Path) -> Vec<ImageFiles<'a>> {
        items.iter().enumerate().map(|(index, item)| self.files(index, item, folder)).collect()
    }

    /// The files of every item, none of which is missing.
    pub(crate) fn complete_files<'a>(
        self,
        items: &'a [Item],
        folder: &Path,
    ) -> Result<Vec<ImageFiles<'a>>, DataError> {
        let files = self.files_of(items, folder);
        self.check_complete(&files)?;
        Ok(files)
    }

    /// Names the first missing mask of the truth and counts the others, or does so for predictions.
    pub(crate) fn check_complete(self, images: &[ImageFiles<'_>]) -> Result<(), DataError> {
        // Ground truth first: without it no prediction is of use.
        let lacking = images.iter().filter(|image| !image.has_truth());
        none_missing(lacking.map(ImageFiles::truth), "mask")?;
        let lacking = images.iter().filter(|image| !image.has_prediction());
        none_missing(lacking.map(|image| &image.prediction), self.title())
    }

    /// Everything that keeps images from being counted, in the order of the list: missing files, and
    /// where none is, what `check` finds in them.
    pub(crate) fn faults(
        self,
        items: &[Item],
        folder: &Path,
        check: impl Fn(&ImageFiles<'_>) -> Result<(), EvalError> + Sync + Send,
    ) -> Vec<EvalError> {
        let files = self.files_of(items, folder);
        // What is wrong with an image is found, not failed with, so that none stops the others.
        let Ok(faults) = Fold::over(&files, &Silent).each(|image| {
            let mut faults: Vec<EvalError> = image.missing().map(EvalError::from).collect();
            if faults.is_empty() {
                faults.extend(check(image).err());
            }
            Ok::<_, Infallible>(faults)
        });
        faults.into_iter().flatten().collect()
    }
}

/// The files of one image.
pub(crate) struct ImageFiles<'a> {
    /// Of the image in its list, from 0.
    pub(crate) position: usize,
    pub(crate) item: &'a Item,
    pub(crate) prediction: PathBuf,
    pub(crate) kind: Prediction,
}

impl ImageFiles<'_> {
    /// Path of the mask; that of the image where it has none.
    pub(crate) fn truth(&self) -> &Path {
        self.item.mask.as_ref().unwrap_or(&self.item.image)
    }

    /// Path of the mask, where the image has one.
    pub(crate) fn mask(&self) -> Result<&Path, DataError> {
        self.item.mask.as_deref().ok_or_else(|| DataError::missing(self.truth(), "mask"))
    }

    /// Whether both files are there.
    pub(crate) fn is_complete(&self) -> bool {
        self.has_truth() && self.has_prediction()
    }

    /// An error for each of the two files that is missing.
    pub(crate) fn missing(&self) -> impl Iterator<Item = DataError> {
        let truth = (!self.has_truth()).then(|| DataError::missing(self.truth(), "mask"));
        let prediction = (!self.has_prediction())
            .then(|| DataError::missing(&self.prediction, self.kind.title()));
        truth.into_iter().chain(prediction)
    }

    fn has_truth(&self) -> bool {
        self.item.mask.as_ref().is_some_and(|mask| mask.is_file())
    }

    fn has_prediction(&self) -> bool {
        self.prediction.is_file()
    }
}
