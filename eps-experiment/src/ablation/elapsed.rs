//! How long the trainings of a plan took, by what they left, and how long the others will take.

use super::folder::{AblationFolder, CellState};
use super::record::PlanRecord;
use crate::run::RunFolder;
use eps_model::train::{Checkpoint, read_steps};
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// What finished trainings took, and what is left.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Elapsed {
    /// Of a cell, on the average of the trainings all of whose cells are done.
    pub mean_of_cell: Option<Duration>,
    /// Until nothing is running or waiting, with as many workers as there are, or one.
    pub left: Option<Duration>,
}

impl Elapsed {
    /// Of a plan whose cells stand so.
    pub(super) fn of(folder: &AblationFolder, plan: &PlanRecord, states: &[CellState]) -> Self {
        let (mut cells, mut time) = (0, Duration::ZERO);
        let (mut trainings, mut open, mut workers) = (0_u32, 0.0, 0_u32);
        for group in plan.trainings() {
            let cell = &plan.cells[group[0]];
            let is_done = group.iter().all(|&index| states[index] == CellState::Done);
            if let Some(taken) = is_done.then(|| time_of(&folder.training(cell))).flatten() {
                (cells, time) = (cells + group.len() as u32, time + taken);
                trainings += 1;
            }
            // The cells of a training share its updates: it is open by as much as the one with most left.
            open += group
                .iter()
                .map(|&index| share_left(&states[index], cell.updates))
                .fold(0.0, f64::max);
            let is_running =
                group.iter().any(|&index| matches!(states[index], CellState::Running(_)));
            workers += u32::from(is_running);
        }
        let mean_of_training = time.checked_div(trainings);
        let left = mean_of_training.map(|mean| mean.mul_f64(open) / workers.max(1));
        Self { mean_of_cell: time.checked_div(cells), left }
    }
}

/// How much of a training is left for a cell, from 0 to 1.
fn share_left(state: &CellState, updates: usize) -> f64 {
    match state {
        CellState::Done | CellState::Failed(_) => 0.0,
        CellState::Waiting(made) => share_after(*made, updates),
        // Maps and scores come after the updates, and count little beside them.
        CellState::Running(note) if note.stage == "training" => share_after(note.done, note.total),
        CellState::Running(note) if note.stage == "starting" => 1.0,
        CellState::Running(_) => 0.0,
    }
}

fn share_after(made: usize, all: usize) -> f64 {
    1.0 - made.min(all) as f64 / all.max(1) as f64
}

/// Time of the updates of a finished training, and of the first scores after them; pauses between two calls
/// do not count.
fn time_of(run: &RunFolder) -> Option<Duration> {
    let batch = run.recipe().ok()?.optimiser.batch as f64;
    let steps = read_steps(&run.steps_file()).ok()?;
    let seconds: f64 = steps.iter().map(|step| batch / step.images_per_second).sum();
    let trained = Checkpoint::latest(&run.checkpoints()).ok()??;
    let trained = modified(&trained.folder().join("state.json"))?;
    let scores = fs::read_dir(run.root.join("scores")).ok()?.flatten();
    let scored = scores.filter_map(|entry| modified(&entry.path())).min()?;
    let scoring = scored.duration_since(trained).unwrap_or_default();
    Some(Duration::try_from_secs_f64(seconds).ok()? + scoring)
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ablation::lock_note::LockNote;

    #[test]
    fn what_is_left_of_a_cell_is_the_share_of_its_updates() {
        let running = |stage: &str, done: usize| {
            let (stage, total) = (stage.into(), 10);
            CellState::Running(LockNote { stage, done, total, ..LockNote::default() })
        };
        let cases = [
            (CellState::Done, 0.0),
            (CellState::Failed("NaN".into()), 0.0),
            (CellState::Waiting(0), 1.0),
            (CellState::Waiting(15), 0.25),
            (running("starting", 0), 1.0),
            (running("training", 4), 0.6),
            (running("class maps", 4), 0.0),
        ];
        for (state, expected) in cases {
            assert!((share_left(&state, 20) - expected).abs() < 1e-12, "{state:?}");
        }
    }
}
