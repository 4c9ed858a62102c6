//! Finished cells to tables and charts.

use super::folder::{AblationFolder, CellState};
use super::lock::{Attempt, Lock};
use super::lock_note::LockNote;
use super::pace::shown;
use super::record::{CellRecord, PlanRecord};
use crate::Session;
use anyhow::Result;
use eps_data::codec::write_file;
use eps_eval::paired::Bootstrap;
use eps_eval::report::ablation::{AblationReport, Grid, Outcome, Planned, figures};
use eps_eval::report::chart::Sheet;
use eps_eval::report::export;
use std::path::Path;
use std::time::{Duration, Instant};

/// Seed of the resamples; their number is the plan's.
const RESAMPLE_SEED: u64 = 0;
/// Fraction of the resamples inside an interval.
const LEVEL: f64 = 0.95;
/// Time between two tries to be the one who writes.
const TRY_EVERY: Duration = Duration::from_millis(200);
/// Time after which a wait is explained.
const ANNOUNCED_AFTER: Duration = Duration::from_secs(1);

/// Writes `results.json`, `.csv`, `.md` and `.tex` and the charts of everything that is done.
///
/// One process at a time reads and writes, so that the last one leaves the most complete tables. `None`
/// if the observer ended the wait for another.
pub fn write_results(
    folder: &AblationFolder,
    plan: &PlanRecord,
    expiry: Duration,
    sheet: Sheet,
    session: &Session<'_>,
) -> Result<Option<AblationReport>> {
    let Some(_lock) = lock(&folder.root.join("results.lock"), expiry, session)? else {
        return Ok(None);
    };
    let report = collect(folder, plan, expiry)?;
    // The lock keeps writers apart, but another plan may have begun in the folder since.
    if folder.plan()?.hash() != plan.hash() {
        let root = folder.root.display();
        session
            .observer
            .say(&format!("the plan of {root} is another by now: its results are left"));
        return Ok(Some(report));
    }
    let figures = figures(&report, sheet)?;
    let root = &folder.root;
    figures.iter().try_for_each(|figure| figure.write(root))?;
    write_file(&root.join("results.csv"), export::ablation_csv(&report)?)?;
    write_file(&root.join("results.md"), export::ablation_markdown(&report, &figures))?;
    write_file(&root.join("results.tex"), export::ablation_latex(&report))?;
    write_file(&root.join("results.json"), export::json(&report))?;
    Ok(Some(report))
}

/// Waits until this process is the one that writes; `None` if the observer ended the wait.
fn lock(folder: &Path, expiry: Duration, session: &Session<'_>) -> Result<Option<Lock>> {
    // Most are held for moments.
    let announced = Instant::now() + ANNOUNCED_AFTER;
    let mut is_announced = false;
    loop {
        let holder = match Lock::acquire(folder, expiry, session.alarm)? {
            Attempt::Taken(lock) => return Ok(Some(lock)),
            Attempt::Held(holder) => holder,
        };
        if !is_announced && Instant::now() > announced {
            is_announced = true;
            session.observer.say(&wait(folder, &holder, expiry));
        }
        if session.observer.stops() {
            return Ok(None);
        }
        std::thread::sleep(TRY_EVERY);
    }
}

fn wait(folder: &Path, holder: &LockNote, expiry: Duration) -> String {
    let LockNote { host, pid, .. } = holder;
    // A lock that was damaged may be that of a process which works.
    let who = match host.is_empty() {
        true => "a process that its lock does not name".to_owned(),
        false => format!("process {pid} of {host}"),
    };
    format!(
        "waiting for {}, which {who} holds; it is taken over after {} without a sign of life (--lock-expiry)",
        folder.display(),
        shown(expiry)
    )
}

fn collect(folder: &AblationFolder, plan: &PlanRecord, expiry: Duration) -> Result<AblationReport> {
    let cells = plan.cells.iter().map(|cell| planned(folder, cell, expiry));
    let cells: Vec<Planned> = cells.collect::<Result<_>>()?;
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

fn planned(folder: &AblationFolder, cell: &CellRecord, expiry: Duration) -> Result<Planned> {
    let outcome = match folder.state(cell, expiry) {
        CellState::Done => Outcome::Scored(folder.scores(cell)?),
        CellState::Failed(error) => Outcome::Missing(format!("failed: {error}")),
        CellState::Running(_) | CellState::Waiting(_) => Outcome::Missing("not finished".into()),
    };
    Ok(Planned { row: cell.row, seed: cell.seed, cell: cell.scoring.clone(), outcome })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_names_the_process_or_says_that_the_lock_does_not() {
        let expiry = Duration::from_secs(900);
        let holder = LockNote { host: "node7".into(), pid: 31, ..LockNote::default() };
        let said = wait(Path::new("abl/results.lock"), &holder, expiry);
        assert!(
            said.contains("which process 31 of node7 holds; it is taken over after 15 min"),
            "{said}"
        );
        let said = wait(Path::new("abl/results.lock"), &LockNote::default(), expiry);
        assert!(said.contains("which a process that its lock does not name holds"), "{said}");
    }
}
