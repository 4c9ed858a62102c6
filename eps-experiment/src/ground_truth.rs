//! Ground-truth masks and the images that count.

use eps_data::{ClassNames, ImageList, Item, Shard};
use eps_eval::MaskFolder;
use std::path::{Path, PathBuf};

/// A list of images with their ground truth.
#[derive(Clone, Debug)]
pub struct GroundTruth {
    pub list: ImageList,
    /// Of the list, in its order, each with its mask.
    pub items: Vec<Item>,
    pub names: ClassNames,
    /// Name of the masks' folder, such as `SegmentationClassAug`.
    pub folder: String,
    /// Folder of the images, if it is where the layout has it.
    pub images: PathBuf,
}

impl GroundTruth {
    /// Predicted masks of a part of the list, or of all of it.
    pub fn folder<'a>(&'a self, predictions: &'a Path, shard: Option<Shard>) -> MaskFolder<'a> {
        let Self { list, items, names, .. } = self;
        MaskFolder { list, items, predictions, names, shard }
    }
}
