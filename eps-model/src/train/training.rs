//! The loop that trains a network for any task.

use super::replicas::Replicas;
use super::step_log::{LostRows, StepLog};
use super::{Checkpoint, Job, Objective, Step, checkpoints, optimiser, schedule};
use crate::ModelError;
use crate::network::Network;
use crate::parameter_groups::ParameterGroups;
use crate::recipe::{Recipe, TrainingRecipe};
use crate::task::Task;
use crate::weights::{Import, load_backbone};
use burn::optim::ModuleOptimizer;
use burn::tensor::Device;
use std::ops::ControlFlow;
use std::thread;
use std::time::Instant;

/// A job done for a task.
pub struct Training<'a, T: Task + ?Sized, R = Recipe> {
    pub job: &'a Job<'a, R>,
    pub task: &'a T,
}

/// What the caller of a run is told.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Weights were loaded before the first update.
    Imported(&'a Import),
    /// The record of the updates made so far is not whole.
    Lost(LostRows<'a>),
    /// An update was made; only a break after one of these stops the run.
    Updated(&'a Step),
}

/// How a run ended.
pub enum Outcome<N = Network> {
    Finished(Box<N>),
    /// Stopped by the caller; the checkpoint has this many updates.
    Stopped {
        updates: usize,
    },
}

/// What the loop begins with.
struct Start<N> {
    network: N,
    updater: ModuleOptimizer,
    /// The first update that is left.
    first: usize,
}

impl<T: Task + ?Sized, R: TrainingRecipe> Training<'_, T, R> {
    /// Makes the updates that are left, telling `observer` of each; a break saves a checkpoint and returns.
    ///
    /// Equal recipe, data, seed and device give equal weights, with or without interruptions and
    /// for any number of threads. Source: method, sections 6 and 7.
    pub fn run(
        &self,
        device: &Device,
        observer: impl FnMut(Event<'_>) -> ControlFlow<()>,
    ) -> Result<Outcome<T::Network>, ModelError> {
        self.run_on(std::slice::from_ref(device), observer)
    }

    /// As [`run`](Self::run) on several devices, which share the parts of each update in turns; the first
    /// adds their gradients in the order of the parts and has the optimiser. With devices of one kind
    /// the weights are, bit by bit, those of as many parts on one.
    ///
    /// # Errors
    ///
    /// As [`Job::check_devices`], and those of a training on one device.
    ///
    /// # Panics
    ///
    /// If there is no device.
    pub fn run_on(
        &self,
        devices: &[Device],
        observer: impl FnMut(Event<'_>) -> ControlFlow<()>,
    ) -> Result<Outcome<T::Network>, ModelError> {
        let Job { recipe, split, .. } = self.job;
        let recipe: &R = recipe;
        self.job.check_devices(devices.len())?;
        self.task.check(&split.items)?;
        let devices: Vec<Device> = devices.iter().map(|device| device.clone().autodiff()).collect();
        let objective = Objective::new(self.task, recipe, &split.names);
        thread::scope(|scope| {
            let replicas = Replicas::start(scope, &objective, &devices);
            self.updates(&objective, replicas, &devices[0], observer)
        })
    }

    fn updates<'s>(
        &self,
        objective: &Objective<'_, T>,
        mut replicas: Replicas<'s, T::Network>,
        device: &Device,
        mut observer: impl FnMut(Event<'_>) -> ControlFlow<()>,
    ) -> Result<Outcome<T::Network>, ModelError>
    where
        T::Network: 's,
    {
        let Job { run, .. } = self.job;
        let groups = self.task.parameter_groups();
        let Start { mut network, mut updater, first } =
            self.start(&groups, device, &mut observer)?;
        let recipe = self.job.recipe.optimiser();
        let mut log = StepLog::open(&run.join("steps.csv"), first)?;
        if let Some(lost) = log.lost(first) {
            let _ = observer(Event::Lost(lost));
        }
        let mut rates = schedule(recipe, &groups, first);
        let mut batches = self.job.loader(first);
        for update in first..recipe.updates {
            // Before the batch is asked for, so that the rate counts the wait for images too.
            let begun = Instant::now();
            let samples = batches.next().expect("a loader has no end before an error")?;
            let rate = rates.step();
            let (gradients, losses) =
                replicas.gradients(objective, &network, &samples, update, device)?;
            network = updater.step(rate.clone(), network, gradients);
            let step = Step {
                step: update,
                loss: losses.loss,
                loss_cls: losses.loss_cls,
                loss_sal: losses.loss_sal,
                lr: rate.base(),
                images_per_second: recipe.batch as f64 / begun.elapsed().as_secs_f64(),
            };
            // Before the checkpoint: a resumed run cuts off the rows that are ahead of it, but cannot fill
            // in those that are behind.
            log.push(&step)?;
            let made = update + 1;
            // A break after the last update has nothing left to stop.
            let stop = observer(Event::Updated(&step)).is_break() && made < recipe.updates;
            if stop || made == recipe.updates || made % recipe.checkpoint_every == 0 {
                let state = self.job.state(made);
                Checkpoint::write(&checkpoints(run), &network, &updater, state)?;
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
        groups: &ParameterGroups,
        device: &Device,
        observer: &mut impl FnMut(Event<'_>) -> ControlFlow<()>,
    ) -> Result<Start<T::Network>, ModelError> {
        let recipe = self.job.recipe;
        let fresh = self.task.network(device);
        let updater = optimiser(recipe.optimiser(), groups);
        let (network, updater, first) = match (self.job.checkpoint()?, &self.job.weights) {
            (Some(checkpoint), _) => {
                let updater = checkpoint.restore_optimiser(updater)?;
                (checkpoint.restore_network(fresh)?, updater, checkpoint.state.update)
            }
            (None, Some(path)) => {
                let (network, import) = load_backbone(fresh, recipe.layers().backbone, path)?;
                // Nothing was made yet that a checkpoint could keep.
                let _ = observer(Event::Imported(&import));
                (network, updater, 0)
            }
            (None, None) => (fresh, updater, 0),
        };
        Ok(Start { network: groups.freeze(network), updater, first })
    }
}
