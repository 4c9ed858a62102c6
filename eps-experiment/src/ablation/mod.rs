//! Many trainings that differ in their settings, shared by any number of processes and machines.
//!
//! A [`PlanRequest`] with its [`PlanFile`] and [`Axis`] says what is wanted, [`Rows`] are the cells of it, and
//! [`PlanRecord`] gives each the key of its work in an [`AblationFolder`]. An [`AblationRequest`] opens the files of all;
//! of its [`OpenedAblation`], [`Workers`] take trainings under a lock and leave scores, and [`write_results`] makes
//! tables and charts of them.

mod axis;
mod cell;
mod elapsed;
mod expand;
mod folder;
mod key;
mod lock;
mod lock_note;
mod opened;
mod pace;
mod plan;
mod plan_file;
mod plan_request;
mod progress;
mod record;
mod results;
mod scoring;
mod sources;
mod status;
mod status_page;
mod training;
mod watch;
mod worker;

pub use axis::Axis;
pub use cell::{Base, Cell};
pub use expand::{Combination, grid, random};
pub use folder::{AblationFolder, CellState};
pub use key::Key;
pub use opened::{AblationRequest, AblationResults, OpenedAblation};
pub use plan::{Rows, parse_settings};
pub use plan_file::{PlanFile, Seeds};
pub use plan_request::PlanRequest;
pub use record::PlanRecord;
pub use results::write_results;
pub use sources::Sources;
pub use status::StatusReport;
pub use worker::{Manner, Workers};
