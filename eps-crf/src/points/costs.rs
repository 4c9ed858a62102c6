//! What labels of alike points cost each other.

use crate::{Compatibility, CrfError};

/// The costs of labels in one pairwise term.
#[derive(Clone, Debug, PartialEq)]
pub enum Costs {
    /// Equal labels gain so much, others nothing.
    Potts(f32),
    /// What each label costs beside itself; negative for labels that attract.
    Diagonal(Vec<f32>),
    /// What each label costs beside each other.
    Matrix(Compatibility),
}

/// How a kernel is divided by what every point takes when every point gives 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Normalisation {
    /// Not at all.
    None,
    /// What a point gives.
    Before,
    /// What a point takes.
    After,
    /// Both, by the root.
    Symmetric,
}

impl Costs {
    /// # Errors
    ///
    /// [`CrfError::Length`] if they are not of so many labels, [`CrfError::Parameter`] if one is not
    /// finite.
    pub(super) fn check(&self, labels: usize) -> Result<(), CrfError> {
        let count = match self {
            Self::Potts(_) => labels,
            Self::Diagonal(costs) => costs.len(),
            Self::Matrix(costs) => costs.labels(),
        };
        if count != labels {
            let what = "the compatibility for a point";
            return Err(CrfError::Length { what, found: count, expected: labels });
        }
        let values: &[f32] = match self {
            Self::Potts(weight) => std::slice::from_ref(weight),
            Self::Diagonal(costs) => costs,
            Self::Matrix(_) => &[],
        };
        match values.iter().find(|cost| !cost.is_finite()) {
            None => Ok(()),
            Some(&found) => Err(CrfError::Parameter {
                name: "compatibility",
                found,
                expected: "a finite number",
            }),
        }
    }

    /// Gains of a label by the messages of each, `[labels, lanes]`.
    pub(super) fn gains(&self, labels: usize, lanes: usize) -> Gains {
        match self {
            Self::Potts(weight) => Gains::Equal(*weight),
            Self::Diagonal(costs) => {
                let mut gains: Vec<f32> = costs.iter().map(|cost| -cost).collect();
                gains.resize(lanes, 0.0);
                Gains::Own(gains)
            }
            Self::Matrix(costs) => {
                let mut gains = vec![0.0; labels * lanes];
                let rows = gains.chunks_exact_mut(lanes).zip(costs.costs().chunks_exact(labels));
                for (gains, costs) in rows {
                    gains.iter_mut().zip(costs).for_each(|(gain, cost)| *gain = -cost);
                }
                Gains::All(gains)
            }
        }
    }
}

/// The negative costs.
pub(super) enum Gains {
    Equal(f32),
    /// For each lane.
    Own(Vec<f32>),
    /// For each label and lane.
    All(Vec<f32>),
}

impl Gains {
    /// Adds to `sums` what the labels of a point gain by their messages, times a factor.
    #[inline(always)]
    pub(super) fn add(&self, messages: &[f32], factor: f32, sums: &mut [f32]) {
        match self {
            Self::Equal(weight) => {
                let weight = weight * factor;
                for (sum, message) in sums.iter_mut().zip(messages) {
                    *sum = weight.mul_add(*message, *sum);
                }
            }
            Self::Own(gains) => {
                for ((sum, message), gain) in sums.iter_mut().zip(messages).zip(gains) {
                    *sum = (gain * factor).mul_add(*message, *sum);
                }
            }
            Self::All(gains) => {
                // One label's gains at a time: a row is as long as the sums, and no lane waits for another.
                for (gains, message) in gains.chunks_exact(sums.len()).zip(messages) {
                    let message = message * factor;
                    for (sum, gain) in sums.iter_mut().zip(gains) {
                        *sum = gain.mul_add(message, *sum);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gains_by_hand() {
        let matrix = Compatibility::new(2, &[-1.0, 2.0, 4.0, -2.0]).unwrap();
        let cases = [
            (Costs::Potts(3.0), [1.0 + 6.0 * 0.5, 6.0 * 0.25]),
            (Costs::Diagonal(vec![3.0, -1.0]), [1.0 - 6.0 * 0.5, 2.0 * 0.25]),
            (Costs::Matrix(matrix), [1.0 + 2.0 * (0.5 - 0.75), 2.0 * (-1.5 + 0.5)]),
        ];
        for (costs, expected) in cases {
            let mut sums = [1.0, 0.0, 0.0, 0.0];
            costs.gains(2, 4).add(&[0.5, 0.25, 0.0, 0.0], 2.0, &mut sums);
            assert_eq!(sums[..2], expected, "{costs:?}");
        }
    }

    #[test]
    fn costs_of_other_labels_and_without_a_number_are_refused() {
        let refusal = |costs: Costs| costs.check(2).unwrap_err().to_string();
        let short = "3 values of the compatibility for a point, expected 2";
        assert_eq!(refusal(Costs::Diagonal(vec![1.0; 3])), short);
        assert_eq!(refusal(Costs::Potts(f32::NAN)), "compatibility NaN, expected a finite number");
    }
}
