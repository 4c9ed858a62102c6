//! Takes one training after another until all cells are done, on one device or on several at once.

mod caught;
mod left;
mod score;
mod workers;

use super::cell::Cell;
use super::folder::AblationFolder;
use super::lock::{Attempt, Lock, holder};
use super::lock_note::LockNote;
use super::record::{CellRecord, PlanRecord};
use super::sources::Sources;
use super::training::{Trained, Training};
use crate::output::FolderLock;
use crate::run::NamedDevice;
use crate::{End, Session};
use anyhow::Result;
use caught::caught;
use eps_data::{Shard, error_chain};
use std::time::{Duration, Instant};
use workers::Shared;
pub use workers::Workers;

/// Time between two looks at what others hold.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How cells are taken.
#[derive(Clone, Debug)]
pub struct Manner {
    /// Time without a sign of life after which a lock counts no more.
    pub expiry: Duration,
    /// Whether to stay until what others hold is done or expires.
    pub waits: bool,
    pub retries_failed: bool,
    pub discards_maps: bool,
    /// Which of the trainings are taken, by their places in the plan, not by a hash of what they are: the
    /// parts are of one size.
    pub part: Option<Shard>,
}

/// Who takes cells of a plan, on one device.
struct Worker<'a> {
    folder: &'a AblationFolder,
    plan: &'a PlanRecord,
    /// In the order of the plan.
    cells: &'a [Cell],
    sources: &'a Sources,
    device: &'a NamedDevice,
    session: &'a Session<'a>,
    manner: &'a Manner,
    shared: &'a Shared,
    /// Which one it is, where there are several.
    name: Option<String>,
}

/// Indices of cells that share something.
type Group = Vec<usize>;

impl Worker<'_> {
    /// Takes trainings until none is left that this process may take.
    ///
    /// What fails is recorded with its cells; only a folder that cannot be written is an error.
    fn run(&self) -> Result<End> {
        let (index, count) = self.manner.part.map_or((1, 1), |part| (part.index(), part.count()));
        let trainings = self.plan.trainings().into_iter();
        let groups: Vec<Group> =
            trainings.skip(index as usize - 1).step_by(count as usize).collect();
        let mut is_announced = false;
        loop {
            // Every round begins at the start of the plan: what is done, by whomever, is known by its files.
            let (mut took, mut taken_by) = (false, None);
            for (place, group) in groups.iter().enumerate() {
                if self.pending(group).is_empty() {
                    continue;
                }
                if self.session.observer.stops() {
                    return Ok(End::Interrupted);
                }
                let cell = &self.plan.cells[group[0]];
                let root = &self.folder.training(cell).root;
                // Also against other commands, such as `eps train --resume` in the folder of a cell.
                let Some(_folder) = FolderLock::try_take(root, self.session)? else {
                    let holder = holder(root, self.manner.expiry);
                    taken_by = Some(holder.unwrap_or_else(|| LockNote::of(FolderLock::who(root))));
                    continue;
                };
                match Lock::acquire(root, self.manner.expiry, self.session.alarm)? {
                    Attempt::Held(note) => taken_by = Some(note),
                    Attempt::Taken(lock) => {
                        took = true;
                        if self.work(group, &groups[place + 1..], &lock)? == End::Interrupted {
                            return Ok(End::Interrupted);
                        }
                    }
                }
            }
            match taken_by {
                // Others may have left something meanwhile.
                _ if took => {}
                Some(note) if self.manner.waits => {
                    // Another worker of this process says itself what it does.
                    let is_ours = note.is_of_this_process();
                    if !is_ours && !std::mem::replace(&mut is_announced, true) {
                        let (pid, host) = (note.pid, note.host);
                        self.session
                            .observer
                            .say(&format!("waiting for cells that process {pid} of {host} holds"));
                    }
                    std::thread::sleep(LOOK_EVERY);
                    if self.session.observer.stops() {
                        return Ok(End::Interrupted);
                    }
                }
                _ => return Ok(End::Done),
            }
        }
    }

    /// Cells of a group that are neither done nor failed.
    fn pending(&self, group: &[usize]) -> Group {
        group.iter().copied().filter(|&index| self.is_pending(index)).collect()
    }

    fn is_pending(&self, index: usize) -> bool {
        let cell = self.record(index);
        // Once a process: a cell that always fails would be tried for ever.
        let may_fail = self.manner.retries_failed && !self.shared.is_attempted(index);
        !self.folder.is_done(cell) && (may_fail || self.folder.failure(cell).is_none())
    }

    /// Trains and scores the pending cells of one training; `later` are those after it.
    fn work(&self, group: &[usize], later: &[Group], lock: &Lock) -> Result<End> {
        // Somebody may have finished it before the lock was taken.
        let pending = self.pending(group);
        let Some(&first) = pending.first() else { return Ok(End::Done) };
        for &index in &pending {
            self.shared.attempt(index);
            self.folder.clear_failure(&self.plan.cells[index])?;
        }
        let label = format!("cell {}/{}", first + 1, self.plan.cells.len());
        self.announce(&label, &pending, later);
        let trained = caught(|| self.train(first, &label, later, lock));
        match trained {
            Ok(Trained { is_interrupted: true, .. }) => return Ok(End::Interrupted),
            Ok(Trained { updates, time, .. }) => self.shared.pace().trained(updates, time),
            Err(error) => {
                self.fail(&pending, &error)?;
                return Ok(End::Done);
            }
        }
        let begun = Instant::now();
        for maps in self.by_maps(&pending) {
            if self.score(&maps, &label, lock)? == End::Interrupted {
                return Ok(End::Interrupted);
            }
        }
        self.shared.pace().scored(begun.elapsed());
        Ok(End::Done)
    }

    fn train(&self, index: usize, label: &str, later: &[Group], lock: &Lock) -> Result<Trained> {
        let cell = &self.cells[index];
        let (updates, scorings) = self.left(&[index], later);
        Training {
            recipe: &cell.recipe,
            split: self.sources.split(cell),
            weights: cell.weights.as_deref(),
            run: &self.folder.training(&self.plan.cells[index]),
            device: self.device,
            session: self.session,
            lock,
            label,
        }
        .run(&|made, time| {
            let mut pace = *self.shared.pace();
            pace.trained(made, time);
            self.shared.left(pace, updates.saturating_sub(made), scorings)
        })
    }

    fn record(&self, index: usize) -> &CellRecord {
        &self.plan.cells[index]
    }

    fn fail(&self, cells: &[usize], error: &anyhow::Error) -> Result<()> {
        let of_device = self.name.as_ref().map(|name| format!("device {name}: "));
        let error = of_device.unwrap_or_default() + &error_chain(error.as_ref());
        for &index in cells {
            let cell = self.record(index);
            let text = format!("failed: {}: {error}", self.plan.describe(cell));
            self.session.observer.say(&text);
            self.folder.write_failure(cell, error.clone())?;
        }
        Ok(())
    }
}
