//! Holm's correction for several tests at once.

use super::Effect;

/// Corrected p-values: the smallest is multiplied by the number of tests, the next by one less, and
/// so on; none is below one before it, or above 1. A test that does not exist stays so and does not
/// count.
///
/// ```
/// use eps_eval::paired::holm;
///
/// assert_eq!(holm(&[Some(0.25), None, Some(0.125)]), [Some(0.25), None, Some(0.25)]);
/// ```
///
/// Source: Holm, "A simple sequentially rejective multiple test procedure", 1979.
pub fn holm(p_values: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<(usize, f64)> =
        p_values.iter().enumerate().filter_map(|(index, &p)| Some((index, p?))).collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut corrected = vec![None; p_values.len()];
    let mut floor = 0.0_f64;
    for (rank, &(index, p)) in order.iter().enumerate() {
        floor = floor.max(p * (order.len() - rank) as f64).min(1.0);
        corrected[index] = Some(floor);
    }
    corrected
}

/// Puts corrected p-values beside the others.
pub(crate) fn correct<'a>(effects: impl Iterator<Item = &'a mut Effect>) {
    let effects: Vec<_> = effects.collect();
    let p_values: Vec<_> = effects.iter().map(|effect| effect.p).collect();
    for (effect, corrected) in effects.into_iter().zip(holm(&p_values)) {
        effect.p_holm = corrected;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrected_values_by_hand() {
        let p_values = [Some(0.25), None, Some(0.125), Some(0.5), Some(0.1875)];
        // In order 0.125 · 4, 0.1875 · 3, 0.25 · 2 (below the one before), 0.5 · 1 (likewise).
        let expected = [Some(0.5625), None, Some(0.5), Some(0.5625), Some(0.5625)];
        assert_eq!(holm(&p_values), expected);
        assert_eq!(holm(&[Some(0.75), Some(0.625)]), [Some(1.0), Some(1.0)]);
        assert_eq!(holm(&[]), []);
    }
}
