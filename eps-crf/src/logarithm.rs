//! Logarithms in lanes that the compiler vectorises.

/// The natural logarithm of a normal number above 0, to 2 units in the last place or 1e-7.
///
/// The exponent and a polynomial of the rest, with the coefficients of Cephes' `logf`.
#[inline(always)]
pub(crate) fn logarithm(value: f32) -> f32 {
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const COEFFICIENTS: [f32; 8] = [
        -0.115_146_1,
        0.116_769_98,
        -0.124_201_41,
        0.142_493_23,
        -0.166_680_58,
        0.200_007_15,
        -0.249_999_94,
        0.333_333_3,
    ];
    // The rest is from the root of 1/2 to that of 2.
    let shifted = value.to_bits().wrapping_sub(std::f32::consts::FRAC_1_SQRT_2.to_bits());
    let power = (shifted as i32) >> 23;
    let rest = f32::from_bits(value.to_bits().wrapping_sub((power << 23) as u32)) - 1.0;
    let mut sum = 0.070_376_836;
    for coefficient in COEFFICIENTS {
        sum = sum * rest + coefficient;
    }
    let (power, square) = (power as f32, rest * rest);
    let small = (sum * (square * rest) + power * LN_2[1]) - 0.5 * square;
    (rest + small) + power * LN_2[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_logarithm_of_one_is_zero() {
        assert_eq!(logarithm(1.0), 0.0);
    }

    proptest! {
        #[test]
        fn the_logarithm_is_that_of_the_library(value in 1e-6..4.0_f32) {
            let (found, expected) = (f64::from(logarithm(value)), f64::from(value).ln());
            prop_assert!((found - expected).abs() <= expected.abs() * 2.5e-7 + 1e-7, "{found} {expected}");
        }
    }
}
