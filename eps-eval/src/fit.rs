//! That a prediction fits the ground truth of its image: size and classes.

use crate::EvalError;
use eps_data::{ClassId, DataError, IGNORE, LabelMap, ScoreMap, Size};
use std::path::Path;

/// A mask whose classes are known to exist must have the size of the truth, and a class for each pixel.
fn check_prediction(
    truth: &LabelMap,
    predicted: &LabelMap,
    path: &Path,
    classes: usize,
) -> Result<(), EvalError> {
    check_size(truth.size(), predicted.size(), path, "prediction")?;
    match predicted.classes().contains(&IGNORE) {
        true => Err(predicted_class(path, IGNORE, classes)),
        false => Ok(()),
    }
}

/// As [`check_prediction`], for a mask that is not checked against its classes yet.
pub(crate) fn check_mask(
    truth: &LabelMap,
    mask: &LabelMap,
    path: &Path,
    classes: usize,
) -> Result<(), EvalError> {
    check_prediction(truth, mask, path, classes)?;
    match mask.classes().iter().find(|&&class| usize::from(class) >= classes) {
        Some(&class) => Err(predicted_class(path, class, classes)),
        None => Ok(()),
    }
}

/// Class maps must have the size of the truth, and classes that exist.
pub(crate) fn check_scores(
    truth: &LabelMap,
    scores: &ScoreMap,
    path: &Path,
    classes: usize,
) -> Result<(), EvalError> {
    check_size(truth.size(), scores.size(), path, "class map")?;
    match scores.classes().iter().find(|&&class| usize::from(class) >= classes) {
        Some(&class) => Err(predicted_class(path, class, classes)),
        None => Ok(()),
    }
}

/// A map must have the size of the truth.
pub(crate) fn check_size(
    expected: Size,
    found: Size,
    path: &Path,
    kind: &'static str,
) -> Result<(), DataError> {
    match found == expected {
        true => Ok(()),
        false => Err(DataError::SizeMismatch { path: path.into(), kind, found, expected }),
    }
}

fn predicted_class(path: &Path, class: ClassId, classes: usize) -> EvalError {
    EvalError::PredictedClass {
        path: path.into(),
        class,
        last: classes.saturating_sub(1).min(254) as ClassId,
    }
}
