//! Sums in the order in which NumPy adds.
//!
//! A sum of floating-point numbers depends on its order. Two comparisons of PySODMetrics, a grey
//! value with twice the mean and a constant with its mean, come out one way or the other by
//! that rounding; everything else is the same in any order, to far below a tolerance.

// NumPy's `pairwise_sum` (numpy/_core/src/umath/loops_utils.h.src), by the number n of values:
//
//   n < 8       one after another
//   n <= 128    eight sums, r0 = a0 + a8 + a16 .. to r7 = a7 + a15 .., joined as
//               ((r0 + r1) + (r2 + r3)) + ((r4 + r5) + (r6 + r7)), and what is beyond a multiple of 8
//   else        the sum of the first half, up to a multiple of 8, and that of the others
//
// Its error grows with log n, where that of adding one after another grows with n.

use eps_data::Size;

/// Numbers that NumPy adds in one go, in eight interleaved sums.
const BLOCK: usize = 128;

/// Numbers that NumPy's iterator copies when they are not adjacent in memory.
const BUFFER: usize = 8192;

/// The pairwise sum of NumPy's `add.reduce` over adjacent numbers.
pub(super) fn numpy_sum(values: &[f64]) -> f64 {
    if values.len() < 8 {
        return values.iter().sum();
    }
    if values.len() <= BLOCK {
        return eightfold_sum(values);
    }
    let half = values.len() / 2;
    let (left, right) = values.split_at(half - half % 8);
    numpy_sum(left) + numpy_sum(right)
}

fn eightfold_sum(values: &[f64]) -> f64 {
    let (eights, rest) = values.as_chunks::<8>();
    let mut sums = eights[0];
    for eight in &eights[1..] {
        sums.iter_mut().zip(eight).for_each(|(sum, value)| *sum += value);
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let sum = ((a + b) + (c + d)) + ((e + f) + (g + h));
    rest.iter().fold(sum, |sum, value| sum + value)
}

/// NumPy's sum of a rectangle of equal numbers, cut from an array `width` numbers wide.
///
/// A rectangle as wide as its array is adjacent in memory; of a narrower one, as many whole rows as
/// fit are copied to a buffer and added.
pub(super) fn numpy_sum_of_equal(value: f64, rectangle: Size, width: usize) -> f64 {
    let pixels = rectangle.pixels();
    let adjacent = rectangle.width == width || rectangle.width <= 1 || rectangle.height <= 1;
    if adjacent {
        return numpy_sum(&vec![value; pixels]);
    }
    let rows = (BUFFER / rectangle.width).clamp(1, rectangle.height);
    let buffer = vec![value; rows * rectangle.width];
    let whole = numpy_sum(&buffer);
    let rest = numpy_sum(&buffer[..pixels % buffer.len()]);
    let sum = (1..pixels / buffer.len()).fold(whole, |sum, _| sum + whole);
    if pixels.is_multiple_of(buffer.len()) { sum } else { sum + rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_have_the_bits_of_numpy() {
        // np.sqrt(np.arange(n)).sum(), NumPy 2.3.4.
        let cases = [
            (0, 0.0),
            (1, 0.0),
            (7, 10.83182209022494),
            (8, 13.477573401289531),
            (9, 16.30600052603572),
            (100, 661.4629471031479),
            (128, 959.5754009505721),
            (129, 970.8891094495568),
            (1000, 21065.833110879048),
            (12345, 914363.5353374669),
        ];
        for (count, expected) in cases {
            let values: Vec<f64> = (0..count).map(|value| f64::from(value).sqrt()).collect();
            assert_eq!(numpy_sum(&values), expected, "{count} numbers");
        }
    }

    #[test]
    fn equal_numbers_of_a_rectangle_have_the_bits_of_numpy() {
        // np.full((h, width), 77 / 255)[:, :w].sum(), NumPy 2.3.4.
        let cases = [
            (50, 50, 40, 603.9215686274508),
            (50, 30, 40, 362.35294117647055),
            (400, 133, 211, 8473.925490196076),
            (400, 399, 300, 36144.70588235293),
            (10, 1, 33, 9.964705882352941),
            (10, 7, 1, 2.1137254901960785),
            (300, 100, 245, 7398.039215686272),
            (300, 64, 128, 2473.6627450980386),
        ];
        for (width, w, h, expected) in cases {
            let found = numpy_sum_of_equal(77.0 / 255.0, Size::new(w, h), width);
            assert_eq!(found, expected, "{w}×{h} of {width}");
        }
    }
}
