//! `cls_labels.npy`: a pickled dictionary of image ids and rows of 0 and 1, one for each class.

use super::EachLabels;
use crate::codec::{pickled, with_header, write_atomically};
use crate::pickle::{self, Value};
use crate::{ClassNames, ClassSet, DataError, class_of};
use std::{collections::HashMap, fs, path::Path};

/// Reads the rows of `ids`; other rows are checked and left out.
///
/// The rows have one value for each object class, without background (method, section 2.2).
pub(super) fn load(
    path: &Path,
    ids: &[String],
    names: &ClassNames,
) -> Result<EachLabels, DataError> {
    let bytes = fs::read(path).map_err(|source| DataError::Open { path: path.into(), source })?;
    let rows = decode(path, &bytes, names)?;
    let row = |id: &String| {
        rows.get(id.as_str()).copied().ok_or_else(|| {
            let found = format!("no entry for `{id}`");
            content(path, found, "one for each image of the list".into())
        })
    };
    Ok(ids.iter().map(row).collect())
}

/// Classes by image id in the bytes of a `cls_labels.npy`; `path` is named in errors.
///
/// # Errors
///
/// [`DataError::Decode`] for what is no pickle of data, [`DataError::Content`] for one of something else.
pub fn decode(
    path: &Path,
    bytes: &[u8],
    names: &ClassNames,
) -> Result<HashMap<String, ClassSet>, DataError> {
    let pickled = pickled(bytes).ok_or_else(|| {
        content(path, "no pickled dictionary".into(), "an .npy file of one".into())
    })?;
    let value = pickle::load(pickled).map_err(|error| DataError::Decode {
        path: path.into(),
        expected: "dictionary of image labels (.npy)",
        source: error.into(),
    })?;
    rows(&value, names).map_err(|(found, expected)| content(path, found, expected))
}

fn content(path: &Path, found: String, expected: String) -> DataError {
    DataError::Content { path: path.into(), found, expected }
}

/// Writes a row for each image, as NumPy 1.26 saves them: float32, in the order of `ids`.
pub(super) fn save(
    path: &Path,
    ids: &[String],
    sets: &[ClassSet],
    names: &ClassNames,
) -> Result<(), DataError> {
    let row = |set: &ClassSet| -> Vec<f32> {
        (0..names.objects()).map(|channel| f32::from(set.contains(class_of(channel)))).collect()
    };
    let rows = ids.iter().zip(sets).map(|(id, set)| (id.as_str(), row(set)));
    let file = with_header(&pickle::dictionary(rows));
    write_atomically(path, |out| out.write_all(&file))
}

/// What was found, and what was expected.
type Surprise = (String, String);

fn rows(value: &Value, names: &ClassNames) -> Result<HashMap<String, ClassSet>, Surprise> {
    let dictionary = match value {
        Value::Objects { items, .. } => items.first(),
        value => Some(value),
    };
    let Some(Value::Dict(entries)) = dictionary else {
        return Err(("no dictionary".into(), "one of image ids".into()));
    };
    let mut rows = HashMap::new();
    for (id, row) in entries {
        let id =
            id.text().ok_or_else(|| (format!("the key {id:?}"), "the id of an image".into()))?;
        let classes = classes(row, names)
            .map_err(|(found, expected)| (format!("{found} for `{id}`"), expected))?;
        rows.insert(id.to_owned(), classes);
    }
    Ok(rows)
}

fn classes(row: &Value, names: &ClassNames) -> Result<ClassSet, Surprise> {
    let Value::Array(row) = row else {
        return Err(("no array".into(), "a row of 0 and 1".into()));
    };
    let values = row.values();
    if row.shape != [names.objects()] {
        let expected = format!("{} values, one for each object class", names.objects());
        return Err((format!("an array of shape {:?}", row.shape), expected));
    }
    if let Some(other) = values.iter().find(|&&value| value != 0.0 && value != 1.0) {
        return Err((format!("the value {other}"), "0 or 1".into()));
    }
    let present = values.iter().enumerate().filter(|(_, value)| **value == 1.0);
    Ok(present.map(|(channel, _)| class_of(channel)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: &[u8] = include_bytes!("../../../fixtures/pickle/labels2.pickle");

    /// An `.npy` file of a pickle.
    fn npy(pickle: &[u8]) -> Vec<u8> {
        let header = b"{'descr': '|O', 'fortran_order': False, 'shape': (), }    \n";
        let start = [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..]].concat();
        [&start[..], header, pickle].concat()
    }

    fn read(bytes: &[u8], ids: &[&str], names: &ClassNames) -> Result<Vec<ClassSet>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cls_labels.npy");
        fs::write(&path, bytes).unwrap();
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let loaded = load(&path, &ids, names).and_then(|rows| rows.into_iter().collect());
        loaded.map_err(|error: DataError| {
            let message = error.to_string();
            message[message.find("cls_labels.npy").unwrap()..].to_owned()
        })
    }

    #[test]
    fn rows_are_found_by_id_and_channels_become_classes() {
        let sets = read(&npy(LABELS), &["2007_000063", "2007_000032"], &ClassNames::voc()).unwrap();
        let members: Vec<Vec<_>> = sets.iter().map(|set| set.iter().collect()).collect();
        assert_eq!(members, [vec![9, 12], vec![1, 15]]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let (voc, few) = (ClassNames::voc(), ClassNames::of_objects(["boat", "cow"]));
        let two = {
            let mut bytes = npy(LABELS);
            let one = bytes.windows(3).position(|window| window == [0xc2, 0x80, b'?']).unwrap();
            bytes[one + 2] = b'@';
            bytes
        };
        #[rustfmt::skip]
        let cases: [(&[u8], &str, &ClassNames, &str); 6] = [
            (b"id,boat", "a", &voc, ": no pickled dictionary, expected an .npy file of one"),
            (&npy(LABELS), "a", &voc, ": no entry for `a`, expected one for each image of the list"),
            (&npy(LABELS), "a", &few, ": an array of shape [20] for `2007_000032`, expected 2 values, one for each object class"),
            (&two, "a", &voc, ": the value 4 for `2007_000032`, expected 0 or 1"),
            (&npy(b"]."), "a", &voc, ": no dictionary, expected one of image ids"),
            (&npy(b"]"), "a", &voc, ": not a dictionary of image labels (.npy) that can be decoded"),
        ];
        for (bytes, id, names, expected) in cases {
            assert_eq!(read(bytes, &[id], names).unwrap_err(), format!("cls_labels.npy{expected}"));
        }
    }
}
