//! Masks that a segmentation network can be trained on.

use crate::Session;
use anyhow::{Result, ensure};
use eps_data::codec::read_mask;
use eps_data::{ClassId, DataError, IGNORE, Item, Split, in_order};
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
    let found = in_order(split.items.par_iter().map(|item| of_mask(mask(item), classes)))?;
    let empty: Vec<&str> = split
        .items
        .iter()
        .zip(&found)
        .filter(|(_, occurs)| !occurs[..usize::from(IGNORE)].contains(&true))
        .map(|(item, _)| item.id.as_str())
        .collect();
    let folder = split.items.first().and_then(|item| mask(item).parent()).unwrap_or(Path::new(""));
    ensure!(
        empty.len() < found.len(),
        "{}: every pixel of all {} masks is 255 (ignore), expected classes in 0..={}",
        folder.display(),
        found.len(),
        classes - 1
    );
    if let [first, ..] = empty[..] {
        session.observer.note(&format!(
            "{}: {} of {} masks are 255 (ignore) everywhere and teach nothing, first {first}",
            folder.display(),
            empty.len(),
            found.len()
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
    let absent: Vec<&str> = (0..split.names.len())
        .filter(|&class| !found.iter().any(|occurs| occurs[class]))
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
