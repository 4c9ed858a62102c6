//! Weights in files of other programs, and in ours.

mod export;
mod file;
mod load;
pub mod mxnet;
mod names;
mod wrapper;

pub use export::write_safetensors;
pub use file::{Format, WeightsFile};
pub use load::{Import, Part, check_weights, load_backbone, load_part, load_weights};
pub use names::{Place, backbone_of, place, pytorch_name};
