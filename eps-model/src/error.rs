//! Why a model cannot be built, trained or run.

use eps_data::DataError;
use std::{io, path::PathBuf};

/// Why a model cannot be built, trained or run: which file, what was found, what was expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    #[error(transparent)]
    Data(#[from] DataError),

    #[error("{}: cannot be read", path.display())]
    Read { path: PathBuf, source: io::Error },

    #[error("{}: cannot be written", path.display())]
    Write { path: PathBuf, source: io::Error },

    #[error("{}: {reason}", path.display())]
    Recipe { path: PathBuf, reason: String },

    #[error("{}: {found}, expected {expected}", path.display())]
    Checkpoint { path: PathBuf, found: String, expected: String },

    #[error("{}: {reason}", path.display())]
    NotWeights { path: PathBuf, reason: String },

    #[error("{}: weights do not fit the network: {reason}", path.display())]
    Weights { path: PathBuf, reason: String },

    #[error(
        "saliency.background_classes: `{name}` is none of the data set's {classes} object classes"
    )]
    Class { name: String, classes: usize },

    #[error("update {update}: the loss is {loss}; a lower learning rate may help")]
    Diverged { update: usize, loss: f32 },

    #[error("update {update}: weights are no longer finite; a lower learning rate may help")]
    NotFinite { update: usize },

    #[error(
        "{devices} devices cannot share updates of {batch} images in {parts} parts, expected a part or more \
         for each device"
    )]
    DevicesAndParts { devices: usize, batch: usize, parts: usize },

    #[error(
        "network.norms is learned, expected frozen to train on {devices} devices: each would learn the \
         statistics of its own images; train on one device"
    )]
    DevicesAndNorms { devices: usize },

    #[error("{}: was removed or replaced during training, which stopped", path.display())]
    Removed { path: PathBuf },

    #[error("{id}: no saliency map, expected one for every image that EPS trains on")]
    NoSaliency { id: String },

    #[error("{id}: no mask, expected one for every image that segmentation trains on")]
    NoMask { id: String },
}
