//! Predicted masks scored against the ground truth.

mod evaluation;
mod faults;
mod scored_masks;

pub use evaluation::Evaluation;
pub use faults::ImageFaults;
pub use scored_masks::{MaskSource, ScoredMasks, note_maps};
