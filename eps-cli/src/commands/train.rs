//! `eps train`

use super::Exit;
use crate::args::{self, DataArgs, DeviceArgs, SlurmArgs};
use crate::interrupt;
use anyhow::Result;
use eps_data::Needs;
use eps_experiment::Session;
use eps_experiment::recipes::read_recipe;
use eps_experiment::run::TrainingRun;
use eps_model::recipe::Method;
use eps_model::train::Outcome;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps train --recipe laptop-eps --data VOC2012 --weights weights/efficientnet-lite0-57934424.pth \\
      --out runs/first
  eps train --recipe laptop-eps --data VOC2012 --weights weights/efficientnet-lite0-57934424.pth \\
      --out runs/first --resume";

/// Train a class activation map baseline or EPS from image labels (and saliency maps)
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Train {
    /// Recipe: a TOML file with every setting, or the name of one that `eps recipes` lists
    #[arg(long, value_name = "FILE|NAME")]
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
    #[command(flatten)]
    slurm: SlurmArgs,
}

impl Train {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let mut recipe = read_recipe(&self.recipe)?;
        recipe.optimiser.updates = self.updates.unwrap_or(recipe.optimiser.updates);
        recipe.optimiser.seed = self.seed.unwrap_or(recipe.optimiser.seed);
        let saliency = recipe.network.method == Method::Eps;
        let split = self.data.open(Needs { saliency, ..Needs::default() }, session)?;
        if let Some(exit) = self.slurm.write_training(self.resume, session)? {
            return Ok(exit);
        }
        let device = self.device.open()?;
        let run = TrainingRun {
            recipe: &recipe,
            recipe_file: &self.recipe,
            split: &split,
            weights: self.weights.as_deref(),
            from_scratch: self.from_scratch,
            out: &self.out,
            resume: self.resume,
            device: &device,
        };
        interrupt::install()?;
        match run.run(session)? {
            Outcome::Finished(_) => {
                session.observer.say(&format!("trained: {}", self.out.display()));
                Ok(Exit::Done)
            }
            Outcome::Stopped { updates } => {
                let text = format!("saved after {updates} updates; continue with --resume");
                session.observer.say(&text);
                Ok(Exit::Interrupted)
            }
        }
    }
}
