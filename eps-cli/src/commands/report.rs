//! `eps report`

use super::Exit;
use crate::args::{DataArgs, ForceArgs};
use anyhow::Result;
use eps_data::Needs;
use eps_experiment::Session;
use eps_experiment::compare::{Choice, MAIN, RunReport};
use eps_experiment::output::{FolderLock, ResultFolder};
use eps_experiment::run::RunFolder;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps report runs/cam runs/eps --data VOC2012 --out pages/both
  eps report runs/cam runs/eps --data VOC2012 --choose gain --pictures 6 --out pages/gain";

/// Compare runs on one page: scores at every threshold, charts, tables, pictures
///
/// Pictures show the masks that each run made, with their threshold. Files of an earlier report in the
/// folder that no longer belong to it are removed.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Report {
    /// Run folders with the maps of `eps infer`; names are those of the folders
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[arg(long, default_value = "Pseudo-masks from image labels")]
    title: String,
    /// Rows of pictures; 0 leaves photographs out of the page
    #[arg(long, default_value_t = 12, value_name = "N")]
    pictures: usize,
    /// Which images: `even` over the list, at `random`, of the largest `gain` or `loss` of the last run
    /// against the first, the `best` or `worst` of the last, or ids separated by commas
    #[arg(long, default_value = "even", value_name = "RULE|ID,..")]
    choose: Choice,
    /// Show masks at the threshold that is best on the ground truth, labelled as such, instead of those
    /// of the runs
    #[arg(long)]
    best_masks: bool,
    /// Also give the mean over background and the classes with at least N images
    #[arg(long, value_name = "N")]
    minimum_images: Option<usize>,
    #[command(flatten)]
    force: ForceArgs,
}

impl Report {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let folder = self.data.folder()?;
        let saliency = self.pictures > 0 && folder.has_saliency()?;
        let split = self.data.open(Needs { saliency, masks: true, ..Needs::default() }, session)?;
        let runs: Vec<RunFolder> = self.runs.iter().map(|run| RunFolder::at(run)).collect();
        let report = RunReport {
            runs: &runs,
            split: &split,
            title: &self.title,
            pictures: self.pictures,
            choose: &self.choose,
            with_best_masks: self.best_masks,
            minimum_images: self.minimum_images,
        };
        report.check()?;
        let lock = FolderLock::take_for_results(&self.out, session)?;
        let inputs = report.inputs(&self.out, &folder.masks)?;
        report.write(ResultFolder::open(lock, &self.out, MAIN, inputs, self.force.force)?)?;
        session.observer.say(&format!("look at {}", self.out.join("index.html").display()));
        Ok(Exit::Done)
    }
}
