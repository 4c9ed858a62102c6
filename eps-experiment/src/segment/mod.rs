//! The second stage: segmentation networks trained on masks, and images through them.

mod images;
mod masks;

pub use images::{SegmentationImages, SegmentationWeights};
pub use masks::check_masks;
