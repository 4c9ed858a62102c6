//! `eps sweep`

use super::Exit;
use crate::args::{
    PaperArgs, RefinedSweepArgs, RenamedSweepArgs, ResultFiles, TruthArgs, fraction, named_folder,
    power, small_fraction, write_asked,
};
use crate::stdout::show;
use anyhow::Result;
use eps_eval::report::chart::ChartFiles;
use eps_eval::report::export;
use eps_experiment::Session;
use eps_experiment::compare::FIXED_THRESHOLD;
use eps_experiment::output::OutputFiles;
use eps_experiment::run::{RunFolder, folder_name};
use eps_experiment::sweep::MapSweep;
use std::path::{Path, PathBuf};

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
    #[arg(value_name = "[NAME=]DIR", required_unless_present = "cams", value_parser = crate::args::not_empty)]
    maps: Option<String>,
    #[command(flatten)]
    truth: TruthArgs,
    /// The same as a flag
    #[arg(long, value_name = "[NAME=]DIR", conflicts_with = "maps", value_parser = crate::args::not_empty)]
    cams: Option<String>,
    #[command(flatten)]
    refined: RefinedSweepArgs,
    /// Constant backgrounds to sweep [default: 0, 0.001, .. 0.999; with --crf those of --powers alone]
    #[arg(long, value_name = "T,..", value_delimiter = ',', value_parser = fraction)]
    thresholds: Vec<f32>,
    /// Powers α of a background (1 - max)^α to sweep [default: 0.25, 0.5, .. 250; with --crf 1, 2, 4, 8,
    /// 16, 32]
    #[arg(long, visible_alias = "alpha", value_name = "A,..")]
    #[arg(value_delimiter = ',', value_parser = power)]
    powers: Vec<f32>,
    /// Threshold fixed in advance, reported beside the tuned ones
    #[arg(long, conflicts_with = "crf", value_name = "T", default_value_t = FIXED_THRESHOLD as f32, value_parser = fraction)]
    threshold: f32,
    #[command(flatten)]
    _renamed: RenamedSweepArgs,
    /// Number of cross-validation folds for choosing the threshold; 1 disables it
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    folds: u16,
    /// Mean IoU, as a fraction, that thresholds on the plateau may lose against the best
    #[arg(long, value_name = "LOSS", default_value_t = 0.01, value_parser = small_fraction)]
    plateau: f64,
    /// Report all unreadable images instead of stopping at the first
    #[arg(long)]
    keep_going: bool,
    /// Write precision and recall of each class map at 0, 0.001, .. 0.999 as CSV, and give average
    /// precisions
    #[arg(long, value_name = "FILE", conflicts_with = "crf")]
    precision_recall: Option<PathBuf>,
    /// Scores of whole images by a classifier, as CSV: `id`, then a column for each class; gives their
    /// average precisions against the classes of the masks
    #[arg(long, value_name = "FILE")]
    classifier: Option<PathBuf>,
    #[command(flatten)]
    files: ResultFiles,
    /// Draw mean IoU against the threshold, as FILE.svg, .png and .pdf; with --precision-recall also
    /// FILE-precision-recall.svg, .png and .pdf
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
    #[command(flatten)]
    paper: PaperArgs,
}

impl Sweep {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let (name, maps) =
            named_folder(self.maps.as_ref().or(self.cams.as_ref()).map_or("", |maps| maps));
        let cams = RunFolder::cams_in(maps)?;
        let outputs = self.outputs(maps, &cams).check()?;
        let source = self.truth.source();
        let truth = match &self.classifier {
            Some(_) => source.open_with_labels("masks", session)?,
            None => source.open(session)?,
        };
        let sweep = MapSweep {
            cams: &cams,
            truth: &truth,
            thresholds: &self.thresholds,
            powers: &self.powers,
            fixed: self.threshold,
            folds: self.folds.into(),
            plateau: self.plateau,
            keep_going: self.keep_going,
            with_levels: self.precision_recall.is_some(),
            classifier: self.classifier.as_deref(),
            crf: self.refined.sweep(&truth.images),
        };
        let swept = sweep.run(session)?;
        let report = &swept.report;
        write_asked(&self.files.json, || Ok(export::json(report)))?;
        write_asked(&self.files.csv, || export::sweep_csv(report))?;
        write_asked(&self.files.markdown, || Ok(export::sweep_markdown(report)))?;
        if let Some(histogram) = &swept.histogram {
            let curves = || export::precision_recall_csv(histogram, &truth.names);
            write_asked(&self.precision_recall, curves)?;
        }
        if let Some(chart) = &self.chart {
            let name = name.map_or_else(|| folder_name(&cams), str::to_owned);
            swept.draw(&name, chart, self.paper.sheet())?;
        }
        show(&outputs, &export::sweep_text(report));
        outputs.keep(session);
        swept.notes.iter().for_each(|note| session.observer.note(note));
        Ok(Exit::Done)
    }

    /// What is written, and the maps and the ground truth that are read.
    fn outputs(&self, maps: &Path, cams: &Path) -> OutputFiles {
        let inputs = self.truth.source().inputs().run(maps).run(cams);
        let inputs = self.classifier.iter().fold(inputs, |inputs, file| inputs.file(file));
        let curves = self.precision_recall.as_ref().map(|_| "-precision-recall");
        let charts = [""].into_iter().chain(curves).flat_map(|addition| {
            self.chart.iter().flat_map(move |chart| ChartFiles::paths(chart, addition))
        });
        let outputs = OutputFiles::of(self.files.paths()).and([&self.precision_recall]);
        outputs.and_files(charts).reading(inputs)
    }
}
