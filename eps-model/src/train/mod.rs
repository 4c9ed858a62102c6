//! Training: the loop, its checkpoints and its record.

mod batch;
mod checkpoint;
mod finite;
mod objective;
mod optimiser;
mod step_log;

pub use batch::Batch;
pub use checkpoint::{Checkpoint, FileHashes, State};
pub use objective::{Losses, Objective};
pub use optimiser::{freeze, optimiser, poly_rate, schedule};
pub use step_log::{Step, read as read_steps};

use crate::ModelError;
use crate::network::Network;
use crate::recipe::Recipe;
use crate::weights::{Import, Part, load_weights};
use burn::optim::ModuleOptimizer;
use burn::tensor::Device;
use eps_data::{Loader, Split};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use step_log::StepLog;

/// Batches that are decoded ahead of the device.
pub const BATCHES_AHEAD: usize = 4;

/// Decoded images that are kept in memory, in bytes.
const CACHE: usize = 1 << 30;

/// What a training run works on and where it writes.
pub struct Job<'a> {
    pub recipe: &'a Recipe,
    pub split: &'a Split,
    /// The run folder: `steps.csv` and `checkpoints` go into it.
    pub run: PathBuf,
    /// ImageNet weights of the backbone.
    pub weights: Option<PathBuf>,
    /// Whether to go on from the latest checkpoint.
    pub resume: bool,
}

/// What the caller of a run is told.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Weights were loaded before the first update.
    Imported(&'a Import),
    /// An update was made; only a break after one of these stops the run.
    Updated(&'a Step),
}

/// How a run ended.
pub enum Outcome {
    Finished(Box<Network>),
    /// Stopped by the caller; the checkpoint has this many updates.
    Stopped {
        updates: usize,
    },
}

/// What the loop begins with.
struct Start {
    network: Network,
    updater: ModuleOptimizer,
    /// The first update that is left.
    first: usize,
}

impl Job<'_> {
    /// Makes the updates that are left, telling `observer` of each; a break saves a checkpoint and returns.
    ///
    /// Equal recipe, data, seed and device give equal weights, with or without interruptions and
    /// for any number of threads. Source: method, sections 6 and 7.
    pub fn run(
        &self,
        device: &Device,
        mut observer: impl FnMut(Event<'_>) -> ControlFlow<()>,
    ) -> Result<Outcome, ModelError> {
        self.check_saliency()?;
        let device = device.clone().autodiff();
        let recipe = &self.recipe.optimiser;
        let objective = Objective::new(self.recipe, &self.split.names)?;
        let Start { mut network, mut updater, first } = self.start(&device, &mut observer)?;
        let mut log = StepLog::open(&self.run.join("steps.csv"), first)?;
        let mut rates = schedule(recipe, first);
        let mut batches = self.loader(first);
        for update in first..recipe.updates {
            let begun = Instant::now();
            let samples = batches.next().expect("a loader has no end before an error")?;
            let rate = rates.step();
            let (gradients, losses) = objective.gradients(&network, &samples, update, &device)?;
            network = updater.step(rate.clone(), network, gradients);
            let step = Step {
                step: update,
                loss: losses.loss,
                loss_cls: losses.loss_cls,
                loss_sal: losses.loss_sal,
                lr: rate.base(),
                images_per_second: recipe.batch as f64 / begun.elapsed().as_secs_f64(),
            };
            log.push(&step)?;
            let made = update + 1;
            let stop = observer(Event::Updated(&step)).is_break() && made < recipe.updates;
            if stop || made == recipe.updates || made % recipe.checkpoint_every == 0 {
                Checkpoint::write(&checkpoints(&self.run), &network, &updater, self.state(made))?;
            }
            if stop {
                return Ok(Outcome::Stopped { updates: made });
            }
        }
        Ok(Outcome::Finished(Box::new(network)))
    }

    /// First weights, or those of the checkpoint to go on from.
    fn start(
        &self,
        device: &Device,
        observer: &mut impl FnMut(Event<'_>) -> ControlFlow<()>,
    ) -> Result<Start, ModelError> {
        let optimiser_recipe = &self.recipe.optimiser;
        let classes = self.split.names.objects();
        let fresh = Network::new(&self.recipe.network, classes, optimiser_recipe.seed, device);
        let updater = optimiser(optimiser_recipe);
        let (network, updater, first) = match (self.checkpoint()?, &self.weights) {
            (Some(checkpoint), _) => {
                let updater = checkpoint.restore_optimiser(updater)?;
                (checkpoint.restore_network(fresh)?, updater, checkpoint.state.update)
            }
            (None, Some(path)) => {
                let (network, import) = load_weights(fresh, path, Part::Backbone)?;
                // Nothing was made yet that a checkpoint could keep.
                let _ = observer(Event::Imported(&import));
                (network, updater, 0)
            }
            (None, None) => (fresh, updater, 0),
        };
        Ok(Start { network: freeze(network, &self.recipe.network), updater, first })
    }

    /// EPS without the saliency map of an image would silently train something else.
    fn check_saliency(&self) -> Result<(), ModelError> {
        let without = self.split.items.iter().find(|item| item.saliency.is_none());
        match without {
            Some(item) if self.recipe.saliency.is_some() => {
                Err(ModelError::NoSaliency { id: item.id.clone() })
            }
            _ => Ok(()),
        }
    }

    fn state(&self, update: usize) -> State {
        State {
            update,
            list: self.split.list.sha256.clone(),
            recipe: self.recipe.sha256(),
            classes: self.split.names.objects(),
            sha256: None,
        }
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

    fn loader(&self, first: usize) -> Loader {
        let augmentation = self.recipe.augmentation.augmentation();
        let items = Arc::new(self.split.items.clone());
        let optimiser = &self.recipe.optimiser;
        Loader::new(items, augmentation, optimiser.batch, optimiser.seed, first, BATCHES_AHEAD)
            .with_cache(CACHE)
            .with_saliency_fit(self.split.saliency_fit)
    }
}

/// Where a run folder keeps its checkpoints.
fn checkpoints(run: &Path) -> PathBuf {
    run.join("checkpoints")
}

/// The trained network of a run folder, from its latest checkpoint.
pub fn load_network(run: &Path, recipe: &Recipe, device: &Device) -> Result<Network, ModelError> {
    let checkpoint = latest_checkpoint(run)?;
    let (classes, seed) = (checkpoint.state.classes, recipe.optimiser.seed);
    checkpoint.restore_network(Network::new(&recipe.network, classes, seed, device))
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
