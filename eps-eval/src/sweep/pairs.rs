//! Masks with their class maps, wherever they come from, in one pass.

use super::{Sweep, SweepCurve, SweepPlan, Swept, SweptRule};
use crate::{EvalError, fold::Fold, ranking::ScoreHistogram};
use eps_data::{LabelMap, Observer, ScoreMap, sha256};

/// Counts images at every threshold of a plan, each a step of the observer.
///
/// `pair` gives the mask and the class maps of an image, of one size and with classes of the plan.
pub(super) fn sweep_pairs<T: Sync>(
    images: &[T],
    id: impl Fn(&T) -> &str,
    pair: impl Fn(&T) -> Result<(LabelMap, ScoreMap), EvalError> + Sync + Send,
    plan: &SweepPlan,
    observer: &dyn Observer,
) -> Result<Swept, EvalError> {
    let mut whole = Counts::new(plan);
    let mut folds: Vec<Vec<SweepCurve>> = vec![Vec::new(); plan.rules.len()];
    // One fold after another, each on all threads: its counts take megabytes for every share.
    for fold in folds_of(images.iter().map(id), plan.folds) {
        let images: Vec<&T> = fold.into_iter().map(|index| &images[index]).collect();
        let counts = Fold::over(&images, observer).in_large_shares().sum(
            || Counts::new(plan),
            |counts, image| pair(image).map(|(truth, scores)| counts.add(&truth, &scores)),
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

/// Indices of the images of each fold, ascending.
pub(super) fn folds_of<'a>(ids: impl Iterator<Item = &'a str>, folds: usize) -> Vec<Vec<usize>> {
    // Hashes know neither how the list is sorted nor that neighbours in it may show one scene.
    let mut order: Vec<(String, usize)> =
        ids.enumerate().map(|(index, id)| (sha256(id), index)).collect();
    order.sort();
    let folds = folds.clamp(1, order.len().max(1));
    let mut members = vec![Vec::new(); folds];
    // Dealt like cards, so that folds differ by one image at most.
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
        let levels = plan.levels.as_ref();
        Self {
            sweep: Sweep::new(plan.classes, plan.cuts()),
            histogram: levels.map(|levels| ScoreHistogram::new(plan.classes, levels.clone())),
        }
    }

    fn add(&mut self, truth: &LabelMap, scores: &ScoreMap) {
        self.sweep.add(truth, scores);
        if let Some(histogram) = &mut self.histogram {
            histogram.add(truth, scores);
        }
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

    #[test]
    fn folds_hold_each_image_once_and_do_not_depend_on_the_order_of_the_list() {
        let ids: Vec<String> = (0..23).map(|index| format!("2007_{index:06}")).collect();
        let forward: Vec<&str> = ids.iter().map(String::as_str).collect();
        let backward: Vec<&str> = forward.iter().rev().copied().collect();
        let named = |ids: &[&str]| -> Vec<Vec<String>> {
            let names = |fold: Vec<usize>| {
                let mut names: Vec<String> =
                    fold.into_iter().map(|index| ids[index].to_owned()).collect();
                names.sort();
                names
            };
            folds_of(ids.iter().copied(), 5).into_iter().map(names).collect()
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
        assert_eq!(folds_of(["a", "b"].into_iter(), 5).len(), 2);
        assert_eq!(folds_of([].into_iter(), 5), [Vec::<usize>::new()]);
    }
}
