//! One worker a device, in one process.

use super::{Manner, Worker, caught::caught};
use crate::ablation::cell::Cell;
use crate::ablation::folder::AblationFolder;
use crate::ablation::pace::Pace;
use crate::ablation::record::PlanRecord;
use crate::ablation::sources::Sources;
use crate::run::{NamedDevice, worker_names};
use crate::{End, Session};
use anyhow::{Context as _, Result};
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Takes cells of a plan, one worker a device.
///
/// They keep apart by the locks that keep processes apart, so results do not depend on their number.
pub struct Workers<'a> {
    pub folder: &'a AblationFolder,
    pub plan: &'a PlanRecord,
    /// In the order of the plan.
    pub cells: &'a [Cell],
    pub sources: &'a Sources,
    /// One at least.
    pub devices: &'a [NamedDevice],
    pub session: &'a Session<'a>,
    pub manner: Manner,
}

/// What the workers of a process know together.
pub(super) struct Shared {
    workers: u32,
    pace: Mutex<Pace>,
    /// Cells that were tried, whatever came of it.
    attempted: Mutex<BTreeSet<usize>>,
}

impl Workers<'_> {
    /// Takes trainings until none is left that this process may take.
    ///
    /// What fails is recorded with its cells. A worker whose folder cannot be written ends with an error,
    /// which is returned once the others have ended: that of the first device.
    pub fn run(&self) -> Result<End> {
        let shared = Shared::of(self.devices.len());
        let [device] = self.devices else { return self.beside_each_other(&shared) };
        self.worker(device, self.session, None, &shared).run()
    }

    fn beside_each_other(&self, shared: &Shared) -> Result<End> {
        let names = worker_names(self.devices);
        let ends: Vec<Result<End>> = thread::scope(|scope| {
            let devices = self.devices.iter().zip(names);
            let threads: Vec<_> = devices
                .map(|(device, name)| scope.spawn(move || self.run_on(device, name, shared)))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("a worker's panics are caught"))
                .collect()
        });
        let ends: Vec<End> = ends.into_iter().collect::<Result<_>>()?;
        Ok(if ends.contains(&End::Interrupted) { End::Interrupted } else { End::Done })
    }

    /// Takes trainings on one of several devices.
    fn run_on(&self, device: &NamedDevice, name: String, shared: &Shared) -> Result<End> {
        let observer = self.session.worker(&name);
        let session = Session { observer: &*observer, ..*self.session };
        let worker = self.worker(device, &session, Some(name.clone()), shared);
        let ended = caught(|| worker.run()).with_context(|| format!("device {name}"));
        if let Err(error) = &ended {
            observer.say(&format!("stopped: {error:#}"));
        }
        ended
    }

    fn worker<'w>(
        &'w self,
        device: &'w NamedDevice,
        session: &'w Session<'w>,
        name: Option<String>,
        shared: &'w Shared,
    ) -> Worker<'w> {
        let Self { folder, plan, cells, sources, manner, .. } = self;
        Worker { folder, plan, cells, sources, device, session, manner, shared, name }
    }
}

impl Shared {
    fn of(workers: usize) -> Self {
        let workers = u32::try_from(workers).unwrap_or(u32::MAX);
        Self { workers, pace: Mutex::default(), attempted: Mutex::default() }
    }

    pub(super) fn pace(&self) -> MutexGuard<'_, Pace> {
        locked(&self.pace)
    }

    /// Time that all workers together need at a pace of one.
    pub(super) fn left(&self, pace: Pace, updates: usize, scorings: usize) -> Option<Duration> {
        pace.left(updates, scorings).map(|left| left / self.workers)
    }

    pub(super) fn attempt(&self, cell: usize) {
        locked(&self.attempted).insert(cell);
    }

    pub(super) fn is_attempted(&self, cell: usize) -> bool {
        locked(&self.attempted).contains(&cell)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_workers_need_half_of_the_time_and_know_what_the_other_tried() {
        let shared = Shared::of(2);
        shared.pace().trained(100, Duration::from_secs(50));
        let left = shared.left(*shared.pace(), 40, 0);
        assert_eq!(left, Some(Duration::from_secs(10)));
        assert!(!shared.is_attempted(3));
        shared.attempt(3);
        assert!(shared.is_attempted(3));
    }
}
