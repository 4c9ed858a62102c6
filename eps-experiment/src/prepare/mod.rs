//! Maps and masks of other programs in the form that this one reads.

mod convert;
mod map_source;
mod masks;
#[cfg(feature = "saliency")]
mod saliency;
mod saliency_cue;
mod thresholded;

pub use convert::ConvertedMaps;
pub use map_source::MapSource;
pub use masks::{Colours, MaskOutput};
#[cfg(feature = "saliency")]
pub use saliency::SaliencyMaps;
pub use saliency_cue::SaliencyCue;
pub use thresholded::{Cut, ThresholdedMaps};
