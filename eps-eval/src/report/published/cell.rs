//! One number of a published table.

use serde::{Serialize, Serializer};
use std::fmt;

/// How sure it is that a number was published so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sureness {
    /// Read in what the authors publish themselves.
    Official,
    /// Read in somebody else's publication.
    Secondary,
    /// Recalled, not read; the text says how confidently. Never a target.
    Unverified(&'static str),
    /// The table is there, its number was not found.
    Unknown,
}

impl Sureness {
    /// Whether a reproduction can be held to the number.
    pub fn is_target(self) -> bool {
        matches!(self, Self::Official | Self::Secondary)
    }

    fn parse(text: &'static str) -> Self {
        match text {
            "official" => Self::Official,
            "secondary" => Self::Secondary,
            "unknown" => Self::Unknown,
            other => match other.strip_prefix("unverified (").and_then(|end| end.strip_suffix(')'))
            {
                Some(confidence) => Self::Unverified(confidence),
                None => panic!("published: `{other}` says no sureness"),
            },
        }
    }
}

impl fmt::Display for Sureness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Official => formatter.write_str("official"),
            Self::Secondary => formatter.write_str("secondary"),
            Self::Unverified(confidence) => write!(formatter, "unverified ({confidence})"),
            Self::Unknown => formatter.write_str("unknown"),
        }
    }
}

impl Serialize for Sureness {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A number as it was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PublishedCell {
    pub row: &'static str,
    pub column: &'static str,
    /// With the digits that were published; IoU in percent, ratios as they are.
    pub value: Option<&'static str>,
    pub sure: Sureness,
    pub source: &'static str,
}

/// The cells of a file of published numbers.
///
/// # Panics
///
/// If the file, which is part of the program, is not such a table.
pub(super) fn cells(file: &'static str) -> Vec<PublishedCell> {
    let mut lines = file.lines();
    assert_eq!(lines.next(), Some("row,column,value,sure,source"), "published: header");
    let cells = lines.map(|line| {
        let [row, column, value, sure, source] = fields(line)[..] else {
            panic!("published: `{line}` has not five fields")
        };
        let value = Some(value).filter(|value| !value.is_empty());
        PublishedCell { row, column, value, sure: Sureness::parse(sure), source }
    });
    cells.collect()
}

/// Fields of a line of comma-separated text; a quoted field has no quotes inside.
pub(super) fn fields(line: &'static str) -> Vec<&'static str> {
    // No reader of CSV: what it returned would be copies, where these are parts of the program.
    let mut fields = Vec::new();
    let mut rest = Some(line);
    while let Some(text) = rest {
        let (field, after) = match text.strip_prefix('"').and_then(|text| text.split_once('"')) {
            Some((field, after)) => (field, after.strip_prefix(',')),
            None => match text.split_once(',') {
                Some((field, after)) => (field, Some(after)),
                None => (text, None),
            },
        };
        fields.push(field);
        rest = after;
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_field_may_have_commas_and_the_last_may_be_empty() {
        assert_eq!(fields("a,\"b, c\",,d"), ["a", "b, c", "", "d"]);
        assert_eq!(fields("a,"), ["a", ""]);
        assert_eq!(fields("\"a, b\""), ["a, b"]);
    }

    #[test]
    fn only_what_was_read_is_a_target() {
        let sure = ["official", "secondary", "unverified (low)", "unknown"].map(Sureness::parse);
        assert_eq!(sure.map(Sureness::is_target), [true, true, false, false]);
        assert_eq!(sure[2].to_string(), "unverified (low)");
    }
}
