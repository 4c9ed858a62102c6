//! Mean and standard deviation over seeds.

use crate::confusion::{deviation, mean};
use serde::Serialize;

/// A value over the runs of a row, which differ in their seed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Over the runs that have the value; absent if none has.
    pub mean: Option<f64>,
    /// Sample standard deviation; absent with fewer than two runs.
    pub std: Option<f64>,
    /// Runs that have the value.
    pub runs: usize,
}

impl Spread {
    pub fn of(values: impl IntoIterator<Item = Option<f64>>) -> Self {
        let values: Vec<f64> = values.into_iter().flatten().collect();
        let mean = mean(values.iter().copied().map(Some));
        let std = mean.and_then(|mean| deviation(&values, mean));
        Self { mean, std, runs: values.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_by_hand() {
        let found = Spread::of([Some(0.25), None, Some(0.75), Some(0.5)]);
        assert_eq!(found, Spread { mean: Some(0.5), std: Some(0.25), runs: 3 });
        assert_eq!(Spread::of([Some(0.5)]), Spread { mean: Some(0.5), std: None, runs: 1 });
        assert_eq!(Spread::of([]), Spread { mean: None, std: None, runs: 0 });
    }
}
