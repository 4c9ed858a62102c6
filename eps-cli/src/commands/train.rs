//! `eps train`

use super::Exit;
use crate::args::{DataArgs, TrainingArgs};
use anyhow::Result;
use eps_data::Needs;
use eps_experiment::Session;
use eps_experiment::recipes::read_recipe;
use eps_model::recipe::Method;
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
    #[command(flatten)]
    training: TrainingArgs,
}

impl Train {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let mut recipe = read_recipe(&self.recipe)?;
        self.training.replace(&mut recipe.optimiser);
        let saliency = recipe.network.method == Method::Eps;
        let split = self.data.open(Needs { saliency, ..Needs::default() }, session)?;
        if let Some(exit) = self.training.write_script(session)? {
            return Ok(exit);
        }
        let recipe = (&recipe, self.recipe.as_path());
        self.training.train(recipe, &split, self.weights.as_deref(), session)
    }
}
