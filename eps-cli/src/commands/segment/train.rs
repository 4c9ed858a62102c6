//! `eps segment train`

use crate::args::{ImageSetArgs, TrainingArgs};
use crate::commands::Exit;
use anyhow::Result;
use eps_data::{DataSet, Needs};
use eps_experiment::Session;
use eps_experiment::recipes::read_segmentation_recipe;
use eps_experiment::run::RunFolder;
use eps_experiment::segment::check_masks;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps segment train --recipe laptop-segment --data VOC2012 --masks runs/eps \\
      --weights weights/efficientnet-lite0-57934424.pth --out runs/segment
  eps segment train --recipe laptop-segment --data VOC2012 --masks runs/eps \\
      --weights weights/efficientnet-lite0-57934424.pth --out runs/segment --resume";

/// Train a segmentation network on masks: pseudo-masks of any origin, or the ground truth
///
/// Masks are index PNGs as large as their images; pixels of 255 are left out of the loss. All masks are read once
/// before the first update. docs/segmentation.md has the recipes and the weights that they take.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Train {
    /// Recipe: a TOML file with every setting, or the name of one that `eps recipes` lists
    #[arg(long, value_name = "FILE|NAME")]
    recipe: PathBuf,
    #[command(flatten)]
    data: ImageSetArgs,
    /// Folder of the masks to train on, `<id>.png`, or a run with the masks of `eps infer` [default: the
    /// ground truth of --data]
    #[arg(long, value_name = "DIR")]
    masks: Option<PathBuf>,
    /// What the names of masks have between id and ending, such as `_mask`
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    mask_suffix: Option<String>,
    /// Weights of the backbone, from ImageNet or MS-COCO
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    #[command(flatten)]
    training: TrainingArgs,
}

impl Train {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let mut recipe = read_segmentation_recipe(&self.recipe)?;
        self.training.replace(&mut recipe.optimiser);
        let folder = self.folder()?;
        let split =
            self.data.source(folder).open(Needs { masks: true, ..Needs::default() }, session)?;
        if let Some(exit) = self.training.write_script(session)? {
            return Ok(exit);
        }
        check_masks(&split, session)?;
        let recipe = (&recipe, self.recipe.as_path());
        self.training.train(recipe, &split, self.weights.as_deref(), session)
    }

    /// The data set with the masks to train on.
    fn folder(&self) -> Result<DataSet> {
        let mut folder = self.data.folder()?;
        if let Some(masks) = &self.masks {
            folder.masks = RunFolder::masks_in(masks)?;
            // The suffix is that of the data set's own masks.
            folder.mask_suffix = String::new();
        }
        if let Some(suffix) = &self.mask_suffix {
            folder.mask_suffix.clone_from(suffix);
        }
        Ok(folder)
    }
}
