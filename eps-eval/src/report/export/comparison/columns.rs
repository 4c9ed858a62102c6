//! The scores of any metric as cells of a table.

use crate::{Column, Unit, report::export::percent};

/// The name of a score with its unit.
pub(crate) fn title(column: &Column) -> String {
    match column.unit {
        Unit::Fraction => format!("{} [%]", column.name),
        Unit::Pixels => format!("{} [pixels]", column.name),
    }
}

/// A value of a score, with one decimal; `–` where it does not exist.
pub(crate) fn cell(column: &Column, value: Option<f64>) -> String {
    match column.unit {
        Unit::Fraction => percent(value),
        Unit::Pixels => value.map_or_else(|| "–".into(), |pixels| format!("{pixels:.1}")),
    }
}
