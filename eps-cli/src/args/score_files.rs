//! The files and the table that an evaluation ends with.

use super::{PaperArgs, write_asked};
use crate::stdout::show;
use anyhow::Result;
use eps_data::Observer;
use eps_eval::report::chart::{ChartFiles, ConfusionMapChart};
use eps_eval::report::export;
use eps_eval::{Counts, Scores};
use eps_experiment::output::PendingFiles;
use std::io::IsTerminal as _;
use std::path::PathBuf;

/// Views of scores, and the counts behind them.
#[derive(clap::Args)]
pub(crate) struct ScoreFiles {
    /// Write the table as CSV
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write the table as Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Write the IoU of each class and their mean as a LaTeX table (booktabs)
    #[arg(long, value_name = "FILE")]
    latex: Option<PathBuf>,
    /// Write the confusion matrix as CSV: pixels by true class (row) and predicted class
    #[arg(long, value_name = "FILE")]
    confusion: Option<PathBuf>,
    /// Draw the confusion matrix, each row in percent, as FILE.svg, .png and .pdf
    #[arg(long, value_name = "FILE")]
    confusion_chart: Option<PathBuf>,
    #[command(flatten)]
    paper: PaperArgs,
    /// Name of the predictions in the tables [default: that of NAME=DIR, else predictions]
    #[arg(long)]
    name: Option<String>,
}

impl ScoreFiles {
    pub(crate) fn paths(&self) -> Vec<Option<PathBuf>> {
        let files = [&self.csv, &self.markdown, &self.latex, &self.confusion];
        let chart = self.confusion_chart.iter();
        let charts = chart.flat_map(|chart| ChartFiles::paths(chart, "").map(Some));
        files.into_iter().cloned().chain(charts).collect()
    }

    /// Writes what was asked for, and prints the table and what is to know about it.
    pub(crate) fn write(
        &self,
        name: &str,
        counts: &Counts,
        scores: &Scores,
        outputs: &PendingFiles,
        observer: &dyn Observer,
    ) -> Result<()> {
        let named = [(self.name.as_deref().unwrap_or(name), scores)];
        write_asked(&self.csv, || export::csv(&named))?;
        write_asked(&self.markdown, || export::markdown(&named))?;
        let group = export::Group { title: "", methods: &named };
        write_asked(&self.latex, || export::latex(&[group]))?;
        write_asked(&self.confusion, || {
            Ok(export::confusion_csv(&counts.matrix, &counts.classes))
        })?;
        if let Some(path) = &self.confusion_chart {
            let name = self.name.as_deref().unwrap_or(name);
            let chart = ConfusionMapChart::new(name, &counts.matrix, &counts.classes);
            ChartFiles::of(&chart, self.paper.sheet())?.write(path)?;
        }
        let table = if has_colours() { export::coloured_text } else { export::text };
        show(outputs, &table(&[("", scores)])?);
        show(outputs, &export::summary(scores));
        scores.notes.iter().for_each(|note| observer.note(note));
        Ok(())
    }
}

/// Whether stdout is a terminal whose user did not ask for plain text (<https://no-color.org>).
fn has_colours() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stdout().is_terminal() && !refused
}
