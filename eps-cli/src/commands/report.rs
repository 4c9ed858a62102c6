//! `eps report`

use super::Exit;
use crate::args::{DataArgs, ForceArgs, PaperArgs, method_folder};
use anyhow::Result;
use eps_data::{LabelSource, Needs};
use eps_experiment::Session;
use eps_experiment::compare::{Choice, MAIN, RunReport};
use eps_experiment::output::{FolderLock, ResultFolder};
use eps_experiment::run::MethodFolder;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps report runs/cam runs/eps --data VOC2012 --out pages/both
  eps report runs/cam runs/eps --data VOC2012 --choose gain --pictures 6 --out pages/gain
  eps report EPS=runs/eps CRF=runs/eps-crf --data VOC2012 --out pages/refined";

/// Show methods on one page: scores at every threshold, charts, tables, pictures
///
/// Pictures show the masks that each run made, with their threshold. Masks of any method are scored as they
/// are; losses, recipes and thresholds are shown of runs and maps alone. Files of an earlier report in the
/// folder that no longer belong to it are removed.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Report {
    /// Runs, or folders of masks, `<id>.png`, or of class maps, `<id>.npz` or another program's `<id>.npy`,
    /// of any method; names are those of the folders, or of the runs they are in
    #[arg(required = true, value_name = "[NAME=]DIR", value_parser = crate::args::named_path)]
    methods: Vec<String>,
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
    /// Which images: `even` over the list, at `random`, of the largest `gain` or `loss` of the last method
    /// against the first, the `best` or `worst` of the last, or ids separated by commas
    #[arg(long, default_value = "even", value_name = "RULE|ID,..")]
    choose: Choice,
    /// Show masks at the threshold that is best on the ground truth, labelled as such, instead of those
    /// of the runs
    #[arg(long)]
    best_masks: bool,
    /// Also give the mean over background and the classes with at least N images, for each N
    #[arg(long, value_name = "N,..", value_delimiter = ',')]
    minimum_images: Vec<usize>,
    #[command(flatten)]
    paper: PaperArgs,
    #[command(flatten)]
    force: ForceArgs,
}

impl Report {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let folder = self.data.folder()?;
        let saliency = self.pictures > 0 && folder.has_saliency()?;
        let methods: Vec<MethodFolder> =
            self.methods.iter().map(|argument| method_folder(argument)).collect::<Result<_>>()?;
        let needs = Needs { saliency, masks: true, ..Needs::default() };
        let mut source = self.data.source()?;
        // Masks are scored without labels, so that those of the ground truth do where there are no others.
        if methods.iter().all(|method| method.maps.is_none()) && folder.default_labels().is_err() {
            source.labels.get_or_insert(LabelSource::Masks(folder.masks.clone()));
        }
        let split = source.open(needs, session)?;
        let report = RunReport {
            methods: &methods,
            split: &split,
            title: &self.title,
            pictures: self.pictures,
            choose: &self.choose,
            with_best_masks: self.best_masks,
            minimum_images: &self.minimum_images,
            sheet: self.paper.sheet(),
        };
        report.check()?;
        let lock = FolderLock::take_for_results(&self.out, session)?;
        let inputs = report.inputs(&self.out, &folder.masks)?;
        let out = ResultFolder::open(lock, &self.out, MAIN, inputs, self.force.force)?;
        report.write(out, session)?;
        session.observer.say(&format!("look at {}", self.out.join("index.html").display()));
        Ok(Exit::Done)
    }
}
