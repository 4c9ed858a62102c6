//! Maps and masks of other programs in the form that this one reads.

mod convert;
mod masks;

pub use convert::ConvertedMaps;
pub use masks::{Colours, MaskOutput};
