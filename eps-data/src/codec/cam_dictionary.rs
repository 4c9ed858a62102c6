//! Class activation maps as other programs keep them: pickled dictionaries and archives.

use super::cam_keys::{CamKeys, Planes};
use super::scores::decode_scores;
use super::{Content, npz, pickled, read_bytes};
use crate::pickle::{self, Value};
use crate::{DataError, ScoreMap, Size};
use std::{io::Cursor, path::Path};

/// Names of the maps next to `keys`, best first: IRN's, CLIP-ES's, IRN's at a quarter of the size.
const MAPS: [&str; 5] = ["high_res", "attn_highres", "highres", "cams", "cam"];

/// Name of maps whose keys are mask indices, background among them.
const MAPS_FROM_ONE: &str = "IS_CAM";

/// What is read.
const EXPECTED: &str = "a dictionary {class: map} of class activation maps, or `keys` with maps";

/// Reads the maps of an image from another program's file.
///
/// Known are `{class: map}` (PSA, SEAM and others) and `{"keys": classes, "high_res": maps}` (IRN;
/// `attn_highres` in CLIP-ES, `IS_CAM`, or the only array that has a map for each key), both in `.npy`, a
/// pickle or as arrays of an `.npz`, and this program's own `.npz`, whose classes are never counted
/// otherwise. Arrays may be PyTorch's.
///
/// # Errors
///
/// [`DataError::Decode`] and [`DataError::Content`] for what is none of these.
pub fn read_cam_dictionary(path: &Path, keys: CamKeys) -> Result<ScoreMap, CamProblem> {
    let bytes = read_bytes(path)?;
    match Content::of(&bytes) {
        Some(Content::Zip) => decode_cam_archive(path, &bytes, keys),
        Some(other @ (Content::Html | Content::GitLfsPointer | Content::Empty)) => {
            Err(other.instead_of(path, EXPECTED).into())
        }
        Some(other @ (Content::Png | Content::Jpeg | Content::Matlab | Content::Hdf5)) => {
            Err(other.instead_of(path, EXPECTED).into())
        }
        Some(other @ Content::TorchArchive) => {
            let expected = format!("{EXPECTED}, saved by numpy.save");
            Err(other.instead_of(path, &expected).into())
        }
        _ => cam_dictionary(&bytes, keys).map_err(|problem| problem.of(path)),
    }
}

