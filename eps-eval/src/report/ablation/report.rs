//! What an ablation found: the only thing that its tables and charts are made from.

use super::{CellScores, Counted, Settings, Spread};
use crate::paired::{Bootstrap, Effect, MethodRuns, compare, correct};
use crate::{LabelledPoint, ListId, Protocol, TotalCounts};
use serde::Serialize;

/// The images that cells are scored on, the axes of their settings, and the row they are compared with.
#[derive(Clone, Debug)]
pub struct Grid {
    pub list: ListId,
    /// Names of the classes, background first.
    pub classes: Vec<String>,
    /// Full names, in the order in which they are shown.
    pub axes: Vec<String>,
    pub rows: Vec<Settings>,
    /// Index of the row that the others are compared with.
    pub baseline: usize,
}

/// A cell of the plan and what became of it.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Index of its row.
    pub row: usize,
    pub seed: u64,
    /// Its key.
    pub cell: String,
    pub outcome: Outcome,
}

/// What became of a cell.
#[derive(Clone, Debug)]
pub enum Outcome {
    Scored(CellScores),
    /// Why there are no scores.
    Missing(String),
}

/// Rows of settings with their scores. Fractions with all digits; `None` where a value does not exist.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AblationReport {
    /// How pixels were counted: "voc".
    pub protocol: Protocol,
    pub list: ListId,
    pub classes: Vec<String>,
    pub axes: Vec<String>,
    /// Index of the row that the others are compared with.
    pub baseline: usize,
    /// Paired resamples of the images, their seed, and the fraction of them inside an interval.
    pub resamples: usize,
    pub resample_seed: u64,
    pub level: f64,
    pub rows: Vec<AblationRow>,
    /// Cells without scores.
    pub missing: Vec<MissingRun>,
}

/// One combination of settings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AblationRow {
    pub settings: Settings,
    /// Mean IoU with the threshold, or the background of the CRF, that was fixed beforehand.
    pub fixed: Spread,
    /// Mean IoU at thresholds chosen on other images than those they are scored on.
    pub held_out: Spread,
    /// Mean IoU at each run's best threshold on the very truth that is scored.
    pub best: Spread,
    /// Mean IoU less that of the baseline; absent for the baseline itself, and where one has no runs.
    pub difference_fixed: Option<Effect>,
    pub difference_best: Option<Effect>,
    /// In the order of the plan.
    pub runs: Vec<RunScores>,
}

/// The scores of one cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunScores {
    pub seed: u64,
    pub cell: String,
    pub fixed: Measured,
    pub held_out: Option<LabelledPoint>,
    pub best: Option<Measured>,
}

/// Ratios of some masks and the counts that they are made from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    pub threshold: Option<f64>,
    /// Over the classes that occur in truth or prediction.
    pub mean_iou: Option<f64>,
    /// Over the classes that were predicted somewhere.
    pub mean_precision: Option<f64>,
    /// Over the classes that occur in the truth.
    pub mean_recall: Option<f64>,
    /// Pixels of each class, background first: intersection, truth, predicted.
    pub counts: Vec<[u64; 3]>,
}

/// A cell without scores.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MissingRun {
    pub settings: Settings,
    pub seed: u64,
    pub cell: String,
    pub reason: String,
}

impl AblationReport {
    /// Scores every row and compares it with the baseline.
    ///
    /// # Panics
    ///
    /// If a row or the baseline does not exist, if cells differ in their images, or if one has a class
    /// that the grid has not.
    pub fn new(grid: Grid, cells: &[Planned], bootstrap: Bootstrap, level: f64) -> Self {
        let Grid { list, classes, axes, rows, baseline } = grid;
        let judge = Judge { classes: classes.len(), bootstrap, level };
        let mut rows: Vec<AblationRow> = rows
            .into_iter()
            .enumerate()
            .map(|(row, settings)| judge.row(settings, &scored(cells, row)))
            .collect();
        judge.add_differences(&mut rows, cells, baseline);
        let missing = cells.iter().filter_map(|planned| match &planned.outcome {
            Outcome::Scored(_) => None,
            Outcome::Missing(reason) => Some(MissingRun {
                settings: rows[planned.row].settings.clone(),
                seed: planned.seed,
                cell: planned.cell.clone(),
                reason: reason.clone(),
            }),
        });
        let missing = missing.collect();
        let (resamples, resample_seed) = (bootstrap.resamples, bootstrap.seed);
        let protocol = Protocol::Voc;
        Self {
            protocol,
            list,
            classes,
            axes,
            baseline,
            resamples,
            resample_seed,
            level,
            rows,
            missing,
        }
    }
}

