//! Many trainings that differ in their settings, shared by any number of processes and machines.
//!
//! [`PlanFile`] and [`Axis`] say what is wanted, [`Rows`] makes cells of it, and [`PlanRecord`] gives
//! each the key of its work in an [`AblationFolder`]. A [`Worker`] takes trainings under a [`Lock`]
//! and leaves scores; [`results`] makes tables and charts of them.
//!
//! [`Lock`]: lock::Lock

mod axis;
mod cell;
mod expand;
mod folder;
mod key;
mod lock;
mod lock_note;
mod pace;
mod plan;
mod plan_file;
mod record;
pub(crate) mod results;
mod scoring;
mod slurm;
mod sources;
mod status;
mod training;
mod worker;

pub(crate) use axis::Axis;
pub(crate) use cell::{Base, Cell};
pub(crate) use expand::{Combination, grid, random};
pub(crate) use folder::{AblationFolder, CellState};
pub(crate) use key::Key;
pub(crate) use lock_note::host;
pub(crate) use pace::Pace;
pub(crate) use plan::{Rows, parse_settings};
pub(crate) use plan_file::{PlanFile, Seeds};
pub(crate) use record::PlanRecord;
pub(crate) use slurm::SlurmArray;
pub(crate) use sources::Sources;
pub(crate) use status::StatusReport;
pub(crate) use worker::{Manner, Worker};
