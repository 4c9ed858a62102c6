//! Log-probabilities to probabilities, in lanes that the compiler vectorises.

use crate::row::Row;

/// A log-probability whose probability is 0 beside any other.
pub(crate) const ABSENT: f32 = -1e30;

/// Below it a probability is 0: numbers that are nearly too small for a float are slow.
const LEAST_EXPONENT: f32 = -69.0;

/// Added and taken away again, it rounds a number below 2^22 to the nearest integer.
const ROUNDING: f32 = 12_582_912.0;

/// Turns log-probabilities, up to a constant, into probabilities that sum to 1.
#[inline(always)]
pub(crate) fn softmax<R: Row>(row: &mut R) {
    let values = row.lanes_mut();
    let greatest = reduce(values, |a, b| if a > b { a } else { b });
    for value in values.iter_mut() {
        *value = exponential(*value - greatest);
    }
    let scale = 1.0 / reduce(values, |a, b| a + b);
    for value in values {
        *value *= scale;
    }
}

/// Groups of eight lanes with each other first, the same on every processor; four lanes alone.
#[inline(always)]
fn reduce(values: &[f32], both: impl Fn(f32, f32) -> f32) -> f32 {
    let (eights, four) = values.as_chunks::<8>();
    let mut lanes = [0.0; 4];
    match eights.split_first() {
        None => lanes.copy_from_slice(four),
        Some((first, others)) => {
            let mut sums = *first;
            for eight in others {
                for lane in 0..8 {
                    sums[lane] = both(sums[lane], eight[lane]);
                }
            }
            for lane in 0..4 {
                lanes[lane] = both(sums[lane], sums[lane + 4]);
            }
        }
    }
    both(both(lanes[0], lanes[2]), both(lanes[1], lanes[3]))
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
    use crate::row::{Eights, Four};
    use proptest::prelude::*;

    #[test]
    fn equal_values_share_and_absent_lanes_have_nothing() {
        let mut row = Eights::<2>::filled(ABSENT);
        row.lanes_mut()[..2].fill(-3.0);
        softmax(&mut row);
        assert_eq!(row.lanes()[..3], [0.5, 0.5, 0.0]);
    }

    #[test]
    fn a_label_alone_is_certain() {
        let mut row = Four::filled(ABSENT);
        row.lanes_mut()[0] = -1e4;
        softmax(&mut row);
        assert_eq!(row.lanes(), [1.0, 0.0, 0.0, 0.0]);
    }

    proptest! {
        #[test]
        fn the_exponential_is_that_of_the_library(value in -69.0..0.0_f32) {
            let (found, expected) = (f64::from(exponential(value)), f64::from(value).exp());
            prop_assert!((found - expected).abs() <= expected * 2.5e-7, "{found} {expected}");
        }
    }
}
