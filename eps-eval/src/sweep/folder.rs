//! A folder of class maps against the ground truth of a split.

use super::{BackgroundRule, Cuts, Sweep, SweepCurve, pairs::sweep_pairs};
use crate::files::{ImageFiles, Prediction};
use crate::{EvalError, fit::check_scores, ranking::ScoreHistogram};
use eps_data::{Item, LabelMap, Observer, ScoreMap, codec};
use std::path::Path;

/// What is swept, and into how many parts the images fall for a held-out choice.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepPlan {
    /// Number of classes with background.
    pub classes: usize,
    /// Rules with their parameters, ascending.
    pub rules: Vec<(BackgroundRule, Vec<f32>)>,
    /// At least 1; no more than there are images are made.
    pub folds: usize,
    /// Levels of a histogram of every class map, for precision and recall; none is made without.
    pub levels: Option<Cuts>,
}

impl SweepPlan {
    /// A constant background at 0, 0.001, … 0.999, without folds.
    pub fn constant(classes: usize) -> Self {
        let rule = BackgroundRule::Constant;
        Self { classes, rules: vec![(rule, rule.default_parameters())], folds: 1, levels: None }
    }

    /// Both rules at the parameters that are asked for, or at the default ones, and last of all a threshold that
    /// was fixed beforehand: it is not among those of which the best is chosen, unless it was asked for there.
    pub fn with_fixed(
        classes: usize,
        thresholds: Vec<f32>,
        powers: Vec<f32>,
        fixed: f32,
        folds: usize,
    ) -> Self {
        let both = [(BackgroundRule::Constant, thresholds), (BackgroundRule::Power, powers)];
        let both = both.map(|(rule, asked)| (rule, rule.parameters(asked)));
        let fixed = (BackgroundRule::Constant, vec![fixed]);
        Self { classes, rules: both.into_iter().chain([fixed]).collect(), folds, levels: None }
    }

    pub(super) fn cuts(&self) -> Cuts {
        Cuts::new(
            self.rules.iter().flat_map(|(rule, parameters)| {
                parameters.iter().map(|&parameter| rule.cut(parameter))
            }),
        )
    }
}

/// A folder of class maps at every threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Swept {
    /// Of all images.
    pub sweep: Sweep,
    /// In the order of the plan.
    pub rules: Vec<SweptRule>,
    /// Scores of every class map; absent if the plan has no levels.
    pub histogram: Option<ScoreHistogram>,
}

/// The counts under one background rule.
#[derive(Clone, Debug, PartialEq)]
pub struct SweptRule {
    /// Of all images.
    pub whole: SweepCurve,
    /// Of each part of the images.
    pub folds: Vec<SweepCurve>,
}

/// Counts the class maps `<id>.npz` of a folder at every threshold of the plan, in one pass;
/// each is a step of the observer.
///
/// Images fall into folds by the order of the hashes of their ids: folds are of equal size up to
/// one image, neighbours of the list are apart, and the order of the list does not matter.
///
/// # Errors
///
/// If a file is missing, which is found before anything is read; if it cannot be read; if a class
/// map differs in size from its truth, or has a class outside `0..classes`. Of several such images
/// of a fold the first in the list is named.
pub fn sweep_folder(
    items: &[Item],
    cams: &Path,
    plan: &SweepPlan,
    observer: &dyn Observer,
) -> Result<Swept, EvalError> {
    let files = Prediction::ClassMap.complete_files(items, cams)?;
    sweep_pairs(
        &files,
        |image| &image.item.id,
        |image| read_pair(image, plan.classes),
        plan,
        observer,
    )
}

/// Everything that keeps [`sweep_folder`] from counting, in the order of the list.
pub fn sweep_faults(items: &[Item], cams: &Path, classes: usize) -> Vec<EvalError> {
    Prediction::ClassMap.faults(items, cams, |image| read_pair(image, classes).map(drop))
}

/// The mask and the class map of an image, which fit.
pub(super) fn read_pair(
    image: &ImageFiles<'_>,
    classes: usize,
) -> Result<(LabelMap, ScoreMap), EvalError> {
    let truth = codec::read_mask(image.mask()?, classes)?;
    let scores = codec::read_class_map(&image.prediction)?;
    check_scores(&truth, &scores, &image.prediction, classes)?;
    Ok((truth, scores))
}