/// The cells of a row that have scores.
fn scored(cells: &[Planned], row: usize) -> Vec<(&Planned, &CellScores)> {
    let of_row = cells.iter().filter(|planned| planned.row == row);
    of_row
        .filter_map(|planned| match &planned.outcome {
            Outcome::Scored(scores) => Some((planned, scores)),
            Outcome::Missing(_) => None,
        })
        .collect()
}

/// How rows are scored and compared.
struct Judge {
    classes: usize,
    bootstrap: Bootstrap,
    level: f64,
}

impl Judge {
    fn row(&self, settings: Settings, runs: &[(&Planned, &CellScores)]) -> AblationRow {
        let runs = runs.iter().map(|(planned, scores)| RunScores {
            seed: planned.seed,
            cell: planned.cell.clone(),
            fixed: self.measure(&scores.fixed),
            held_out: scores.held_out.clone(),
            best: scores.best.as_ref().map(|best| self.measure(best)),
        });
        let runs: Vec<RunScores> = runs.collect();
        AblationRow {
            settings,
            fixed: Spread::of(runs.iter().map(|run| run.fixed.mean_iou)),
            held_out: Spread::of(runs.iter().map(|run| Some(run.held_out.as_ref()?.mean_iou))),
            best: Spread::of(runs.iter().map(|run| run.best.as_ref()?.mean_iou)),
            difference_fixed: None,
            difference_best: None,
            runs,
        }
    }

    fn measure(&self, counted: &Counted) -> Measured {
        let totals = TotalCounts::of(self.classes, &counted.images);
        let counts = totals.classes().iter();
        Measured {
            threshold: counted.threshold,
            mean_iou: totals.mean_iou(),
            mean_precision: totals.mean_precision(),
            mean_recall: totals.mean_recall(),
            counts: counts
                .map(|class| [class.intersection, class.truth, class.predicted])
                .collect(),
        }
    }

    fn add_differences(&self, rows: &mut [AblationRow], cells: &[Planned], baseline: usize) {
        let fixed = self.differences(cells, rows.len(), baseline, |scores| Some(&scores.fixed));
        let best = self.differences(cells, rows.len(), baseline, |scores| scores.best.as_ref());
        for (row, (fixed, best)) in rows.iter_mut().zip(fixed.into_iter().zip(best)) {
            (row.difference_fixed, row.difference_best) = (fixed, best);
        }
    }

    /// The difference of each row from the baseline; corrected after Holm for all of them.
    fn differences(
        &self,
        cells: &[Planned],
        rows: usize,
        baseline: usize,
        counted: fn(&CellScores) -> Option<&Counted>,
    ) -> Vec<Option<Effect>> {
        let reference = method(cells, baseline, counted);
        let effects = (0..rows).map(|row| {
            let candidate = method(cells, row, counted);
            let is_compared =
                row != baseline && !candidate.runs.is_empty() && !reference.runs.is_empty();
            is_compared.then(|| {
                // Pairs may be compared apart: a resample of as many images draws the same for all of them.
                let both = [reference.clone(), candidate];
                compare(&both, self.classes, self.bootstrap, self.level).differences[0].miou
            })
        });
        let mut effects: Vec<Option<Effect>> = effects.collect();
        correct(effects.iter_mut().flatten());
        effects
    }
}

/// A row with the images of those of its runs that were counted so.
fn method(
    cells: &[Planned],
    row: usize,
    counted: fn(&CellScores) -> Option<&Counted>,
) -> MethodRuns {
    let runs = scored(cells, row).into_iter().filter_map(|(_, scores)| counted(scores));
    let runs = runs.map(|counted| counted.images.clone()).collect();
    MethodRuns { name: format!("row {row}"), runs }
}
