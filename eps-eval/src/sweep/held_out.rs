//! A threshold that is chosen on other images than those it is scored on.

use super::{LabelledPoint, SweepCurve, curve::decimal};
use crate::{ThresholdChoice, TotalCounts};

/// The score of parameters that were each chosen without the images they are applied to.
///
/// For each fold the first parameter with the highest mean IoU on all other folds is taken; the
/// counts that it gives on the fold are added up, and the means are those of the sum. `None` with
/// fewer than two folds, or if the other folds of one have no pixel.
pub fn held_out(folds: &[SweepCurve]) -> Option<LabelledPoint> {
    let mut parameters = Vec::with_capacity(folds.len());
    let mut counts: Option<TotalCounts> = None;
    for (index, fold) in folds.iter().enumerate() {
        // The other folds are added anew for each: k² sums of some 500 KB, 1,000 parameters of 21 classes.
        let chosen = others(folds, index)?.best_index()?;
        parameters.push(decimal(fold.parameters()[chosen]));
        let of_fold = &fold.counts()[chosen];
        counts = Some(counts.map_or_else(|| of_fold.clone(), |sum| sum.merge(of_fold)));
    }
    LabelledPoint::new(ThresholdChoice::HeldOut, parameters, &counts?)
}

/// All folds but one; `None` if there is no other.
fn others(folds: &[SweepCurve], index: usize) -> Option<SweepCurve> {
    let others = folds.iter().enumerate().filter(|&(other, _)| other != index);
    others.map(|(_, fold)| fold.clone()).reduce(|sum, fold| sum.merge(&fold))
}
