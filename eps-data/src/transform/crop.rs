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

    /// Bytes of `CHANNELS` a pixel as planes `[CHANNELS, side, side]` of what `tables` say of them.
    ///
    /// # Panics
    ///
    /// If there are fewer bytes than the image has.
    pub fn planes<const CHANNELS: usize>(
        &self,
        bytes: &[u8],
        tables: &[[f32; 256]; CHANNELS],
    ) -> Vec<f32> {
        let Self { across, down, width, side } = self;
        let mut square = vec![0.0; CHANNELS * side * side];
        for row in 0..down.length {
            let from = ((down.source + row) * width + across.source) * CHANNELS;
            let (pixels, _) = bytes[from..][..across.length * CHANNELS].as_chunks::<CHANNELS>();
            for (channel, table) in tables.iter().enumerate() {
                let to = (channel * side + down.target + row) * side + across.target;
                for (value, pixel) in square[to..][..across.length].iter_mut().zip(pixels) {
                    *value = table[usize::from(pixel[channel])];
                }
            }
        }
        square
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
        let places = pixels.abs_diff(side) + 1;
        let place = ((position * places as f64) as usize).min(places - 1);
        let (source, target) = if pixels > side { (place, 0) } else { (0, place) };
        Self { source, target, length: pixels.min(side) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every byte as its own number, plus 0.5.
    fn halves<const CHANNELS: usize>() -> [[f32; 256]; CHANNELS] {
        [std::array::from_fn(|value| value as f32 + 0.5); CHANNELS]
    }

    #[test]
    fn a_long_axis_is_cut_and_a_short_one_padded() {
        // 3×2 in a square of 2: the last column pair, no room downwards.
        let crop = Crop::new(Size::new(3, 2), 2, [0.99, 0.5]);
        assert_eq!(crop.planes(&[1, 2, 3, 4, 5, 6], &halves::<1>()), [2.5, 3.5, 5.5, 6.5]);
        // 1×2 in a square of 3: last column, first row.
        let square = Crop::new(Size::new(1, 2), 3, [0.9, 0.1]).planes(&[7, 8], &halves::<1>());
        assert_eq!(square, [0.0, 0.0, 7.5, 0.0, 0.0, 8.5, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn channels_become_planes_that_are_cut_alike() {
        let crop = Crop::new(Size::new(2, 1), 1, [0.6, 0.0]);
        let mut tables = halves::<2>();
        tables[1][4] = -1.0;
        assert_eq!(crop.planes(&[1, 2, 3, 4], &tables), [3.5, -1.0]);
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
