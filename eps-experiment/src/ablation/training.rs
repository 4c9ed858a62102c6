//! The training that cells share, from its last checkpoint on.

use super::lock::Lock;
use crate::Session;
use crate::run::{NamedDevice, Provenance, RunFolder};
use anyhow::{Result, ensure};
use eps_data::Split;
use eps_model::recipe::Recipe;
use eps_model::train::{Checkpoint, Event, Job, Outcome, Step};
use std::ops::ControlFlow;
use std::path::Path;
use std::slice;
use std::time::{Duration, Instant};

/// A training in its run folder.
pub(super) struct Training<'a> {
    pub recipe: &'a Recipe,
    pub split: &'a Split,
    pub weights: Option<&'a Path>,
    pub run: &'a RunFolder,
    pub device: &'a NamedDevice,
    pub session: &'a Session<'a>,
    pub lock: &'a Lock,
    /// Before the progress, such as `cell 3/9`.
    pub label: &'a str,
}

/// How a training ended.
pub(super) struct Trained {
    /// Updates that were made now, and the time that they took.
    pub updates: usize,
    pub time: Duration,
    /// Whether the observer stopped it.
    pub is_interrupted: bool,
}

impl Training<'_> {
    /// Makes the updates that are left; `all_left` is the time that is left for everything, given
    /// what this training has made in which time.
    pub(super) fn run(
        &self,
        all_left: &dyn Fn(usize, Duration) -> Option<Duration>,
    ) -> Result<Trained> {
        let checkpoint = Checkpoint::latest(&self.run.checkpoints())?;
        let first = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.state.update);
        let total = self.recipe.optimiser.updates;
        if first >= total {
            return Ok(Trained { updates: 0, time: Duration::ZERO, is_interrupted: false });
        }
        let recipe = self.begin(checkpoint.is_some())?;
        let job = Job {
            recipe: &recipe,
            split: self.split,
            run: self.run.root.clone(),
            weights: self.weights.map(Path::to_owned),
            // From the start where there is no checkpoint.
            resume: true,
        };
        let observer = self.session.observer;
        observer.begin(self.label, total, first);
        let begun = Instant::now();
        let mut made = 0;
        self.lock.report("training", first, total, None);
        let outcome = job.run(&self.device.device, |event| {
            match event {
                Event::Imported(import) => observer.say(&format!("weights: {import}")),
                Event::Lost(rows) => observer.note(&rows.to_string()),
                Event::Updated(step) => {
                    made += 1;
                    let left_here =
                        begun.elapsed().mul_f64((total - first - made) as f64 / made as f64);
                    self.lock.report("training", first + made, total, Some(left_here));
                    observer.step(&|| message(step, all_left(made, begun.elapsed())));
                }
            }
            if observer.stops() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        let is_interrupted = matches!(outcome, Outcome::Stopped { .. });
        if is_interrupted {
            let updates = first + made;
            observer.say(&format!(
                "saved after {updates} updates; run the same command again to resume"
            ));
        } else {
            observer.end();
        }
        Ok(Trained { updates: made, time: begun.elapsed(), is_interrupted })
    }

    /// The recipe to train with. A training that was begun keeps its own, which may differ in
    /// inference, since its checkpoints name it.
    fn begin(&self, is_begun: bool) -> Result<Recipe> {
        if !is_begun {
            let provenance = Provenance::new(
                self.session,
                slice::from_ref(self.device),
                self.split,
                self.weights,
            )?;
            self.run.begin(self.recipe, &provenance)?;
            return Ok(self.recipe.clone());
        }
        let recipe = self.run.recipe()?;
        let inference = self.recipe.inference.clone();
        ensure!(
            Recipe { inference, ..recipe.clone() } == *self.recipe,
            "{}: another recipe than the cell's, expected the same but for inference",
            self.run.recipe_file().display()
        );
        Ok(recipe)
    }
}

fn message(step: &Step, all_left: Option<Duration>) -> String {
    let saliency = step.loss_sal.map(|loss| format!(" + saliency {loss:.4}")).unwrap_or_default();
    let all = all_left.map(|left| format!(", {} left for all", super::pace::shown(left)));
    format!("labels {:.4}{saliency}{}", step.loss_cls, all.unwrap_or_default())
}
