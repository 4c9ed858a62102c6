//! `eps saliency evaluate`

use super::maps::SaliencyMapArgs;
use super::truth::SaliencyTruthArgs;
use crate::args::{PaperArgs, ResultFiles, write_asked};
use crate::commands::Exit;
use crate::stdout::show;
use anyhow::{Error, Result, anyhow};
use eps_eval::report::export;
use eps_experiment::Session;
use eps_experiment::output::{FolderLock, OutputFiles};
use eps_experiment::saliency::check_sources;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps saliency evaluate --data VOC2012
  eps saliency evaluate --data VOC2012 --predictions PFAN=VOC2012/SALImages --predictions maps/u2net \\
      --charts pages/saliency
  eps saliency evaluate --truth VOC2012/SegmentationClass --truth-as classes --list train \\
      --predictions maps/u2net";

/// Score saliency maps against masks: MAE, F, weighted F, S- and E-measure, precision and recall
///
/// Maps of several sources are shown side by side. Each metric is computed for every image and
/// averaged over images, as PySODMetrics does, with the same values.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Evaluate {
    #[command(flatten)]
    truth: SaliencyTruthArgs,
    #[command(flatten)]
    maps: SaliencyMapArgs,
    #[command(flatten)]
    files: ResultFiles,
    /// Write the table as LaTeX, for the package booktabs
    #[arg(long, value_name = "FILE")]
    latex: Option<PathBuf>,
    /// Write the scores of every image as CSV
    #[arg(long, value_name = "FILE")]
    images: Option<PathBuf>,
    /// Write precision-recall and F-measure curves as SVG, PNG and PDF
    #[arg(long, value_name = "DIR")]
    charts: Option<PathBuf>,
    #[command(flatten)]
    paper: PaperArgs,
}

impl Evaluate {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        check_sources(&self.maps.predictions)?;
        let truth = self.truth.request();
        let outputs = OutputFiles::of(self.files.paths()).and([&self.latex, &self.images]);
        let outputs = outputs.reading(self.maps.inputs(truth.inputs())).check()?;
        let lock = FolderLock::take_if_any(self.charts.as_deref(), session)?;
        let truth = truth.open(session)?;
        let results = self.maps.evaluation(&truth)?.run(session).map_err(last)?;
        write_asked(&self.images, || results.images_csv())?;
        let table = results.table();
        write_asked(&self.files.json, || Ok(export::json(&results.scores)))?;
        write_asked(&self.files.csv, || table.csv())?;
        write_asked(&self.files.markdown, || Ok(table.markdown()))?;
        write_asked(&self.latex, || Ok(table.latex()))?;
        if let Some((folder, lock)) = self.charts.as_deref().zip(lock) {
            results.write_charts(folder, self.paper.sheet())?;
            lock.finish()?;
        }
        show(&outputs, &table.text());
        outputs.keep(session);
        results.remark(session);
        Ok(Exit::Done)
    }
}

/// The last of several faults, with every other on a line of its own before it.
fn last(mut faults: Vec<Error>) -> Error {
    let last = faults.pop().unwrap_or_else(|| anyhow!("nothing could be scored"));
    for fault in &faults {
        eprintln!("error: {fault:#}");
    }
    last
}
