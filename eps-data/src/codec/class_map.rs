//! Class activation maps of a folder, whichever program wrote them.

use super::{CamKeys, CamProblem, read_cam_dictionary, read_scores};
use crate::{DataError, ScoreMap};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Endings of class maps: this program's own first, then the dictionaries of others.
const ENDINGS: [&str; 4] = ["npz", "npy", "pkl", "pickle"];

/// The class map of an image: `<id>.npz`, else another program's `<id>.npy` or `<id>.pkl` that is there.
pub fn class_map_of(folder: &Path, id: &str) -> PathBuf {
    let paths = ENDINGS.map(|ending| folder.join(format!("{id}.{ending}")));
    paths.iter().find(|path| path.is_file()).unwrap_or(&paths[0]).clone()
}

/// The class maps of a folder by their image ids; of two of one image that of the earlier ending. Hidden
/// files are passed over.
///
/// # Errors
///
/// [`DataError::Open`] if the folder cannot be read.
pub fn class_maps_in(folder: &Path) -> Result<BTreeMap<String, PathBuf>, DataError> {
    let mut maps = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|source| DataError::open(folder, source))? {
        let path = entry.map_err(|source| DataError::open(folder, source))?.path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        let id = path.file_stem().and_then(|stem| stem.to_str());
        let is_map = ending.is_some_and(|ending| ENDINGS.contains(&ending));
        if let Some(id) = id.filter(|id| is_map && !id.starts_with('.')) {
            maps.entry(id.to_owned()).or_insert_with(|| class_map_of(folder, id));
        }
    }
    Ok(maps)
}

/// Reads a class map: this program's `.npz`, or a dictionary of another program as
/// [`read_cam_dictionary`] does, its classes counted from 0 without background.
///
/// # Errors
///
/// As the readers of either; if another program's scores are above 1, which only a conversion can divide.
pub fn read_class_map(path: &Path) -> Result<ScoreMap, DataError> {
    if path.extension().is_none_or(|ending| ending == "npz") {
        return read_scores(path).or_else(|error| foreign(path).map_err(|_| error));
    }
    foreign(path)
}

fn foreign(path: &Path) -> Result<ScoreMap, DataError> {
    let map = read_cam_dictionary(path, CamKeys::FromZero).map_err(|problem| match problem {
        CamProblem::File(error) => error,
        other => DataError::content(path, other.to_string(), "class maps"),
    })?;
    let greatest = map.scores().iter().copied().fold(0.0, f32::max);
    if greatest > 1.0 {
        let expected = "at most 1; `eps data convert --normalise` divides each map by its maximum";
        return Err(DataError::content(path, format!("a score of {greatest}"), expected));
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Size;
    use crate::codec::{ScoreFormat, write_scores};
    use std::fs;

    #[test]
    fn own_maps_come_before_those_of_other_programs() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["b.npy", "a.pkl", ".c.npy", "notes.txt"] {
            fs::write(path(name), "").unwrap();
        }
        assert_eq!(class_map_of(folder.path(), "a"), path("a.pkl"));
        assert_eq!(class_map_of(folder.path(), "d"), path("d.npz"));
        let map = ScoreMap::new(Size::new(1, 1), vec![3], vec![0.5]);
        write_scores(&path("b.npz"), &map, ScoreFormat::F32).unwrap();
        let found = class_maps_in(folder.path()).unwrap();
        let expected = [("a".to_owned(), path("a.pkl")), ("b".to_owned(), path("b.npz"))];
        assert_eq!(found, expected.into());
        assert_eq!(read_class_map(&path("b.npz")).unwrap(), map);
    }

    #[test]
    fn dictionaries_of_other_programs_are_read_whatever_their_ending() {
        let fixtures = eps_testkit::fixture("cams");
        for name in ["psa.npy", "psa.pkl", "irn.npy", "archive.npz"] {
            let path = fixtures.join(name);
            let expected = read_cam_dictionary(&path, CamKeys::FromZero).unwrap();
            assert_eq!(read_class_map(&path).unwrap(), expected, "{name}");
        }
    }
}
