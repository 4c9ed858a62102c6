//! Cutting a square out of an image, or placing a smaller one in it, as numbers for a network.

use crate::Size;

/// The part of an image that a square is filled with, and its place there.
///
/// Along an axis where the image is longer than the square a part is cut out; along the other the
/// image is placed in zeros.
#[derive(Clone, Debug)]
pub struct Crop {
    across: Axis,
    down: Axis,
    width: usize,
    side: usize,
}

impl Crop {
    /// A square of an image. `position` says where between the first and last possible place, each of
    /// them equally likely for a uniform number in `0..1`: horizontally, vertically.
    pub fn new(size: Size, side: usize, position: [f64; 2]) -> Self {
        let across = Axis::new(size.width, side, position[0]);
        let down = Axis::new(size.height, side, position[1]);
        Self { across, down, width: size.width, side }
    }

    /// Adds the square of a plane to `squares`, `[side, side]` of what `table` says of its bytes.
    ///
    /// # Panics
    ///
    /// If there are fewer bytes than the image has.
    pub fn push(&self, plane: &[u8], table: &[f32; 256], squares: &mut Vec<f32>) {
        let Self { across, down, width, side } = self;
        let end = squares.len() + side * side;
        squares.resize(squares.len() + down.target * side + across.target, 0.0);
        for row in 0..down.length {
            let from = (down.source + row) * width + across.source;
            let values = plane[from..][..across.length].iter();
            squares.extend(values.map(|&value| table[usize::from(value)]));
            // The rest of this row, and what is before the image in the next.
            let outside = side - across.length;
            squares.resize((squares.len() + outside).min(end), 0.0);
        }
        squares.resize(end, 0.0);
    }
}

/// Which pixels are copied along one axis.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Axis {
    source: usize,
    target: usize,
    length: usize,
}

impl Axis {
    fn new(pixels: usize, side: usize, position: f64) -> Self {
        // Places of the square in the image, or of the image in the square.
        let places = pixels.abs_diff(side) + 1;
        let place = ((position * places as f64) as usize).min(places - 1);
        let (source, target) = if pixels > side { (place, 0) } else { (0, place) };
        Self { source, target, length: pixels.min(side) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The square of a plane, whose bytes become their numbers and a half.
    fn square(crop: &Crop, plane: &[u8]) -> Vec<f32> {
        let mut square = Vec::new();
        crop.push(plane, &std::array::from_fn(|value| value as f32 + 0.5), &mut square);
        square
    }

    #[test]
    fn a_long_axis_is_cut_and_a_short_one_padded() {
        // 3×2 in a square of 2: the last column pair, no room downwards.
        let crop = Crop::new(Size::new(3, 2), 2, [0.99, 0.5]);
        assert_eq!(square(&crop, &[1, 2, 3, 4, 5, 6]), [2.5, 3.5, 5.5, 6.5]);
        // 1×2 in a square of 3: last column, first row.
        let crop = Crop::new(Size::new(1, 2), 3, [0.9, 0.1]);
        assert_eq!(square(&crop, &[7, 8]), [0.0, 0.0, 7.5, 0.0, 0.0, 8.5, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn an_image_smaller_than_the_square_lies_in_zeros() {
        // 1×1 in the middle of 3.
        let crop = Crop::new(Size::new(1, 1), 3, [0.5, 0.5]);
        assert_eq!(square(&crop, &[4]), [0.0, 0.0, 0.0, 0.0, 4.5, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn planes_follow_each_other() {
        let crop = Crop::new(Size::new(2, 1), 1, [0.6, 0.0]);
        let (mut squares, table) = (vec![], [0.5; 256]);
        crop.push(&[1, 2], &std::array::from_fn(|value| value as f32), &mut squares);
        crop.push(&[3, 4], &table, &mut squares);
        assert_eq!(squares, [2.0, 0.5]);
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
