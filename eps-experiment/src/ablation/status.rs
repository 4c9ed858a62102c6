//! Where every cell of an ablation stands.

use super::elapsed::Elapsed;
use super::folder::{AblationFolder, CellState};
use super::pace::shown;
use super::record::{CellRecord, PlanRecord};
use eps_eval::report::ablation::Settings;
use eps_eval::report::page::StatusState;
use serde::{Serialize, Serializer};
use std::time::Duration;

/// Where every cell stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StatusReport {
    /// Hash of the plan.
    pub(super) plan: String,
    pub done: usize,
    pub(super) running: usize,
    pub failed: usize,
    pub(super) waiting: usize,
    /// Of the trainings all of whose cells are done.
    pub(super) mean_seconds_of_cell: Option<f64>,
    /// With as many workers as there are, or one; absent before a training is done.
    pub(super) seconds_left: Option<f64>,
    pub(super) cells: Vec<CellStatus>,
}

/// Where one cell stands; what does not apply is `null`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct CellStatus {
    settings: Settings,
    seed: u64,
    /// Folder of its training below `cells`.
    training: String,
    #[serde(serialize_with = "in_lower_case")]
    pub(super) state: StatusState,
    #[serde(skip)]
    pub(super) description: String,
    pub(super) error: Option<String>,
    pub(super) host: Option<String>,
    pub(super) pid: Option<u32>,
    /// Seconds since 1970 at which they began.
    pub(super) since: Option<u64>,
    /// What a running cell does, and how much of it is done.
    stage: Option<String>,
    done: Option<usize>,
    total: Option<usize>,
    seconds_left: Option<u64>,
}

impl StatusReport {
    pub fn of(folder: &AblationFolder, plan: &PlanRecord, expiry: Duration) -> Self {
        let states: Vec<CellState> =
            plan.cells.iter().map(|cell| folder.state(cell, expiry)).collect();
        let elapsed = Elapsed::of(folder, plan, &states);
        let cells: Vec<CellStatus> = plan
            .cells
            .iter()
            .zip(states)
            .map(|(cell, state)| CellStatus::new(plan, cell).with(state, cell.updates))
            .collect();
        Self {
            plan: plan.hash(),
            done: count(&cells, StatusState::Done),
            running: count(&cells, StatusState::Running),
            failed: count(&cells, StatusState::Failed),
            waiting: count(&cells, StatusState::Waiting),
            mean_seconds_of_cell: elapsed.mean_of_cell.map(|time| time.as_secs_f64()),
            seconds_left: elapsed.left.map(|time| time.as_secs_f64()),
            cells,
        }
    }

    /// A line for each cell, then how many there are of each kind.
    pub fn text(&self) -> String {
        let width = self.cells.iter().map(|cell| cell.description.chars().count()).max();
        let width = width.unwrap_or(0);
        let lines: String = self.cells.iter().map(|cell| cell.line(width)).collect();
        let Self { plan, done, running, failed, waiting, cells, .. } = self;
        format!(
            "{lines}\nplan {plan}: {} cells, {done} done, {running} running, {failed} failed, {waiting} waiting\n",
            cells.len()
        )
    }
}

fn count(cells: &[CellStatus], state: StatusState) -> usize {
    cells.iter().filter(|cell| cell.state == state).count()
}

/// done, running, failed or waiting.
fn in_lower_case<S: Serializer>(state: &StatusState, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(state.name())
}

impl CellStatus {
    /// Of a cell that waits.
    fn new(plan: &PlanRecord, cell: &CellRecord) -> Self {
        Self {
            settings: plan.rows[cell.row].clone(),
            seed: cell.seed,
            training: cell.training.clone(),
            description: plan.describe(cell),
            ..Self::default()
        }
    }

    fn with(self, state: CellState, updates: usize) -> Self {
        match state {
            CellState::Done => Self { state: StatusState::Done, ..self },
            CellState::Failed(error) => {
                Self { state: StatusState::Failed, error: Some(error), ..self }
            }
            CellState::Waiting(0) => self,
            CellState::Waiting(made) => Self {
                stage: Some("training".into()),
                done: Some(made),
                total: Some(updates),
                ..self
            },
            CellState::Running(note) => Self {
                state: StatusState::Running,
                since: Some(note.since),
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

    /// A line that begins with the description, in so many columns.
    fn line(&self, width: usize) -> String {
        let (state, detail) = (self.state.name(), self.detail());
        let line = format!("{:<width$}  {state:<7}  {detail}", self.description);
        line.trim_end().to_owned() + "\n"
    }

    fn detail(&self) -> String {
        match self.state {
            StatusState::Failed => self.error.clone().unwrap_or_default(),
            StatusState::Waiting if self.stage.is_some() => format!("saved: {}", self.progress()),
            StatusState::Running => {
                let (host, pid) = (self.host.as_deref().unwrap_or(""), self.pid.unwrap_or(0));
                format!("{}, process {pid} of {host}", self.progress())
            }
            StatusState::Waiting | StatusState::Done => String::new(),
        }
    }

    /// How far it is, and the time that its stage has left.
    pub(super) fn progress(&self) -> String {
        let (Some(stage), Some(done), Some(total)) = (&self.stage, self.done, self.total) else {
            return String::new();
        };
        let left = self.seconds_left.map(Duration::from_secs);
        let left = left.map(|left| format!(", {} left", shown(left))).unwrap_or_default();
        format!("{stage} {done}/{total}{left}")
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
        let page = report.html("runs/tau", Duration::from_secs(10));
        for part in ["Running (2)", "<td>the loss is NaN</td>", "location.reload(), 10000"] {
            assert!(page.contains(part), "{part} in {page}");
        }
        // Since this second, or the one before.
        let since = crate::moment::now() - report.cells[1].since.unwrap_or(0);
        assert!(since < 60, "{since} s");
        drop(lock);
        assert_eq!(StatusReport::of(&folder, &plan, HOUR).waiting, 3);
    }
}
