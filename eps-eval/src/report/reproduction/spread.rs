//! Where further runs of a method are expected, from those that there are.

use super::student;
use crate::paired::Estimate;
use serde::Serialize;

/// Runs from which on their spread says something; two have one difference only.
pub const RUNS_FOR_SPREAD: usize = 3;

/// The interval in which a further run of the method is expected.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RunSpread {
    /// That it was made from.
    pub runs: usize,
    pub lower: f64,
    pub upper: f64,
}

impl RunSpread {
    /// The prediction interval for one more run, `mean ± t · s · √(1 + 1/n)` with `t` of `n - 1` degrees
    /// of freedom: a published number is one training, not the mean of many. `None` with fewer than
    /// three runs.
    pub(super) fn of(estimate: &Estimate, runs: usize, level: f64) -> Option<Self> {
        let (mean, std) = estimate.value.zip(estimate.std).filter(|_| runs >= RUNS_FOR_SPREAD)?;
        let count = runs as f64;
        let half = student::quantile(level, runs - 1) * std * (1.0 + 1.0 / count).sqrt();
        Some(Self { runs, lower: mean - half, upper: mean + half })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_runs_by_hand() {
        // 69, 70 and 71: the mean is 70 and the deviation 1; t is 4.302653, and √(4/3) is 1.154701.
        let estimate =
            Estimate { value: Some(0.7), std: Some(0.01), lower: Some(0.6), upper: Some(0.8) };
        let spread = RunSpread::of(&estimate, 3, 0.95).expect("three runs");
        let half = 0.01 * 4.302_653 * 1.154_701;
        assert!((spread.lower - (0.7 - half)).abs() < 1e-7, "{spread:?}");
        assert!((spread.upper - (0.7 + half)).abs() < 1e-7, "{spread:?}");
        assert_eq!(RunSpread::of(&estimate, 2, 0.95), None);
        assert_eq!(RunSpread::of(&Estimate { std: None, ..estimate }, 3, 0.95), None);
    }
}
