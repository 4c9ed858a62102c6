//! Whether a folder is the root of a data set, or which folder near it is.

use crate::DataError;
use std::fs;
use std::path::{Path, PathBuf};

/// How many folders further in a data set is looked for.
const DEPTH: usize = 2;

/// Why `root`, whose photographs should be in `images`, is not the root that was meant; `None` if it may
/// be.
///
/// The folder that looks like a data set instead is named: one further in, or one further out.
pub(super) fn misplaced(root: &Path, images: &Path) -> Option<DataError> {
    if images.is_dir() {
        return None;
    }
    if !root.is_dir() {
        return Some(DataError::content(root, "no such folder", "the folder of a data set"));
    }
    let meant = data_set_below(root, DEPTH).or_else(|| data_set_above(root))?;
    let name = images.file_name().unwrap_or_default().to_string_lossy();
    let expected = format!("a data set; {} looks like one", meant.display());
    Some(DataError::content(root, format!("no folder {name}"), expected))
}

/// What is said of a root that has nothing of a data set, where one of its files is missing.
pub(super) fn nothing_of_a_data_set(root: &Path) -> Option<String> {
    let is_none = root.is_dir() && data_set(root).is_none();
    is_none.then(|| {
        format!(
            "; {} has no JPEGImages, no annotations and no dataset.toml, by which a data set is known",
            root.display()
        )
    })
}

/// The folder, if it has the layout of VOC or COCO, or a `dataset.toml`.
fn data_set(folder: &Path) -> Option<PathBuf> {
    let has_folder = ["JPEGImages", "annotations"].iter().any(|name| folder.join(name).is_dir());
    (has_folder || folder.join("dataset.toml").is_file()).then(|| folder.into())
}

/// The nearest folder around this one that is a data set.
fn data_set_above(folder: &Path) -> Option<PathBuf> {
    folder.canonicalize().ok()?.ancestors().skip(1).take(DEPTH).find_map(data_set)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// The first folder in this one, by name, that is a data set.
fn data_set_below(folder: &Path, depth: usize) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut folders: Vec<_> = entries.filter(|path| path.is_dir() && !is_hidden(path)).collect();
    // The order of a folder's entries is the file system's; the message should be the same everywhere.
    folders.sort();
    let here = folders.iter().find_map(|path| data_set(path));
    here.or_else(|| match depth {
        1 => None,
        _ => folders.iter().find_map(|path| data_set_below(path, depth - 1)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_that_is_none_is_told_and_the_data_set_near_it_named() {
        let folder = tempfile::tempdir().unwrap();
        let check = |root: &Path| {
            let message = misplaced(root, &root.join("JPEGImages"))?.to_string();
            Some(message.replace(&folder.path().canonicalize().unwrap().display().to_string(), "R"))
        };
        let root = folder.path().canonicalize().unwrap();
        let nowhere = "R/no: no such folder, expected the folder of a data set";
        assert_eq!(check(&root.join("no")).unwrap(), nowhere);
        assert_eq!(check(&root), None, "other commands say what is missing in it");
        fs::create_dir_all(root.join(".trash/JPEGImages")).unwrap();
        fs::create_dir_all(root.join("VOCdevkit/VOC2012/JPEGImages")).unwrap();
        fs::create_dir_all(root.join("VOCdevkit/VOC2012/ImageSets")).unwrap();
        let meant = "expected a data set; R/VOCdevkit/VOC2012 looks like one";
        assert_eq!(check(&root).unwrap(), format!("R: no folder JPEGImages, {meant}"));
        let lists = root.join("VOCdevkit/VOC2012/ImageSets");
        let expected = format!("R/VOCdevkit/VOC2012/ImageSets: no folder JPEGImages, {meant}");
        assert_eq!(check(&lists).unwrap(), expected);
        assert_eq!(check(&root.join("VOCdevkit/VOC2012")), None);
    }
}
