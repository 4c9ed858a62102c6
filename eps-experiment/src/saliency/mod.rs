//! Saliency maps, and the masks that they are scored against.

mod evaluation;
mod source;
mod truth;
mod truth_request;

pub use evaluation::{SaliencyEvaluation, SaliencyResults};
pub use source::{SaliencySource, check_sources, reading};
pub use truth::{SaliencyMasks, SaliencyTruth, SaliencyTruthOptions};
pub use truth_request::SaliencyTruthRequest;
