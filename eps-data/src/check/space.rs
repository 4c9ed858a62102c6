//! Whether the disk has room for what a run will write.

use super::{Finding, Kind};
use crate::codec::ScoreFormat;
use std::{
    io,
    path::{Path, PathBuf},
};

/// Bytes of the checkpoints of ResNet38d: weights and momentum of 105 million parameters, and a
/// second time while the next checkpoint is written.
const CHECKPOINTS: u64 = 4 * 4 * 105_000_000;

/// Pixels of a mask in one byte of its PNG, at least: VOC's masks have 40.
const MASK_PIXELS: u64 = 16;

/// Where a run will be written.
#[derive(Clone, Debug)]
pub struct RunSpace {
    /// The run folder; it need not be there yet.
    pub out: PathBuf,
    pub scores: ScoreFormat,
    /// Bytes that must stay free besides.
    pub reserve: u64,
}

/// What a run on some images writes, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RunSize {
    /// Scores of `eps infer`: one for each pixel and present class. They hardly compress.
    scores: u64,
    pixels: u64,
}

impl RunSize {
    pub(super) fn add(&mut self, pixels: usize, classes: usize) {
        self.scores += (pixels * classes) as u64;
        self.pixels += pixels as u64;
    }

    pub(super) fn bytes(self, scores: ScoreFormat) -> u64 {
        let in_one = match scores {
            ScoreFormat::F32 => 4,
            ScoreFormat::F16 => 2,
        };
        self.scores * in_one + self.pixels / MASK_PIXELS + CHECKPOINTS
    }
}

/// The finding for a disk that is too full.
pub(super) fn check(space: &RunSpace, needed: u64) -> Option<Finding> {
    let folder = existing(&space.out);
    match available_bytes(folder) {
        Ok(available) => lack(space, needed, available),
        Err(error) => Some(unknown(&space.out, &error)),
    }
}

/// Bytes of the disk of a folder that this user may fill.
#[cfg(unix)]
fn available_bytes(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    // Not `f_bfree`, of which a part is kept for the superuser.
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Elsewhere the disk is not asked, and no lack of space is reported.
#[cfg(not(unix))]
fn available_bytes(_folder: &Path) -> io::Result<u64> {
    Ok(u64::MAX)
}

fn lack(space: &RunSpace, needed: u64, available: u64) -> Option<Finding> {
    let wanted = needed.saturating_add(space.reserve);
    (available < wanted).then(|| {
        let reserve = match space.reserve {
            0 => String::new(),
            reserve => format!(" and {} in reserve", gigabytes(reserve)),
        };
        Finding::new(
            Kind::DiskSpace,
            &space.out,
            format!("{} free", gigabytes(available)),
            format!("{} for checkpoints, maps and masks{reserve}", gigabytes(needed)),
            "free space, name another disk with --out, or halve the maps: eps infer --f16",
        )
    })
}

fn unknown(out: &Path, error: &io::Error) -> Finding {
    Finding::new(
        Kind::DiskSpace,
        out,
        format!("free space cannot be told: {error}"),
        "a folder on a disk",
        "name the folder of the run with --out",
    )
}

/// The nearest folder that is there.
fn existing(path: &Path) -> &Path {
    let there = path.ancestors().find(|folder| folder.is_dir());
    there.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(reserve: u64) -> RunSpace {
        RunSpace { out: "runs/new".into(), scores: ScoreFormat::F32, reserve }
    }

    #[test]
    fn a_run_needs_its_scores_masks_and_checkpoints() {
        let mut size = RunSize::default();
        size.add(500 * 375, 2);
        size.add(500 * 400, 1);
        let scores = (500 * 375 * 2 + 500 * 400) as u64;
        let masks = (500 * 375 + 500 * 400) as u64 / MASK_PIXELS;
        assert_eq!(size.bytes(ScoreFormat::F32), 4 * scores + masks + CHECKPOINTS);
        assert_eq!(size.bytes(ScoreFormat::F16), 2 * scores + masks + CHECKPOINTS);
    }

    #[test]
    fn a_full_disk_is_a_fault_and_the_reserve_counts() {
        assert_eq!(lack(&space(0), 5, 5), None);
        let finding = lack(&space(0), 5_000_000_000, 1_200_000_000).unwrap();
        let expected = "runs/new: 1.2 GB free, expected 5.0 GB for checkpoints, maps and masks";
        assert_eq!(finding.to_string(), expected);
        assert!(lack(&space(1), 5, 5).is_some());
        assert!(lack(&space(u64::MAX), 5, 1 << 40).is_some());
    }

    #[test]
    fn a_folder_that_is_not_there_yet_is_on_the_disk_of_its_parent() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(existing(&root.path().join("a/b")), root.path());
        assert_eq!(existing(Path::new("nowhere/b")), Path::new("."));
        let space = RunSpace { out: root.path().join("run"), ..space(u64::MAX) };
        assert_eq!(check(&space, 1).unwrap().kind, Kind::DiskSpace);
        assert_eq!(check(&RunSpace { reserve: 0, ..space }, 0), None);
    }
}
