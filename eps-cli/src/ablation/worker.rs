//! Takes one training after another until all cells are done.

use super::cell::Cell;
use super::folder::AblationFolder;
use super::lock::{Attempt, Lock};
use super::pace::{Pace, shown};
use super::record::{CellRecord, PlanRecord};
use super::scoring::Scoring;
use super::sources::Sources;
use super::training::{Trained, Training};
use crate::args::DeviceArgs;
use crate::commands::End;
use crate::inference::Inference;
use crate::interrupt;
use anyhow::{Result, anyhow};
use burn::tensor::Device;
use eps_data::Item;
use eps_data::codec::ScoreFormat;
use eps_model::train::load_network;
use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Time between two looks at what others hold.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How cells are taken.
#[derive(Clone, Debug)]
pub(crate) struct Manner {
    /// Time without a sign of life after which a lock counts no more.
    pub(crate) expiry: Duration,
    /// Whether to stay until what others hold is done or expires.
    pub(crate) waits: bool,
    pub(crate) retries_failed: bool,
    pub(crate) discards_maps: bool,
    /// This part of that many, from 0 on, of the trainings in the order of the plan.
    pub(crate) part: (usize, usize),
}

/// A process that takes cells of a plan.
pub(crate) struct Worker<'a> {
    pub(crate) folder: &'a AblationFolder,
    pub(crate) plan: &'a PlanRecord,
    /// In the order of the plan.
    pub(crate) cells: &'a [Cell],
    pub(crate) sources: &'a Sources,
    pub(crate) device: &'a Device,
    pub(crate) device_args: &'a DeviceArgs,
    pub(crate) manner: Manner,
    pub(crate) pace: Pace,
    /// Cells that were tried, whatever came of it.
    pub(crate) attempted: BTreeSet<usize>,
}

/// Indices of cells that share something.
type Group = Vec<usize>;

