//! Scores as comma-separated text.

use crate::report::Table;
use crate::{EvalError, Scores};

/// A row for each class, then the means: fractions with all digits, empty where a value does not
/// exist. See [`Table`] for the columns.
pub fn csv(methods: &[(&str, &Scores)]) -> Result<String, EvalError> {
    Table::of(methods)?.to_csv()
}
