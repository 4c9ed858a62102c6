//! The folder of an ablation: where everything is, and what is there.

use super::lock::holder;
use super::lock_note::LockNote;
use super::record::{CellRecord, PlanRecord};
use crate::run::RunFolder;
use anyhow::{Context as _, Result, ensure};
use eps_data::codec::{read_text, write_file};
use eps_eval::report::ablation::CellScores;
use eps_model::train::Checkpoint;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The folder of an ablation.
///
/// ```text
/// plan.json            cells with the keys of their work
/// inputs/              hashes of the files that were read
/// cells/<training>/    a run folder, with its lock
///   maps-<maps>/       class maps, and masks of a CRF
///   scores/            <scoring>.json, or <scoring>.failed.json
/// results.*, charts/
/// ```
#[derive(Clone, Debug)]
pub struct AblationFolder {
    pub root: PathBuf,
}

/// Where a cell stands.
#[derive(Clone, Debug, PartialEq)]
pub enum CellState {
    Done,
    /// With the error.
    Failed(String),
    /// Somebody works on the training that it belongs to.
    Running(LockNote),
    /// With the updates that a checkpoint holds.
    Waiting(usize),
}

/// Why a cell has no scores.
#[derive(Serialize, Deserialize)]
struct Failure {
    error: String,
}

impl AblationFolder {
    pub fn at(root: &Path) -> Self {
        Self { root: root.into() }
    }

    pub fn plan_file(&self) -> PathBuf {
        self.root.join("plan.json")
    }

    /// Hashes of the files that were read.
    pub fn inputs(&self) -> PathBuf {
        self.root.join("inputs")
    }

    /// The plan that was begun here.
    pub fn plan(&self) -> Result<PlanRecord> {
        PlanRecord::read(&self.plan_file())
    }

    /// The run of a training, which is also what is locked.
    pub fn training(&self, cell: &CellRecord) -> RunFolder {
        RunFolder::at(&self.root.join("cells").join(&cell.training))
    }

    pub fn maps(&self, cell: &CellRecord) -> RunFolder {
        RunFolder::at(&self.training(cell).root.join(format!("maps-{}", cell.maps)))
    }

    fn scores_file(&self, cell: &CellRecord) -> PathBuf {
        self.training(cell).root.join("scores").join(format!("{}.json", cell.scoring))
    }

    fn failure_file(&self, cell: &CellRecord) -> PathBuf {
        self.scores_file(cell).with_extension("failed.json")
    }

    pub fn is_done(&self, cell: &CellRecord) -> bool {
        // Scores are not synced when they are written, so a machine that loses power may leave the name without
        // bytes.
        fs::metadata(self.scores_file(cell)).is_ok_and(|file| file.is_file() && file.len() > 0)
    }

    pub fn scores(&self, cell: &CellRecord) -> Result<CellScores> {
        let path = self.scores_file(cell);
        let text = read_text(&path)?;
        serde_json::from_str(&text)
            .with_context(|| format!("{}: not the scores of a cell", path.display()))
    }

    pub fn write_scores(&self, cell: &CellRecord, scores: &CellScores) -> Result<()> {
        let path = self.scores_file(cell);
        write_file(&path, serde_json::to_string(scores)?)?;
        // Written to what keeps nothing, such as a device that a link leads to, they would be made for ever.
        ensure!(
            self.is_done(cell),
            "{}: is no regular file, expected one that keeps the scores",
            path.display()
        );
        self.clear_failure(cell)
    }

    /// The error of a cell that failed.
    pub fn failure(&self, cell: &CellRecord) -> Option<String> {
        let text = read_text(&self.failure_file(cell)).ok()?;
        let failure = serde_json::from_str::<Failure>(&text);
        Some(failure.map_or_else(|_| "its record cannot be read".into(), |failure| failure.error))
    }

    pub fn write_failure(&self, cell: &CellRecord, error: String) -> Result<()> {
        Ok(write_file(&self.failure_file(cell), serde_json::to_string(&Failure { error })?)?)
    }

    pub fn clear_failure(&self, cell: &CellRecord) -> Result<()> {
        let path = self.failure_file(cell);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("{}: cannot be removed", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// Updates that the latest checkpoint of a training holds.
    pub fn updates(&self, cell: &CellRecord) -> usize {
        let latest = Checkpoint::latest(&self.training(cell).checkpoints());
        latest.ok().flatten().map_or(0, |checkpoint| checkpoint.state.update)
    }

    pub fn state(&self, cell: &CellRecord, expiry: Duration) -> CellState {
        if self.is_done(cell) {
            return CellState::Done;
        }
        match (holder(&self.training(cell).root, expiry), self.failure(cell)) {
            // Whoever tries it again removes the record of the failure first.
            (_, Some(error)) => CellState::Failed(error),
            (Some(note), None) => CellState::Running(note),
            (None, None) => CellState::Waiting(self.updates(cell)),
        }
    }
}
