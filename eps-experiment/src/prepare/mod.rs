//! Maps and masks of other programs in the form that this one reads.

mod convert;
mod map_source;
mod masks;
mod thresholded;

pub use convert::ConvertedMaps;
pub use map_source::MapSource;
pub use masks::{Colours, MaskOutput};
pub use thresholded::{Cut, ThresholdedMaps};
