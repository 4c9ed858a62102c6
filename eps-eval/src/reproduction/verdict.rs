//! What is to be made of a published number and ours.

use super::ReproducedCell;
use crate::published::{Quantity, Sureness};
use serde::{Serialize, Serializer};
use std::fmt;

/// What is to be made of a published number and ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The published number is inside our interval.
    Reproduced,
    /// Our whole interval is above the published number.
    Above,
    /// Our whole interval is below it.
    Below,
    /// No masks were given for it.
    NotGiven,
    /// It cannot be computed from what was given.
    NotComputed(String),
    /// Ours holds under other circumstances.
    NotComparable(Vec<String>),
    /// The published number was not read in any source, so it is no target.
    Unverified,
    /// No number was published, or none was found.
    NothingPublished,
}

impl Verdict {
    /// Whether ours and the published number were held against each other.
    pub fn is_compared(&self) -> bool {
        matches!(self, Self::Reproduced | Self::Above | Self::Below)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reproduced => formatter.write_str("reproduced"),
            Self::Above => formatter.write_str("above"),
            Self::Below => formatter.write_str("below"),
            Self::NotGiven => formatter.write_str("no masks given"),
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

/// The verdict on a cell; `reasons` say why ours may not be compared, absent without ours.
pub(super) fn verdict(
    cell: &ReproducedCell,
    quantity: Quantity,
    reasons: Option<Vec<String>>,
) -> Verdict {
    if let Quantity::Elsewhere(reason) = quantity {
        return Verdict::NotComputed(reason.into());
    }
    let Some(reasons) = reasons else { return Verdict::NotGiven };
    let Some(value) = cell.ours.and_then(|ours| ours.value) else {
        return Verdict::NotComputed(missing(quantity));
    };
    match (cell.sure, cell.published_value()) {
        (Sureness::Unknown, _) | (_, None) => Verdict::NothingPublished,
        _ if !reasons.is_empty() => Verdict::NotComparable(reasons),
        (sure, _) if !sure.is_target() => Verdict::Unverified,
        (_, Some(published)) => {
            let ours = cell.ours.unwrap_or_else(|| unreachable!("it has a value"));
            let (lower, upper) = (ours.lower.unwrap_or(value), ours.upper.unwrap_or(value));
            judge(published, lower, upper, precision(cell))
        }
    }
}

/// Half a unit of the last digit that was published, in the unit of ours.
fn precision(cell: &ReproducedCell) -> f64 {
    let digits =
        cell.published.and_then(|text| text.split_once('.')).map_or(0, |(_, end)| end.len());
    let unit = if cell.is_ratio { 1.0 } else { 0.01 };
    0.5 * unit * 0.1_f64.powi(digits as i32)
}

/// A published number stands for all that round to it.
fn judge(published: f64, lower: f64, upper: f64, precision: f64) -> Verdict {
    match () {
        () if lower > published + precision => Verdict::Above,
        () if upper < published - precision => Verdict::Below,
        () => Verdict::Reproduced,
    }
}

fn missing(quantity: Quantity) -> String {
    match quantity {
        Quantity::Confusion { thing, .. } => format!("needs maps of {thing}, --things {thing}=DIR"),
        Quantity::Iou(class) => format!("the masks have no {class}"),
        _ => "no pixel of the truth counts".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_reproduced_where_it_rounds_into_the_interval() {
        // 47.05 stands for 47.045 to 47.055.
        assert_eq!(judge(0.4705, 0.46, 0.48, 5e-5), Verdict::Reproduced);
        assert_eq!(judge(0.4705, 0.47054, 0.48, 5e-5), Verdict::Reproduced);
        assert_eq!(judge(0.4705, 0.47056, 0.48, 5e-5), Verdict::Above);
        assert_eq!(judge(0.4705, 0.46, 0.47044, 5e-5), Verdict::Below);
    }
}
