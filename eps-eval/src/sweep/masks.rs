//! Masks that are made at every parameter of a background, against the ground truth of a split.

use super::folder::{EXTENSION, KIND, folds_of};
use super::{SweepCurve, SweepPlan, SweptRule};
use crate::{ConfusionMatrix, EvalError, TotalCounts, score};
use eps_data::{Item, LabelMap, codec};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Makes the masks of an item and its class map, one for each parameter.
pub type MakeMasks<'a, E> = dyn Fn(&Item, &Path) -> Result<Vec<LabelMap>, E> + Sync + 'a;

/// Counts the masks that `masks` makes of an item and its class map `<id>.npz`, one for each parameter
/// of each rule of the plan, in their order; `counted` is called after each image.
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
    counted: &(dyn Fn() + Sync),
) -> Result<Vec<SweptRule>, E> {
    let pairs = score::pairs(items, cams, EXTENSION, KIND)?;
    let parameters: usize = plan.rules.iter().map(|(_, parameters)| parameters.len()).sum();
    let empty = || vec![ConfusionMatrix::new(plan.classes); parameters];
    let add = |counts: &mut Matrices, index: usize| -> Result<(), E> {
        let (item, files) = (&items[index], &pairs[index]);
        add_masks(counts, &masks(item, &files.1)?, files)?;
        counted();
        Ok(())
    };
    let mut folds = Vec::new();
    for fold in folds_of(items, plan.folds) {
        folds.push(curves(plan, &count_fold(&fold, empty, add)?));
    }
    let rule = |index: usize| {
        let folds: Vec<SweepCurve> = folds.iter().map(|curves| curves[index].clone()).collect();
        let whole = folds.iter().cloned().reduce(|sum, fold| sum.merge(&fold));
        SweptRule { whole: whole.expect("there is a fold, if only of no image"), folds }
    };
    Ok((0..plan.rules.len()).map(rule).collect())
}

/// One for each parameter.
type Matrices = Vec<ConfusionMatrix>;

/// Adds up the images of a fold. Of several that cannot be counted the first is told, whatever the
/// threads; those after it are left.
fn count_fold<E: Send>(
    fold: &[usize],
    empty: impl Fn() -> Matrices + Sync,
    add: impl Fn(&mut Matrices, usize) -> Result<(), E> + Sync,
) -> Result<Matrices, E> {
    let first_failed = AtomicUsize::new(usize::MAX);
    let step = |counts: Result<Matrices, E>, (place, &index): (usize, &usize)| {
        let mut counts = counts?;
        if place < first_failed.load(Ordering::Relaxed) {
            add(&mut counts, index).inspect_err(|_| {
                first_failed.fetch_min(place, Ordering::Relaxed);
            })?;
        }
        Ok(counts)
    };
    fold.par_iter()
        .enumerate()
        .fold(|| Ok(empty()), step)
        .reduce(|| Ok(empty()), |left, right| Ok(merge(left?, &right?)))
}

fn add_masks(
    counts: &mut [ConfusionMatrix],
    masks: &[LabelMap],
    (mask, cam): &(PathBuf, PathBuf),
) -> Result<(), EvalError> {
    assert_eq!(counts.len(), masks.len(), "one mask for each parameter");
    let classes = counts.first().map_or(0, ConfusionMatrix::classes);
    let truth = codec::read_mask(mask, classes)?;
    for (counts, mask) in counts.iter_mut().zip(masks) {
        score::check_mask(&truth, mask, cam, classes)?;
        counts.add(&truth, mask);
    }
    Ok(())
}

fn merge(own: Matrices, theirs: &[ConfusionMatrix]) -> Matrices {
    own.into_iter().zip(theirs).map(|(own, theirs)| own.merge(theirs)).collect()
}

/// The counts of each rule.
fn curves(plan: &SweepPlan, counts: &[ConfusionMatrix]) -> Vec<SweepCurve> {
    let mut counts = counts.iter().map(TotalCounts::from);
    let rules = plan.rules.iter();
    rules
        .map(|(rule, parameters)| {
            let own = counts.by_ref().take(parameters.len()).collect();
            SweepCurve::of_counts(*rule, parameters.clone(), own)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_first_image_that_fails_is_told_whatever_the_threads() {
        let fold: Vec<usize> = (0..200).map(|place| 1000 + place).collect();
        let add = |_: &mut Matrices, index: usize| {
            // Later images fail sooner.
            std::thread::sleep(Duration::from_micros(2 * (1200 - index as u64)));
            if index >= 1060 { Err(index) } else { Ok(()) }
        };
        for threads in [1, 2, 7] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            assert_eq!(pool.install(|| count_fold(&fold, Vec::new, add)), Err(1060));
        }
    }
}
