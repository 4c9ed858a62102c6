//! The files of a comparison.

use crate::args::{ForceArgs, PaperArgs, ResultFiles, write_asked};
use anyhow::Result;
use eps_eval::report::page::Gallery;
use eps_eval::report::{ComparisonReport, export};
use eps_experiment::Session;
use eps_experiment::compare::{ComparisonFiles, MAIN, MethodComparison};
use eps_experiment::output::{OutputFiles, ResultFolder};
use std::path::PathBuf;

/// The files of a comparison.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct ComparisonFileArgs {
    #[command(flatten)]
    files: ResultFiles,
    /// Write the IoU of each class as a LaTeX table (booktabs), with stars for significance
    #[arg(long, value_name = "FILE")]
    latex: Option<PathBuf>,
    /// Write a page of all of that with every image, to sort and filter: index.html, compare.json, .csv,
    /// .md, .tex, images.csv, charts/; thumbnails of many images lie in images/
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Leave the images out of the page
    #[arg(long, requires = "out")]
    without_images: bool,
    #[arg(long, requires = "out", default_value = "Comparison of masks")]
    title: String,
    #[command(flatten)]
    paper: PaperArgs,
    #[command(flatten)]
    force: ForceArgs,
}

impl ComparisonFileArgs {
    /// Everything that is written.
    pub(super) fn outputs(&self) -> OutputFiles {
        let page = self.out.iter().flat_map(|out| ComparisonFiles::paths(out));
        OutputFiles::of(self.files.paths()).and([&self.latex]).and_files(page)
    }

    /// Takes the folder of the page, if one is asked for.
    pub(super) fn open(
        &self,
        comparison: &MethodComparison<'_>,
        session: &Session<'_>,
    ) -> Result<Option<ResultFolder>> {
        let page = self.out.as_ref().map(|out| comparison.open(out, self.force.force, session));
        page.transpose()
    }

    /// The images of the page, if they are asked for.
    pub(super) fn gallery(
        &self,
        comparison: &MethodComparison<'_>,
        session: &Session<'_>,
    ) -> Result<Option<Gallery>> {
        let shown = self.out.as_ref().filter(|_| !self.without_images);
        shown.map(|_| comparison.gallery(session)).transpose()
    }

    /// Writes the single files that were asked for.
    pub(super) fn write(&self, report: &ComparisonReport) -> Result<()> {
        write_asked(&self.files.json, || Ok(export::json(report)))?;
        write_asked(&self.files.csv, || export::comparison_csv(report))?;
        write_asked(&self.files.markdown, || Ok(export::comparison_markdown(report, &[])))?;
        write_asked(&self.latex, || Ok(export::comparison_latex(report)))
    }

    /// Writes the page into its folder, if one was taken.
    pub(super) fn write_page(
        &self,
        page: Option<ResultFolder>,
        comparison: &MethodComparison<'_>,
        (report, gallery): (&ComparisonReport, Option<&Gallery>),
        session: &Session<'_>,
    ) -> Result<()> {
        let Some((page, out)) = page.zip(self.out.as_ref()) else { return Ok(()) };
        let (title, sheet) = (self.title.as_str(), self.paper.sheet());
        let facts = &comparison.facts(session);
        ComparisonFiles { title, report, gallery, facts, sheet }.write(page)?;
        session.observer.say(&format!("look at {}", out.join(MAIN).display()));
        Ok(())
    }
}
