//! The folder of a reproduction: tables and charts.

use super::AttemptSource;
use crate::Session;
use crate::output::{FolderLock, ResultFolder};
use anyhow::Result;
use eps_eval::report::chart::{ReproductionChart, Sheet, TimelineChart};
use eps_eval::report::export;
use eps_eval::report::published::{PublishedTable, Quantity};
use eps_eval::report::reproduction::{ReproducedCell, Reproduction, Verdict};
use std::path::{Path, PathBuf};

/// What the folder always has.
const MAIN: &str = "reproduction.json";

/// A folder for a reproduction, and how its charts are drawn.
#[derive(Clone, Copy, Debug)]
pub struct ReproductionFiles<'a> {
    pub out: &'a Path,
    /// Year in which the timeline of the field shows yours.
    pub year: u16,
    pub sheet: Sheet,
    /// Whether results of other inputs are replaced.
    pub force: bool,
}

impl ReproductionFiles<'_> {
    /// The tables, as outputs of a call.
    pub fn tables(&self) -> [PathBuf; 4] {
        [MAIN, "reproduction.csv", "reproduction.tex", "reproduction.md"]
            .map(|name| self.out.join(name))
    }

    /// Takes the folder; `truth` is the ground truth's folder and its list, where there is one.
    ///
    /// # Errors
    ///
    /// If another call writes to the folder, or it has results of other inputs that are not replaced.
    pub fn open(
        &self,
        table: &PublishedTable,
        sources: &[AttemptSource],
        truth: Option<(String, String)>,
        session: &Session<'_>,
    ) -> Result<ResultFolder> {
        let command = format!("reproduce {}", table.name);
        let mut inputs = vec![("command".to_owned(), command)];
        for source in sources {
            inputs.extend(source.inputs(self.out)?);
        }
        if let Some((masks, list)) = truth {
            inputs.extend([("ground truth".into(), masks), ("list".into(), list)]);
        }
        let lock = FolderLock::take_for_results(self.out, session)?;
        ResultFolder::open(lock, self.out, MAIN, inputs, self.force)
    }

    /// Writes `reproduction.md`, `.json`, `.csv` and `.tex`, and the charts.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn write(
        self,
        mut out: ResultFolder,
        table: &PublishedTable,
        reproduction: &Reproduction,
    ) -> Result<()> {
        let charts = self.write_charts(&mut out, table, reproduction)?;
        out.write(MAIN, export::json(reproduction))?;
        out.write("reproduction.csv", export::reproduction_csv(reproduction)?)?;
        out.write("reproduction.tex", export::reproduction_latex(reproduction))?;
        out.write("reproduction.md", export::reproduction_markdown(reproduction, &charts))?;
        out.finish()
    }

    /// Writes the charts as SVG, PNG and PDF; titles and files of the PNG, relative to the folder.
    fn write_charts(
        self,
        out: &mut ResultFolder,
        table: &PublishedTable,
        reproduction: &Reproduction,
    ) -> Result<Vec<(String, String)>> {
        let cells = out.write_chart("cells", &ReproductionChart { reproduction }, self.sheet)?;
        let mut charts = vec![("Published and yours".to_owned(), cells)];
        if let Some(quantity) = table.field {
            let ours = mean_ious(table, reproduction);
            let timeline = TimelineChart { quantity, year: self.year, ours: &ours };
            let file = out.write_chart("timeline", &timeline, self.sheet)?;
            charts.push(("The field by year".into(), file));
        }
        Ok(charts)
    }
}

/// Rows and mean IoU of yours that may be compared with the table.
fn mean_ious(table: &PublishedTable, reproduction: &Reproduction) -> Vec<(String, f64)> {
    let mut ours = Vec::new();
    for cell in &reproduction.cells {
        let column = table.column(cell.column);
        if column.is_some_and(|column| column.quantity == Quantity::MeanIou)
            && is_comparable(cell, reproduction)
            && let Some(value) = cell.ours.and_then(|ours| ours.value)
        {
            ours.push((format!("{}, {}", cell.row, cell.column), value));
        }
    }
    ours
}

fn is_comparable(cell: &ReproducedCell, reproduction: &Reproduction) -> bool {
    match &cell.verdict {
        Verdict::NotComparable(_) => false,
        // Nothing was published to compare it with, so nobody looked at what it holds under.
        Verdict::NothingPublished => reproduction.is_comparable(&cell.row),
        _ => true,
    }
}
