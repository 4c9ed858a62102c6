//! Masks that a segmentation network can be trained on.

use crate::Session;
use anyhow::{Result, ensure};
use eps_data::codec::read_mask;
use eps_data::{ClassId, DataError, IGNORE, Item, Split};
use rayon::prelude::*;
use std::path::Path;

/// Reads every mask once before training, and notes what of them teaches nothing.
///
/// # Errors
///
/// If a mask cannot be read or has a class that the data set lacks, the first in the order of the list;
/// if no pixel of any mask has a class.
///
/// # Panics
///
/// If an item has no mask.
pub fn check_masks(split: &Split, session: &Session<'_>) -> Result<()> {
    let classes = split.names.len();
    let occurring = |item: &Item| of_mask(mask(item), classes);
    let found: Vec<Result<[bool; 256], DataError>> =
        split.items.par_iter().map(occurring).collect();
    let found: Vec<[bool; 256]> = found.into_iter().collect::<Result<_, _>>()?;
    let is_empty = |occurs: &&[bool; 256]| !occurs[..usize::from(IGNORE)].contains(&true);
    let empty = found.iter().filter(is_empty).count();
    let folder = split.items.first().and_then(|item| mask(item).parent()).unwrap_or(Path::new(""));
    ensure!(
        empty < found.len(),
        "{}: every pixel of all {} masks is 255 (ignore), expected classes in 0..={}",
        folder.display(),
        found.len(),
        classes - 1
    );
    if empty > 0 {
        let first = found.iter().position(|occurs| is_empty(&occurs)).map(|at| &split.items[at].id);
        session.observer.note(&format!(
            "{}: {empty} of {} masks are 255 (ignore) everywhere and teach nothing, first {}",
            folder.display(),
            found.len(),
            first.map_or("", String::as_str)
        ));
    }
    note_absent(split, &found, folder, session);
    Ok(())
}

fn mask(item: &Item) -> &Path {
    item.mask.as_deref().expect("the split was opened with masks")
}

/// Which labels a mask has.
fn of_mask(path: &Path, classes: usize) -> Result<[bool; 256], DataError> {
    let mut occurs = [false; 256];
    let map = read_mask(path, classes)?;
    map.classes().iter().for_each(|&class| occurs[usize::from(class)] = true);
    Ok(occurs)
}

fn note_absent(split: &Split, found: &[[bool; 256]], folder: &Path, session: &Session<'_>) {
    let is_absent = |class: &usize| !found.iter().any(|occurs| occurs[*class]);
    let absent: Vec<&str> = (0..split.names.len())
        .filter(is_absent)
        .map(|class| split.names.name(class as ClassId))
        .collect();
    if !absent.is_empty() {
        session.observer.note(&format!(
            "{}: no pixel of {} in the masks of {} images, so the network cannot learn them",
            folder.display(),
            absent.join(", "),
            found.len()
        ));
    }
}
