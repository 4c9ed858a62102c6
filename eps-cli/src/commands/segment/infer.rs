//! `eps segment infer`

use super::probabilities::ProbabilityArgs;
use super::views::ViewArgs;
use crate::args::{DevicesArgs, ImageSetArgs, ShardArgs, SlurmArrayArgs};
use crate::commands::Exit;
use crate::interrupt;
use anyhow::Result;
use eps_data::Needs;
use eps_experiment::Session;
use eps_experiment::recipes::read_segmentation_recipe;
use eps_experiment::run::RunFolder;
use eps_experiment::segment::{SegmentationImages, SegmentationWeights};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps segment infer runs/segment --data VOC2012 --list val
  eps segment infer runs/segment --data VOC2012 --list val --scales 0.5,1 --crf deeplab-v2 \\
      --out val-crf
  eps segment infer val-v2 --data VOC2012 --list val --recipe voc12-deeplab-v2-r101 \\
      --weights deeplabv2-voc12.pth";

/// Make masks of images (`masks/<id>.png`) with a segmentation network
///
/// Images need no labels. The probabilities of all scales, mirrored or not, are averaged, and the most probable
/// class is taken, or what a dense CRF makes of them. Images that have their masks are skipped, so that an interrupted command
/// goes on; masks of another network or with other settings are refused.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Infer {
    /// Run folder of `eps segment train`; with --recipe and --weights a new folder
    run: PathBuf,
    #[command(flatten)]
    data: ImageSetArgs,
    /// Weights of the whole network instead of the run's: PyTorch, safetensors or burnpack
    #[arg(long, value_name = "FILE", requires = "recipe")]
    weights: Option<PathBuf>,
    /// Recipe instead of the run's: a file, or the name of one that `eps recipes` lists
    #[arg(long, value_name = "FILE|NAME")]
    recipe: Option<PathBuf>,
    /// Folder for `masks` and `cams` [default: the run folder]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    views: ViewArgs,
    #[command(flatten)]
    probabilities: ProbabilityArgs,
    #[command(flatten)]
    part: ShardArgs,
    #[command(flatten)]
    device: DevicesArgs,
    #[command(flatten)]
    slurm: SlurmArrayArgs,
}

impl Infer {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let mut recipe = match &self.recipe {
            Some(path) => read_segmentation_recipe(path)?,
            None => RunFolder::at(&self.run).recipe_of()?,
        };
        self.views.replace(&mut recipe.inference);
        let folder = self.data.folder()?;
        let split = self.data.source(folder).open(Needs::default(), session)?;
        if let Some(exit) = self.slurm.job.write(self.slurm.array(None), &[], session)? {
            return Ok(exit);
        }
        let devices = self.device.open()?;
        let images = SegmentationImages {
            weights: match &self.weights {
                Some(file) => SegmentationWeights::File(file),
                None => SegmentationWeights::Run(&self.run),
            },
            recipe: &recipe,
            items: &split.items,
            names: &split.names,
            out: self.out.as_ref().unwrap_or(&self.run),
            shard: self.part.shard,
            scores: self.probabilities.format(),
            crf: self.probabilities.crf,
            devices: &devices,
        };
        interrupt::install()?;
        Ok(images.run(session)?.into())
    }
}
