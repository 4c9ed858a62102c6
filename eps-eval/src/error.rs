//! Why an evaluation cannot be done or shown.

use eps_data::{ClassId, DataError};
use std::path::PathBuf;

/// Why something cannot be counted, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    #[error(transparent)]
    Data(#[from] DataError),

    #[error("{}: predicted class {class}, expected 0..={last}", path.display())]
    PredictedClass { path: PathBuf, class: ClassId, last: ClassId },

    /// A script that numbers the cells of its matrix through has none for these labels.
    #[error(
        "{}: prediction {predicted} at truth {truth} is cell {}, expected below {}",
        path.display(), classes * usize::from(*truth) + usize::from(*predicted), classes * classes
    )]
    NoCell { path: PathBuf, truth: ClassId, predicted: ClassId, classes: usize },

    #[error("{}: not the counts of an evaluation", path.display())]
    Counts { path: PathBuf, source: serde_json::Error },

    #[error("no counts to merge")]
    NoParts,

    #[error(
        "list `{list}`: {found} of {expected} images counted, expected the counts of every part: image {first} is in none"
    )]
    MissingParts { list: String, found: usize, expected: usize, first: usize },

    #[error("{}: not the scores of an evaluation", path.display())]
    Scores { path: PathBuf, source: serde_json::Error },

    #[error("{second}: other classes than {first}, expected the same")]
    DifferentClasses { first: String, second: String },

    #[cfg(feature = "report")]
    #[error("scores do not make a table")]
    Table { source: Box<dyn std::error::Error + Send + Sync> },

    #[cfg(feature = "report")]
    #[error("chart: {found}")]
    Chart { found: String },

    #[cfg(feature = "report")]
    #[error("picture cannot be encoded")]
    Picture(#[from] image::ImageError),
}

#[cfg(feature = "report")]
impl EvalError {
    /// A chart that could not be drawn.
    pub(crate) fn chart(found: impl std::fmt::Display) -> Self {
        Self::Chart { found: found.to_string() }
    }
}
