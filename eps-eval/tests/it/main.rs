//! Tests across files: folders of predictions, and whole reports.

mod evaluators;
mod folders;
mod golden;
mod mask_folders;
mod report;
mod saliency;
