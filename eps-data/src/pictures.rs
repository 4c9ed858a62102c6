//! Folders with a picture for each image id.

use crate::DataError;
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// Endings of maps' files, in the order in which they are looked for.
pub(crate) const MAP_ENDINGS: [&str; 3] = ["png", "jpg", "jpeg"];

/// The picture of an image id in a folder: a PNG, else a JPEG; `<id>.png` where there is none.
pub fn picture_in(folder: &Path, id: &str) -> PathBuf {
    let file = |extension: &str| folder.join(format!("{id}.{extension}"));
    let there = MAP_ENDINGS.into_iter().map(file).find(|path| path.is_file());
    there.unwrap_or_else(|| file(MAP_ENDINGS[0]))
}

/// Every picture of a folder by its image id, the file name without extension.
///
/// Other files, hidden ones and those in folders below are not listed.
///
/// # Errors
///
/// If the folder cannot be read, or two pictures have one id.
pub fn pictures_of(folder: &Path) -> Result<BTreeMap<String, PathBuf>, DataError> {
    let refuse = |source: io::Error| DataError::Open { path: folder.into(), source };
    let mut pictures: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut paths = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>())
        .map_err(refuse)?;
    paths.sort();
    for path in paths {
        let Some(id) = id_of(&path) else { continue };
        if let Some(other) = pictures.insert(id, path.clone()) {
            let found = format!("a second picture of the id of {}", other.display());
            return Err(DataError::Content { path, found, expected: "one for each id".into() });
        }
    }
    Ok(pictures)
}

fn id_of(path: &Path) -> Option<String> {
    let is_picture = MAP_ENDINGS.contains(&path.extension()?.to_str()?) && path.is_file();
    let id = path.file_stem()?.to_str()?;
    (is_picture && !id.starts_with('.')).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_found_by_id_lossless_ones_first() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        assert_eq!(picture_in(folder.path(), "a"), file("a.png"), "named where it is missing");
        for name in ["a.jpeg", "a.jpg", "a.png"] {
            fs::write(file(name), "").unwrap();
            assert_eq!(picture_in(folder.path(), "a"), file(name));
        }
    }

    #[test]
    fn pictures_are_listed_by_id_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        for name in ["b.jpg", "a.png", "notes.txt", "c.PNG", ".hidden.png", "README"] {
            fs::write(file(name), "").unwrap();
        }
        fs::create_dir(file("d.png")).unwrap();
        let pictures: Vec<_> = pictures_of(folder.path()).unwrap().into_iter().collect();
        let expected = [("a".to_owned(), file("a.png")), ("b".to_owned(), file("b.jpg"))];
        assert_eq!(pictures, expected);
    }

    #[test]
    fn an_id_has_one_picture() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.jpg", "a.png"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let message = pictures_of(folder.path()).unwrap_err().to_string();
        assert!(message.contains("a.png: a second picture of the id of "), "{message}");
        let missing = pictures_of(&folder.path().join("no")).unwrap_err().to_string();
        assert!(missing.ends_with("no: cannot be read"), "{missing}");
    }
}
