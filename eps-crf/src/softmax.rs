//! Log-probabilities to probabilities, in lanes that the compiler vectorises.

use crate::row::Row;

/// A log-probability whose probability is 0 beside any other.
pub(crate) const ABSENT: f32 = -1e30;

/// Below it a probability is 0: numbers that are nearly too small for a float are slow.
const LEAST_EXPONENT: f32 = -69.0;

/// Added and taken away again, it rounds a number below 2^22 to the nearest integer.
const ROUNDING: f32 = 12_582_912.0;

/// Turns the log-probabilities of some rows, each up to a constant, into probabilities that sum to 1.
///
/// Step by step for all rows, so that the processor need not wait for one row's results.
#[inline(always)]
pub(crate) fn softmax<R: Row>(rows: &mut [R]) {
    for row in rows.iter_mut() {
        let greatest = row.reduce(|a, b| if a > b { a } else { b });
        *row = row.with(&R::filled(greatest), |value, greatest| value - greatest);
    }
    R::map_all(rows, exponential);
    for row in rows {
        let scale = 1.0 / row.reduce(|a, b| a + b);
        *row = row.with(&R::filled(scale), |value, scale| value * scale);
    }
}

/// The exponential of a number up to 0, to 2 units in the last place.
///
/// A power of two and a polynomial of the rest, with the coefficients of Cephes' `expf`.
#[inline(always)]
fn exponential(value: f32) -> f32 {
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    let clipped = if value < LEAST_EXPONENT { LEAST_EXPONENT } else { value };
    let shifted = clipped * std::f32::consts::LOG2_E + ROUNDING;
    let power = shifted - ROUNDING;
    let rest = (clipped - power * LN_2[0]) - power * LN_2[1];
    let mut sum = 1.987_569_1e-4;
    for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        sum = sum * rest + coefficient;
    }
    let fraction = sum * (rest * rest) + rest + 1.0;
    // The low bits of `shifted` are the power; here they become the exponent.
    let scale = f32::from_bits((shifted.to_bits() << 23).wrapping_add(1.0_f32.to_bits()));
    if value < LEAST_EXPONENT { 0.0 } else { fraction * scale }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Eight, Four};
    use proptest::prelude::*;

    #[test]
    fn equal_values_share_and_absent_lanes_have_nothing() {
        let mut row = <[Eight; 2]>::filled(ABSENT);
        row.set_lane(0, -3.0);
        row.set_lane(1, -3.0);
        let mut rows = [row; 3];
        softmax(&mut rows);
        for row in rows {
            assert_eq!([0, 1, 2, 15].map(|lane| row.lane(lane)), [0.5, 0.5, 0.0, 0.0]);
        }
    }

    #[test]
    fn a_label_alone_is_certain() {
        let mut row = Four::filled(ABSENT);
        row.set_lane(0, -1e4);
        let mut rows = [row];
        softmax(&mut rows);
        assert_eq!(rows, [[1.0, 0.0, 0.0, 0.0]]);
    }

    proptest! {
        #[test]
        fn the_exponential_is_that_of_the_library(value in -69.0..0.0_f32) {
            let (found, expected) = (f64::from(exponential(value)), f64::from(value).exp());
            prop_assert!((found - expected).abs() <= expected * 2.5e-7, "{found} {expected}");
        }
    }
}
