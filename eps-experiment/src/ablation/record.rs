//! A plan as it is kept in the folder of its ablation.

use anyhow::{Context as _, Result, ensure};
use eps_data::codec::read_text;
use eps_data::sha256;
use eps_eval::ListId;
use eps_eval::report::ablation::{Setting, Settings, short_names};
use eps_eval::report::export;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Changes with the meaning of a plan's fields.
pub(super) const FORMAT: u32 = 1;

/// Digits of hashes that name folders and files.
const DIGITS: usize = 16;

/// Everything that status and results need; the same for the same inputs and settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRecord {
    pub format: u32,
    /// The images that are scored.
    pub list: ListId,
    /// Names of the classes, background first.
    pub classes: Vec<String>,
    pub axes: Vec<String>,
    pub rows: Vec<Settings>,
    /// Index of the row that the others are compared with.
    pub baseline: usize,
    pub resamples: usize,
    pub cells: Vec<CellRecord>,
}

/// A row with a seed, and the keys of what makes its scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellRecord {
    pub row: usize,
    pub seed: u64,
    /// Of the recipe without inference, and of all files that a training reads.
    pub training: String,
    /// Of the training, the inference and the images that are scored.
    pub maps: String,
    /// Of the maps, their truth, and the threshold or the CRF.
    pub scoring: String,
    /// Updates of the training.
    pub updates: usize,
}

/// The short hash of a text.
pub(super) fn key(text: &str) -> String {
    // With the format, so that work of another one has other names.
    let mut hash = sha256(format!("eps ablation {FORMAT}\n{text}"));
    // 64 bits: among 100,000 cells, the most that a grid may have, two meet by chance in less than one of
    // 10^9 plans.
    hash.truncate(DIGITS);
    hash
}

impl PlanRecord {
    pub fn read(path: &Path) -> Result<Self> {
        let text = read_text(path)
            .with_context(|| format!("{}: not the folder of an ablation", path.display()))?;
        let plan: Self = serde_json::from_str(&text)
            .with_context(|| format!("{}: not a plan of this version", path.display()))?;
        let found = plan.format;
        ensure!(found == FORMAT, "{}: format {found}, expected {FORMAT}", path.display());
        // Anybody may have written the file, and from here on rows are indexed without a look.
        let rows = plan.rows.len();
        ensure!(
            plan.baseline < rows && plan.cells.iter().all(|cell| cell.row < rows),
            "{}: a row that is not there, expected cells of {rows} rows",
            path.display()
        );
        Ok(plan)
    }

    pub fn to_json(&self) -> String {
        export::json(self)
    }

    /// The short hash of everything in the plan.
    pub fn hash(&self) -> String {
        key(&self.to_json())
    }

    /// The settings and the seed of a cell, such as `lambda=0.5 tau=0.4 seed=1`.
    pub fn describe(&self, cell: &CellRecord) -> String {
        let settings = &self.rows[cell.row];
        let shown = self.axes.iter().zip(short_names(&self.axes)).filter_map(|(axis, name)| {
            settings.get(axis).map(|value: &Setting| format!("{name}={value}"))
        });
        shown.chain([format!("seed={}", cell.seed)]).collect::<Vec<_>>().join(" ")
    }

    /// Indices of the cells of each training, in the order of the plan.
    pub fn trainings(&self) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut places = std::collections::BTreeMap::new();
        for (index, cell) in self.cells.iter().enumerate() {
            let place = *places.entry(cell.training.as_str()).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            groups[place].push(index);
        }
        groups
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::fs;

    /// Two trainings of two cells each.
    pub(crate) fn plan() -> PlanRecord {
        let row = |threshold: f64| -> Settings {
            [("inference.threshold".to_owned(), Setting::Number(threshold))].into()
        };
        let cell = |row: usize, seed: u64| CellRecord {
            row,
            seed,
            training: format!("t{seed}"),
            maps: format!("m{seed}"),
            scoring: format!("s{seed}{row}"),
            updates: 10,
        };
        PlanRecord {
            format: FORMAT,
            list: ListId { name: "train".into(), images: 2, sha256: "ab".into() },
            classes: vec!["background".into(), "boat".into()],
            axes: vec!["inference.threshold".into()],
            rows: vec![row(0.2), row(0.3)],
            baseline: 0,
            resamples: 99,
            cells: vec![cell(0, 1), cell(0, 2), cell(1, 1), cell(1, 2)],
        }
    }

    #[test]
    fn cells_of_one_training_stand_together() {
        let plan = plan();
        assert_eq!(plan.trainings(), [vec![0, 2], vec![1, 3]]);
        assert_eq!(plan.describe(&plan.cells[2]), "threshold=0.3 seed=1");
    }

    #[test]
    fn a_plan_is_read_back_and_its_hash_tells_it_from_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        fs::write(&path, plan().to_json()).unwrap();
        assert_eq!(PlanRecord::read(&path).unwrap(), plan());
        assert_eq!(PlanRecord::read(&path).unwrap().hash(), plan().hash());
        assert_ne!(PlanRecord { baseline: 1, ..plan() }.hash(), plan().hash());
        fs::write(&path, PlanRecord { baseline: 2, ..plan() }.to_json()).unwrap();
        assert!(
            PlanRecord::read(&path).unwrap_err().to_string().contains("a row that is not there")
        );
    }
}
