//! Class activation maps as other programs keep them: pickled dictionaries and archives.

use super::pickled;
use super::scores::{decode_arrays, decode_scores};
use crate::pickle::{self, Value};
use crate::{ClassId, DataError, ScoreMap, Size, class_of};
use std::{fs, io::Cursor, path::Path};

/// Names of the maps next to `keys`, best first: IRN's, CLIP-ES's, IRN's at a quarter of the size.
const MAPS: [&str; 5] = ["high_res", "attn_highres", "highres", "cams", "cam"];

/// Reads the maps of an image from another program's file.
///
/// Known are `{class: map}` (PSA, SEAM and others), `{"keys": classes, "high_res": maps}` (IRN;
/// `attn_highres` in CLIP-ES), both in `.npy` or a pickle, the latter also as arrays of an `.npz`, and
/// this program's own `.npz`. Classes are counted from 0 without background. Arrays may be PyTorch's.
///
/// # Errors
///
/// [`DataError::Decode`] and [`DataError::Content`] for what is none of these.
pub fn read_cam_dictionary(path: &Path) -> Result<ScoreMap, DataError> {
    let bytes = fs::read(path).map_err(|source| DataError::Open { path: path.into(), source })?;
    if path.extension().is_some_and(|kind| kind == "npz") {
        return decode_cam_archive(path, &bytes);
    }
    cam_dictionary(&bytes).map_err(|problem| problem.of(path))
}

