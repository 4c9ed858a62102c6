//! Files of predictions against the ground truth of a split: that they are there, and fit.

use crate::EvalError;
use eps_data::{ClassId, DataError, IGNORE, Item, LabelMap, ScoreMap, none_missing};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Merges two results; the error of the left one comes first, so that threads do not choose.
pub(crate) fn merged<T>(
    left: Result<T, EvalError>,
    right: Result<T, EvalError>,
    merge: fn(T, &T) -> T,
) -> Result<T, EvalError> {
    Ok(merge(left?, &right?))
}

/// Mask and prediction of each item, all of which exist.
pub(crate) fn pairs(
    items: &[Item],
    folder: &Path,
    extension: &str,
    kind: &'static str,
) -> Result<Vec<(PathBuf, PathBuf)>, EvalError> {
    let masks: Vec<_> = items.iter().map(|item| item.mask.clone().ok_or(&item.image)).collect();
    let unknown =
        |mask: &Result<PathBuf, &PathBuf>| mask.as_ref().err().map(|image| (*image).clone());
    none_missing(masks.iter().filter_map(unknown), "mask")?;
    let masks: Vec<PathBuf> = masks.into_iter().flatten().collect();
    none_missing(absent(&masks), "mask")?;
    let file = |item| prediction(item, folder, extension);
    let predictions: Vec<PathBuf> = items.iter().map(file).collect();
    none_missing(absent(&predictions), kind)?;
    Ok(masks.into_iter().zip(predictions).collect())
}

/// Everything that keeps images from being counted, in the order of the list: missing files, and what
/// `check` finds in the mask and the prediction of an item.
pub(crate) fn faults(
    items: &[Item],
    folder: &Path,
    (extension, kind): (&str, &'static str),
    check: impl Fn(&Item, &Path, &Path) -> Result<(), EvalError> + Sync,
) -> Vec<EvalError> {
    let of_item = |item: &Item| {
        let mask = item.mask.as_ref().unwrap_or(&item.image);
        let prediction = prediction(item, folder, extension);
        let missing = |path: &Path, kind, is_there: bool| {
            let error = || DataError::Missing { path: path.into(), kind, more: 0 }.into();
            (!is_there).then(error)
        };
        let own = missing(mask, "mask", item.mask.is_some() && mask.is_file());
        let other = missing(&prediction, kind, prediction.is_file());
        match (own, other) {
            (None, None) => Vec::from_iter(check(item, mask, &prediction).err()),
            (own, other) => own.into_iter().chain(other).collect(),
        }
    };
    items.par_iter().flat_map_iter(of_item).collect()
}

/// The file of an item in a folder of predictions.
fn prediction(item: &Item, folder: &Path, extension: &str) -> PathBuf {
    folder.join(format!("{}.{extension}", item.id))
}

fn absent(paths: &[PathBuf]) -> impl Iterator<Item = &PathBuf> {
    paths.iter().filter(|path| !path.is_file())
}

pub(crate) fn check_prediction(
    truth: &LabelMap,
    predicted: &LabelMap,
    path: &Path,
    classes: usize,
) -> Result<(), EvalError> {
    if truth.size() != predicted.size() {
        let (found, expected) = (predicted.size(), truth.size());
        return Err(DataError::SizeMismatch {
            path: path.into(),
            kind: "prediction",
            found,
            expected,
        }
        .into());
    }
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

pub(crate) fn check_scores(
    truth: &LabelMap,
    scores: &ScoreMap,
    path: &Path,
    classes: usize,
) -> Result<(), EvalError> {
    if truth.size() != scores.size() {
        let (found, expected) = (scores.size(), truth.size());
        return Err(DataError::SizeMismatch {
            path: path.into(),
            kind: "class map",
            found,
            expected,
        }
        .into());
    }
    match scores.classes().iter().find(|&&class| usize::from(class) >= classes) {
        Some(&class) => Err(predicted_class(path, class, classes)),
        None => Ok(()),
    }
}

fn predicted_class(path: &Path, class: ClassId, classes: usize) -> EvalError {
    EvalError::PredictedClass {
        path: path.into(),
        class,
        last: classes.saturating_sub(1).min(254) as ClassId,
    }
}
