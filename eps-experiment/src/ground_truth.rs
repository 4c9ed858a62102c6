//! Ground-truth masks and the images that count.

use eps_data::{ClassNames, ImageList, Item};

/// A list of images with their ground truth.
#[derive(Clone, Debug)]
pub struct GroundTruth {
    pub list: ImageList,
    /// Of the list, in its order, each with its mask.
    pub items: Vec<Item>,
    pub names: ClassNames,
    /// Name of the masks' folder, such as `SegmentationClassAug`.
    pub folder: String,
}
