//! A folder of class maps against the ground truth of a split.

use super::{BackgroundRule, Cuts, Sweep, SweepCurve};
use crate::files::{ImageFiles, Prediction};
use crate::{EvalError, fit::check_scores, fold::Fold, ranking::ScoreHistogram};
use eps_data::{Item, LabelMap, Observer, ScoreMap, codec, sha256};
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

    fn cuts(&self) -> Cuts {
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
    let mut whole = Counts::new(plan);
    let mut folds: Vec<Vec<SweepCurve>> = vec![Vec::new(); plan.rules.len()];
    for fold in folds_of(items, plan.folds) {
        let images: Vec<&ImageFiles<'_>> = fold.into_iter().map(|index| &files[index]).collect();
        let counts = Fold::over(&images, observer).in_large_shares().sum(
            || Counts::new(plan),
            |counts, image| counts.add(image),
            |counts, next| counts.merge(&next),
        )?;
        for (folds, (rule, parameters)) in folds.iter_mut().zip(&plan.rules) {
            folds.push(counts.sweep.curve(*rule, parameters));
        }
        whole = whole.merge(&counts);
    }
    let Counts { sweep, histogram } = whole;
    let mut swept = Swept { sweep, rules: Vec::new(), histogram };
    for (folds, (rule, parameters)) in folds.into_iter().zip(&plan.rules) {
        swept.rules.push(SweptRule { whole: swept.sweep.curve(*rule, parameters), folds });
    }
    Ok(swept)
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

/// Indices of the items of each fold, ascending.
pub(super) fn folds_of(items: &[Item], folds: usize) -> Vec<Vec<usize>> {
    let folds = folds.clamp(1, items.len().max(1));
    let mut order: Vec<(String, usize)> =
        items.iter().enumerate().map(|(index, item)| (sha256(&item.id), index)).collect();
    order.sort();
    let mut members = vec![Vec::new(); folds];
    for (rank, (_, index)) in order.into_iter().enumerate() {
        members[rank % folds].push(index);
    }
    members.iter_mut().for_each(|members| members.sort_unstable());
    members
}

/// What is counted in one pass.
struct Counts {
    sweep: Sweep,
    histogram: Option<ScoreHistogram>,
}

impl Counts {
    fn new(plan: &SweepPlan) -> Self {
        let histogram = |levels: &Cuts| ScoreHistogram::new(plan.classes, levels.clone());
        let sweep = Sweep::new(plan.classes, plan.cuts());
        Self { sweep, histogram: plan.levels.as_ref().map(histogram) }
    }

    fn add(&mut self, image: &ImageFiles<'_>) -> Result<(), EvalError> {
        let (truth, scores) = read_pair(image, self.sweep.classes())?;
        self.sweep.add(&truth, &scores);
        if let Some(histogram) = &mut self.histogram {
            histogram.add(&truth, &scores);
        }
        Ok(())
    }

    fn merge(self, other: &Self) -> Self {
        let histogram = self.histogram.zip(other.histogram.as_ref());
        Self {
            sweep: self.sweep.merge(&other.sweep),
            histogram: histogram.map(|(histogram, other)| histogram.merge(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eps_data::ClassSet;
    use std::path::PathBuf;

    fn items(ids: &[&str]) -> Vec<Item> {
        let item = |&id: &&str| Item {
            id: id.into(),
            image: PathBuf::new(),
            saliency: None,
            mask: None,
            classes: ClassSet::default(),
        };
        ids.iter().map(item).collect()
    }

    #[test]
    fn folds_hold_each_image_once_and_do_not_depend_on_the_order_of_the_list() {
        let ids: Vec<String> = (0..23).map(|index| format!("2007_{index:06}")).collect();
        let forward: Vec<&str> = ids.iter().map(String::as_str).collect();
        let backward: Vec<&str> = forward.iter().rev().copied().collect();
        let named = |ids: &[&str]| -> Vec<Vec<String>> {
            let items = items(ids);
            let names = |fold: Vec<usize>| {
                let mut names: Vec<String> =
                    fold.into_iter().map(|index| items[index].id.clone()).collect();
                names.sort();
                names
            };
            folds_of(&items, 5).into_iter().map(names).collect()
        };
        let folds = named(&forward);
        assert_eq!(folds, named(&backward));
        assert_eq!(folds.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5, 5, 4, 4]);
        let mut all: Vec<String> = folds.concat();
        all.sort();
        assert_eq!(all, ids);
    }

    #[test]
    fn there_are_no_more_folds_than_images() {
        assert_eq!(folds_of(&items(&["a", "b"]), 5).len(), 2);
        assert_eq!(folds_of(&items(&[]), 5), [Vec::<usize>::new()]);
    }
}
