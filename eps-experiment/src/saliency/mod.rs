//! Saliency maps, and the masks that they are scored against.

mod source;
mod truth;

pub use source::{SaliencySource, check_sources, reading};
pub use truth::{SaliencyMasks, SaliencyTruth, SaliencyTruthOptions};
