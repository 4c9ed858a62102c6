//! The value that a cell has on an axis.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// Values by the full name of their axis; one that does not apply to the cell is left out.
pub type Settings = BTreeMap<String, Setting>;

/// The value of a cell on one axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Setting {
    Flag(bool),
    Number(f64),
    Text(String),
}

impl Setting {
    /// The value of a numeric axis.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Flag(_) | Self::Text(_) => None,
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => flag.fmt(formatter),
            Self::Number(number) => number.fmt(formatter),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

/// Names to show: the last part of each, or the whole where two have the same.
pub fn short_names(axes: &[String]) -> Vec<&str> {
    let mut names = Vec::with_capacity(axes.len());
    for axis in axes {
        let short = last_part(axis);
        let alike = axes.iter().filter(|other| last_part(other) == short).count();
        names.push(if alike == 1 { short } else { axis });
    }
    names
}

fn last_part(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_where_they_stay_apart() {
        let axes = ["saliency.lambda", "augmentation.flip", "inference.flip", "seed"];
        let axes = axes.map(str::to_owned);
        assert_eq!(short_names(&axes), ["lambda", "augmentation.flip", "inference.flip", "seed"]);
    }

    #[test]
    fn numbers_are_shown_as_they_are_written() {
        let shown = [Setting::Number(0.1), Setting::Number(800.0), Setting::Flag(true)];
        assert_eq!(shown.map(|setting| setting.to_string()), ["0.1", "800", "true"]);
    }
}
