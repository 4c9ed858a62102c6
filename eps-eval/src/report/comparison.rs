//! Methods side by side: the only thing that tables and charts of a comparison are made from.

use crate::{ListId, MethodDetails, Protocol, paired::PairedComparison};
use serde::Serialize;

/// Everything that a comparison found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparisonReport {
    /// How pixels were counted: "voc".
    pub protocol: Protocol,
    pub list: ListId,
    /// Names of the classes, background first.
    pub classes: Vec<String>,
    pub comparison: PairedComparison,
    /// By method; counts of several runs are added up.
    pub details: Vec<MethodDetails>,
}
