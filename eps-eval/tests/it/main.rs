//! Tests across files: folders of predictions, and whole reports.

mod folders;
mod report;
mod saliency;
