//! Lists, labels, and maps and masks of other programs in the form that this one reads.

mod agreement;
mod convert;
mod image_ids;
mod image_labels;
mod map_source;
mod masks;
#[cfg(feature = "saliency")]
mod saliency;
mod saliency_cue;
#[cfg(feature = "saliency")]
mod saliency_model;
mod saliency_request;
mod thresholded;

pub use agreement::{AgreementFrom, Doubt};
pub use convert::ConvertedMaps;
pub use image_ids::ImageIds;
pub use image_labels::ImageLabels;
pub use map_source::MapSource;
pub use masks::{Colours, MaskOutput};
pub use saliency_cue::SaliencyCue;
pub use saliency_request::SaliencyRequest;
pub(crate) use thresholded::cut_by_saliency;
pub use thresholded::{Cut, ThresholdedMaps};
