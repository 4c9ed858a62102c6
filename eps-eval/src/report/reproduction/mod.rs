//! Published numbers beside yours: what may be compared, and what comes of it.

mod attempt;
mod spread;
mod student;
mod verdict;

pub use attempt::{Attempt, MadeBy};
pub use spread::{RUNS_FOR_SPREAD, RunSpread};
pub use verdict::{TOLERANCE, Verdict};

use crate::paired::{Bootstrap, Estimate};
use crate::report::published::{
    Circumstances, Conditions, PublishedCell, PublishedTable, Quantity, Sureness,
};
use serde::Serialize;
use verdict::Case;

/// A published table with what was scored for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reproduction {
    pub table: &'static str,
    pub title: &'static str,
    pub conditions: Conditions,
    /// What each of your scores holds under, by row.
    pub ours: Vec<(String, Circumstances)>,
    /// Fraction of further runs, or of resamples of the images, that are expected inside an interval.
    pub level: f64,
    /// Of verdicts without a spread over runs, a fraction of IoU.
    pub tolerance: f64,
    pub resamples: usize,
    pub seed: u64,
    pub cells: Vec<ReproducedCell>,
}

/// One number of a table: as published, as scored, and what is to be made of both.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReproducedCell {
    pub row: String,
    pub column: &'static str,
    /// With the digits that were published; IoU in percent, ratios as they are.
    pub published: Option<&'static str>,
    pub sure: Sureness,
    pub source: &'static str,
    /// IoU as a fraction, ratios as they are; the interval is over resampled images.
    pub ours: Option<Estimate>,
    /// Where a further run is expected, with three runs or more.
    pub runs: Option<RunSpread>,
    /// In the unit of `ours`; absent where the two may not be compared.
    pub difference: Option<f64>,
    pub verdict: Verdict,
    /// Whether the number is a ratio of pixels instead of an IoU.
    pub is_ratio: bool,
}

impl ReproducedCell {
    /// The published number in the unit of yours.
    pub fn published_value(&self) -> Option<f64> {
        let value = self.published?.parse::<f64>().ok()?;
        Some(if self.is_ratio { value } else { value / 100.0 })
    }
}

impl Reproduction {
    /// Compares attempts with a table. Rows of yours that the table does not have come last.
    ///
    /// # Errors
    ///
    /// If an attempt names a column that the table does not have; the text says which it has.
    pub fn new(
        table: &'static PublishedTable,
        attempts: &[Attempt],
        bootstrap: Bootstrap,
        level: f64,
        tolerance: f64,
    ) -> Result<Self, String> {
        attempts.iter().try_for_each(|attempt| attempt.check(table))?;
        let scored: Vec<Scored<'_>> =
            attempts.iter().map(|attempt| Scored::new(attempt, bootstrap, level)).collect();
        let judge = Judge { table, scored: &scored, level, tolerance };
        let published = table.cells().into_iter().map(|cell| judge.cell(cell));
        let cells = published.chain(judge.rows_of_ours()).collect();
        Ok(Self {
            table: table.name,
            title: table.title,
            conditions: table.conditions,
            ours: attempts
                .iter()
                .map(|attempt| (attempt.row.clone(), attempt.circumstances.clone()))
                .collect(),
            level,
            tolerance,
            resamples: bootstrap.resamples,
            seed: bootstrap.seed,
            cells,
        })
    }
}

impl Reproduction {
    /// Whether scores of a row of yours hold under the conditions of the table.
    pub fn is_comparable(&self, row: &str) -> bool {
        let mut scored = self.ours.iter().filter(|(name, _)| name == row);
        scored.any(|(_, circumstances)| self.conditions.contradictions(circumstances).is_empty())
    }
}

/// An attempt with its estimates.
struct Scored<'a> {
    attempt: &'a Attempt,
    estimates: crate::paired::MethodEstimates,
}

impl<'a> Scored<'a> {
    fn new(attempt: &'a Attempt, bootstrap: Bootstrap, level: f64) -> Self {
        Self { attempt, estimates: attempt.estimates(bootstrap, level) }
    }

    fn value(&self, quantity: Quantity) -> Option<Estimate> {
        match quantity {
            Quantity::MeanIou => Some(self.estimates.miou),
            Quantity::Iou(class) => self.estimates.classes.get(self.attempt.class(class)?).copied(),
            Quantity::Confusion { class, stuff } => self.attempt.confusion(class, stuff),
            Quantity::Elsewhere(_) => None,
        }
    }
}

/// A table and all that was scored for it.
struct Judge<'a> {
    table: &'static PublishedTable,
    scored: &'a [Scored<'a>],
    level: f64,
    tolerance: f64,
}

impl Judge<'_> {
    fn cell(&self, cell: PublishedCell) -> ReproducedCell {
        let column = self.table.column(cell.column).expect("tables are checked by their tests");
        let scored =
            self.scored.iter().find(|scored| scored.attempt.fills(self.table, cell.row, column));
        self.judge(cell.row.into(), cell, column.quantity, scored)
    }

    fn judge(
        &self,
        row: String,
        cell: PublishedCell,
        quantity: Quantity,
        scored: Option<&Scored<'_>>,
    ) -> ReproducedCell {
        let ours = scored.and_then(|scored| scored.value(quantity));
        let runs = ours
            .as_ref()
            .zip(scored)
            .and_then(|(ours, scored)| RunSpread::of(ours, scored.attempt.runs.len(), self.level));
        let mut judged = ReproducedCell {
            row,
            column: cell.column,
            published: cell.value,
            sure: cell.sure,
            source: cell.source,
            ours,
            runs,
            difference: None,
            verdict: Verdict::NotGiven,
            is_ratio: matches!(quantity, Quantity::Confusion { .. }),
        };
        let case = scored.map(|scored| self.case(scored));
        judged.verdict = verdict::verdict(&judged, quantity, case);
        if judged.verdict.is_compared() {
            let ours = ours.and_then(|ours| ours.value);
            judged.difference =
                ours.zip(judged.published_value()).map(|(ours, published)| ours - published);
        }
        judged
    }

    fn case<'b>(&self, scored: &'b Scored<'_>) -> Case<'b> {
        let Attempt { made_by, circumstances, row, .. } = scored.attempt;
        let mut reasons = self.table.conditions.contradictions(circumstances);
        if let MadeBy::Another(method) = made_by {
            reasons.push(format!("method: {method} by the recipe of the run, published {row}"));
        }
        Case { made_by, reasons, tolerance: self.tolerance }
    }

    /// Cells of attempts whose row the table does not have.
    fn rows_of_ours(&self) -> Vec<ReproducedCell> {
        let published = self.table.cells();
        let mut cells = Vec::new();
        for scored in self.scored {
            let attempt = scored.attempt;
            for &column in self.table.columns {
                let is_there = published
                    .iter()
                    .any(|cell| cell.row == attempt.row && cell.column == column.name);
                if is_there || !attempt.fills(self.table, &attempt.row, column) {
                    continue;
                }
                let cell = PublishedCell {
                    row: "",
                    column: column.name,
                    value: None,
                    sure: Sureness::Unknown,
                    source: "",
                };
                cells.push(self.judge(attempt.row.clone(), cell, column.quantity, Some(scored)));
            }
        }
        cells
    }
}

#[cfg(test)]
mod tests;
