//! Masks that are made at every parameter of a background, against the ground truth of a split.

use super::pairs::folds_of;
use super::{SweepCurve, SweepPlan, SweptRule};
use crate::files::{ImageFiles, Prediction};
use crate::{ConfusionMatrix, EvalError, TotalCounts, fit::check_mask, fold::Fold};
use eps_data::{Item, LabelMap, Observer, codec};
use std::path::Path;

/// Makes the masks of an item and its class map, one for each parameter.
pub type MakeMasks<'a, E> = dyn Fn(&Item, &Path) -> Result<Vec<LabelMap>, E> + Sync + 'a;

/// Counts the masks that `masks` makes of an item and its class map `<id>.npz`, one for each parameter
/// of each rule of the plan, in their order; each is a step of the observer.
///
/// For masks that do not follow from one count of scores, such as refined ones. Folds are those of
/// [`sweep_folder`](super::sweep_folder).
///
/// # Errors
///
/// If a mask or a class map is missing, which is found before anything is made; if a truth cannot be
/// read, or differs from a mask in size; if a mask has a class outside `0..classes`; those of `masks`.
///
/// # Panics
///
/// If `masks` does not make one for each parameter.
pub fn sweep_masks<E: From<EvalError> + Send>(
    items: &[Item],
    cams: &Path,
    plan: &SweepPlan,
    masks: &MakeMasks<'_, E>,
    observer: &dyn Observer,
) -> Result<Vec<SweptRule>, E> {
    let files = Prediction::ClassMap.complete_files(items, cams).map_err(EvalError::from)?;
    let parameters: usize = plan.rules.iter().map(|(_, parameters)| parameters.len()).sum();
    let mut folds = Vec::new();
    for fold in folds_of(items.iter().map(|item| item.id.as_str()), plan.folds) {
        let images: Vec<&ImageFiles<'_>> = fold.into_iter().map(|index| &files[index]).collect();
        let counts = Fold::over(&images, observer).sum(
            || vec![ConfusionMatrix::new(plan.classes); parameters],
            |counts, image| {
                let masks = masks(image.item, &image.prediction)?;
                Ok::<_, E>(add_masks(counts, &masks, image)?)
            },
            merge,
        )?;
        folds.push(curves(plan, &counts));
    }
    let rules = (0..plan.rules.len()).map(|index| {
        let folds: Vec<SweepCurve> = folds.iter().map(|curves| curves[index].clone()).collect();
        let whole = folds.iter().cloned().reduce(|sum, fold| sum.merge(&fold));
        SweptRule { whole: whole.expect("there is a fold, if only of no image"), folds }
    });
    Ok(rules.collect())
}

/// Counts the mask that was made at each parameter.
fn add_masks(
    counts: &mut [ConfusionMatrix],
    masks: &[LabelMap],
    image: &ImageFiles<'_>,
) -> Result<(), EvalError> {
    assert_eq!(counts.len(), masks.len(), "one mask for each parameter");
    let classes = counts.first().map_or(0, ConfusionMatrix::classes);
    let truth = codec::read_mask(image.mask()?, classes)?;
    for (counts, mask) in counts.iter_mut().zip(masks) {
        check_mask(&truth, mask, &image.prediction, classes)?;
        counts.add(&truth, mask);
    }
    Ok(())
}

fn merge(mut counts: Vec<ConfusionMatrix>, next: Vec<ConfusionMatrix>) -> Vec<ConfusionMatrix> {
    counts.iter_mut().zip(&next).for_each(|(counts, next)| counts.add_matrix(next));
    counts
}

/// The counts of each rule.
fn curves(plan: &SweepPlan, counts: &[ConfusionMatrix]) -> Vec<SweepCurve> {
    // All rules draw from one iterator, each as many counts as it has parameters.
    let mut counts = counts.iter().map(TotalCounts::from);
    let rules = plan.rules.iter();
    rules
        .map(|(rule, parameters)| {
            let at_parameters = counts.by_ref().take(parameters.len()).collect();
            SweepCurve::of_counts(*rule, parameters.clone(), at_parameters)
        })
        .collect()
}
