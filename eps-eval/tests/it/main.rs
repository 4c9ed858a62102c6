//! Tests across files: folders of predictions, and whole reports.

mod folders;
mod golden;
mod report;
mod saliency;
