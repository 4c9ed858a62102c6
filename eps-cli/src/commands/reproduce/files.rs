//! The files of a reproduction.

use crate::args::{ForceArgs, PaperArgs, ResultFiles, write_asked};
use anyhow::Result;
use eps_eval::report::export;
use eps_eval::report::reproduction::Reproduction;
use eps_experiment::output::OutputFiles;
use eps_experiment::reproduce::ReproductionFiles;
use std::path::PathBuf;

/// The files of a reproduction.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct ReproductionFileArgs {
    #[command(flatten)]
    files: ResultFiles,
    /// Write the cells that have a number as a LaTeX table (booktabs)
    #[arg(long, value_name = "FILE")]
    latex: Option<PathBuf>,
    /// Write all of that and charts: reproduction.md, .json, .csv, .tex, charts/
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Year in which the timeline of the field shows yours
    #[arg(long, default_value_t = 2026, value_parser = clap::value_parser!(u16).range(2010..=2100))]
    year: u16,
    #[command(flatten)]
    paper: PaperArgs,
    #[command(flatten)]
    force: ForceArgs,
}

impl ReproductionFileArgs {
    /// The folder, if one is asked for.
    pub(super) fn folder(&self) -> Option<ReproductionFiles<'_>> {
        let Self { out, year, paper, force, .. } = self;
        let (year, sheet, force) = (*year, paper.sheet(), force.force);
        out.as_deref().map(|out| ReproductionFiles { out, year, sheet, force })
    }

    /// Everything that is written.
    pub(super) fn outputs(&self) -> OutputFiles {
        let tables = self.folder().into_iter().flat_map(|folder| folder.tables());
        OutputFiles::of(self.files.paths()).and([&self.latex]).and_files(tables)
    }

    /// Writes the single files that were asked for.
    pub(super) fn write(&self, reproduction: &Reproduction) -> Result<()> {
        write_asked(&self.files.json, || Ok(export::json(reproduction)))?;
        write_asked(&self.files.csv, || export::reproduction_csv(reproduction))?;
        let markdown = || Ok(export::reproduction_markdown(reproduction, &[]));
        write_asked(&self.files.markdown, markdown)?;
        write_asked(&self.latex, || Ok(export::reproduction_latex(reproduction)))
    }
}
