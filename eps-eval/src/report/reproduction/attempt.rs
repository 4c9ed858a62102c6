//! What was scored for one row of a table.

use crate::confusion::{deviation, mean};
use crate::paired::{Bootstrap, Estimate, MethodEstimates, MethodRuns, compare};
use crate::report::published::{Circumstances, Column, PublishedTable, Quantity};
use crate::{Cooccurrence, Counts};

/// What is known of the method that made masks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MadeBy {
    /// Runs whose recipes are that of the row.
    TheRow,
    /// Runs whose recipes are that of another row, which is named.
    Another(String),
    /// Nothing: the masks come without the provenance of a run, or no recipe says the row.
    Unknown,
}

/// Masks that were scored for a row of a published table.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    pub row: String,
    /// The column of mean IoU; the first where nothing is said.
    pub column: Option<String>,
    pub made_by: MadeBy,
    pub circumstances: Circumstances,
    /// Names in the order of their index, background first.
    pub classes: Vec<String>,
    /// Counts of each run; runs differ in their seed.
    pub runs: Vec<Counts>,
    /// Pixels of classes in each kind of stuff, one for each run.
    pub stuff: Vec<(String, Vec<Cooccurrence>)>,
}

impl Attempt {
    /// Whether the table has the column.
    pub(super) fn check(&self, table: &PublishedTable) -> Result<(), String> {
        self.column.as_ref().map_or(Ok(()), |name| table.check_column(name))
    }

    /// Whether these masks are for the cell. All columns but those of mean IoU need nothing else
    /// than the masks; of those, one is meant.
    pub(super) fn fills(&self, table: &PublishedTable, row: &str, column: Column) -> bool {
        let chosen = match &self.column {
            Some(name) => *name == column.name,
            None => column.quantity != Quantity::MeanIou || Some(&column) == table.columns.first(),
        };
        self.row == row && chosen
    }

    /// Mean IoU and IoU of each class, with intervals.
    pub(super) fn estimates(&self, bootstrap: Bootstrap, level: f64) -> MethodEstimates {
        let runs = self.runs.iter().map(|counts| counts.images.clone()).collect();
        let methods = [MethodRuns { name: self.row.clone(), runs }];
        let mut compared = compare(&methods, self.classes.len(), bootstrap, level);
        compared.methods.remove(0)
    }

    /// Index of the class with this name.
    pub(super) fn class(&self, name: &str) -> Option<usize> {
        self.classes.iter().position(|class| class == name)
    }

    /// False positives of a class on stuff over its true positives, mean over the runs, without an
    /// interval over images.
    pub(super) fn confusion(&self, class: &str, stuff: &str) -> Option<Estimate> {
        let class = self.class(class)?;
        let (_, runs) = self.stuff.iter().find(|(name, _)| name == stuff)?;
        let ratios: Vec<f64> = runs.iter().filter_map(|counts| counts.of(class)).collect();
        let value = mean(ratios.iter().copied().map(Some))?;
        Some(Estimate {
            value: Some(value),
            std: deviation(&ratios, value),
            lower: None,
            upper: None,
        })
    }
}
