//! The folder of a reproduction: tables and charts.

use crate::output::ResultFolder;
use anyhow::Result;
use eps_eval::report::chart::{ReproductionChart, Sheet, TimelineChart};
use eps_eval::report::export;
use eps_eval::report::published::{PublishedTable, Quantity};
use eps_eval::report::reproduction::{ReproducedCell, Reproduction, Verdict};

/// How the charts of a reproduction are drawn.
#[derive(Clone, Copy, Debug)]
pub struct ReproductionFiles {
    /// Year in which the timeline of the field shows yours.
    pub year: u16,
    pub sheet: Sheet,
}

impl ReproductionFiles {
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
        out.write("reproduction.json", export::json(reproduction))?;
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
