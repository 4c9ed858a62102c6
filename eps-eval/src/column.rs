//! One score of a metric, as tables show it.

use serde::Serialize;

/// A score over all classes and of each class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    pub name: String,
    pub unit: Unit,
    /// Over all classes; absent where it does not exist.
    pub mean: Option<f64>,
    /// By class, background first; empty for a score that is not one of classes.
    pub classes: Vec<Option<f64>>,
    #[serde(skip)]
    pub place: Place,
}

/// What a score is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// In `0..=1`; tables show percent.
    Fraction,
    Pixels,
}

/// Where a score is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In every table of a comparison: JSON, CSV, Markdown, terminal.
    Tables,
    /// In a terminal below a heading, with a title or none; files have it in another form.
    Terminal { heading: &'static str, title: &'static str },
}

impl Column {
    /// A fraction in `0..=1` that every table shows.
    pub fn fraction(name: &str, mean: Option<f64>, classes: Vec<Option<f64>>) -> Self {
        let (name, unit) = (name.to_owned(), Unit::Fraction);
        Self { name, unit, mean, classes, place: Place::Tables }
    }

    /// A length in pixels that every table shows.
    pub fn pixels(name: &str, mean: Option<f64>, classes: Vec<Option<f64>>) -> Self {
        Self { unit: Unit::Pixels, ..Self::fraction(name, mean, classes) }
    }

    /// The score in a terminal alone, below a heading that it may share with others.
    pub(crate) fn in_terminal(self, heading: &'static str, title: &'static str) -> Self {
        Self { place: Place::Terminal { heading, title }, ..self }
    }

    /// Whether every table shows the score.
    pub fn is_in_tables(&self) -> bool {
        self.place == Place::Tables
    }
}
