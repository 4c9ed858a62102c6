//! How a training is run, whatever is trained.

use super::{DevicesArgs, SlurmArgs, positive};
use crate::commands::Exit;
use crate::interrupt;
use anyhow::Result;
use clap::Args;
use eps_data::Split;
use eps_experiment::Session;
use eps_experiment::run::TrainingRun;
use eps_model::recipe::{OptimiserRecipe, TrainingRecipe};
use eps_model::train::Outcome;
use std::path::{Path, PathBuf};

/// How a training is run, whatever is trained.
#[derive(Args)]
pub(crate) struct TrainingArgs {
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
    #[arg(long, value_parser = positive)]
    updates: Option<usize>,
    /// Replace the recipe's seed
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    device: DevicesArgs,
    #[command(flatten)]
    slurm: SlurmArgs,
}

impl TrainingArgs {
    /// Puts the flags' values in the place of the recipe's.
    pub(crate) fn replace(&self, optimiser: &mut OptimiserRecipe) {
        optimiser.updates = self.updates.unwrap_or(optimiser.updates);
        optimiser.seed = self.seed.unwrap_or(optimiser.seed);
        optimiser.divide_among(self.device.count());
    }

    /// Writes the Slurm script that runs the training later, if one is asked for.
    pub(crate) fn write_script(&self, session: &Session<'_>) -> Result<Option<Exit>> {
        self.slurm.write_training(self.resume, session)
    }

    /// Trains a recipe, which was read from `recipe_file`, with these weights.
    pub(crate) fn train<R: TrainingRecipe>(
        &self,
        (recipe, recipe_file): (&R, &Path),
        split: &Split,
        weights: Option<&Path>,
        session: &Session<'_>,
    ) -> Result<Exit> {
        let run = TrainingRun {
            recipe,
            recipe_file,
            split,
            weights,
            from_scratch: self.from_scratch,
            out: &self.out,
            resume: self.resume,
            devices: &self.device.open()?,
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