/// Why a file holds no maps.
#[derive(Debug, thiserror::Error)]
pub enum CamProblem {
    #[error(transparent)]
    Pickle(#[from] pickle::PickleError),
    #[error("{found}, expected {expected}")]
    Content { found: String, expected: String },
    /// There is neither a map nor the size of one: the image has no class.
    #[error("no map, expected one for each class of the image")]
    Empty,
    #[error(transparent)]
    File(#[from] DataError),
}

impl CamProblem {
    pub(super) fn content(found: String, expected: impl Into<String>) -> Self {
        Self::Content { found, expected: expected.into() }
    }

    /// The same of a file; that there is no map stays what it is.
    fn of(self, path: &Path) -> Self {
        match self {
            Self::Pickle(source) => Self::File(DataError::Decode {
                path: path.into(),
                expected: "dictionary of class activation maps (pickle)",
                source: source.into(),
            }),
            Self::Content { found, expected } => {
                Self::File(DataError::Content { path: path.into(), found, expected })
            }
            problem => problem,
        }
    }
}

/// The maps of a pickled dictionary, with NumPy's header or without.
pub fn cam_dictionary(bytes: &[u8], keys: CamKeys) -> Result<ScoreMap, CamProblem> {
    let pickle = pickled(bytes);
    if pickle.is_none() && Content::of(bytes) == Some(Content::NumPyArray) {
        return Err(CamProblem::content("a plain array".into(), EXPECTED));
    }
    let value = pickle::load(pickle.unwrap_or(bytes))?;
    match &value {
        Value::Objects { items, .. } => of_dictionary(items.first().unwrap_or(&value), keys),
        value => of_dictionary(value, keys),
    }
}

/// The maps of an archive of arrays; `path` is named in errors.
pub fn decode_cam_archive(
    path: &Path,
    bytes: &[u8],
    keys: CamKeys,
) -> Result<ScoreMap, CamProblem> {
    let dictionary = npz::dictionary(Cursor::new(bytes)).map_err(|source| DataError::Decode {
        path: path.into(),
        expected: "archive of class activation maps (.npz)",
        source: source.into(),
    })?;
    let is_ours = dictionary.get("classes").is_some() && dictionary.get("cam").is_some();
    if is_ours {
        return Ok(decode_scores(path, Cursor::new(bytes))?);
    }
    // numpy.savez of one dictionary wraps it in an array without a name.
    let inner = match dictionary.get("arr_0") {
        Some(Value::Objects { items, .. }) => items.first(),
        _ => None,
    };
    of_dictionary(inner.unwrap_or(&dictionary), keys).map_err(|problem| problem.of(path))
}

fn of_dictionary(dictionary: &Value, counted: CamKeys) -> Result<ScoreMap, CamProblem> {
    let Value::Dict(entries) = dictionary else {
        return Err(CamProblem::content("no dictionary".into(), EXPECTED));
    };
    let Some(keys) = dictionary.get("keys") else {
        let keys = entries.iter().map(|(key, _)| class_number(key)).collect::<Result<_, _>>()?;
        return counted.score_map(keys, planes(entries.iter().map(|(_, map)| map))?);
    };
    let keys = numbers(keys)
        .ok_or_else(|| CamProblem::content("a key that is no number".into(), "classes"))?;
    let (name, maps) = maps_beside(dictionary, entries, keys.len())?;
    let counted = if name == MAPS_FROM_ONE { CamKeys::FromOne } else { counted };
    counted.score_map(keys, maps)
}

/// The maps next to `keys`: those of a known name, or the only ones that there are as many of.
fn maps_beside<'a>(
    dictionary: &'a Value,
    entries: &'a [(Value, Value)],
    count: usize,
) -> Result<(&'a str, Planes), CamProblem> {
    let known = MAPS.into_iter().chain([MAPS_FROM_ONE]);
    for name in known {
        if let Some(maps) = dictionary.get(name) {
            return Ok((name, maps_of(maps)?));
        }
    }
    let named = entries.iter().filter_map(|(name, value)| Some((name.text()?, value)));
    let others = named.filter(|(name, _)| *name != "keys");
    let names: Vec<&str> = others.clone().map(|(name, _)| name).collect();
    let mut fitting = others.filter_map(|(name, value)| Some((name, maps_of(value).ok()?)));
    // With a second one nobody can say which of them are meant.
    match (fitting.next(), fitting.next()) {
        (Some((name, maps)), None) if maps.maps.len() == count => Ok((name, maps)),
        _ => {
            let found = match &names[..] {
                [] => "keys without maps".into(),
                names => format!("keys beside {}", names.join(", ")),
            };
            Err(CamProblem::content(found, format!("one of {}", MAPS.join(", "))))
        }
    }
}

/// The class that a key of a dictionary spells.
fn class_number(key: &Value) -> Result<f64, CamProblem> {
    number(key).ok_or_else(|| {
        let found = key.text().map_or("a key".into(), |text| format!("the key `{text}`"));
        CamProblem::content(format!("{found} that is no number"), EXPECTED)
    })
}

/// A number, or an array of one.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Text(text) => text.parse().ok(),
        value => match numbers(value)?[..] {
            [number] => Some(number),
            _ => None,
        },
    }
}

fn numbers(value: &Value) -> Option<Vec<f64>> {
    match value {
        Value::Array(array) => Some(array.values()),
        Value::List(items) | Value::Tuple(items) => items.iter().map(number).collect(),
        _ => None,
    }
}

/// Maps as one array of three axes, or as a list of arrays of two.
fn maps_of(value: &Value) -> Result<Planes, CamProblem> {
    match value {
        Value::Array(array) => match array.shape[..] {
            [_, height, width] => {
                let (size, values) = (Size::new(width, height), narrowed(array));
                let maps = values.chunks(size.pixels().max(1)).map(<[f32]>::to_vec).collect();
                Ok(Planes { size: Some(size), maps })
            }
            _ => Err(no_map(value)),
        },
        Value::List(items) | Value::Tuple(items) => planes(items.iter()),
        value => Err(no_map(value)),
    }
}

