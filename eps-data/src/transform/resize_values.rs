//! Resizing of values that are no bytes, equal to Pillow's of its mode `F`.

use super::taps::{Filter, Taps};
use crate::Size;

/// A map of values at another size.
///
/// # Panics
///
/// If either size has no pixels, or the values are not as many as the pixels of `from`.
pub fn resize_values(values: &[f32], from: Size, to: Size, filter: Filter) -> Vec<f32> {
    assert!(from.pixels() > 0 && to.pixels() > 0, "{from} to {to} has no pixels");
    assert_eq!(values.len(), from.pixels(), "values of {from}");
    // Sums in double precision, rounded to single between the passes, as Pillow rounds them.
    let mut wide = Vec::with_capacity(to.width * from.height);
    let taps = Taps::new(filter, from.width, to.width);
    for row in values.chunks_exact(from.width) {
        wide.extend(taps.iter().map(|(first, weights)| {
            let products = row[first..].iter().zip(weights);
            products.map(|(&value, weight)| f64::from(value) * weight).sum::<f64>() as f32
        }));
    }
    let mut target = Vec::with_capacity(to.pixels());
    let mut sums = vec![0.0; to.width];
    for (first, weights) in Taps::new(filter, from.height, to.height).iter() {
        sums.fill(0.0);
        for (row, weight) in wide.chunks_exact(to.width).skip(first).zip(weights) {
            for (sum, &value) in sums.iter_mut().zip(row) {
                *sum += f64::from(value) * weight;
            }
        }
        target.extend(sums.iter().map(|&sum| sum as f32));
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanczos_is_as_pillow_does_it_in_its_mode_f() {
        let values = [0.0, 0.25, 0.5, 0.75, 1.0, -1.0];
        let found = resize_values(&values, Size::new(3, 2), Size::new(4, 3), Filter::Lanczos);
        let expected = [
            -0.098_954_91,
            -0.020_776_75,
            0.411_468,
            0.718_210_94,
            0.337_522_5,
            0.643_438_64,
            0.296_793_3,
            -0.317_816_2,
            0.773_999_9,
            1.307_654,
            0.182_118_62,
            -1.353_843_3,
        ];
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }
}
