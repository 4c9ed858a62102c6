//! Folders of masks that are given twice.

use anyhow::{Result, bail};
use eps_data::Item;
use eps_eval::Predictions;
use std::fs;
use std::path::{Path, PathBuf};

/// Refuses a folder that is given twice, under this name or another.
///
/// # Errors
///
/// If two paths lead to one folder.
pub(crate) fn refuse_twice<'a>(folders: impl IntoIterator<Item = &'a Path>) -> Result<()> {
    let mut known: Vec<PathBuf> = Vec::new();
    for folder in folders {
        let Ok(whole) = folder.canonicalize() else { continue };
        if known.contains(&whole) {
            bail!("{}: given twice: name each folder of masks once", folder.display());
        }
        known.push(whole);
    }
    Ok(())
}

/// Refuses two folders of one method that have the same masks: runs of different seeds have not, and a
/// copy would make their spread too small.
///
/// # Errors
///
/// If two folders have the same masks for all items.
pub(crate) fn refuse_copies(runs: &[Predictions], items: &[Item], classes: usize) -> Result<()> {
    for (index, run) in runs.iter().enumerate() {
        let copied = runs[..index].iter().find(|other| {
            !items.is_empty() && items.iter().all(|item| are_equal(run, other, item, classes))
        });
        if let Some(other) = copied {
            bail!(
                "{}: has the same {} masks as {}: runs of one method must differ in their seed",
                run.folder().display(),
                items.len(),
                other.folder().display()
            );
        }
    }
    Ok(())
}

/// Whether two folders have the same mask of an item; one that cannot be read equals none.
fn are_equal(left: &Predictions, right: &Predictions, item: &Item, classes: usize) -> bool {
    match [left, right].map(|folder| fs::read(folder.file(&item.id))) {
        [Ok(left), Ok(right)] if left == right => true,
        // Two programs write the same pixels in different bytes.
        [Ok(_), Ok(_)] => match [left, right].map(|folder| folder.read(&item.id, classes)) {
            [Ok(left), Ok(right)] => left == right,
            _ => false,
        },
        _ => false,
    }
}
