//! Folders with a picture for each image id.

use crate::DataError;
use crate::image_list::id_of as id_in_name;
use crate::remark::{Remark, RemarkKind, counted, printable};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// Endings of maps' files, in the order in which they are looked for.
pub(crate) const MAP_ENDINGS: [&str; 6] = ["png", "jpg", "jpeg", "PNG", "JPG", "JPEG"];

/// Endings of saliency maps' files, in the order in which they are looked for.
pub(crate) const SALIENCY_ENDINGS: [&str; 7] = ["png", "jpg", "jpeg", "PNG", "JPG", "JPEG", "npy"];

/// Endings of photographs' files, in the order in which they are looked for.
pub(crate) const PHOTOGRAPH_ENDINGS: [&str; 8] =
    ["jpg", "png", "jpeg", "JPG", "PNG", "JPEG", "Jpg", "Png"];

/// Endings of pictures that no reader of photographs takes.
const OTHER_ENDINGS: [&str; 9] =
    ["avif", "bmp", "gif", "heic", "jfif", "ppm", "tif", "tiff", "webp"];

/// The picture of an image id in a folder: a PNG, else a JPEG; `<id>.png` where there is none.
pub fn picture_in(folder: &Path, id: &str) -> PathBuf {
    first_in(folder, id, &MAP_ENDINGS)
}

/// The saliency map of an image id in a folder: a PNG, else a JPEG, else a NumPy array; `<id>.png` where there
/// is none.
pub fn saliency_in(folder: &Path, id: &str) -> PathBuf {
    first_in(folder, id, &SALIENCY_ENDINGS)
}

/// The photograph of an image id in a folder; `<id>.jpg` where there is none.
pub(crate) fn photograph_in(folder: &Path, id: &str) -> PathBuf {
    first_in(folder, id, &PHOTOGRAPH_ENDINGS)
}

fn first_in(folder: &Path, id: &str, endings: &[&str]) -> PathBuf {
    let file = |ending: &&str| folder.join(format!("{id}.{ending}"));
    let there = endings.iter().map(file).find(|path| path.is_file());
    there.unwrap_or_else(|| file(&endings[0]))
}

/// The ids of every photograph of a folder, ascending; hidden files and folders are left out.
///
/// # Errors
///
/// If the folder cannot be read, or the name of a photograph is no id.
pub(crate) fn photographs_of(folder: &Path) -> Result<(Vec<String>, Vec<Remark>), DataError> {
    let names = file_names(folder).map_err(|source| DataError::open(folder, source))?;
    let mut photographs: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut others = Vec::new();
    for name in &names {
        let Some((stem, ending)) = name.rsplit_once('.') else { continue };
        if is_one_of(&PHOTOGRAPH_ENDINGS, ending) {
            let id = id_in_name(stem).map_err(|reason| {
                let found = format!("`{}`{reason}", printable(stem));
                DataError::content(&folder.join(name), found, "an image id as the name of the file")
            })?;
            photographs.entry(id.to_owned()).or_default().push(name);
        } else if is_one_of(&OTHER_ENDINGS, ending) {
            others.push(name.as_str());
        }
    }
    let remarks = [several(folder, &photographs), other_formats(folder, &others)];
    Ok((photographs.into_keys().collect(), remarks.into_iter().flatten().collect()))
}

/// Whether an ending is one of these, in whatever case.
fn is_one_of(endings: &[&str], ending: &str) -> bool {
    endings.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// Names of the files of a folder, ascending; hidden ones and folders are left out.
fn file_names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !entry.file_type()?.is_dir() {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn several(folder: &Path, photographs: &BTreeMap<String, Vec<&str>>) -> Option<Remark> {
    let mut several = photographs.iter().filter(|(_, names)| names.len() > 1);
    let (id, names) = several.next()?;
    let count = 1 + several.count();
    let used = photograph_in(folder, id);
    let used = used.file_name().unwrap_or_default().to_string_lossy();
    let other = names.iter().find(|name| **name != used).copied().unwrap_or_default();
    let ids = counted(count, "id");
    let found = format!("{ids} with several photographs, first {used} and {other}");
    Some(Remark::new(RemarkKind::TwoPhotographs, folder, count, found, "the first is used"))
}

fn other_formats(folder: &Path, others: &[&str]) -> Option<Remark> {
    let (first, count) = (others.first()?, others.len());
    let found = format!("{} of other formats, first {first}", counted(count, "picture"));
    let taken = "passed over; JPEG and PNG are read";
    Some(Remark::new(RemarkKind::OtherPictures, folder, count, found, taken))
}

/// Every picture of a folder by its image id, the file name without extension.
///
/// Other files, hidden ones and those in folders below are not listed.
///
/// # Errors
///
/// If the folder cannot be read, or two pictures have one id.
pub fn pictures_of(folder: &Path) -> Result<BTreeMap<String, PathBuf>, DataError> {
    let mut pictures: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut paths = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>())
        .map_err(|source| DataError::open(folder, source))?;
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
        for name in ["b.jpg", "a.png", "notes.txt", "c.PNG", "._a.png", "README"] {
            fs::write(file(name), "").unwrap();
        }
        fs::create_dir(file("d.png")).unwrap();
        let pictures: Vec<_> = pictures_of(folder.path()).unwrap().into_iter().collect();
        let expected = [("a", "a.png"), ("b", "b.jpg"), ("c", "c.PNG")];
        let expected = expected.map(|(id, name)| (id.to_owned(), file(name)));
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
