//! The folder layout of PASCAL VOC, whose names the other layouts have too where they say nothing else.

use super::DataSet;
use std::path::Path;

impl DataSet {
    /// The usual folders under `root`; masks are those of the augmented set where there are any.
    pub fn voc(root: &Path) -> Self {
        let augmented = root.join("SegmentationClassAug");
        Self {
            images: root.join("JPEGImages"),
            masks: if augmented.is_dir() { augmented } else { root.join("SegmentationClass") },
            saliency: root.join("SALImages"),
            mask_suffix: String::new(),
            saliency_suffix: String::new(),
            annotations: root.join("Annotations"),
            lists: root.join("ImageSets/Segmentation"),
            instances: None,
            labels: None,
            root: root.into(),
        }
    }
}
