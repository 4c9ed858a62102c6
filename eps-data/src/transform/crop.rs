//! Cutting a square out of an image, or placing a smaller one in it.

use crate::Size;

/// Cuts a square out of `[channels, height, width]` planes, as `[channels, side, side]`.
///
/// Along an axis where the image is longer than the square a part is cut out; along the other the
/// image is placed in zeros. `position` says where between the first and last possible place, each
/// of them equally likely for a uniform number in `0..1`: horizontally, vertically.
///
/// # Panics
///
/// If the planes are not whole multiples of `size`.
pub fn crop(planes: &[f32], size: Size, side: usize, position: [f64; 2]) -> Vec<f32> {
    assert!(planes.len().is_multiple_of(size.pixels()), "planes of {size}");
    let across = Axis::new(size.width, side, position[0]);
    let down = Axis::new(size.height, side, position[1]);
    let channels = planes.len() / size.pixels();
    let mut square = vec![0.0; channels * side * side];
    for channel in 0..channels {
        for row in 0..down.length {
            let from = channel * size.pixels() + (down.source + row) * size.width + across.source;
            let to = (channel * side + down.target + row) * side + across.target;
            square[to..][..across.length].copy_from_slice(&planes[from..][..across.length]);
        }
    }
    square
}

/// Which pixels are copied along one axis.
#[derive(Debug, PartialEq, Eq)]
struct Axis {
    source: usize,
    target: usize,
    length: usize,
}

impl Axis {
    fn new(pixels: usize, side: usize, position: f64) -> Self {
        let places = pixels.abs_diff(side) + 1;
        let place = ((position * places as f64) as usize).min(places - 1);
        let (source, target) = if pixels > side { (place, 0) } else { (0, place) };
        Self { source, target, length: pixels.min(side) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_axis_is_cut_and_a_short_one_padded() {
        // 3×2 in a square of 2: the last column pair, no room downwards.
        let planes = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        assert_eq!(crop(&planes, Size::new(3, 2), 2, [0.99, 0.5]), [2.0, 3.0, 5.0, 6.0]);
        // 1×2 in a square of 3: last column, first row.
        let square = crop(&[7.0, 8.0], Size::new(1, 2), 3, [0.9, 0.1]);
        assert_eq!(square, [0.0, 0.0, 7.0, 0.0, 0.0, 8.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn both_channels_are_cut_alike() {
        let planes = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(crop(&planes, Size::new(2, 1), 1, [0.6, 0.0]), [2.0, 4.0]);
    }

    #[test]
    fn every_place_is_equally_likely() {
        for (pixels, side) in [(7, 4), (4, 7)] {
            let mut hits = [0; 4];
            for step in 0..400 {
                let axis = Axis::new(pixels, side, f64::from(step) / 400.0);
                hits[axis.source + axis.target] += 1;
                assert!(axis.source + axis.length <= pixels && axis.target + axis.length <= side);
            }
            assert_eq!(hits, [100; 4]);
        }
    }
}
