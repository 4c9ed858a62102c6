//! Where the cells of a plan stand, and what is said of them.

use super::folder::{AblationFolder, CellState};
use super::record::PlanRecord;
use crate::Session;
use anyhow::Result;
use eps_data::codec::write_file;
use std::time::Duration;

impl AblationFolder {
    /// Where each cell of a plan stands; a lock without a sign of life for `expiry` counts no more.
    pub fn states(&self, plan: &PlanRecord, expiry: Duration) -> Vec<CellState> {
        plan.cells.iter().map(|cell| self.state(cell, expiry)).collect()
    }

    /// Leaves the plan in the folder; one that is there already is replaced by another.
    ///
    /// # Errors
    ///
    /// If the plan cannot be written.
    pub fn begin(&self, plan: &PlanRecord, session: &Session<'_>) -> Result<()> {
        let is_there = self.plan_file().exists();
        if is_there && self.plan().is_ok_and(|recorded| recorded.hash() == plan.hash()) {
            return Ok(());
        }
        if is_there {
            let known = plan.cells.iter().filter(|cell| self.is_done(cell)).count();
            session.observer.say(&format!(
                "{}: another plan is replaced; {known} of {} cells are done already",
                self.root.display(),
                plan.cells.len()
            ));
        }
        Ok(write_file(&self.plan_file(), plan.to_json())?)
    }
}

impl PlanRecord {
    /// Every cell with its state, and how many there are.
    pub fn preview(&self, states: &[CellState]) -> String {
        let mut cells = String::new();
        for (cell, state) in self.cells.iter().zip(states) {
            let state = match state {
                CellState::Done => "done",
                CellState::Failed(_) => "failed",
                CellState::Running(_) => "running",
                CellState::Waiting(_) => "waiting",
            };
            cells += &format!("{}  training {}  {state}\n", self.describe(cell), cell.training);
        }
        format!(
            "{cells}\nplan {}: {} cells, {} trainings, baseline row {}\n",
            self.hash(),
            self.cells.len(),
            self.trainings().len(),
            self.baseline + 1
        )
    }

    /// A line for each cell that is not done: why not.
    pub fn unfinished(&self, states: &[CellState]) -> Vec<String> {
        let mut lines = Vec::new();
        for (cell, state) in self.cells.iter().zip(states) {
            let cell = self.describe(cell);
            match state {
                CellState::Done => {}
                CellState::Failed(error) => lines.push(format!("failed: {cell}: {error}")),
                CellState::Running(note) => lines.push(format!(
                    "not finished: {cell}: process {} of {} works on it",
                    note.pid, note.host
                )),
                CellState::Waiting(_) => lines.push(format!("not finished: {cell}")),
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::plan;
    use super::*;

    #[test]
    fn cells_are_listed_with_their_states_and_those_left_with_their_reasons() {
        let plan = plan();
        let mut states = vec![CellState::Done; plan.cells.len()];
        states[1] = CellState::Failed("no such file".into());
        states[2] = CellState::Waiting(3);
        let preview = plan.preview(&states);
        let second = format!("{}  training t", plan.describe(&plan.cells[1]));
        assert!(preview.lines().nth(1).unwrap().starts_with(&second), "{preview}");
        assert!(preview.lines().nth(1).unwrap().ends_with("  failed"), "{preview}");
        let unfinished = plan.unfinished(&states);
        assert_eq!(unfinished.len(), 2);
        assert!(unfinished[0].starts_with("failed: ") && unfinished[0].ends_with(": no such file"));
        assert!(unfinished[1].starts_with("not finished: "));
    }
}
