//! What is left of a sweep when only the ratios of each class are wanted.
//!
//! From the highest cut to the lowest, pixels leave the background for their best class, so the
//! counts at one cut are those at the cut above and what lies between. `C` classes and `n` cuts
//! take `C² n` steps in all, where a matrix for each cut would take `C² n²`.

use super::{BackgroundRule, Sweep};
use crate::{ClassCounts, TotalCounts};
use eps_data::BACKGROUND;
use serde::{Deserialize, Serialize};

/// Means at one parameter of a background rule.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepPoint {
    /// The constant that a score must exceed, in `0..=1`, or the power.
    pub parameter: f64,
    /// Over the classes that occur in truth or prediction.
    pub mean_iou: f64,
    /// Over the classes that were predicted somewhere.
    pub mean_precision: Option<f64>,
    /// Over the classes that occur in the truth.
    pub mean_recall: Option<f64>,
}

/// Counts of each class at each parameter of one background rule.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepCurve {
    rule: BackgroundRule,
    parameters: Vec<f32>,
    /// `[parameter]`
    counts: Vec<TotalCounts>,
}

impl SweepCurve {
    pub(super) fn new(sweep: &Sweep, rule: BackgroundRule, parameters: &[f32]) -> Self {
        let by_cut = counts_by_cut(sweep);
        let counts = parameters.iter().map(|&parameter| {
            let cut = sweep.cuts().position(rule.cut(parameter));
            by_cut[cut.expect("the parameter was swept")].clone()
        });
        Self { rule, parameters: parameters.to_vec(), counts: counts.collect() }
    }

    /// The curve of what was counted at each parameter.
    pub(super) fn of_counts(
        rule: BackgroundRule,
        parameters: Vec<f32>,
        counts: Vec<TotalCounts>,
    ) -> Self {
        Self { rule, parameters, counts }
    }

    /// Adds the pixels that `other` counted.
    ///
    /// # Panics
    ///
    /// If the curves differ in rule, parameters or classes.
    pub fn merge(mut self, other: &Self) -> Self {
        assert_eq!(self.rule, other.rule, "both curves must have the same rule");
        assert_eq!(self.parameters, other.parameters, "both curves must have the same parameters");
        let pairs = self.counts.into_iter().zip(&other.counts);
        self.counts = pairs.map(|(counts, other)| counts.merge(other)).collect();
        self
    }

    pub fn rule(&self) -> BackgroundRule {
        self.rule
    }

    /// Parameters in the order in which they were given.
    pub fn parameters(&self) -> &[f32] {
        &self.parameters
    }

    /// Counts of each class at each parameter, in their order.
    pub fn counts(&self) -> &[TotalCounts] {
        &self.counts
    }

    /// The counts at `parameter`; `None` if it is not one of the parameters.
    pub fn counts_at(&self, parameter: f32) -> Option<&TotalCounts> {
        let index = self.parameters.iter().position(|&swept| swept == parameter)?;
        self.counts.get(index)
    }

    /// Means at every parameter; empty if no pixel was counted.
    pub fn points(&self) -> Vec<SweepPoint> {
        let points = self.parameters.iter().zip(&self.counts).filter_map(|(&parameter, counts)| {
            Some(SweepPoint {
                parameter: decimal(parameter),
                mean_iou: counts.mean_iou()?,
                mean_precision: counts.mean_precision(),
                mean_recall: counts.mean_recall(),
            })
        });
        points.collect()
    }

    /// The first point with the highest mean IoU; `None` without pixels.
    pub fn best(&self) -> Option<SweepPoint> {
        best(&self.points())
    }

    /// The index of the parameter of the [`best`](Self::best) point.
    pub(super) fn best_index(&self) -> Option<usize> {
        let best = self.best()?.mean_iou;
        // The same ratio of the same integers, so that floats may be asked for being equal.
        self.counts.iter().position(|counts| counts.mean_iou() == Some(best))
    }
}

/// The first of the points with the highest mean IoU.
pub(crate) fn best(points: &[SweepPoint]) -> Option<SweepPoint> {
    points
        .iter()
        .copied()
        .reduce(|best, point| if point.mean_iou > best.mean_iou { point } else { best })
}

/// The decimal that a parameter was written as: 0.2, where a plain cast gives 0.200000003.
pub fn decimal(parameter: f32) -> f64 {
    // The shortest decimal that reads back as this float is the one that was written, up to six digits.
    parameter.to_string().parse().unwrap_or_else(|_| f64::from(parameter))
}

/// The counts at each cut, ascending: classes emerge from the background downwards.
fn counts_by_cut(sweep: &Sweep) -> Vec<TotalCounts> {
    let mut counts = all_background(sweep);
    let mut by_cut: Vec<TotalCounts> = (0..sweep.cuts().scores().len())
        .rev()
        .map(|cut| {
            // From this cut to the next above it are the scores that have `cut + 1` cuts below them.
            emerge(sweep, &mut counts, cut + 1);
            counts.iter().copied().collect()
        })
        .collect();
    by_cut.reverse();
    by_cut
}

const NOTHING: usize = BACKGROUND as usize;

/// The counts above all cuts.
fn all_background(sweep: &Sweep) -> Vec<ClassCounts> {
    let mut counts = vec![ClassCounts::default(); sweep.classes()];
    for (truth, class) in counts.iter_mut().enumerate() {
        let rows = (0..sweep.classes()).map(|best| sweep.row(truth, best));
        class.truth = rows.map(|row| row.iter().sum::<u64>()).sum();
    }
    counts[NOTHING].intersection = counts[NOTHING].truth;
    counts[NOTHING].predicted = counts.iter().map(|class| class.truth).sum();
    counts
}

/// Gives the pixels with `below` cuts below their score their best class.
fn emerge(sweep: &Sweep, counts: &mut [ClassCounts], below: usize) {
    // A pixel of an image without maps has background as its best class, and stays.
    for best in (0..sweep.classes()).filter(|&best| best != NOTHING) {
        let pixels = |truth| sweep.row(truth, best)[below];
        let all: u64 = (0..sweep.classes()).map(pixels).sum();
        counts[best].predicted += all;
        counts[NOTHING].predicted -= all;
        counts[best].intersection += pixels(best);
        counts[NOTHING].intersection -= pixels(NOTHING);
    }
}
