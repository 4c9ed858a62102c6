//! The record of every update, as a table that anything can read.

use crate::ModelError;
use eps_data::codec::{read_text, write_atomically};
use std::fmt::{self, Write as _};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

const HEADER: &str = "step,loss,loss_cls,loss_sal,lr,images_per_second\n";

/// One update: its losses before the update, and how it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Counted from 0.
    pub step: usize,
    pub loss: f32,
    pub loss_cls: f32,
    /// Absent where the update used the classification loss alone.
    pub loss_sal: Option<f32>,
    /// Rate of the backbone.
    pub lr: f64,
    pub images_per_second: f64,
}

/// A `steps.csv` that has fewer rows than updates were made, as after the power failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LostRows<'a> {
    pub path: &'a Path,
    /// Rows that are left.
    pub kept: usize,
    /// Those of the checkpoint.
    pub updates: usize,
}

impl fmt::Display for LostRows<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, kept, updates } = self;
        let path = path.display();
        write!(
            formatter,
            "{path}: has rows for {kept} of the {updates} updates made so far; the losses of the others are lost, \
             the network is whole"
        )
    }
}

/// `steps.csv` of a run.
pub(super) struct StepLog {
    path: PathBuf,
    file: fs::File,
    /// Rows of earlier calls.
    kept: usize,
}

impl StepLog {
    /// Opens the log of a run that has made `updates` updates; rows past them are cut off.
    pub(super) fn open(path: &Path, updates: usize) -> Result<Self, ModelError> {
        // A log that is gone has lost every row, which its reader is told, and no training.
        let is_there = path.try_exists();
        let is_there = is_there.map_err(|source| ModelError::Read { path: path.into(), source })?;
        let mut steps = if updates > 0 && is_there { read(path)? } else { Vec::new() };
        // The updates after the checkpoint are made again, and would have two rows.
        steps.retain(|step| step.step < updates);
        let text: String = [HEADER.to_owned()].into_iter().chain(steps.iter().map(row)).collect();
        write_atomically(path, |file| file.write_all(text.as_bytes()))?;
        let file = fs::OpenOptions::new()
            .append(true)
            .open(path)
            .map_err(|source| ModelError::Write { path: path.into(), source })?;
        Ok(Self { path: path.into(), file, kept: steps.len() })
    }

    /// What is lost of the record of so many updates, if it was cut since.
    pub(super) fn lost(&self, updates: usize) -> Option<LostRows<'_>> {
        let (path, kept) = (self.path.as_path(), self.kept);
        (kept < updates).then_some(LostRows { path, kept, updates })
    }

    pub(super) fn push(&mut self, step: &Step) -> Result<(), ModelError> {
        // Not synced, unlike a checkpoint: rows that a power cut takes are told when the run goes on.
        self.file
            .write_all(row(step).as_bytes())
            .map_err(|source| ModelError::Write { path: self.path.clone(), source })?;
        if self.is_in_place() {
            Ok(())
        } else {
            Err(ModelError::Removed { path: self.path.clone() })
        }
    }

    /// Whether the file that is written still has its name: rows of one that was removed are lost.
    fn is_in_place(&self) -> bool {
        let Ok(named) = fs::metadata(&self.path) else { return false };
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let named = (named.dev(), named.ino());
            self.file.metadata().is_ok_and(|open| (open.dev(), open.ino()) == named)
        }
        #[cfg(not(unix))]
        {
            let _ = named;
            true
        }
    }
}

fn row(step: &Step) -> String {
    // Losses and rates as the shortest decimals that read back as the same numbers.
    let saliency = step.loss_sal.map(|loss| loss.to_string()).unwrap_or_default();
    let mut row = String::new();
    let Step { step: number, loss, loss_cls, lr, images_per_second, .. } = step;
    writeln!(row, "{number},{loss},{loss_cls},{saliency},{lr},{images_per_second:.2}")
        .expect("a string takes any text");
    row
}

/// The steps of a `steps.csv`; a last line that was cut off is left out.
pub fn read(path: &Path) -> Result<Vec<Step>, ModelError> {
    let text = read_text(path)?;
    let complete = text.rfind('\n').map_or("", |end| &text[..end]);
    let parsed = complete.lines().skip(1).enumerate().map(|(index, line)| {
        parse(line).ok_or_else(|| ModelError::Checkpoint {
            path: path.into(),
            found: format!("line {}: `{line}`", index + 2),
            expected: format!("a row of {}", HEADER.trim_end()),
        })
    });
    parsed.collect()
}

fn parse(line: &str) -> Option<Step> {
    let cells: Vec<_> = line.split(',').collect();
    let [step, loss, loss_cls, loss_sal, lr, speed] = cells[..] else { return None };
    Some(Step {
        step: step.parse().ok()?,
        loss: loss.parse().ok()?,
        loss_cls: loss_cls.parse().ok()?,
        loss_sal: if loss_sal.is_empty() { None } else { Some(loss_sal.parse().ok()?) },
        lr: lr.parse().ok()?,
        images_per_second: speed.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(number: usize, loss_sal: Option<f32>) -> Step {
        Step {
            step: number,
            loss: 0.75,
            loss_cls: 0.5,
            loss_sal,
            lr: 0.01,
            images_per_second: 8.25,
        }
    }

    #[test]
    fn steps_come_back_and_a_resumed_log_keeps_only_what_was_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("steps.csv");
        let mut log = StepLog::open(&path, 0).unwrap();
        let steps = [step(0, None), step(1, Some(0.25)), step(2, Some(0.125))];
        steps.iter().for_each(|step| log.push(step).unwrap());
        assert_eq!(read(&path).unwrap(), steps);
        drop(StepLog::open(&path, 2).unwrap());
        assert_eq!(read(&path).unwrap(), steps[..2]);
        let log = StepLog::open(&path, 2).unwrap();
        assert_eq!(log.lost(2), None);
        let lost = StepLog::open(&path, 5).unwrap().lost(5).map(|lost| (lost.kept, lost.updates));
        assert_eq!(lost, Some((2, 5)));
        fs::remove_file(&path).unwrap();
        let lost = StepLog::open(&path, 3).unwrap().lost(3).map(|lost| (lost.kept, lost.updates));
        assert_eq!(lost, Some((0, 3)));
    }

    #[test]
    fn a_record_that_was_removed_or_replaced_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("steps.csv");
        let mut log = StepLog::open(&path, 0).unwrap();
        log.push(&step(0, None)).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(matches!(log.push(&step(1, None)), Err(ModelError::Removed { .. })));
        if cfg!(unix) {
            fs::write(&path, HEADER).unwrap();
            assert!(matches!(log.push(&step(2, None)), Err(ModelError::Removed { .. })));
        }
    }

    #[test]
    fn a_line_cut_off_by_a_kill_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("steps.csv");
        fs::write(&path, format!("{HEADER}0,1,1,,0.01,5\n1,1,1")).unwrap();
        assert_eq!(read(&path).unwrap().len(), 1);
    }
}
