//! Quantiles of resampled values.

/// The quantile at `fraction` of ascending values, linear between neighbours (the definition 7 of
/// Hyndman and Fan, numpy's default); `None` without values.
pub(super) fn quantile(ascending: &[f64], fraction: f64) -> Option<f64> {
    let last = ascending.len().checked_sub(1)?;
    let place = fraction * last as f64;
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    let part = place - below as f64;
    Some(ascending[below] + part * (ascending[above] - ascending[below]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_linear_between_neighbours() {
        let values = [1.0, 2.0, 4.0, 8.0];
        let cases = [(0.0, 1.0), (0.5, 3.0), (1.0, 8.0), (0.25, 1.75)];
        for (fraction, expected) in cases {
            assert_eq!(quantile(&values, fraction), Some(expected), "{fraction}");
        }
        assert_eq!((quantile(&[], 0.5), quantile(&[3.0], 0.9)), (None, Some(3.0)));
    }
}
