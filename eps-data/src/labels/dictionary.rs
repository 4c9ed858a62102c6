//! `cls_labels.npy`: a pickled dictionary of image ids and rows of 0 and 1, one for each class.
//!
//! Ids are texts, or the numbers that IRN's programs make of them: `2007000032` is `2007_000032`.

use super::{EachLabels, unlabelled};
use crate::codec::{pickled, read_bytes, with_header};
use crate::image_list::without_ending;
use crate::pickle::{self, Dtype, Value};
use crate::{ClassNames, ClassSet, DataError, ImageList, class_of};
use std::{collections::HashMap, path::Path};

/// Reads the rows of the images of a list; other rows are checked and left out.
///
/// The rows have one value for each object class, without background (method, section 2.2).
pub(super) fn load(
    path: &Path,
    list: &ImageList,
    names: &ClassNames,
) -> Result<EachLabels, DataError> {
    let bytes = read_bytes(path)?;
    let rows = decode(path, &bytes, names)?;
    let rows_of_list = list.ids.iter().map(|id| {
        // The id itself first: another image's number may be at the end of it.
        let row = rows.get(id.as_str()).or_else(|| rows.get(number_of(id)?));
        row.copied().ok_or_else(|| unlabelled(path, format!("no entry for `{id}`"), list))
    });
    Ok(rows_of_list.collect())
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
    let pickled = pickled(bytes)
        .ok_or_else(|| DataError::content(path, "no pickled dictionary", "an .npy file of one"))?;
    let value = pickle::load(pickled)
        .map_err(|error| DataError::decode(path, "dictionary of image labels (.npy)", error))?;
    rows(&value, names).map_err(|(found, expected)| DataError::content(path, found, expected))
}

/// A file with a row for each image, as NumPy 1.26 saves them: float32, in the order of `ids`.
pub(super) fn file(ids: &[String], sets: &[ClassSet], names: &ClassNames) -> Vec<u8> {
    let rows = ids.iter().zip(sets).map(|(id, set)| {
        let classes = (0..names.objects()).map(class_of);
        (id.as_str(), classes.map(|class| f32::from(set.contains(class))).collect())
    });
    with_header(&pickle::dictionary(rows))
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
    for (key, row) in entries {
        let id = key_text(key).ok_or_else(|| {
            (format!("a key that is {}", kind_of(key)), "the id of an image".into())
        })?;
        let classes = classes(row, names)
            .map_err(|(found, expected)| (format!("{found} for `{id}`"), expected))?;
        if rows.insert(id.clone(), classes).is_some() {
            return Err((format!("`{id}` again"), "each image once".into()));
        }
    }
    Ok(rows)
}

/// The id of a key, or the id of VOC that its number stands for, or the number.
fn key_text(key: &Value) -> Option<String> {
    if let Some(text) = key.text() {
        return Some(without_ending(text).to_owned());
    }
    let number = match key {
        Value::Int(number) => *number,
        Value::Array(array) if array.shape.is_empty() => match array.dtype {
            Dtype::Int(_) | Dtype::Uint(_) => *array.values().first()? as i64,
            _ => return None,
        },
        _ => return None,
    };
    let digits = number.to_string();
    // The year and the number of an image of VOC.
    let is_voc = digits.len() == 10 && number > 0;
    Some(if is_voc { format!("{}_{}", &digits[..4], &digits[4..]) } else { digits })
}

/// The number at the end of an id, without leading zeros, as COCO counts its images.
fn number_of(id: &str) -> Option<&str> {
    let letters = id.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let number = id[letters.len()..].trim_start_matches('0');
    (!number.is_empty() && number.len() < 10).then_some(number)
}

/// What a key is, in words.
fn kind_of(key: &Value) -> &'static str {
    match key {
        Value::None => "none",
        Value::Bool(_) => "true or false",
        Value::Int(_) | Value::Float(_) => "a number",
        Value::Text(_) | Value::Bytes(_) => "a text",
        Value::List(_) | Value::Tuple(_) | Value::Dict(_) => "a container",
        Value::Array(_) | Value::Objects { .. } => "an array",
        Value::Outside(_) | Value::Unknown(_) => "an object of a program",
    }
}

fn classes(row: &Value, names: &ClassNames) -> Result<ClassSet, Surprise> {
    let Value::Array(row) = row else {
        return Err(("no array".into(), "a row of 0 and 1".into()));
    };
    // Background has no column here: `[20]` for VOC, not `[21]`.
    let values = row.values();
    if row.shape != [names.objects()] {
        let expected = format!("{} values, one for each object class", names.objects());
        let sides: Vec<String> = row.shape.iter().map(usize::to_string).collect();
        return Err((format!("an array of shape [{}]", sides.join(", ")), expected));
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
    use std::fs;

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
        let loaded = load(&path, &ImageList::new("train", ids), names)
            .and_then(|rows| rows.into_iter().collect());
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
    fn keys_may_be_numbers_or_texts_of_numpy() {
        let row = |class: usize| {
            let values =
                (0..20).flat_map(|index| f32::from(u8::from(index == class)).to_le_bytes());
            let array =
                pickle::Array { dtype: Dtype::Float(4), shape: vec![20], bytes: values.collect() };
            Value::Array(array)
        };
        let number = |number: i64, size: usize| {
            let bytes = number.to_le_bytes()[..size].to_vec();
            Value::Array(pickle::Array { dtype: Dtype::Int(size), shape: vec![], bytes })
        };
        let entries = vec![
            (number(2_007_000_032, 4), row(0)),
            (number(2_007_000_039, 8), row(1)),
            (Value::Int(2_011_003_276), row(2)),
            (Value::Int(9), row(3)),
            (Value::Text("a.jpg".into()), row(4)),
        ];
        let rows = rows(&Value::Dict(entries), &ClassNames::voc()).unwrap();
        let ids = ["2007_000032", "2007_000039", "2011_003276", "COCO_train2014_000000000009", "a"];
        for (id, class) in ids.into_iter().zip(1..) {
            let found = rows.get(id).or_else(|| rows.get(number_of(id)?));
            assert_eq!(found.unwrap().iter().collect::<Vec<_>>(), [class], "{id}");
        }
        let wrong = Value::Dict(vec![(Value::None, row(0))]);
        let (found, expected) = super::rows(&wrong, &ClassNames::voc()).unwrap_err();
        assert_eq!((&*found, &*expected), ("a key that is none", "the id of an image"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let (voc, few) = (ClassNames::voc(), ClassNames::of_objects(["boat", "cow"]));
        let two = {
            let mut bytes = npy(LABELS);
            let place = bytes.windows(3).position(|window| window == [0xc2, 0x80, b'?']).unwrap();
            bytes[place + 2] = b'@';
            bytes
        };
        #[rustfmt::skip]
        let cases: [(&[u8], &str, &ClassNames, &str); 6] = [
            (b"id,boat", "a", &voc, ": no pickled dictionary, expected an .npy file of one"),
            (&npy(LABELS), "a", &voc, ": no entry for `a`, expected one for each image of list train"),
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
