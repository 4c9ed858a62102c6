//! Training: the loop, its checkpoints and its record.

mod batch;
mod checkpoint;
mod optimiser;
mod step_log;

pub use batch::Batch;
pub use checkpoint::{Checkpoint, State};
pub use optimiser::{freeze, optimiser, poly_rate, schedule};
pub use step_log::{Step, read as read_steps};

use crate::ModelError;
use crate::backbone::layer::Pass;
use crate::loss::{saliency_loss, soft_margin};
use crate::network::Network;
use crate::recipe::{Norms, Recipe};
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};
use eps_data::{Augmentation, Loader, Split};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use step_log::StepLog;

/// Batches that are decoded ahead of the device.
const AHEAD: usize = 4;

/// Decoded images that are kept in memory, in bytes.
const CACHE: usize = 1 << 30;

/// Separates the draws of dropout from every other use of the seed.
const DROPOUT_STREAM: u64 = 0x6472_6f70_6f75_7400;

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

/// What the caller wants after an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Continue,
    /// Save a checkpoint and return.
    Stop,
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
    /// Makes the updates that are left, telling `observer` of each.
    ///
    /// Equal recipe, data, seed and device give equal weights, with or without interruptions and
    /// for any number of threads. Source: method, sections 6 and 7.
    pub fn run(
        &self,
        device: &Device,
        mut observer: impl FnMut(&Step) -> Wish,
    ) -> Result<Outcome, ModelError> {
        self.check_saliency()?;
        let device = device.clone().autodiff();
        let recipe = &self.recipe.optimiser;
        let Start { mut network, mut updater, first } = self.start(&device)?;
        let mut log = StepLog::open(&self.run.join("steps.csv"), first)?;
        let mut rates = schedule(recipe, first);
        let mut batches = self.loader(first);
        for update in first..recipe.updates {
            let begun = Instant::now();
            let samples = batches.next().expect("a loader has no end before an error")?;
            let rate = rates.step();
            let losses = self.losses(&network, &samples, update, &device)?;
            let gradients = GradientsParams::from_grads(losses.total.backward(), &network);
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
            let stop = observer(&step) == Wish::Stop && made < recipe.updates;
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
    fn start(&self, device: &Device) -> Result<Start, ModelError> {
        let mut network = self.fresh_network(device)?;
        let mut updater = optimiser(&self.recipe.optimiser);
        let mut first = 0;
        if let Some(checkpoint) = self.checkpoint()? {
            network = checkpoint.restore_network(network)?;
            updater = checkpoint.restore_optimiser(updater)?;
            first = checkpoint.state.update;
        }
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
        }
    }

    /// The checkpoint to go on from, checked to belong to this list and these classes.
    fn checkpoint(&self) -> Result<Option<Checkpoint>, ModelError> {
        let Some(checkpoint) =
            self.resume.then(|| Checkpoint::latest(&checkpoints(&self.run))).transpose()?.flatten()
        else {
            return Ok(None);
        };
        let expected = self.state(checkpoint.state.update);
        if checkpoint.state != expected {
            return Err(ModelError::Checkpoint {
                path: checkpoints(&self.run),
                found: format!("{:?}", checkpoint.state),
                expected: format!("{expected:?}: the same list, recipe and classes"),
            });
        }
        Ok(Some(checkpoint))
    }

    fn fresh_network(&self, device: &Device) -> Result<Network, ModelError> {
        let seed = self.recipe.optimiser.seed;
        let classes = self.split.names.objects();
        let network = Network::new(&self.recipe.network, classes, seed, device);
        match &self.weights {
            Some(path) => crate::weights::load_backbone(network, path),
            None => Ok(network),
        }
    }

    fn loader(&self, first: usize) -> Loader {
        let recipe = &self.recipe.augmentation;
        let augmentation = Augmentation {
            longer_side: (recipe.longer_side[0], recipe.longer_side[1]),
            crop: recipe.crop,
            flip: recipe.flip,
            jitter: recipe.jitter,
        };
        let items = Arc::new(self.split.items.clone());
        let optimiser = &self.recipe.optimiser;
        Loader::new(items, augmentation, optimiser.batch, optimiser.seed, first, AHEAD)
            .with_cache(CACHE)
    }

    fn losses(
        &self,
        network: &Network,
        samples: &[eps_data::Sample],
        update: usize,
        device: &Device,
    ) -> Result<Losses, ModelError> {
        let batch = Batch::new(samples, self.recipe.augmentation.crop, network.classes(), device);
        let learn_norms = self.recipe.network.norms == Norms::Learned;
        let mut pass = if self.recipe.network.dropout {
            let seed = self.recipe.optimiser.seed ^ DROPOUT_STREAM;
            Pass::training(learn_norms, seed.wrapping_add(update as u64))
        } else {
            Pass::training_without_dropout(learn_norms)
        };
        let predictions = network.forward_training(batch.images, &mut pass);
        let classification = soft_margin(predictions.logits, batch.labels.clone());
        let saliency = match (&self.recipe.saliency, predictions.maps, batch.saliency) {
            (Some(recipe), Some(maps), Some(saliency)) if update >= recipe.classifier_updates => {
                Some(saliency_loss(maps, saliency, batch.labels, recipe.tau, recipe.lambda))
            }
            _ => None,
        };
        Losses::new(classification, saliency, update)
    }
}

/// The losses of one update: the tensor to differentiate, and its parts as numbers.
struct Losses {
    total: Tensor<1>,
    loss: f32,
    loss_cls: f32,
    loss_sal: Option<f32>,
}

impl Losses {
    fn new(
        classification: Tensor<1>,
        saliency: Option<Tensor<1>>,
        update: usize,
    ) -> Result<Self, ModelError> {
        let number = |loss: &Tensor<1>| loss.clone().into_scalar::<f32>();
        let (loss_cls, loss_sal) = (number(&classification), saliency.as_ref().map(number));
        let total = match saliency {
            Some(saliency) => classification + saliency,
            None => classification,
        };
        let loss = number(&total);
        if loss.is_finite() {
            Ok(Self { total, loss, loss_cls, loss_sal })
        } else {
            Err(ModelError::Diverged { update, loss })
        }
    }
}

/// Where a run folder keeps its checkpoints.
fn checkpoints(run: &Path) -> PathBuf {
    run.join("checkpoints")
}

/// The trained network of a run folder, from its latest checkpoint.
pub fn load_network(run: &Path, recipe: &Recipe, device: &Device) -> Result<Network, ModelError> {
    let folder = checkpoints(run);
    let checkpoint = Checkpoint::latest(&folder)?.ok_or_else(|| ModelError::Checkpoint {
        path: folder.clone(),
        found: "no checkpoint".into(),
        expected: "at least one, as a training run writes them".into(),
    })?;
    let (classes, seed) = (checkpoint.state.classes, recipe.optimiser.seed);
    checkpoint.restore_network(Network::new(&recipe.network, classes, seed, device))
}
