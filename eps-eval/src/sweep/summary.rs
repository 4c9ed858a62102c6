//! What a sweep says about a set of class maps, each number labelled with how its threshold was
//! chosen.

use super::{BackgroundRule, SweepCurve, SweepPoint, SweptRule, curve::decimal, held_out};
use crate::{ListId, Protocol, ThresholdChoice, TotalCounts, confusion::mean};
use eps_data::ClassNames;
use serde::{Deserialize, Serialize};

/// The means at one choice of the threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelledPoint {
    pub chosen: ThresholdChoice,
    /// The parameter, or that of each fold.
    pub parameters: Vec<f64>,
    /// Over the classes that occur in truth or prediction.
    pub mean_iou: f64,
    /// Over the classes that were predicted somewhere.
    pub mean_precision: Option<f64>,
    /// Over the classes that occur in the truth.
    pub mean_recall: Option<f64>,
}

impl LabelledPoint {
    /// The means of some counts; `None` without pixels.
    pub fn new(
        chosen: ThresholdChoice,
        parameters: Vec<f64>,
        counts: &TotalCounts,
    ) -> Option<Self> {
        Some(Self {
            chosen,
            parameters,
            mean_iou: counts.mean_iou()?,
            mean_precision: counts.mean_precision(),
            mean_recall: counts.mean_recall(),
        })
    }

    fn at(chosen: ThresholdChoice, curve: &SweepCurve, parameter: f32) -> Option<Self> {
        let counts = curve.counts_at(parameter).expect("the parameter was swept");
        Self::new(chosen, vec![decimal(parameter)], counts)
    }
}

/// The parameters around the best one, without a gap, that lose little.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plateau {
    /// Mean IoU that a parameter may lose against the best one, a fraction.
    pub tolerance: f64,
    pub lowest: f64,
    pub highest: f64,
}

impl Plateau {
    /// The plateau of points in the order of their parameters; `None` without points.
    pub fn of(points: &[SweepPoint], tolerance: f64) -> Option<Self> {
        let best = super::curve::best(points)?;
        let at = points.iter().position(|point| point.parameter == best.parameter)?;
        // The best point is close itself, so that neither walk is empty.
        let close = |point: &&SweepPoint| best.mean_iou - point.mean_iou <= tolerance;
        let lowest = points[..=at].iter().rev().take_while(close).last()?;
        let highest = points[at..].iter().take_while(close).last()?;
        Some(Self { tolerance, lowest: lowest.parameter, highest: highest.parameter })
    }

    /// Length of the interval, in units of the parameter.
    pub fn width(&self) -> f64 {
        self.highest - self.lowest
    }
}

/// An end of the parameters of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    First,
    Last,
}

/// The result of a sweep under one background rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepSummary {
    pub rule: BackgroundRule,
    /// At a parameter that was fixed before looking; absent if none was.
    pub fixed: Option<LabelledPoint>,
    /// At parameters chosen on other images than those they are scored on; absent with fewer than
    /// two folds.
    pub held_out: Option<LabelledPoint>,
    /// At the parameter with the highest mean IoU on the very truth that is scored.
    pub best: LabelledPoint,
    pub plateau: Plateau,
    /// Means at every parameter, ascending.
    pub points: Vec<SweepPoint>,
}

impl SweepSummary {
    /// Sums up a swept rule, with a fixed parameter and the sweep that has it; `None` without pixels.
    ///
    /// # Panics
    ///
    /// If the fixed parameter was not swept.
    pub fn new(
        swept: &SweptRule,
        fixed: Option<(&SweptRule, f32)>,
        tolerance: f64,
    ) -> Option<Self> {
        let curve = &swept.whole;
        let fixed = fixed.and_then(|(swept, parameter)| {
            LabelledPoint::at(ThresholdChoice::Fixed, &swept.whole, parameter)
        });
        let best = curve.parameters()[curve.best_index()?];
        let points = curve.points();
        Some(Self {
            rule: curve.rule(),
            fixed,
            held_out: held_out(&swept.folds),
            best: LabelledPoint::at(ThresholdChoice::BestOnTruth, curve, best)?,
            plateau: Plateau::of(&points, tolerance)?,
            points,
        })
    }

    /// Sums up the rules of a plan with a [fixed threshold](crate::SweepPlan::with_fixed), which is the last of
    /// them; `None` without pixels.
    ///
    /// # Panics
    ///
    /// If the last rule is not of that threshold.
    pub fn beside_fixed(
        mut swept: Vec<SweptRule>,
        threshold: f32,
        tolerance: f64,
    ) -> Option<Vec<Self>> {
        let fixed = swept.pop()?;
        let summaries = swept.iter().map(|swept| {
            // A power that is common to all publications does not exist.
            let is_constant = swept.whole.rule() == BackgroundRule::Constant;
            Self::new(swept, is_constant.then_some((&fixed, threshold)), tolerance)
        });
        summaries.collect()
    }

    /// The end of the parameters at which the best one is, if better ones may lie beyond; `None` with a
    /// single parameter, and at the ends of a constant background from 0 to 1.
    pub fn edge(&self) -> Option<Edge> {
        // Scores are in 0..=1, so a constant of 0 or 0.999 is an end that nothing lies beyond.
        let (first, last) = (self.points.first()?.parameter, self.points.last()?.parameter);
        match self.best.parameters[..] {
            _ if first == last => None,
            [best] if self.rule == BackgroundRule::Constant && best >= 0.999 => None,
            [best] if best == last => Some(Edge::Last),
            [best] if best == first && best > 0.0 => Some(Edge::First),
            _ => None,
        }
    }

    /// The labelled points that exist: fixed, held out, best.
    pub fn labelled(&self) -> impl Iterator<Item = &LabelledPoint> {
        self.fixed.iter().chain(&self.held_out).chain([&self.best])
    }
}

/// The result of a sweep: what was counted, and what each background rule makes of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepReport {
    /// How pixels were counted: "voc".
    pub protocol: Protocol,
    pub list: ListId,
    /// What was done to the class maps, with each background, before they were counted; absent if
    /// nothing was.
    #[serde(default)]
    pub refinement: Option<MapRefinement>,
    pub rules: Vec<SweepSummary>,
    /// Of the class maps, each against the pixels of its class; absent if it was not asked for.
    pub average_precision: Option<AveragePrecisions>,
    /// Of a classifier's scores against the labels of the images; absent without scores.
    pub classifier: Option<AveragePrecisions>,
}

/// A dense CRF over class maps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapRefinement {
    /// Name of its parameters.
    pub preset: String,
    /// Steps of mean-field inference.
    pub steps: usize,
}

/// Average precision of every object class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AveragePrecisions {
    /// Mean over the classes that occur.
    pub mean: Option<f64>,
    /// Names and values in the order of the classes; absent where a class does not occur.
    pub classes: Vec<(String, Option<f64>)>,
}

impl AveragePrecisions {
    /// The values of the object classes of `names`, background left out.
    pub fn new(names: &ClassNames, value: impl Fn(usize) -> Option<f64>) -> Self {
        let named = names.iter().enumerate().skip(1);
        let classes: Vec<_> = named.map(|(class, name)| (name.to_owned(), value(class))).collect();
        Self { mean: mean(classes.iter().map(|class| class.1)), classes }
    }
}
