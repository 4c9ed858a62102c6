//! The parts of an instances file that are read; others are skipped.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A file whose texts are borrowed and whose segmentations are not yet parsed.
#[derive(Deserialize)]
pub(super) struct Document<'a> {
    #[serde(borrow)]
    pub(super) images: Vec<RawImage<'a>>,
    #[serde(borrow)]
    pub(super) annotations: Vec<RawAnnotation<'a>>,
    #[serde(borrow)]
    pub(super) categories: Vec<RawCategory<'a>>,
}

#[derive(Deserialize)]
pub(super) struct RawImage<'a> {
    pub(super) id: u64,
    #[serde(borrow)]
    pub(super) file_name: Cow<'a, str>,
    pub(super) width: u32,
    pub(super) height: u32,
}

#[derive(Deserialize)]
pub(super) struct RawAnnotation<'a> {
    pub(super) id: u64,
    pub(super) image_id: u64,
    pub(super) category_id: u64,
    #[serde(default)]
    pub(super) iscrowd: u8,
    pub(super) area: Option<f64>,
    #[serde(borrow)]
    pub(super) segmentation: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct RawCategory<'a> {
    pub(super) id: u64,
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
}
