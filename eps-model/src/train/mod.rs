//! Training: the loop, its checkpoints and its record.

mod checkpoint;
mod job;
mod objective;
mod optimiser;
mod probe;
mod replicas;
mod step_log;
mod training;

pub use checkpoint::{Checkpoint, FileHashes, State};
pub use job::{BATCHES_AHEAD, Job};
pub use objective::{Losses, Objective};
pub use optimiser::{optimiser, poly_rate, schedule};
pub use probe::try_training;
pub use step_log::{LostRows, Step, read as read_steps};
pub use training::{Event, Outcome, Training};

use crate::ModelError;
use crate::recipe::TrainingRecipe;
use burn::tensor::Device;
use std::path::{Path, PathBuf};

/// Where a run folder keeps its checkpoints.
fn checkpoints(run: &Path) -> PathBuf {
    run.join("checkpoints")
}

/// The trained network of a run folder, from its latest checkpoint.
pub fn load_network<R: TrainingRecipe>(
    run: &Path,
    recipe: &R,
    device: &Device,
) -> Result<R::Network, ModelError> {
    let checkpoint = latest_checkpoint(run)?;
    checkpoint.restore_network(recipe.network(checkpoint.state.classes, device))
}

/// The checkpoint of a run folder with the most updates.
///
/// # Errors
///
/// If there is none, or it is damaged.
pub fn latest_checkpoint(run: &Path) -> Result<Checkpoint, ModelError> {
    let folder = checkpoints(run);
    Checkpoint::latest(&folder)?.ok_or_else(|| ModelError::Checkpoint {
        path: folder.clone(),
        found: "no checkpoint".into(),
        expected: "at least one, as a training run writes them".into(),
    })
}
