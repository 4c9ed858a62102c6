//! `eps train`

use super::End;
use crate::args::{self, DataArgs, DeviceArgs};
use crate::folder_lock::FolderLock;
use crate::progress::Progress;
use crate::run_folder::{Provenance, RunFolder, note_unchecked};
use crate::{device, from_scratch, interrupt};
use anyhow::{Result, bail, ensure};
use burn::tensor::Device;
use eps_data::Needs;
use eps_model::recipe::{Method, Recipe};
use eps_model::train::{Checkpoint, Event, Job, Outcome, Step};
use eps_model::weights::check_weights;
use std::path::PathBuf;

/// Train a class activation map baseline or EPS from image labels (and saliency maps)
#[derive(clap::Args)]
pub(crate) struct Train {
    /// Recipe: a TOML file with every setting; see `recipes/`
    #[arg(long, value_name = "FILE")]
    recipe: PathBuf,
    #[command(flatten)]
    data: DataArgs,
    /// ImageNet weights of the backbone
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Train without --weights although the recipe freezes the statistics of the normalisations
    #[arg(long)]
    from_scratch: bool,
    /// Run folder to write
    #[arg(long, value_name = "RUN")]
    out: PathBuf,
    /// Go on from the latest checkpoint of the run folder
    #[arg(long)]
    resume: bool,
    /// Replace the recipe's number of updates
    #[arg(long, value_parser = args::positive)]
    updates: Option<usize>,
    /// Replace the recipe's seed
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    device: DeviceArgs,
}

impl Train {
    pub(crate) fn run(self) -> Result<End> {
        let device = device::open(self.device.device)?;
        let mut recipe = Recipe::read(&self.recipe)?;
        recipe.optimiser.updates = self.updates.unwrap_or(recipe.optimiser.updates);
        recipe.optimiser.seed = self.seed.unwrap_or(recipe.optimiser.seed);
        let saliency = recipe.network.method == Method::Eps;
        let split = self.data.open(Needs { saliency, ..Needs::default() })?;
        let run = RunFolder::at(&self.out);
        let lock = FolderLock::take(&run.root)?;
        self.check_run(&run, &recipe)?;
        if let Some(weights) = &self.weights {
            check_weights(weights, recipe.network.backbone)?;
        }
        let job = Job {
            recipe: &recipe,
            split: &split,
            run: self.out.clone(),
            weights: self.weights.clone(),
            resume: self.resume,
        };
        // Before anything is written, since a checkpoint of another list or recipe is refused here.
        let checkpoint = job.checkpoint()?;
        checkpoint.iter().for_each(note_unchecked);
        if checkpoint.is_none() {
            from_scratch::check(&recipe, self.weights.is_some(), self.from_scratch)?;
            if self.resume && run.is_begun() {
                let folder = run.checkpoints();
                eprintln!("note: {}: no checkpoint, so training starts anew", folder.display());
            }
        }
        if checkpoint.is_none() || !run.is_begun() {
            self.check_recipe(&run, &recipe)?;
            let weights = self.weights.as_deref();
            run.begin(&recipe, &Provenance::new(&self.device, &split, weights)?)?;
        }
        interrupt::install()?;
        let outcome = train(&job, "training", &device)?;
        lock.check()?;
        match outcome {
            Outcome::Finished(_) => {
                eprintln!("trained: {}", self.out.display());
                Ok(End::Done)
            }
            Outcome::Stopped { updates } => {
                eprintln!("saved after {updates} updates; continue with --resume");
                Ok(End::Interrupted)
            }
        }
    }

    /// A run is neither overwritten nor continued with another recipe.
    fn check_run(&self, run: &RunFolder, recipe: &Recipe) -> Result<()> {
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
        match difference(&run.recipe()?, recipe) {
            Some(difference) => bail!(
                "{}: {difference} in the given recipe, expected the same recipe to resume",
                run.recipe_file().display()
            ),
            None => Ok(()),
        }
    }

    /// Refuses to replace the recipe that is read by the resolved one of the run.
    fn check_recipe(&self, run: &RunFolder, recipe: &Recipe) -> Result<()> {
        let file = run.recipe_file();
        let is_read = matches!(
            (file.canonicalize(), self.recipe.canonicalize()),
            (Ok(one), Ok(other)) if one == other
        );
        ensure!(
            !is_read || std::fs::read_to_string(&file).is_ok_and(|text| text == recipe.to_toml()),
            "{}: is read by this command and would be replaced, expected another --out",
            file.display()
        );
        Ok(())
    }
}

/// The first setting in which two recipes differ, and how many more there are.
fn difference(run: &Recipe, given: &Recipe) -> Option<String> {
    let keys = Recipe::keys();
    let mut differing = keys.iter().filter(|key| run.value(key) != given.value(key));
    let key = differing.next()?;
    let shown = |recipe: &Recipe| recipe.value(key).map_or("none".into(), |own| own.to_string());
    let more = match differing.count() {
        0 => String::new(),
        1 => " (and 1 more setting differs)".into(),
        more => format!(" (and {more} more settings differ)"),
    };
    Some(format!("{key} is {}, but {}{more}", shown(run), shown(given)))
}

/// Runs a job with its progress; Ctrl-C saves and stops it.
pub(crate) fn train(job: &Job<'_>, label: &str, device: &Device) -> Result<Outcome> {
    let updates = job.recipe.optimiser.updates;
    let done = match job.resume {
        true => Checkpoint::latest(&RunFolder::at(&job.run).checkpoints())?
            .map_or(0, |own| own.state.update),
        false => 0,
    };
    let mut progress = Progress::new(label, updates).starting_at(done);
    let outcome = job.run(device, |event| {
        match event {
            Event::Imported(import) => eprintln!("weights: {import}"),
            Event::Updated(step) => progress.step(|| message(step)),
        }
        interrupt::flow()
    })?;
    progress.finish();
    Ok(outcome)
}

fn message(step: &Step) -> String {
    let saliency = step.loss_sal.map(|loss| format!(" + saliency {loss:.4}")).unwrap_or_default();
    let Step { loss_cls, lr, images_per_second, .. } = step;
    format!("labels {loss_cls:.4}{saliency}, rate {lr:.2e}, {images_per_second:.1} images/s")
}
