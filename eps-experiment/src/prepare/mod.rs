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
mod thresholded;

pub use agreement::{AgreementFrom, Doubt};
pub use convert::ConvertedMaps;
pub use image_ids::ImageIds;
pub use image_labels::ImageLabels;
pub use map_source::MapSource;
pub use masks::{Colours, MaskOutput};
#[cfg(feature = "saliency")]
pub use saliency::SaliencyMaps;
pub use saliency_cue::SaliencyCue;
#[cfg(feature = "saliency")]
pub use saliency_model::saliency_model;
pub(crate) use thresholded::cut_by_saliency;
pub use thresholded::{Cut, ThresholdedMaps};
