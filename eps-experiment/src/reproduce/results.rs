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
    let is_mean =
        |name: &str| table.column(name).map(|column| column.quantity) == Some(Quantity::MeanIou);
    let cells = reproduction.cells.iter().filter(|cell| is_mean(cell.column));
    let value = |cell: &ReproducedCell| {
        let is_comparable = match &cell.verdict {
            Verdict::NotComparable(_) => false,
            // Nothing was published to compare it with, so nobody looked at what it holds under.
            Verdict::NothingPublished => reproduction.is_comparable(&cell.row),
            _ => true,
        };
        let value = cell.ours?.value.filter(|_| is_comparable)?;
        Some((format!("{}, {}", cell.row, cell.column), value))
    };
    cells.filter_map(value).collect()
}
