//! The parts of an instances file that are read; others are skipped.
//!
//! Read as Python reads JSON: ids may be texts, whole numbers may have a point, `iscrowd` may be true
//! or null, and numbers may be `NaN`.

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// A file whose texts are borrowed and whose segmentations are not yet parsed.
#[derive(Deserialize)]
pub(super) struct Document<'a> {
    #[serde(borrow)]
    pub(super) images: Vec<RawImage<'a>>,
    #[serde(borrow, default)]
    pub(super) annotations: Vec<RawAnnotation<'a>>,
    #[serde(borrow)]
    pub(super) categories: Vec<RawCategory<'a>>,
}

#[derive(Deserialize)]
pub(super) struct RawImage<'a> {
    pub(super) id: CocoId,
    #[serde(borrow)]
    pub(super) file_name: Cow<'a, str>,
    pub(super) width: u32,
    pub(super) height: u32,
}

#[derive(Deserialize)]
pub(super) struct RawAnnotation<'a> {
    pub(super) id: CocoId,
    pub(super) image_id: CocoId,
    pub(super) category_id: CocoId,
    #[serde(default, deserialize_with = "is_true")]
    pub(super) iscrowd: bool,
    #[serde(default, deserialize_with = "number")]
    pub(super) area: Option<f64>,
    #[serde(borrow)]
    pub(super) segmentation: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct RawCategory<'a> {
    pub(super) id: CocoId,
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
}

/// How a file numbers its images, annotations and categories: a whole number, or a text that is none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CocoId {
    Number(i64),
    Text(Box<str>),
}

impl CocoId {
    fn of_text(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Text(text.into()), Self::Number)
    }
}

impl fmt::Display for CocoId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(formatter),
            Self::Text(text) => write!(formatter, "`{text}`"),
        }
    }
}

impl<'de> Deserialize<'de> for CocoId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Id;
        impl Visitor<'_> for Id {
            type Value = CocoId;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an id: a whole number or a text")
            }

            fn visit_i64<E>(self, number: i64) -> Result<CocoId, E> {
                Ok(CocoId::Number(number))
            }

            fn visit_u64<E>(self, number: u64) -> Result<CocoId, E> {
                // From 2^63 on it stays a text, digit by digit.
                Ok(CocoId::of_text(&number.to_string()))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<CocoId, E> {
                // From 2^53 on a double stands for several whole numbers, and two ids could become one.
                if number.fract() == 0.0 && number.abs() < 2_f64.powi(53) {
                    Ok(CocoId::Number(number as i64))
                } else {
                    Err(E::invalid_value(Unexpected::Float(number), &self))
                }
            }

            fn visit_str<E>(self, text: &str) -> Result<CocoId, E> {
                Ok(CocoId::of_text(text))
            }
        }
        deserializer.deserialize_any(Id)
    }
}

/// A value that is a truth value, a number or nothing, in whatever type.
#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Bool(bool),
    Number(f64),
    Text(String),
    Other(serde::de::IgnoredAny),
}

/// Whether a value is true as Python sees it; nothing is not.
fn is_true<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(match Option::deserialize(deserializer)? {
        Some(Loose::Bool(value)) => value,
        Some(Loose::Number(value)) => value != 0.0,
        Some(Loose::Text(text)) => {
            let text = text.trim();
            !(text.is_empty() || text == "0" || text.eq_ignore_ascii_case("false"))
        }
        Some(Loose::Other(_)) | None => false,
    })
}

/// A number, also as a text; nothing where it is none.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let value = match Option::deserialize(deserializer)? {
        Some(Loose::Number(value)) => Some(value),
        Some(Loose::Text(text)) => text.trim().parse().ok(),
        _ => None,
    };
    Ok(value.filter(|value: &f64| value.is_finite()))
}

/// What Python writes for numbers that JSON does not have.
const NO_NUMBERS: [&[u8]; 2] = [b"NaN", b"Infinity"];

/// The text with an empty text in the place of each `NaN` and `Infinity`, which JSON does not have;
/// `None` if it has none of them. Its length stays.
pub(super) fn without_nan(text: &[u8]) -> Option<Vec<u8>> {
    let mut clean: Option<Vec<u8>> = None;
    let (mut in_text, mut at) = (false, 0);
    while at < text.len() {
        match text[at] {
            // A backslash takes the next byte along, so that an escaped quote does not end the text.
            b'\\' if in_text => at += 1,
            b'"' => in_text = !in_text,
            b'N' | b'I' if !in_text => {
                if let Some(word) = NO_NUMBERS.iter().find(|word| text[at..].starts_with(word)) {
                    // An empty text, which `number` takes for nothing, and blanks up to the same length.
                    let start = at - usize::from(at > 0 && text[at - 1] == b'-');
                    let end = at + word.len();
                    let clean = clean.get_or_insert_with(|| text.to_vec());
                    clean[start..end].fill(b' ');
                    clean[start..start + 2].fill(b'"');
                    at = end - 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_numbers_however_they_are_written() {
        let id =
            |text: &str| serde_json::from_str::<CocoId>(text).map_err(|error| error.to_string());
        for text in ["7", "\"7\"", "7.0"] {
            assert_eq!(id(text).unwrap(), CocoId::Number(7), "{text}");
        }
        assert_eq!(id("-3").unwrap(), CocoId::Number(-3));
        assert_eq!(id("\"a7\"").unwrap(), CocoId::Text("a7".into()));
        assert_eq!(id("18446744073709551615").unwrap().to_string(), "`18446744073709551615`");
        for text in ["7.5", "null", "[7]", "true"] {
            assert!(id(text).unwrap_err().contains("an id: a whole number or a text"), "{text}");
        }
    }

    #[test]
    fn a_crowd_is_what_is_true_and_an_area_what_is_a_number() {
        let read = |iscrowd: &str, area: &str| {
            let text = format!(
                r#"{{"id": 1, "image_id": 1, "category_id": 1, "iscrowd": {iscrowd}, "area": {area}}}"#
            );
            let annotation: RawAnnotation<'_> = serde_json::from_str(&text).unwrap();
            (annotation.iscrowd, annotation.area)
        };
        assert_eq!(read("1", "2.5"), (true, Some(2.5)));
        assert_eq!(read("true", "\"2.5\""), (true, Some(2.5)));
        assert_eq!(read("null", "null"), (false, None));
        assert_eq!(read("false", "\"\""), (false, None));
        assert_eq!(read("\"0\"", "[1]"), (false, None));
    }

    #[test]
    fn numbers_that_are_none_are_taken_out_of_values_and_not_of_texts() {
        let text = br#"{"a": NaN, "b\"NaN": "NaN -Infinity", "c": [-Infinity, Infinity, 1]}"#;
        let clean = without_nan(text).unwrap();
        assert_eq!(clean.len(), text.len());
        let value: serde_json::Value = serde_json::from_slice(&clean).unwrap();
        let expected = serde_json::json!({"a": "", "b\"NaN": "NaN -Infinity", "c": ["", "", 1]});
        assert_eq!(value, expected);
        assert_eq!(without_nan(br#"{"a": "NaN"}"#), None);
    }
}
