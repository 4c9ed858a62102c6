//! Finished cells to tables and charts.

use super::folder::{AblationFolder, CellState};
use super::lock::{Attempt, Lock};
use super::record::{CellRecord, PlanRecord};
use crate::run_folder::write_text;
use anyhow::Result;
use eps_eval::ablation::{AblationReport, Grid, Outcome, Planned, figures};
use eps_eval::export;
use eps_eval::paired::Bootstrap;
use std::time::Duration;

/// Seed of the resamples; their number is the plan's.
const RESAMPLE_SEED: u64 = 0;
/// Fraction of the resamples inside an interval.
const LEVEL: f64 = 0.95;
/// Time between two tries to be the one who writes.
const TRY_EVERY: Duration = Duration::from_millis(500);

/// Writes `results.json`, `.csv`, `.md` and `.tex` and the charts of everything that is done.
///
/// One process at a time reads and writes, so that the last one leaves the most complete tables.
pub(crate) fn write(
    folder: &AblationFolder,
    plan: &PlanRecord,
    expiry: Duration,
) -> Result<AblationReport> {
    let _lock = loop {
        match Lock::acquire(&folder.root.join("results.lock"), expiry)? {
            Attempt::Taken(lock) => break lock,
            Attempt::Held(_) => std::thread::sleep(TRY_EVERY),
        }
    };
    let report = collect(folder, plan, expiry)?;
    if folder.plan()?.hash() != plan.hash() {
        eprintln!("the plan of {} is another by now: its results are left", folder.root.display());
        return Ok(report);
    }
    let figures = figures(&report)?;
    let path = |name: &str| folder.root.join(name);
    figures.iter().try_for_each(|figure| figure.write(&folder.root))?;
    write_text(&path("results.csv"), &export::ablation_csv(&report)?)?;
    write_text(&path("results.md"), &export::ablation_markdown(&report, &figures))?;
    write_text(&path("results.tex"), &export::ablation_latex(&report))?;
    write_text(&path("results.json"), &export::json(&report))?;
    Ok(report)
}

fn collect(folder: &AblationFolder, plan: &PlanRecord, expiry: Duration) -> Result<AblationReport> {
    let planned = |cell: &CellRecord| {
        let outcome = match folder.state(cell, expiry) {
            CellState::Done => Outcome::Scored(folder.scores(cell)?),
            CellState::Failed(error) => Outcome::Missing(format!("failed: {error}")),
            CellState::Running(_) | CellState::Waiting(_) => {
                Outcome::Missing("not finished".into())
            }
        };
        Ok(Planned { row: cell.row, seed: cell.seed, cell: cell.scoring.clone(), outcome })
    };
    let cells: Vec<Planned> = plan.cells.iter().map(planned).collect::<Result<_>>()?;
    let grid = Grid {
        list: plan.list.clone(),
        classes: plan.classes.clone(),
        axes: plan.axes.clone(),
        rows: plan.rows.clone(),
        baseline: plan.baseline,
    };
    let bootstrap = Bootstrap { resamples: plan.resamples, seed: RESAMPLE_SEED };
    Ok(AblationReport::new(grid, &cells, bootstrap, LEVEL))
}
