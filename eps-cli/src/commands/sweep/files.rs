//! The files of a sweep.

use crate::args::{PaperArgs, ResultFiles, write_asked};
use anyhow::Result;
use eps_data::ClassNames;
use eps_eval::report::chart::ChartFiles;
use eps_eval::report::export;
use eps_experiment::output::OutputFiles;
use eps_experiment::sweep::SweepResult;
use std::path::PathBuf;

/// The files of a sweep.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct SweepFileArgs {
    /// Write precision and recall of each class map at 0, 0.001, .. 0.999 as CSV, and give average
    /// precisions
    #[arg(long, value_name = "FILE", conflicts_with = "crf")]
    pub(super) precision_recall: Option<PathBuf>,
    #[command(flatten)]
    files: ResultFiles,
    /// Draw mean IoU against the threshold, as FILE.svg, .png and .pdf; with --precision-recall also
    /// FILE-precision-recall.svg, .png and .pdf
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
    #[command(flatten)]
    paper: PaperArgs,
}

impl SweepFileArgs {
    /// Everything that is written.
    pub(super) fn outputs(&self) -> OutputFiles {
        let curves = self.precision_recall.as_ref().map(|_| "-precision-recall");
        let charts = [""].into_iter().chain(curves).flat_map(|addition| {
            self.chart.iter().flat_map(move |chart| ChartFiles::paths(chart, addition))
        });
        OutputFiles::of(self.files.paths()).and([&self.precision_recall]).and_files(charts)
    }

    /// Writes what was asked for of the maps called `name`.
    pub(super) fn write(
        &self,
        name: &str,
        swept: &SweepResult,
        classes: &ClassNames,
    ) -> Result<()> {
        let report = &swept.report;
        write_asked(&self.files.json, || Ok(export::json(report)))?;
        write_asked(&self.files.csv, || export::sweep_csv(report))?;
        write_asked(&self.files.markdown, || Ok(export::sweep_markdown(report)))?;
        if let Some(histogram) = &swept.histogram {
            let curves = || export::precision_recall_csv(histogram, classes);
            write_asked(&self.precision_recall, curves)?;
        }
        self.chart.iter().try_for_each(|chart| swept.draw(name, chart, self.paper.sheet()))
    }
}
