//! A training run as its caller describes it.

use super::{Checkpoint, Event, Outcome, State, Training, checkpoints};
use crate::ModelError;
use crate::recipe::{Norms, OptimiserRecipe, Recipe, TrainingRecipe};
use burn::tensor::Device;
use eps_data::{Loader, Split};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

/// Batches that are decoded ahead of the device.
pub const BATCHES_AHEAD: usize = 4;

/// Decoded images that are kept in memory, in bytes.
const CACHE: usize = 1 << 30;

/// What a training run works on and where it writes.
pub struct Job<'a, R = Recipe> {
    pub recipe: &'a R,
    pub split: &'a Split,
    /// The run folder: `steps.csv` and `checkpoints` go into it.
    pub run: PathBuf,
    /// ImageNet weights of the backbone.
    pub weights: Option<PathBuf>,
    /// Whether to go on from the latest checkpoint.
    pub resume: bool,
}

impl<R: TrainingRecipe> Job<'_, R> {
    /// Trains for the task of the recipe: makes the updates that are left, as [`Training::run`] does.
    pub fn run(
        &self,
        device: &Device,
        observer: impl FnMut(Event<'_>) -> ControlFlow<()>,
    ) -> Result<Outcome<R::Network>, ModelError> {
        self.run_on(std::slice::from_ref(device), observer)
    }

    /// As [`run`](Self::run), each update shared by one device or several, as [`Training::run_on`] does.
    pub fn run_on(
        &self,
        devices: &[Device],
        observer: impl FnMut(Event<'_>) -> ControlFlow<()>,
    ) -> Result<Outcome<R::Network>, ModelError> {
        let task = self.recipe.task(&self.split.names)?;
        Training { job: self, task: &*task }.run_on(devices, observer)
    }

    /// Whether so many devices can share the updates.
    ///
    /// # Errors
    ///
    /// If there are more devices than parts, or normalisations learn: each device would normalise by the
    /// statistics of its own parts, and none would have those of all.
    pub fn check_devices(&self, devices: usize) -> Result<(), ModelError> {
        let &OptimiserRecipe { batch, parts, .. } = self.recipe.optimiser();
        if devices > parts {
            return Err(ModelError::DevicesAndParts { devices, batch, parts });
        }
        if devices > 1 && self.recipe.layers().norms == Norms::Learned {
            return Err(ModelError::DevicesAndNorms { devices });
        }
        Ok(())
    }

    /// The checkpoint to go on from; `None` without one, or where the run begins.
    ///
    /// # Errors
    ///
    /// If it is of another list, another recipe or other classes, or cannot be read.
    pub fn checkpoint(&self) -> Result<Option<Checkpoint>, ModelError> {
        let Some(checkpoint) =
            self.resume.then(|| Checkpoint::latest(&checkpoints(&self.run))).transpose()?.flatten()
        else {
            return Ok(None);
        };
        let expected = self.state(checkpoint.state.update);
        match checkpoint.state.difference(&expected) {
            Some((found, expected)) => {
                Err(ModelError::Checkpoint { path: checkpoints(&self.run), found, expected })
            }
            None => Ok(Some(checkpoint)),
        }
    }

    /// What a checkpoint of this run says after `update` updates.
    pub(super) fn state(&self, update: usize) -> State {
        State {
            update,
            list: self.split.list.sha256.clone(),
            recipe: self.recipe.sha256(),
            classes: self.split.names.objects(),
            sha256: None,
        }
    }

    /// The batches of the updates from `first` on.
    pub(super) fn loader(&self, first: usize) -> Loader {
        let sampling = self.recipe.sampling(&self.split.names);
        let items = Arc::new(self.split.items.clone());
        let optimiser = self.recipe.optimiser();
        Loader::new(items, sampling, optimiser.batch, optimiser.seed, first, BATCHES_AHEAD)
            .with_cache(CACHE)
            .with_saliency_fit(self.split.saliency_fit)
    }
}
