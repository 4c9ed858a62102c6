//! `eps infer`

use super::Exit;
use crate::args::{self, DataArgs, DevicesArgs, ShardArgs, SlurmArrayArgs};
use crate::interrupt;
use anyhow::Result;
use eps_data::codec::ScoreFormat;
use eps_experiment::Session;
use eps_experiment::recipes::read_recipe;
use eps_experiment::run::{Images, RunFolder};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps infer runs/eps --data VOC2012
  eps infer runs/eps --data VOC2012 --list all --labels predicted --score 0.4 --out runs/unlabelled
  eps infer runs/eps --data VOC2012 --threshold 0.3 --out runs/eps-0.3";

/// Write class activation maps (`cams/<id>.npz`), pseudo-masks (`masks/<id>.png`) and `logits.csv`
///
/// Images that have both are skipped, so that an interrupted command goes on; with another --threshold
/// all masks of the folder are made again of its maps. Maps of another network or with other settings
/// are never mixed. The table has the classifier's scores of all images of the list that are done, for
/// `eps sweep --classifier`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Infer {
    /// Run folder of `eps train`; with --recipe and --weights a new folder
    run: PathBuf,
    #[command(flatten)]
    data: DataArgs,
    /// Weights of the whole network instead of the run's: PyTorch, safetensors or burnpack
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Recipe instead of the run's: a file, or the name of one that `eps recipes` lists
    #[arg(long, value_name = "FILE|NAME")]
    recipe: Option<PathBuf>,
    /// Folder for `cams`, `masks` and `logits.csv` [default: the run folder]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Background score of the masks, in 0..=1 [default: the recipe's]
    #[arg(long, value_parser = args::fraction)]
    threshold: Option<f32>,
    #[command(flatten)]
    part: ShardArgs,
    /// Store the maps in 16 bits; masks are made of what is stored
    #[arg(long)]
    f16: bool,
    /// Probability from which on a class is in an image, with --labels predicted
    #[arg(long, value_name = "P", default_value_t = 0.5, value_parser = args::fraction)]
    score: f32,
    #[command(flatten)]
    device: DevicesArgs,
    #[command(flatten)]
    slurm: SlurmArrayArgs,
}

impl Infer {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let mut recipe = match &self.recipe {
            Some(path) => read_recipe(path)?,
            None => RunFolder::at(&self.run).recipe()?,
        };
        recipe.inference.threshold = self.threshold.unwrap_or(recipe.inference.threshold);
        let split = self.data.open_for_network(session)?;
        if let Some(exit) = self.slurm.job.write(self.slurm.array(None), &[], session)? {
            return Ok(exit);
        }
        let devices = self.device.open()?;
        let predicted = self.data.labels_are_predicted().then_some(self.score);
        let images = Images {
            run: &self.run,
            recipe: &recipe,
            split: &split,
            weights: self.weights.as_deref(),
            out: self.out.as_ref().unwrap_or(&self.run),
            shard: self.part.shard,
            format: ScoreFormat::of(self.f16),
            predicted,
            devices: &devices,
        };
        interrupt::install()?;
        Ok(images.run(session)?.into())
    }
}
