//! Where every cell of an ablation stands.

use super::folder::{AblationFolder, CellState};
use super::pace::shown;
use super::record::{CellRecord, PlanRecord};
use eps_eval::report::ablation::Settings;
use serde::Serialize;
use std::time::Duration;

/// Where every cell stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StatusReport {
    /// Hash of the plan.
    plan: String,
    pub done: usize,
    running: usize,
    pub failed: usize,
    waiting: usize,
    cells: Vec<CellStatus>,
}

/// Where one cell stands; what does not apply is `null`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct CellStatus {
    settings: Settings,
    seed: u64,
    /// Folder of its training below `cells`.
    training: String,
    /// done, running, failed or waiting.
    state: &'static str,
    #[serde(skip)]
    description: String,
    error: Option<String>,
    host: Option<String>,
    pid: Option<u32>,
    /// What a running cell does, and how much of it is done.
    stage: Option<String>,
    done: Option<usize>,
    total: Option<usize>,
    seconds_left: Option<u64>,
}

impl StatusReport {
    pub fn of(folder: &AblationFolder, plan: &PlanRecord, expiry: Duration) -> Self {
        let status = |cell: &CellRecord| {
            let cell_status = CellStatus {
                settings: plan.rows[cell.row].clone(),
                seed: cell.seed,
                training: cell.training.clone(),
                description: plan.describe(cell),
                ..CellStatus::default()
            };
            cell_status.with(folder.state(cell, expiry), cell.updates)
        };
        let cells: Vec<CellStatus> = plan.cells.iter().map(status).collect();
        let count = |state: &str| cells.iter().filter(|cell| cell.state == state).count();
        Self {
            plan: plan.hash(),
            done: count(DONE),
            running: count(RUNNING),
            failed: count(FAILED),
            waiting: count(WAITING),
            cells,
        }
    }

    /// A line for each cell, then how many there are of each kind.
    pub fn text(&self) -> String {
        let width = self.cells.iter().map(|cell| cell.description.chars().count()).max();
        let width = width.unwrap_or(0);
        let line = |cell: &CellStatus| {
            let line =
                format!("{:<width$}  {:<7}  {}", cell.description, cell.state, cell.detail());
            line.trim_end().to_owned() + "\n"
        };
        let lines: String = self.cells.iter().map(line).collect();
        let Self { plan, done, running, failed, waiting, cells } = self;
        format!(
            "{lines}\nplan {plan}: {} cells, {done} done, {running} running, {failed} failed, {waiting} waiting\n",
            cells.len()
        )
    }
}

const DONE: &str = "done";
const RUNNING: &str = "running";
const FAILED: &str = "failed";
const WAITING: &str = "waiting";

impl CellStatus {
    fn with(self, state: CellState, updates: usize) -> Self {
        match state {
            CellState::Done => Self { state: DONE, ..self },
            CellState::Failed(error) => Self { state: FAILED, error: Some(error), ..self },
            CellState::Waiting(0) => Self { state: WAITING, ..self },
            CellState::Waiting(made) => Self {
                state: WAITING,
                stage: Some("training".into()),
                done: Some(made),
                total: Some(updates),
                ..self
            },
            CellState::Running(note) => Self {
                state: RUNNING,
                host: Some(note.host),
                pid: Some(note.pid),
                stage: Some(note.stage),
                done: Some(note.done),
                total: Some(note.total),
                seconds_left: note.seconds_left,
                ..self
            },
        }
    }

    fn detail(&self) -> String {
        let progress = || match (&self.stage, self.done, self.total) {
            (Some(stage), Some(done), Some(total)) => format!("{stage} {done}/{total}"),
            _ => String::new(),
        };
        match self.state {
            FAILED => self.error.clone().unwrap_or_default(),
            WAITING if self.stage.is_some() => format!("saved: {}", progress()),
            RUNNING => {
                let left = self.seconds_left.map(Duration::from_secs);
                let left = left.map(|left| format!(", {} left", shown(left))).unwrap_or_default();
                let (host, pid) = (self.host.as_deref().unwrap_or(""), self.pid.unwrap_or(0));
                format!("{}{left}, process {pid} of {host}", progress())
            }
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ablation::lock::{Attempt, Lock};
    use crate::ablation::record::tests::plan;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn every_cell_has_its_state() {
        let (root, plan) = (tempfile::tempdir().unwrap(), plan());
        let folder = AblationFolder::at(root.path());
        folder.write_failure(&plan.cells[2], "the loss is NaN".into()).unwrap();
        let path = folder.training(&plan.cells[1]).root;
        let Attempt::Taken(lock) = Lock::acquire(&path, HOUR, |_| {}).unwrap() else {
            panic!("it is free")
        };
        lock.report("training", 0, 10, Some(Duration::from_secs(200)));
        let report = StatusReport::of(&folder, &plan, HOUR);
        let text = report.text();
        assert!(text.contains("threshold=0.3 seed=1  failed   the loss is NaN\n"), "{text}");
        assert!(text.contains("threshold=0.2 seed=1  waiting\n"), "{text}");
        let running = "threshold=0.3 seed=2  running  training 0/10, 3 min 20 s left, process ";
        assert!(text.contains(running), "{text}");
        assert!(text.ends_with("4 cells, 0 done, 2 running, 1 failed, 1 waiting\n"), "{text}");
        drop(lock);
        assert_eq!(StatusReport::of(&folder, &plan, HOUR).waiting, 3);
    }
}
