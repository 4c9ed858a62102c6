//! How labels of pixels that are alike go together.

use crate::CrfError;
use crate::row::Row;

/// What a pixel pays for a label beside another, times the kernel's weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Compatibility {
    labels: usize,
    /// `[labels, labels]`, symmetric.
    costs: Vec<f32>,
}

impl Compatibility {
    /// The costs of each pair of labels, `[labels, labels]`; the mean of it and its transpose is
    /// taken. Potts, which is used where no compatibility is given, costs -1 for equal labels and 0
    /// for others.
    ///
    /// # Errors
    ///
    /// [`CrfError::Length`] if there is not one cost a pair, [`CrfError::Parameter`] if one is not
    /// finite.
    pub fn new(labels: usize, costs: &[f32]) -> Result<Self, CrfError> {
        if costs.len() != labels * labels {
            let (found, expected) = (costs.len(), labels * labels);
            return Err(CrfError::Length { what: "the compatibility", found, expected });
        }
        if let Some(&found) = costs.iter().find(|cost| !cost.is_finite()) {
            return Err(CrfError::Parameter { name: "cost", found, expected: "a finite number" });
        }
        // A field's energy counts a pair of pixels once, whichever comes first.
        let transposed = (0..costs.len()).map(|at| costs[at % labels * labels + at / labels]);
        let symmetric = costs.iter().zip(transposed).map(|(cost, other)| 0.5 * (cost + other));
        Ok(Self { labels, costs: symmetric.collect() })
    }

    pub(crate) fn labels(&self) -> usize {
        self.labels
    }

    /// `[labels, labels]`
    pub(crate) fn costs(&self) -> &[f32] {
        &self.costs
    }

    /// What each label gains of a message in the lanes of the others: the negative costs.
    pub(crate) fn gains<R: Row>(&self) -> Vec<R> {
        self.costs.chunks(self.labels.max(1)).map(gains_of).collect()
    }
}

/// The negative costs of one label, in lanes.
fn gains_of<R: Row>(costs: &[f32]) -> R {
    let mut gains = R::filled(0.0);
    costs.iter().enumerate().for_each(|(lane, cost)| gains.set_lane(lane, -cost));
    gains
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Four;

    #[test]
    fn costs_are_made_symmetric() {
        let compatibility = Compatibility::new(2, &[-1.0, 2.0, 4.0, -2.0]).unwrap();
        assert_eq!(compatibility.costs, [-1.0, 3.0, 3.0, -2.0]);
        assert_eq!(compatibility.gains::<Four>()[1], [-3.0, 2.0, 0.0, 0.0]);
    }

    #[test]
    fn costs_that_are_missing_or_not_finite_are_refused() {
        let error = Compatibility::new(2, &[1.0; 3]).unwrap_err().to_string();
        assert_eq!(error, "3 values of the compatibility, expected 4");
        let error = Compatibility::new(1, &[f32::NAN]).unwrap_err().to_string();
        assert_eq!(error, "cost NaN, expected a finite number");
    }
}
