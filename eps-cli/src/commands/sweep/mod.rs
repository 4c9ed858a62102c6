//! `eps sweep`

mod files;
mod grid;

use super::Exit;
use crate::args::{RefinedSweepArgs, TruthArgs, named_folder};
use crate::stdout::show;
use anyhow::Result;
use eps_eval::report::export;
use eps_experiment::Session;
use eps_experiment::output::ReadFiles;
use eps_experiment::run::{RunFolder, folder_name};
use eps_experiment::sweep::MapSweep;
use files::SweepFileArgs;
use grid::BackgroundGridArgs;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps sweep runs/eps --data VOC2012 --chart sweep
  eps sweep runs/eps --data VOC2012 --crf psa --powers 4,8 --json -";

/// Score class activation maps at every background threshold, in one pass
///
/// A pixel has its best class where that class's score is above the background's, which wins ties.
/// Every number is labelled with how its threshold was chosen: fixed beforehand, on other images
/// than those it is scored on, or as the best on this ground truth, which flatters.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Sweep {
    /// Folder of class activation maps, `<id>.npz` or another program's `<id>.npy`, or a run with the maps of
    /// `eps infer`
    #[arg(value_name = "[NAME=]DIR", required_unless_present = "cams", value_parser = crate::args::named_path)]
    maps: Option<String>,
    #[command(flatten)]
    truth: TruthArgs,
    /// The same as a flag
    #[arg(long, value_name = "[NAME=]DIR", conflicts_with = "maps", value_parser = crate::args::named_path)]
    cams: Option<String>,
    #[command(flatten)]
    refined: RefinedSweepArgs,
    #[command(flatten)]
    backgrounds: BackgroundGridArgs,
    /// Report all unreadable images instead of stopping at the first
    #[arg(long)]
    keep_going: bool,
    /// Scores of whole images by a classifier, as CSV: `id`, then a column for each class; gives their
    /// average precisions against the classes of the masks
    #[arg(long, value_name = "FILE")]
    classifier: Option<PathBuf>,
    #[command(flatten)]
    files: SweepFileArgs,
}

impl Sweep {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let (name, maps) =
            named_folder(self.maps.as_ref().or(self.cams.as_ref()).map_or("", |maps| maps));
        let cams = RunFolder::cams_in(maps)?;
        let source = self.truth.source();
        let inputs = source.inputs().run(maps).run(&cams);
        let inputs = self.classifier.iter().fold(inputs, ReadFiles::file);
        let outputs = self.files.outputs().reading(inputs).check()?;
        let truth = match &self.classifier {
            Some(_) => source.open_with_labels("masks", session)?,
            None => source.open(session)?,
        };
        let sweep = MapSweep {
            cams: &cams,
            truth: &truth,
            thresholds: &self.backgrounds.thresholds,
            powers: &self.backgrounds.powers,
            fixed: self.backgrounds.threshold,
            folds: self.backgrounds.folds.into(),
            plateau: self.backgrounds.plateau,
            keep_going: self.keep_going,
            with_levels: self.files.precision_recall.is_some(),
            classifier: self.classifier.as_deref(),
            crf: self.refined.sweep(&truth.images),
        };
        let swept = sweep.run(session)?;
        let name = name.map_or_else(|| folder_name(&cams), str::to_owned);
        self.files.write(&name, &swept, &truth.names)?;
        show(&outputs, &export::sweep_text(&swept.report));
        outputs.keep(session);
        swept.notes.iter().for_each(|note| session.observer.note(note));
        Ok(Exit::Done)
    }
}