impl Worker<'_> {
    /// Takes trainings until none is left that this process may take.
    ///
    /// What fails is recorded with its cells; only a folder that cannot be written is an error.
    pub(crate) fn run(&mut self) -> Result<End> {
        let (index, count) = self.manner.part;
        let groups: Vec<Group> =
            self.plan.trainings().into_iter().skip(index).step_by(count).collect();
        let mut is_announced = false;
        loop {
            let (mut took, mut held) = (false, None);
            for (place, group) in groups.iter().enumerate() {
                if self.pending(group).is_empty() {
                    continue;
                }
                if interrupt::requested() {
                    return Ok(End::Interrupted);
                }
                let cell = &self.plan.cells[group[0]];
                match Lock::acquire(&self.folder.training(cell).root, self.manner.expiry)? {
                    Attempt::Held(note) => held = Some(note),
                    Attempt::Taken(lock) => {
                        took = true;
                        if self.work(group, &groups[place + 1..], &lock)? == End::Interrupted {
                            return Ok(End::Interrupted);
                        }
                    }
                }
            }
            match held {
                // Others may have left something meanwhile.
                _ if took => {}
                Some(note) if self.manner.waits => {
                    if !is_announced {
                        eprintln!(
                            "waiting for cells that process {} of {} holds",
                            note.pid, note.host
                        );
                        is_announced = true;
                    }
                    std::thread::sleep(LOOK_EVERY);
                    if interrupt::requested() {
                        return Ok(End::Interrupted);
                    }
                }
                _ => return Ok(End::Done),
            }
        }
    }

    /// Cells of a group that are neither done nor failed.
    fn pending(&self, group: &[usize]) -> Group {
        let is_pending = |&&index: &&usize| {
            let cell = &self.plan.cells[index];
            let may_fail = self.manner.retries_failed && !self.attempted.contains(&index);
            !self.folder.is_done(cell) && (may_fail || self.folder.failure(cell).is_none())
        };
        group.iter().filter(is_pending).copied().collect()
    }

    /// Trains and scores the pending cells of one training; `later` are those after it.
    fn work(&mut self, group: &[usize], later: &[Group], lock: &Lock) -> Result<End> {
        // Somebody may have finished it before the lock was taken.
        let pending = self.pending(group);
        let Some(&first) = pending.first() else { return Ok(End::Done) };
        for &index in &pending {
            self.attempted.insert(index);
            self.folder.clear_failure(&self.plan.cells[index])?;
        }
        let label = format!("cell {}/{}", first + 1, self.plan.cells.len());
        self.announce(&label, &pending, later);
        let trained = caught(|| self.train(first, &label, later, lock));
        match trained {
            Ok(Trained { is_interrupted: true, .. }) => return Ok(End::Interrupted),
            Ok(Trained { updates, time, .. }) => self.pace.trained(updates, time),
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
        self.pace.scored(begun.elapsed());
        Ok(End::Done)
    }

    fn announce(&self, label: &str, pending: &[usize], later: &[Group]) {
        let own = self.plan.describe(&self.plan.cells[pending[0]]);
        let more = match pending.len() {
            1 => String::new(),
            cells => format!(" and {} more of this training", cells - 1),
        };
        let (updates, scorings) = self.left(pending, later);
        let left = self.pace.left(updates, scorings);
        let left = left.map(|left| format!(", {} left for all", shown(left)));
        eprintln!("{label}: {own}{more}{}", left.unwrap_or_default());
    }

    fn updates_left(&self, pending: &[usize]) -> usize {
        let Some(cell) = pending.first().map(|&index| &self.plan.cells[index]) else { return 0 };
        cell.updates.saturating_sub(self.folder.updates(cell))
    }

    /// Updates and scorings that are left of this and the later trainings.
    fn left(&self, pending: &[usize], later: &[Group]) -> (usize, usize) {
        let later: Vec<Group> = later.iter().map(|group| self.pending(group)).collect();
        let updates: usize = later.iter().map(|group| self.updates_left(group)).sum();
        let scorings = later.iter().filter(|group| !group.is_empty()).count();
        (self.updates_left(pending) + updates, 1 + scorings)
    }

    fn train(&self, index: usize, label: &str, later: &[Group], lock: &Lock) -> Result<Trained> {
        let cell = &self.cells[index];
        let (updates, scorings) = self.left(&[index], later);
        let all_left = |made: usize, time: Duration| {
            let mut pace = self.pace;
            pace.trained(made, time);
            pace.left(updates.saturating_sub(made), scorings)
        };
        Training {
            recipe: &cell.recipe,
            split: self.sources.split(cell),
            weights: cell.weights.as_deref(),
            run: &self.folder.training(&self.plan.cells[index]),
            device: self.device,
            device_args: self.device_args,
            lock,
            label,
        }
        .run(&all_left)
    }

    /// Indices of cells by their class maps.
    fn by_maps(&self, pending: &[usize]) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for &index in pending {
            let maps = |other: usize| &self.plan.cells[other].maps;
            match groups.iter_mut().find(|group| maps(group[0]) == maps(index)) {
                Some(group) => group.push(index),
                None => groups.push(vec![index]),
            }
        }
        groups
    }

    /// Makes the class maps that cells share and scores the cells.
    fn score(&self, group: &[usize], label: &str, lock: &Lock) -> Result<End> {
        let images = self.sources.scored.items.len();
        lock.report("class maps", 0, images, None);
        match caught(|| self.infer(group[0], label)) {
            Ok(End::Interrupted) => return Ok(End::Interrupted),
            Ok(_) => {}
            Err(error) => {
                self.fail(group, &error)?;
                return Ok(End::Done);
            }
        }
        lock.report("scores", 0, images, None);
        let maps = self.folder.maps(&self.plan.cells[group[0]]);
        let label = format!("{label} scores");
        let scoring = Scoring { maps: &maps, split: &self.sources.scored, label: &label };
        let (plain, refined): (Group, Group) =
            group.iter().copied().partition(|&index| self.cells[index].crf.is_none());
        self.threshold(&scoring, &plain)?;
        for index in refined {
            if self.refine(&scoring, index)? == End::Interrupted {
                return Ok(End::Interrupted);
            }
        }
        if self.manner.discards_maps
            && group.iter().all(|&index| self.folder.is_done(self.record(index)))
        {
            fs::remove_dir_all(&maps.root)?;
        }
        Ok(End::Done)
    }

    fn infer(&self, index: usize, label: &str) -> Result<End> {
        let (cell, record) = (&self.cells[index], self.record(index));
        let run = self.folder.training(record);
        let network = load_network(&run.root, &cell.recipe, self.device)?;
        let items: Vec<&Item> = self.sources.scored.items.iter().collect();
        Inference {
            network: &network,
            recipe: &cell.recipe.inference,
            device: self.device,
            out: &self.folder.maps(record),
            format: ScoreFormat::F32,
            with_masks: false,
        }
        .run(&items, &format!("{label} maps"))
    }

    fn threshold(&self, scoring: &Scoring<'_>, group: &[usize]) -> Result<()> {
        let cells: Vec<&Cell> = group.iter().map(|&index| &self.cells[index]).collect();
        match caught(|| scoring.thresholded(&cells)) {
            Ok(scores) => group
                .iter()
                .zip(scores)
                .try_for_each(|(&index, own)| self.folder.write_scores(self.record(index), &own)),
            Err(error) => self.fail(group, &error),
        }
    }

    fn refine(&self, scoring: &Scoring<'_>, index: usize) -> Result<End> {
        let crf = self.cells[index].crf.expect("cells without a CRF are thresholded");
        match caught(|| scoring.refined(crf)) {
            Ok(None) => return Ok(End::Interrupted),
            Ok(Some(scores)) => self.folder.write_scores(self.record(index), &scores)?,
            Err(error) => self.fail(&[index], &error)?,
        }
        Ok(End::Done)
    }

    fn record(&self, index: usize) -> &CellRecord {
        &self.plan.cells[index]
    }

    fn fail(&self, cells: &[usize], error: &anyhow::Error) -> Result<()> {
        let error = crate::chain(error);
        for &index in cells {
            let cell = self.record(index);
            eprintln!("failed: {}: {error}", self.plan.describe(cell));
            self.folder.write_failure(cell, error.clone())?;
        }
        Ok(())
    }
}

/// The result of some work; a panic is its error, so that the other cells go on.
fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(anyhow!("panicked: {}", text.unwrap_or("without a message")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_the_error_of_its_cell() {
        let found = caught(|| -> Result<()> { panic!("shape {}", 7) });
        assert_eq!(found.unwrap_err().to_string(), "panicked: shape 7");
        assert_eq!(caught(|| Ok(3)).unwrap(), 3);
    }
}
