//! Why an evaluation cannot be done or shown.

use eps_data::{ClassId, DataError};
use std::{error::Error, path::PathBuf};

/// Why something cannot be counted, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    #[error(transparent)]
    Data(#[from] DataError),

    #[error("{}: predicted class {class}, expected 0..={last}", path.display())]
    PredictedClass { path: PathBuf, class: ClassId, last: ClassId },

    #[error("{}: not the scores of an evaluation", path.display())]
    Scores { path: PathBuf, source: serde_json::Error },

    #[error("{second}: other classes than {first}, expected the same")]
    DifferentClasses { first: String, second: String },

    #[error("scores do not make a table")]
    Table { source: Box<dyn Error + Send + Sync> },

    #[error("chart: {found}")]
    Chart { found: String },

    #[error("picture cannot be encoded")]
    Picture(#[from] image::ImageError),
}
