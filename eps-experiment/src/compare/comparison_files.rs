//! The folder of a comparison: its page, tables and charts.

use super::{MAIN, figures};
use crate::output::{ResultFolder, with_slashes};
use anyhow::Result;
use eps_eval::report::chart::{Figure, Sheet};
use eps_eval::report::page::{ComparisonPage, Gallery};
use eps_eval::report::{ComparisonReport, export};
use std::path::{Path, PathBuf};

/// What the folder of a comparison shows.
#[derive(Clone, Copy)]
pub struct ComparisonFiles<'a> {
    pub title: &'a str,
    pub report: &'a ComparisonReport,
    /// The images [none are shown].
    pub gallery: Option<&'a Gallery>,
    /// How the comparison was made.
    pub facts: &'a [(String, String)],
    /// What charts are drawn for.
    pub sheet: Sheet,
}

impl ComparisonFiles<'_> {
    /// The files of a comparison in this folder that have the same name whatever it shows.
    pub fn paths(folder: &Path) -> [PathBuf; 6] {
        ["compare.json", "compare.csv", "compare.md", "compare.tex", "images.csv", MAIN]
            .map(|name| folder.join(name))
    }

    /// Writes the page, `compare.json`, `.csv`, `.md` and `.tex`, `images.csv`, and the charts.
    ///
    /// # Errors
    ///
    /// If a chart cannot be drawn or a file cannot be written.
    pub fn write(&self, mut out: ResultFolder) -> Result<()> {
        let report = self.report;
        let figures = figures(report, self.sheet)?;
        let charts: Vec<_> = figures
            .iter()
            .map(|figure| (figure.caption.clone(), format!("charts/{}.png", figure.name)))
            .collect();
        let page = ComparisonPage {
            title: self.title,
            report,
            figures: &figures,
            gallery: self.gallery,
            facts: self.facts,
        };
        for (name, text) in page.files() {
            out.write(&name, text)?;
        }
        for (path, bytes) in figures.into_iter().flat_map(Figure::into_files) {
            out.write(&with_slashes(&path), bytes)?;
        }
        out.write("compare.json", export::json(report))?;
        out.write("compare.csv", export::comparison_csv(report)?)?;
        out.write("images.csv", export::image_differences_csv(report)?)?;
        out.write("compare.md", export::comparison_markdown(report, &charts))?;
        out.write("compare.tex", export::comparison_latex(report))?;
        out.finish()
    }
}
