//! The folder of a comparison: its page, tables and charts.

use super::{MethodMasks, figures};
use crate::output::{ResultFolder, with_slashes};
use crate::{GroundTruth, Session};
use anyhow::Result;
use eps_eval::Predictions;
use eps_eval::report::chart::{Figure, Sheet};
use eps_eval::report::page::{ComparisonPage, Gallery};
use eps_eval::report::{ComparisonReport, export};

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

/// How a comparison was made, for its page.
pub fn facts(
    methods: &[MethodMasks],
    truth: &GroundTruth,
    band: u32,
    session: &Session<'_>,
) -> Vec<(String, String)> {
    let folders = methods.iter().flat_map(|method| {
        method.folders.iter().map(|masks| (method.name.clone(), described(masks)))
    });
    let command = session.command.get(1..).unwrap_or_default().join(" ");
    let list = &truth.list;
    folders
        .chain([
            ("ground truth".into(), truth.folder.clone()),
            ("list".into(), list.name.clone()),
            ("list SHA-256".into(), list.sha256.clone()),
            ("boundary band".into(), format!("{band} pixels")),
            ("command".into(), format!("eps {command}")),
            ("version".into(), env!("CARGO_PKG_VERSION").into()),
        ])
        .collect()
}

/// A folder, and how masks were made of its maps.
fn described(masks: &Predictions) -> String {
    let folder = masks.folder().display();
    match masks.threshold() {
        Some(threshold) => format!("{folder}, maps at background threshold {threshold}"),
        None => folder.to_string(),
    }
}
