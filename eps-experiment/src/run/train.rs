//! A training in its run folder, from the start or from where it was stopped.

use super::{NamedDevice, Provenance, RunFolder, from_scratch, note_unchecked};
use crate::Session;
use crate::output::FolderLock;
use anyhow::{Result, bail, ensure};
use burn::tensor::Device;
use eps_data::Split;
use eps_model::recipe::{Recipe, TrainingRecipe};
use eps_model::train::{Checkpoint, Event, Job, Outcome, Step};
use eps_model::weights::check_weights;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use toml::{Table, Value};

/// A training, and where it goes.
pub struct TrainingRun<'a, R = Recipe> {
    pub recipe: &'a R,
    /// Where the recipe was read, which the resolved one must not replace.
    pub recipe_file: &'a Path,
    pub split: &'a Split,
    /// ImageNet weights of the backbone.
    pub weights: Option<&'a Path>,
    /// Whether a recipe that counts on weights is trained without them.
    pub from_scratch: bool,
    pub out: &'a Path,
    /// Whether a run that is there already goes on from its latest checkpoint.
    pub resume: bool,
    /// Those that share each update, one at least.
    pub devices: &'a [NamedDevice],
}

impl<R: TrainingRecipe> TrainingRun<'_, R> {
    /// Trains, with checkpoints on the way; when the observer stops it the state is saved.
    ///
    /// # Errors
    ///
    /// If the folder has a run and is not to be resumed, or has one of another recipe or list; if
    /// weights do not fit the recipe, or are missing where it counts on them; if training diverges.
    pub fn run(&self, session: &Session<'_>) -> Result<Outcome<R::Network>> {
        let run = RunFolder::at(self.out);
        let lock = FolderLock::take(&run.root, session)?;
        self.check_run(&run)?;
        if let Some(weights) = self.weights {
            check_weights(weights, self.recipe.layers().backbone)?;
        }
        let job = Job {
            recipe: self.recipe,
            split: self.split,
            run: self.out.to_owned(),
            weights: self.weights.map(Path::to_owned),
            resume: self.resume,
        };
        job.check_devices(self.devices.len())?;
        // Before anything is written, since a checkpoint of another list or recipe is refused here.
        let checkpoint = job.checkpoint()?;
        if let Some(checkpoint) = &checkpoint {
            note_unchecked(checkpoint, session);
        } else {
            from_scratch::check(self.recipe, self.weights.is_some(), self.from_scratch)?;
            if self.resume && run.is_begun() {
                let folder = run.checkpoints();
                let text = format!("{}: no checkpoint, so training starts anew", folder.display());
                session.observer.note(&text);
            }
        }
        // Also beside checkpoints whose recipe or log of steps is gone: later commands know a run by
        // these.
        // What is there is what the training began with; this call may name no weights.
        let has_origin = run.recipe_file().exists() && run.provenance_file().exists();
        if checkpoint.is_none() || !has_origin {
            self.check_recipe(&run)?;
            let provenance = Provenance::new(session, self.devices, self.split, self.weights)?;
            run.begin(self.recipe, &provenance)?;
        }
        let outcome = train(&job, "training", self.devices, session)?;
        lock.check()?;
        Ok(outcome)
    }

    /// A run is neither overwritten nor continued with another recipe.
    fn check_run(&self, run: &RunFolder) -> Result<()> {
        let has_checkpoint = Checkpoint::latest(&run.checkpoints())?.is_some();
        if !run.is_begun() && !has_checkpoint {
            return Ok(());
        }
        if !self.resume {
            bail!(
                "{}: a run is there already, expected --resume or another --out",
                self.out.display()
            );
        }
        if !run.recipe_file().exists() {
            return Ok(());
        }
        match difference(&run.recipe_of::<R>()?, self.recipe) {
            Some(difference) => bail!(
                "{}: {difference} in the given recipe, expected the same recipe to resume",
                run.recipe_file().display()
            ),
            None => Ok(()),
        }
    }

    /// Refuses to replace the recipe that is read by the resolved one of the run.
    fn check_recipe(&self, run: &RunFolder) -> Result<()> {
        let file = run.recipe_file();
        let is_read = matches!(
            (file.canonicalize(), self.recipe_file.canonicalize()),
            (Ok(one), Ok(other)) if one == other
        );
        ensure!(
            !is_read || fs::read_to_string(&file).is_ok_and(|text| text == self.recipe.to_toml()),
            "{}: is read by this command and would be replaced, expected another --out",
            file.display()
        );
        Ok(())
    }
}

/// The first setting in which two recipes differ, and how many more there are.
fn difference(run: &impl TrainingRecipe, given: &impl TrainingRecipe) -> Option<String> {
    let [run, given] = [run.to_toml(), given.to_toml()].map(|text| settings(&text));
    let keys: BTreeSet<&String> = run.keys().chain(given.keys()).collect();
    let mut differing = keys.iter().filter(|key| run.get(**key) != given.get(**key));
    let key = differing.next()?;
    let [run, given] = [run.get(*key), given.get(*key)]
        .map(|value| value.map_or("none".into(), ToString::to_string));
    let more = match differing.count() {
        0 => String::new(),
        1 => " (and 1 more setting differs)".into(),
        more => format!(" (and {more} more settings differ)"),
    };
    Some(format!("{key} is {run}, but {given}{more}"))
}

/// Every setting of a resolved recipe by its dotted name.
fn settings(text: &str) -> BTreeMap<String, Value> {
    let tables: Table = text.parse().expect("a recipe is written as TOML");
    let mut settings = BTreeMap::new();
    for (table, values) in &tables {
        for (key, value) in values.as_table().into_iter().flatten() {
            settings.insert(format!("{table}.{key}"), value.clone());
        }
    }
    settings
}

/// Runs a job as a stage named `label`; the observer may stop it, which saves its state.
pub fn train<R: TrainingRecipe>(
    job: &Job<'_, R>,
    label: &str,
    devices: &[NamedDevice],
    session: &Session<'_>,
) -> Result<Outcome<R::Network>> {
    let latest = match job.resume {
        true => Checkpoint::latest(&RunFolder::at(&job.run).checkpoints())?,
        false => None,
    };
    let observer = session.observer;
    let done = latest.map_or(0, |checkpoint| checkpoint.state.update);
    observer.begin(label, job.recipe.optimiser().updates, done);
    let devices: Vec<Device> = devices.iter().map(|device| device.device.clone()).collect();
    let outcome = job.run_on(&devices, |event| {
        match event {
            Event::Imported(import) => observer.say(&format!("weights: {import}")),
            Event::Lost(rows) => observer.note(&rows.to_string()),
            Event::Updated(step) => observer.step(&|| message(R::EXPLAINED, step)),
        }
        if observer.stops() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    observer.end();
    Ok(outcome)
}

fn message(explained: &str, step: &Step) -> String {
    let saliency = step.loss_sal.map(|loss| format!(" + saliency {loss:.4}")).unwrap_or_default();
    let Step { loss_cls, lr, images_per_second, .. } = step;
    format!("{explained} {loss_cls:.4}{saliency}, rate {lr:.2e}, {images_per_second:.1} images/s")
}
