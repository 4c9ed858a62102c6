//! Numbers to bytes, in ways that can be done for several at once.
//!
//! A conversion by `as` checks each number by itself, since it holds for all of them. Added to 2^23, a
//! number has its whole part in the last bits of the sum, without a check.

/// Single precision has no fractions from here on.
const WHOLE: f32 = 8_388_608.0;

/// The nearest whole number of one in `0.0..255.5`; 0 of what is not a number.
#[inline(always)]
pub(super) fn rounded(number: f32) -> u8 {
    (number + WHOLE).to_bits() as u8
}

/// The whole part of a number in `0.0..256.0`; 0 of what is not a number.
#[inline(always)]
pub(super) fn truncated(number: f32) -> u8 {
    let sum = number + WHOLE;
    // The sum is rounded to the nearest whole number: above it, the whole part is one less.
    let is_above = sum - WHOLE > number;
    sum.to_bits().wrapping_sub(u32::from(is_above)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Neighbours of every half, and the halves.
    fn numbers() -> impl Iterator<Item = f32> {
        (0..512_u16)
            .map(|halves| f32::from(halves) / 2.0)
            .flat_map(|number| [number.next_down().max(0.0), number, number.next_up()])
    }

    #[test]
    fn the_whole_part_is_that_of_a_conversion() {
        numbers().for_each(|number| assert_eq!(truncated(number), number as u8, "{number:?}"));
    }

    #[test]
    fn the_nearest_is_found_and_of_two_the_even_one() {
        for number in numbers().filter(|&number| number < 255.5) {
            assert_eq!(rounded(number), number.round_ties_even() as u8, "{number:?}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_0() {
        assert_eq!((rounded(f32::NAN), truncated(f32::NAN)), (0, 0));
        assert_eq!((rounded(-f32::NAN), truncated(-f32::NAN)), (0, 0));
    }
}