/// Why bytes hold no maps.
#[derive(Debug)]
pub enum CamProblem {
    Pickle(pickle::PickleError),
    /// What was found, and what was expected.
    Content(String, &'static str),
}

impl CamProblem {
    fn of(self, path: &Path) -> DataError {
        match self {
            Self::Pickle(source) => DataError::Decode {
                path: path.into(),
                expected: "dictionary of class activation maps (pickle)",
                source: source.into(),
            },
            Self::Content(found, expected) => {
                DataError::Content { path: path.into(), found, expected: expected.into() }
            }
        }
    }
}

/// The maps of a pickled dictionary, with NumPy's header or without.
pub fn cam_dictionary(bytes: &[u8]) -> Result<ScoreMap, CamProblem> {
    let value = pickle::load(pickled(bytes).unwrap_or(bytes)).map_err(CamProblem::Pickle)?;
    let dictionary = match &value {
        Value::Objects { items, .. } => items.first().unwrap_or(&value),
        value => value,
    };
    let Value::Dict(entries) = dictionary else {
        return Err(CamProblem::Content("no dictionary".into(), "one of class activation maps"));
    };
    match dictionary.get("keys") {
        Some(keys) => {
            let maps = MAPS.iter().find_map(|name| dictionary.get(name)).ok_or_else(|| {
                CamProblem::Content(
                    "keys without maps".into(),
                    "`high_res`, `attn_highres` or `cam`",
                )
            })?;
            from_parts(numbers(keys), maps_of(maps))
        }
        None => {
            let keys = entries.iter().map(|(key, _)| number(key)).collect();
            let maps = entries.iter().map(|(_, map)| plane(map)).collect();
            from_parts(keys, maps)
        }
    }
}

/// The maps of an archive of arrays; `path` is named in errors.
pub fn decode_cam_archive(path: &Path, bytes: &[u8]) -> Result<ScoreMap, DataError> {
    let arrays = decode_arrays(path, Cursor::new(bytes), "keys", &MAPS)?;
    let Some((keys, shape, values)) = arrays else {
        return decode_scores(path, Cursor::new(bytes));
    };
    let maps = planes(&shape, values);
    from_parts(Some(keys.into_iter().map(|key| key as f64).collect()), maps)
        .map_err(|problem| problem.of(path))
}

/// A map with its size.
type Plane = (Size, Vec<f32>);

/// A map for each channel, by ascending class.
fn from_parts(keys: Option<Vec<f64>>, maps: Option<Vec<Plane>>) -> Result<ScoreMap, CamProblem> {
    let problem = |found: &str, expected| CamProblem::Content(found.into(), expected);
    let keys = keys.ok_or_else(|| problem("a key that is no number", "classes from 0"))?;
    let maps = maps.ok_or_else(|| problem("a map that is no array", "arrays of two axes"))?;
    if keys.len() != maps.len() {
        let found = format!("{} keys for {} maps", keys.len(), maps.len());
        return Err(CamProblem::Content(found, "one key a map"));
    }
    let size = maps.first().map(|map| map.0).filter(|size| size.width > 0 && size.height > 0);
    let Some(size) = size else {
        return Err(problem("no map", "one for each class of the image"));
    };
    let mut classes = Vec::new();
    for (key, map) in keys.into_iter().zip(maps) {
        if map.0 != size {
            let found = format!("maps of {size} and of {}", map.0);
            return Err(CamProblem::Content(found, "one size"));
        }
        if key.fract() != 0.0 || !(0.0..254.0).contains(&key) {
            return Err(CamProblem::Content(
                format!("class {key}"),
                "0 to 253, without background",
            ));
        }
        if map.1.iter().any(|score| !score.is_finite() || *score < 0.0) {
            return Err(CamProblem::Content(
                "a score below 0 or infinite".into(),
                "scores of 0 or more",
            ));
        }
        classes.push((class_of(key as usize), map.1));
    }
    classes.sort_by_key(|(class, _)| *class);
    if let Some(pair) = classes.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(CamProblem::Content(
            format!("class {} twice", pair[0].0 - 1),
            "each class once",
        ));
    }
    let (classes, scores): (Vec<ClassId>, Vec<Vec<f32>>) = classes.into_iter().unzip();
    Ok(ScoreMap::new(size, classes, scores.concat()))
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
fn maps_of(value: &Value) -> Option<Vec<Plane>> {
    match value {
        Value::Array(array) => planes(&array.shape, narrowed(array)),
        Value::List(items) | Value::Tuple(items) => items.iter().map(plane).collect(),
        _ => None,
    }
}

fn plane(value: &Value) -> Option<Plane> {
    let Value::Array(array) = value else { return None };
    match array.shape[..] {
        [height, width] | [1, height, width] => Some((Size::new(width, height), narrowed(array))),
        _ => None,
    }
}

fn narrowed(array: &pickle::Array) -> Vec<f32> {
    array.values().into_iter().map(|value| value as f32).collect()
}

/// The planes of `[n, height, width]`.
fn planes(shape: &[usize], values: Vec<f32>) -> Option<Vec<Plane>> {
    let &[count, height, width] = shape else { return None };
    let size = Size::new(width, height);
    let pixels = values.len().checked_div(count)?;
    (pixels > 0).then(|| values.chunks(pixels).map(|map| (size, map.to_vec())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/cams").join(name)
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
            assert_eq!(read_cam_dictionary(&fixture(name)).unwrap(), expected, "{name}");
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
                assert!(read_cam_dictionary(&path).is_err(), "{length} bytes of {name}");
            }
        }
    }

    #[test]
    fn what_is_no_map_is_named() {
        let labels = fs::read(fixture("../golden/labels/three.npy")).unwrap();
        let problem = |bytes: &[u8]| match cam_dictionary(bytes).unwrap_err() {
            CamProblem::Content(found, expected) => format!("{found}, expected {expected}"),
            CamProblem::Pickle(error) => error.to_string(),
        };
        assert_eq!(problem(&labels), "a key that is no number, expected classes from 0");
        assert_eq!(problem(b"]."), "no dictionary, expected one of class activation maps");
        assert_eq!(problem(b"}."), "no map, expected one for each class of the image");
        // {"keys": [1], "cam": []}
        assert_eq!(
            problem(b"}X\x04\x00\x00\x00keys](K\x01esX\x03\x00\x00\x00cam]s."),
            "1 keys for 0 maps, expected one key a map"
        );
    }
}
