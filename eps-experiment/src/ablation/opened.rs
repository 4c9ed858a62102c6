//! An ablation whose files are opened: what it would do, does and leaves.

use super::cell::Cell;
use super::folder::{AblationFolder, CellState};
use super::plan::Rows;
use super::record::PlanRecord;
use super::results::write_results;
use super::sources::Sources;
use super::worker::{Manner, Workers};
use crate::run::NamedDevice;
use crate::{DataSource, End, Session};
use anyhow::{Result, ensure};
use eps_eval::report::ablation::AblationReport;
use eps_eval::report::chart::Sheet;
use std::path::PathBuf;
use std::time::Duration;

/// Cells, and the images that they are trained and scored on.
#[derive(Clone, Copy, Debug)]
pub struct AblationRequest<'a> {
    pub rows: &'a Rows,
    pub trained_on: &'a DataSource,
    pub scored_on: &'a DataSource,
    /// Paired resamples of the images for intervals.
    pub resamples: usize,
    /// Hash of the plan that is accepted; without it any is.
    pub expected_plan: Option<&'a str>,
    /// Whether nothing may be written, not even what is known of the files.
    pub is_dry_run: bool,
}

/// An ablation whose files are opened.
pub struct OpenedAblation {
    folder: AblationFolder,
    pub plan: PlanRecord,
    cells: Vec<Cell>,
    sources: Sources,
}

/// What an ablation leaves.
#[derive(Clone, Debug)]
pub struct AblationResults {
    /// Of the cells that are done; `None` if no cell is.
    pub report: Option<AblationReport>,
    /// A line for each cell that is not done: why not.
    pub unfinished: Vec<String>,
    pub failed: usize,
    pub cells: usize,
    /// Where the tables of the report are.
    pub page: PathBuf,
}

impl AblationRequest<'_> {
    /// Opens the files of all cells and gives each cell the key of its work.
    ///
    /// # Errors
    ///
    /// If a file is missing or does not fit its photograph, or the plan is not the one that is expected.
    pub fn open(&self, folder: AblationFolder, session: &Session<'_>) -> Result<OpenedAblation> {
        let cells: Vec<Cell> = self.rows.cells.iter().map(|(_, cell)| cell.clone()).collect();
        let inputs = folder.inputs();
        let cache = (!self.is_dry_run).then_some(inputs.as_path());
        let sources = Sources::open(self.trained_on, self.scored_on, &cells, cache, session)?;
        let plan = self.rows.record(&sources, self.resamples);
        if let Some(expected) = self.expected_plan {
            ensure!(
                *expected == plan.hash(),
                "the plan is {}, expected {expected}: settings or files have changed",
                plan.hash()
            );
        }
        Ok(OpenedAblation { folder, plan, cells, sources })
    }
}

impl OpenedAblation {
    /// Every cell with its state, and how many there are.
    pub fn preview(&self, expiry: Duration) -> String {
        self.plan.preview(&self.folder.states(&self.plan, expiry))
    }

    /// Leaves the plan in the folder, so that others see its cells.
    ///
    /// # Errors
    ///
    /// If the plan cannot be written.
    pub fn begin(&self, session: &Session<'_>) -> Result<()> {
        self.folder.begin(&self.plan, session)
    }

    /// Trains and scores the cells that this process may take, one worker a device, and writes the results of all that
    /// are done. `None` if the observer stopped it.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written; what fails in a cell is recorded with it.
    pub fn run(
        &self,
        devices: &[NamedDevice],
        manner: Manner,
        sheet: Sheet,
        session: &Session<'_>,
    ) -> Result<Option<AblationResults>> {
        let Self { folder, plan, cells, sources } = self;
        let expiry = manner.expiry;
        let workers = Workers { folder, plan, cells, sources, devices, session, manner };
        match workers.run()? {
            End::Interrupted => Ok(None),
            End::Done => self.finish(expiry, sheet, session),
        }
    }

    fn finish(
        &self,
        expiry: Duration,
        sheet: Sheet,
        session: &Session<'_>,
    ) -> Result<Option<AblationResults>> {
        let states = self.folder.states(&self.plan, expiry);
        let mut report = None;
        if states.contains(&CellState::Done) {
            report = write_results(&self.folder, &self.plan, expiry, sheet, session)?;
            if report.is_none() {
                let text = "the results are not written; run the same command again to write them";
                session.observer.say(text);
                return Ok(None);
            }
        }
        let failed = states.iter().filter(|state| matches!(state, CellState::Failed(_))).count();
        let unfinished = self.plan.unfinished(&states);
        let (cells, page) = (states.len(), self.folder.root.join("results.md"));
        Ok(Some(AblationResults { report, unfinished, failed, cells, page }))
    }
}
