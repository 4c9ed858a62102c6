//! A folder of predictions: masks, or class maps of which a threshold makes masks.

use crate::files::Prediction;
use eps_data::codec::{read_class_map, read_mask};
use eps_data::{DataError, LabelMap};
use std::path::{Path, PathBuf};

/// What a folder has for each image, whichever program wrote it.
#[derive(Clone, Debug, PartialEq)]
pub enum Predictions {
    /// Masks, `<id>.png`.
    Masks(PathBuf),
    /// Class maps, `<id>.npz` or another program's `<id>.npy` or `<id>.pkl`. A pixel has its best class where
    /// that class's score is above the threshold, which is in `0..=1`, and is background elsewhere.
    Maps { folder: PathBuf, threshold: f32 },
}

impl Predictions {
    pub fn folder(&self) -> &Path {
        match self {
            Self::Masks(folder) | Self::Maps { folder, .. } => folder,
        }
    }

    /// Of the background; `None` where the masks are there already.
    pub fn threshold(&self) -> Option<f32> {
        match self {
            Self::Masks(_) => None,
            Self::Maps { threshold, .. } => Some(*threshold),
        }
    }

    /// The file of an image, which may be missing.
    pub fn file(&self, id: &str) -> PathBuf {
        self.kind().file(self.folder(), id)
    }

    /// The mask of an image.
    ///
    /// # Errors
    ///
    /// If its file cannot be read, or is a mask of a class that is neither below `classes` nor 255.
    pub fn read(&self, id: &str, classes: usize) -> Result<LabelMap, DataError> {
        self.kind().read(&self.file(id), classes)
    }

    pub(crate) fn kind(&self) -> Prediction {
        match self {
            Self::Masks(_) => Prediction::Mask,
            Self::Maps { threshold, .. } => Prediction::CutMap(*threshold),
        }
    }
}

impl From<&Path> for Predictions {
    /// A folder of masks.
    fn from(folder: &Path) -> Self {
        Self::Masks(folder.into())
    }
}

impl Prediction {
    /// The mask that a file has or gives.
    pub(crate) fn read(self, path: &Path, classes: usize) -> Result<LabelMap, DataError> {
        match self.threshold() {
            Some(threshold) => Ok(read_class_map(path)?.to_labels(threshold)),
            None => read_mask(path, classes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eps_data::codec::{ScoreFormat, write_mask, write_scores};
    use eps_data::{ScoreMap, Size};

    #[test]
    fn masks_are_read_as_they_are_and_maps_are_cut() {
        let folder = tempfile::tempdir().unwrap();
        let size = Size::new(3, 1);
        let mask = LabelMap::new(size, vec![0, 1, 255]);
        write_mask(&folder.path().join("a.png"), &mask).unwrap();
        let map = ScoreMap::new(size, vec![1], vec![0.1, 0.5, 0.9]);
        write_scores(&folder.path().join("a.npz"), &map, ScoreFormat::F32).unwrap();
        let masks = Predictions::from(folder.path());
        assert_eq!((masks.read("a", 2).unwrap(), masks.threshold()), (mask, None));
        let maps = Predictions::Maps { folder: folder.path().into(), threshold: 0.5 };
        assert_eq!(maps.read("a", 2).unwrap(), LabelMap::new(size, vec![0, 0, 1]));
        assert_eq!((maps.threshold(), maps.file("a")), (Some(0.5), folder.path().join("a.npz")));
    }
}
