//! Lists, and maps and masks of other programs in the form that this one reads.

mod agreement;
mod convert;
mod image_ids;
mod map_source;
mod masks;
#[cfg(feature = "saliency")]
mod saliency;
mod saliency_cue;
mod thresholded;

pub use agreement::{AgreementFrom, Doubt};
pub use convert::ConvertedMaps;
pub use image_ids::ImageIds;
pub use map_source::MapSource;
pub use masks::{Colours, MaskOutput};
#[cfg(feature = "saliency")]
pub use saliency::SaliencyMaps;
pub use saliency_cue::SaliencyCue;
pub(crate) use thresholded::cut_by_saliency;
pub use thresholded::{Cut, ThresholdedMaps};
