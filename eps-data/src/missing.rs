//! What the error of a missing file says besides its name: whose it is, and the file that may have been meant.

use crate::{DataError, ImageList};
use std::fs;
use std::path::Path;

/// What follows an id in the names of files that have a suffix.
const SEPARATORS: [char; 3] = ['_', '-', '.'];

impl ImageList {
    /// Adds to the error of a missing file which image of the list it is of, and how the file is named that is
    /// there instead. Other errors stay as they are.
    #[must_use]
    pub fn explain(&self, error: DataError) -> DataError {
        let DataError::Missing { path, kind, more, .. } = error else { return error };
        let of_image = self.position_of(&path).map(|index| {
            format!(
                ", expected one for `{}`, image {} of {}",
                self.ids[index],
                index + 1,
                self.place
            )
        });
        let hint = of_image.into_iter().chain(instead(&path, kind)).collect();
        DataError::Missing { path, kind, more, hint }
    }

    /// The position of the image whose file has this name: that of the longest id that the name begins with.
    fn position_of(&self, path: &Path) -> Option<usize> {
        let stem = path.file_stem()?.to_str()?;
        let of_file = self.ids.iter().enumerate().filter(|(_, id)| begins_with_id(stem, id));
        // Of `a` and `a_b`, the file `a_b_mask` is that of the longer.
        Some(of_file.max_by_key(|(_, id)| id.len())?.0)
    }
}

/// Whether a name is an id, alone or before a suffix.
fn begins_with_id(name: &str, id: &str) -> bool {
    name.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with(SEPARATORS))
}

/// What is there in the place of a file: no folder, or a file whose name goes on behind the id.
fn instead(path: &Path, kind: &str) -> Option<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty())?;
    if !folder.is_dir() {
        return Some(format!("; {} is no folder", folder.display()));
    }
    let stem = path.file_stem()?.to_str()?;
    let names = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.file_name());
    let mut longer: Vec<(String, String)> = names
        .filter_map(|name| {
            let name = name.into_string().ok()?;
            let suffix = Path::new(&name).file_stem()?.to_str()?.strip_prefix(stem)?.to_owned();
            suffix.starts_with(SEPARATORS).then_some((name, suffix))
        })
        .collect();
    longer.sort_unstable();
    let (name, suffix) = longer.first()?;
    Some(format!("; {name} is there: {}", remedy(kind, suffix)))
}

/// How files with a suffix are read.
fn remedy(kind: &str, suffix: &str) -> String {
    match suffix_flag(kind) {
        Some(flag) => format!("{flag}={suffix} reads it"),
        None if kind == "class map" => format!("eps data convert --suffix={suffix} reads it"),
        None => format!("expected names without `{suffix}`"),
    }
}

/// The flag that says what file names have between id and ending.
pub(crate) fn suffix_flag(kind: &str) -> Option<&'static str> {
    match kind {
        "mask" => Some("--mask-suffix"),
        "saliency map" => Some("--saliency-suffix"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_of_a_missing_file_and_what_is_there_instead_are_named() {
        let root = tempfile::tempdir().unwrap();
        for name in ["a_1_crf.png", "b.png", "a_1_mask.png", "a_12.png"] {
            fs::write(root.path().join(name), "").unwrap();
        }
        let list = root.path().join("train.txt");
        fs::write(&list, "a\na_1\na_12\nc\n").unwrap();
        let list = ImageList::read(&list).unwrap();
        let explained = |name: &str, kind: &'static str| {
            let error = DataError::missing(root.path().join(name), kind);
            list.explain(error).to_string().replace(&format!("{}/", root.path().display()), "")
        };
        let found = "a_1.png: mask is missing, expected one for `a_1`, image 2 of train.txt";
        let there = "a_1_crf.png is there:";
        let masks = format!("{found}; {there} --mask-suffix=_crf reads it");
        assert_eq!(explained("a_1.png", "mask"), masks);
        let prediction = format!("{found}; {there} expected names without `_crf`");
        assert_eq!(explained("a_1.png", "prediction"), prediction.replace("mask", "prediction"));
        assert!(
            explained("a_1.npz", "class map").ends_with("eps data convert --suffix=_crf reads it")
        );
        let alone = "c.png: mask is missing, expected one for `c`, image 4 of train.txt";
        assert_eq!(explained("c.png", "mask"), alone);
        let no_folder = explained("no/c_sal.png", "saliency map");
        assert!(no_folder.ends_with("image 4 of train.txt; no is no folder"), "{no_folder}");
    }
}
