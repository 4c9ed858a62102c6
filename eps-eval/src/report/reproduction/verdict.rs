//! What is to be made of a published number and yours.

// The questions, in the order in which one of them may end it: can the quantity be computed here, were masks
// given, do they have the value, was a number published; then whether the circumstances are those of the
// table, whether the number was read in a source, whether the method is known, and at last how far the two
// are apart. Circumstances come before the source: masks of another list say nothing about any number.

use super::{MadeBy, RUNS_FOR_SPREAD, ReproducedCell};
use crate::report::published::{Quantity, Sureness};
use serde::{Serialize, Serializer};
use std::fmt;

/// How far, as a fraction of IoU, fewer runs than three may be from a published number: half a point.
///
/// One training does not say how far another seed is from it. Where `report/published` has the number
/// of one method from two sources, they are up to 0.3 points apart (the CAM of PSA: 48.0 and 47.7); half
/// a point leaves little room beyond that. EPS (69.22) and the next method of the table (PPC on EPS:
/// 70.5) are further apart.
pub const TOLERANCE: f64 = 0.005;

/// What is to be made of a published number and yours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The published number is where a further run of yours is expected, by three runs or more.
    Reproduced,
    /// Yours, of fewer runs, is at most the tolerance away from it.
    WithinTolerance,
    /// Yours is above what either allows.
    Above,
    /// Yours is below it.
    Below,
    /// Nothing says which method made the masks.
    NotChecked,
    /// Ratios of pixels have no tolerance, and there are too few runs for a spread.
    TooFewRuns,
    /// No masks were given for it.
    NotGiven,
    /// It cannot be computed from what was given.
    NotComputed(String),
    /// Yours holds under other circumstances.
    NotComparable(Vec<String>),
    /// The published number was not read in any source, so it is no target.
    Unverified,
    /// No number was published, or none was found.
    NothingPublished,
}

impl Verdict {
    /// Whether the difference between yours and the published number means something.
    pub fn is_compared(&self) -> bool {
        self.is_held() || matches!(self, Self::NotChecked | Self::TooFewRuns)
    }

    /// Whether yours was held against the published number.
    pub fn is_held(&self) -> bool {
        matches!(self, Self::Reproduced | Self::WithinTolerance | Self::Above | Self::Below)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reproduced => formatter.write_str("reproduced"),
            Self::WithinTolerance => formatter.write_str("within tolerance"),
            Self::Above => formatter.write_str("above"),
            Self::Below => formatter.write_str("below"),
            Self::NotChecked => formatter.write_str("score given, method not checked"),
            Self::TooFewRuns => write!(formatter, "no verdict: needs {RUNS_FOR_SPREAD} runs"),
            Self::NotGiven => formatter.write_str("not provided"),
            Self::NotComputed(reason) => write!(formatter, "not computed: {reason}"),
            Self::NotComparable(reasons) => {
                write!(formatter, "not comparable: {}", reasons.join("; "))
            }
            Self::Unverified => formatter.write_str("published number unverified, no target"),
            Self::NothingPublished => formatter.write_str("no published number known"),
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What speaks for or against a comparison.
pub(super) struct Case<'a> {
    pub(super) made_by: &'a MadeBy,
    /// Why yours may not be compared; empty where it may.
    pub(super) reasons: Vec<String>,
    /// As a fraction.
    pub(super) tolerance: f64,
}

/// The verdict on a cell, for which masks were given if there is a case.
pub(super) fn verdict(
    cell: &ReproducedCell,
    quantity: Quantity,
    case: Option<Case<'_>>,
) -> Verdict {
    if let Quantity::Elsewhere(reason) = quantity {
        return Verdict::NotComputed(reason.into());
    }
    let Some(case) = case else { return Verdict::NotGiven };
    let Some(value) = cell.ours.and_then(|ours| ours.value) else {
        return Verdict::NotComputed(missing(quantity));
    };
    let published = match (cell.sure, cell.published_value()) {
        (Sureness::Unknown, _) | (_, None) => return Verdict::NothingPublished,
        (_, Some(published)) => published,
    };
    match case {
        Case { reasons, .. } if !reasons.is_empty() => Verdict::NotComparable(reasons),
        _ if !cell.sure.is_target() => Verdict::Unverified,
        Case { made_by: MadeBy::Unknown, .. } => Verdict::NotChecked,
        Case { tolerance, .. } => match cell.runs {
            Some(runs) => {
                judge(published, [runs.lower, runs.upper], precision(cell), Verdict::Reproduced)
            }
            None if cell.is_ratio => Verdict::TooFewRuns,
            None => {
                let ends = [value - tolerance, value + tolerance];
                judge(published, ends, precision(cell), Verdict::WithinTolerance)
            }
        },
    }
}

/// Half a unit of the last digit that was published, in the unit of yours.
fn precision(cell: &ReproducedCell) -> f64 {
    let digits =
        cell.published.and_then(|text| text.split_once('.')).map_or(0, |(_, end)| end.len());
    let unit = if cell.is_ratio { 1.0 } else { 0.01 };
    0.5 * unit * 0.1_f64.powi(digits as i32)
}

/// A published number stands for all that round to it.
fn judge(published: f64, [lower, upper]: [f64; 2], precision: f64, inside: Verdict) -> Verdict {
    match () {
        () if lower > published + precision => Verdict::Above,
        () if upper < published - precision => Verdict::Below,
        () => inside,
    }
}

fn missing(quantity: Quantity) -> String {
    match quantity {
        Quantity::Confusion { stuff, .. } => format!("needs maps of {stuff}, --stuff {stuff}=DIR"),
        Quantity::Iou(class) => format!("the masks have no {class}"),
        _ => "no pixel of the ground truth counts".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_inside_where_it_rounds_into_the_interval() {
        // 47.05 stands for 47.045 to 47.055.
        let judged = |ends| judge(0.4705, ends, 5e-5, Verdict::Reproduced);
        assert_eq!(judged([0.46, 0.48]), Verdict::Reproduced);
        assert_eq!(judged([0.47054, 0.48]), Verdict::Reproduced);
        assert_eq!(judged([0.47056, 0.48]), Verdict::Above);
        assert_eq!(judged([0.46, 0.47044]), Verdict::Below);
    }
}
