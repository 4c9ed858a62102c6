//! Many trainings that differ in their settings, shared by any number of processes and machines.
//!
//! [`PlanFile`] and [`Axis`] say what is wanted, [`Rows`] makes cells of it, and [`PlanRecord`] gives
//! each the key of its work in an [`AblationFolder`]. [`Workers`] take trainings under a lock
//! and leave scores; [`write_results`] makes tables and charts of them.

mod axis;
mod cell;
mod elapsed;
mod expand;
mod folder;
mod key;
mod lock;
mod lock_note;
mod pace;
mod plan;
mod plan_file;
mod progress;
mod record;
mod results;
mod scoring;
mod sources;
mod status;
mod status_page;
mod training;
mod worker;

pub use axis::Axis;
pub use cell::{Base, Cell};
pub use expand::{Combination, grid, random};
pub use folder::{AblationFolder, CellState};
pub use key::Key;
pub use plan::{Rows, parse_settings};
pub use plan_file::{PlanFile, Seeds};
pub use record::PlanRecord;
pub use results::write_results;
pub use sources::Sources;
pub use status::StatusReport;
pub use worker::{Manner, Workers};
