//! Training runs: their folders, training, and inference with what was trained.

mod device;
mod folder;
pub mod from_scratch;
mod images;
mod infer;
mod maps_origin;
mod method_folder;
mod provenance;
mod train;

pub use device::{NamedDevice, worker_names};
pub use folder::RunFolder;
pub use images::Images;
pub use infer::Inference;
pub use maps_origin::MapsOrigin;
pub(crate) use method_folder::holder_of;
pub use method_folder::{MethodFolder, folder_name};
pub use provenance::{Provenance, note_unchecked};
pub use train::{TrainingRun, train};
