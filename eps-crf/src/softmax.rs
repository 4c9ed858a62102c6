//! Probabilities of labels from what is known of each pixel alone and the messages it has.
//!
//! ```text
//! Q(l) = p(l) exp(m(l) - max m) / Σ           of probabilities p of the unary term
//! Q(l) = exp(v(l) - max v) / Σ,  v = m - u    of its energies u
//! ```
//!
//! The greatest exponent is 0, so that nothing overflows and the sum is above 0. With probabilities
//! the exponential is of the messages alone, so no logarithm of `p` is needed.
//!
//! `exp(x)` is `2^n exp(r)` with `n` the integer nearest to `x / ln 2`: `r = x - n ln 2`, in two
//! parts so that the product is exact enough, is at most `ln 2 / 2` and has a polynomial of degree
//! 7; `n` is added to the exponent's bits. No table and no branch, so that the compiler turns the
//! loops into vector code.
//!
//! Source of the coefficients: Moshier's Cephes library, `expf`.

use crate::row::Row as _;
use crate::square::Plane;

/// Below it an exponential stays as it is: numbers that are nearly too small for a float are slow.
const LEAST_EXPONENT: f32 = -69.0;

/// Added and taken away again, it rounds a number below 2^22 to the nearest integer.
const ROUNDING: f32 = 12_582_912.0;

/// Turns messages of all labels into the exponentials of what they are below the greatest, times the
/// probabilities of the unary term.
#[inline(always)]
pub(crate) fn weigh(planes: &mut [Plane], unary: &[Plane]) {
    // The unary term may stay out of the maximum: none of its probabilities is 0, so neither is the sum.
    let mut greatest = planes[0];
    for plane in &planes[1..] {
        greatest = greatest.with(plane, |a, b| if a > b { a } else { b });
    }
    for plane in planes.iter_mut() {
        *plane = plane.with(&greatest, |message, greatest| message - greatest);
    }
    // One long loop is what the compiler vectorises best; memory has time to arrive in it.
    let values = planes.as_flattened_mut().as_flattened_mut().iter_mut();
    for (value, unary) in values.zip(unary.as_flattened().as_flattened()) {
        *value = exponential(*value) * unary;
    }
}

/// Turns messages of all labels into the exponentials of what they are above their energy, less the
/// greatest of these.
#[inline(always)]
pub(crate) fn weigh_energies(planes: &mut [Plane], energies: &[Plane]) {
    let mut greatest = Plane::filled(f32::NEG_INFINITY);
    for (plane, energies) in planes.iter_mut().zip(energies) {
        *plane = plane.with(energies, |message, energy| message - energy);
        greatest = greatest.with(plane, |a, b| if a > b { a } else { b });
    }
    for plane in planes {
        *plane = plane.with(&greatest, |value, greatest| exponential(value - greatest));
    }
}

/// Divides the values of all labels by their sum.
#[inline(always)]
pub(crate) fn normalise(planes: &mut [Plane]) {
    let mut sum = Plane::filled(0.0);
    for plane in planes.iter() {
        sum = sum.with(plane, |sum, value| sum + value);
    }
    let scale = sum.with(&sum, |sum, _| 1.0 / sum);
    for plane in planes {
        *plane = plane.with(&scale, |value, scale| value * scale);
    }
}

/// The exponential of a number up to 0, to 2 units in the last place.
///
/// A power of two and a polynomial of the rest, with the coefficients of Cephes' `expf`.
#[inline(always)]
pub(crate) fn exponential(value: f32) -> f32 {
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    // An excluded label comes with minus infinity, and keeps 1e-30 of the greatest.
    let clipped = if value < LEAST_EXPONENT { LEAST_EXPONENT } else { value };
    let shifted = clipped.mul_add(std::f32::consts::LOG2_E, ROUNDING);
    let power = shifted - ROUNDING;
    // The first part of ln 2 has nine bits, so that its product with the power is exact.
    let rest = power.mul_add(-LN_2[1], power.mul_add(-LN_2[0], clipped));
    let mut sum = 1.987_569_1e-4_f32;
    for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        sum = sum.mul_add(rest, coefficient);
    }
    let fraction = sum.mul_add(rest * rest, rest) + 1.0;
    // The low bits of `shifted` are the power; here they are added to the exponent.
    f32::from_bits((shifted.to_bits() << 23).wrapping_add(fraction.to_bits()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_messages_share_and_the_least_have_next_to_nothing() {
        let mut planes = [-3.0, -3.0, -1e30].map(Plane::filled);
        weigh(&mut planes, &[1.0; 3].map(Plane::filled));
        normalise(&mut planes);
        assert_eq!(planes[..2], [Plane::filled(0.5); 2]);
        assert!(planes[2][1][3] < 1e-29);
    }

    #[test]
    fn a_label_alone_is_certain() {
        let mut planes = [Plane::filled(-1e4)];
        weigh(&mut planes, &[Plane::filled(1.0)]);
        normalise(&mut planes);
        assert_eq!(planes, [Plane::filled(1.0)]);
    }

    #[test]
    fn messages_multiply_the_unary_term() {
        let mut planes = [5.0, 5.0 + 3.0_f32.ln()].map(Plane::filled);
        weigh(&mut planes, &[0.6, 0.2].map(Plane::filled));
        normalise(&mut planes);
        assert!(planes.iter().all(|plane| (plane[0][7] - 0.5).abs() < 1e-6), "{planes:?}");
    }

    #[test]
    fn energies_are_taken_from_the_messages() {
        let mut planes = [5.0, 5.0, 7.0].map(Plane::filled);
        let energies = [1000.0, 1000.0 + 3.0_f32.ln(), f32::INFINITY];
        weigh_energies(&mut planes, &energies.map(Plane::filled));
        normalise(&mut planes);
        // The logarithm is rounded beside 1000.
        assert!((planes[0][0][3] - 0.75).abs() < 1e-4 && (planes[1][0][3] - 0.25).abs() < 1e-4);
        assert!(planes[2][1][7] < 1e-29);
    }

    proptest! {
        #[test]
        fn the_exponential_is_that_of_the_library(value in -69.0..0.0_f32) {
            let (found, expected) = (f64::from(exponential(value)), f64::from(value).exp());
            prop_assert!((found - expected).abs() <= expected * 2.5e-7, "{found} {expected}");
        }
    }
}
