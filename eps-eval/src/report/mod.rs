//! What was counted, to be read: tables, charts, pages, and published numbers beside ours.
//!
//! Views show scores and compute nothing: [`export`] makes JSON, CSV, Markdown and text, [`chart`]
//! SVG and PNG, [`page`] a page of all of it. [`reproduction`] sets scores beside the numbers of
//! [`published`], [`ablation`] beside those of other settings; [`statistics`] describes a data set.

pub mod ablation;
pub mod chart;
pub mod export;
pub mod page;
pub mod published;
pub mod reproduction;
pub mod statistics;

mod comparison;
mod data_table;
mod frame_csv;
mod rank;
mod reference_losses;
mod table;

pub use comparison::ComparisonReport;
pub use data_table::DataTable;
pub use reference_losses::{ReferenceLoss, ReferenceRun, reference_losses};
pub use table::{Row, Table};
