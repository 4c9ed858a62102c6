//! How well scores rank: precision and recall at every level, and the average precision.
//!
//! [`ScoreHistogram`] asks of every class map whether it is higher on the pixels of its class than
//! elsewhere, whatever the other maps say; [`ImageRanking`] asks the same of a classifier's scores of
//! whole images.

mod histogram;
mod image;

pub use histogram::{PrecisionRecall, ScoreHistogram};
pub use image::ImageRanking;

/// Average precision of groups of equal scores, the highest scores first: each group has a number of
/// members, of which some are positive.
///
/// `Σ (R_n - R_{n-1}) · P_n` over the groups, where `P_n` and `R_n` are precision and recall of
/// everything up to the group: the definition of scikit-learn, without interpolation. `None` if
/// nothing is positive.
fn average_precision(groups: impl Iterator<Item = (u64, u64)>) -> Option<f64> {
    let (mut members, mut positives, mut sum) = (0, 0, 0.0);
    for (all, positive) in groups {
        members += all;
        positives += positive;
        if positive > 0 {
            sum += positive as f64 * (positives as f64 / members as f64);
        }
    }
    (positives > 0).then(|| sum / positives as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn average_precision_by_hand() {
        let of = |groups: &[(u64, u64)]| average_precision(groups.iter().copied());
        // Positive, negative, positive: precision 1 and 2/3, each at half of the recall.
        assert_eq!(of(&[(1, 1), (1, 0), (1, 1)]), Some((1.0 + 2.0 / 3.0) / 2.0));
        // A tie of a positive and a negative is one step.
        assert_eq!(of(&[(2, 1)]), Some(0.5));
        assert_eq!(of(&[(3, 0)]), None);
        assert_eq!(of(&[]), None);
    }
}