/// Maps of one size, each an array of two axes.
fn planes<'a>(values: impl Iterator<Item = &'a Value>) -> Result<Planes, CamProblem> {
    let mut planes = Planes::default();
    for value in values {
        let Value::Array(array) = value else { return Err(no_map(value)) };
        let ([height, width] | [1, height, width]) = array.shape[..] else {
            return Err(no_map(value));
        };
        let size = Size::new(width, height);
        let expected = *planes.size.get_or_insert(size);
        if size != expected {
            return Err(CamProblem::content(
                format!("maps of {expected} and of {size}"),
                "one size",
            ));
        }
        planes.maps.push(narrowed(array));
    }
    Ok(planes)
}

fn no_map(value: &Value) -> CamProblem {
    let found = match value {
        Value::Array(array) => format!("an array of shape {:?}", array.shape),
        _ => "a map that is no array".into(),
    };
    CamProblem::content(found, "maps of two axes, or one array of three")
}

fn narrowed(array: &pickle::Array) -> Vec<f32> {
    array.values().into_iter().map(|value| value as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::PathBuf};

    fn fixture(name: &str) -> PathBuf {
        eps_testkit::fixture("cams").join(name)
    }

    #[test]
    fn every_programs_file_gives_the_same_maps() {
        let scores = (0..24).map(|value| value as f32 / 32.0).collect();
        let expected = ScoreMap::new(Size::new(4, 3), vec![2, 15], scores);
        let files = [
            "psa.npy",
            "psa_reversed.npy",
            "psa.pkl",
            "clip_es.npy",
            "archive.npz",
            "irn.npy",
            "irn_view.npy",
        ];
        for name in files {
            assert_eq!(
                read_cam_dictionary(&fixture(name), CamKeys::FromZero).unwrap(),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn cut_files_are_refused() {
        for name in ["psa.npy", "irn.npy", "irn_view.npy", "archive.npz"] {
            let whole = fs::read(fixture(name)).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(name);
            for length in [0, 100, whole.len() / 2, whole.len() - 1] {
                fs::write(&path, &whole[..length]).unwrap();
                assert!(
                    read_cam_dictionary(&path, CamKeys::FromZero).is_err(),
                    "{length} bytes of {name}"
                );
            }
        }
    }

    fn problem(bytes: &[u8]) -> String {
        cam_dictionary(bytes, CamKeys::FromZero).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_map_is_named() {
        let labels = fs::read(fixture("../golden/labels/three.npy")).unwrap();
        let message = problem(&labels);
        assert!(
            message.starts_with("the key `") && message.contains("` that is no number, expected"),
            "{message}"
        );
        assert_eq!(problem(b"]."), format!("no dictionary, expected {EXPECTED}"));
        assert_eq!(problem(b"}."), "no map, expected one for each class of the image");
        // {"keys": [1], "cam": []}
        assert_eq!(
            problem(b"}X\x04\x00\x00\x00keys](K\x01esX\x03\x00\x00\x00cam]s."),
            "1 keys for 0 maps, expected one key a map"
        );
    }

    /// An `.npz` of arrays of small numbers in this type of NumPy's.
    fn archive(arrays: &[(&str, &str, &[usize], &[u8])], fortran: bool) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, kind, shape, values) in arrays {
            archive
                .start_file(format!("{name}.npy"), zip::write::SimpleFileOptions::default())
                .unwrap();
            std::io::Write::write_all(&mut archive, &npy(kind, shape, values, fortran)).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    /// An `.npy` file of numbers, as numpy.save writes it.
    fn npy(kind: &str, shape: &[usize], values: &[u8], fortran: bool) -> Vec<u8> {
        let order = if fortran && shape.len() > 1 { "True" } else { "False" };
        let shape: String = shape.iter().map(|side| format!("{side}, ")).collect();
        let header =
            format!("{{'descr': '{kind}', 'fortran_order': {order}, 'shape': ({shape}), }}\n");
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((header.len() as u16).to_le_bytes());
        file.extend(header.as_bytes());
        for &value in values {
            file.extend(match kind {
                "<f8" => f64::from(value).to_le_bytes().to_vec(),
                ">f4" => f32::from(value).to_be_bytes().to_vec(),
                "<f4" => f32::from(value).to_le_bytes().to_vec(),
                "<i8" => i64::from(value).to_le_bytes().to_vec(),
                ">i4" => i32::from(value).to_be_bytes().to_vec(),
                "<u2" => u16::from(value).to_le_bytes().to_vec(),
                "|u1" => vec![value],
                other => panic!("{other}"),
            });
        }
        file
    }

    fn map_of(bytes: &[u8], keys: CamKeys) -> Result<ScoreMap, String> {
        decode_cam_archive(Path::new("a.npz"), bytes, keys).map_err(|problem| problem.to_string())
    }

    #[test]
    fn any_type_of_numbers_in_either_order_gives_the_same_map() {
        // Rows 0 1 2 and 3 4 5 of one class; column by column 0 3 1 4 2 5.
        let (rows, columns) = ([0, 1, 2, 3, 4, 5], [0, 3, 1, 4, 2, 5]);
        let scores = rows.map(f32::from).to_vec();
        let expected = ScoreMap::new(Size::new(3, 2), vec![15], scores);
        for kind in ["<f8", ">f4", "<f4", "<i8", ">i4", "<u2", "|u1"] {
            for (fortran, values) in [(false, rows), (true, columns)] {
                for keys in ["<i8", ">i4", "<u2", "<f8"] {
                    let arrays: [(&str, &str, &[usize], &[u8]); 2] =
                        [("keys", keys, &[1], &[14]), ("cam", kind, &[1, 2, 3], &values)];
                    let found = map_of(&archive(&arrays, fortran), CamKeys::FromZero).unwrap();
                    assert_eq!(found, expected, "{kind} {fortran} {keys}");
                }
            }
        }
    }

    #[test]
    fn an_archive_may_have_an_array_a_class_or_maps_of_another_name() {
        let expected = ScoreMap::new(Size::new(2, 1), vec![1, 3], vec![1.0, 0.0, 0.0, 2.0]);
        let each: [(&str, &str, &[usize], &[u8]); 2] =
            [("2", "<f4", &[1, 2], &[0, 2]), ("0", "<f4", &[1, 2], &[1, 0])];
        assert_eq!(map_of(&archive(&each, false), CamKeys::FromZero).unwrap(), expected);
        let maps: (&str, &str, &[usize], &[u8]) = ("refined", "<f4", &[2, 1, 2], &[1, 0, 0, 2]);
        let named = [("keys", "<i8", &[2][..], &[0, 2][..]), maps];
        assert_eq!(map_of(&archive(&named, false), CamKeys::FromZero).unwrap(), expected);
        let two = [named[0], named[1], ("other", "<f4", &[2, 1, 2], &[0; 4])];
        let message = map_of(&archive(&two, false), CamKeys::FromZero).unwrap_err();
        assert!(message.starts_with("a.npz: keys beside refined, other, expected one of high_res"));
        let unnamed = [("arr_0", "<f4", &[1, 2][..], &[0, 1][..])];
        let message = map_of(&archive(&unnamed, false), CamKeys::FromZero).unwrap_err();
        assert!(message.starts_with("a.npz: the key `arr_0` that is no number"), "{message}");
    }

    #[test]
    fn maps_called_is_cam_count_the_background() {
        let arrays: [(&str, &str, &[usize], &[u8]); 2] =
            [("keys", "<i8", &[3], &[0, 1, 3]), ("IS_CAM", "<f4", &[3, 1, 2], &[9, 9, 1, 0, 0, 1])];
        let expected = ScoreMap::new(Size::new(2, 1), vec![1, 3], vec![1.0, 0.0, 0.0, 1.0]);
        assert_eq!(map_of(&archive(&arrays, false), CamKeys::FromZero).unwrap(), expected);
    }

    #[test]
    fn an_image_without_a_class_has_an_empty_map() {
        let arrays: [(&str, &str, &[usize], &[u8]); 2] =
            [("keys", "<i8", &[0], &[]), ("high_res", "<f4", &[0, 3, 4], &[])];
        let expected = ScoreMap::new(Size::new(4, 3), vec![], vec![]);
        assert_eq!(map_of(&archive(&arrays, false), CamKeys::FromZero).unwrap(), expected);
    }

    #[test]
    fn other_files_are_called_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npy");
        let found = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            let message = read_cam_dictionary(&path, CamKeys::FromZero).unwrap_err().to_string();
            message.split("a.npy: ").nth(1).unwrap().split(", expected").next().unwrap().to_owned()
        };
        assert_eq!(found(&npy("<f4", &[2], &[1, 2], false)), "a plain array");
        assert_eq!(found(b"<!DOCTYPE html><html>"), "an HTML page");
        assert_eq!(found(b"PK\x03\x04..............archive/data.pkl"), "a PyTorch archive");
        assert_eq!(found(b"version https://git-lfs.github.com/spec/v1\n"), "a Git LFS pointer");
    }
}
