//! `eps train`

use super::End;
use crate::args::{self, DataArgs, DeviceArgs};
use crate::progress::Progress;
use crate::run_folder::{Provenance, RunFolder};
use crate::{device, from_scratch, interrupt};
use anyhow::{Result, bail};
use burn::tensor::Device;
use eps_data::Needs;
use eps_model::recipe::{Method, Recipe};
use eps_model::train::{Checkpoint, Event, Job, Outcome, Step, Wish};
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
        from_scratch::check(&recipe, self.weights.is_some(), self.from_scratch || self.resume)?;
        let saliency = recipe.network.method == Method::Eps;
        let split = self.data.open(Needs { saliency, ..Needs::default() })?;
        let run = RunFolder::at(&self.out);
        self.check_run(&run, &recipe)?;
        if let Some(weights) = &self.weights {
            check_weights(weights, recipe.network.backbone)?;
        }
        let checkpoint = Checkpoint::latest(&run.checkpoints())?;
        if !self.resume || !run.is_begun() || checkpoint.is_none() {
            let weights = self.weights.as_deref();
            run.begin(&recipe, &Provenance::new(&self.device, &split, weights)?)?;
        }
        interrupt::install()?;
        let job = Job {
            recipe: &recipe,
            split: &split,
            run: self.out.clone(),
            weights: self.weights.clone(),
            resume: self.resume,
        };
        match train(&job, "training", &device)? {
            Outcome::Finished(_) => {
                eprintln!("trained: {}", self.out.display());
                Ok(End::Done)
            }
            Outcome::Stopped { updates } => {
                eprintln!("saved after {updates} updates: go on with --resume");
                Ok(End::Interrupted)
            }
        }
    }

    /// A run is neither overwritten nor continued with another recipe.
    fn check_run(&self, run: &RunFolder, recipe: &Recipe) -> Result<()> {
        if !run.is_begun() {
            return Ok(());
        }
        if !self.resume {
            bail!(
                "{}: a run is there already, expected --resume or another --out",
                self.out.display()
            );
        }
        if run.recipe()? != *recipe {
            bail!(
                "{}: differs from the given recipe, expected the same to resume",
                run.recipe_file().display()
            );
        }
        Ok(())
    }
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
        if interrupt::requested() { Wish::Stop } else { Wish::Continue }
    })?;
    progress.finish();
    Ok(outcome)
}

fn message(step: &Step) -> String {
    let saliency = step.loss_sal.map(|loss| format!(" + saliency {loss:.4}")).unwrap_or_default();
    let Step { loss_cls, lr, images_per_second, .. } = step;
    format!("labels {loss_cls:.4}{saliency}, rate {lr:.2e}, {images_per_second:.1} images/s")
}
