//! How many pixels of the objects and of the background have each grey value.
//!
//! A map has 256 values, so that precision, recall, F, E-measure, S-measure and error at all
//! thresholds are functions of two histograms. The S-measure wants four of each, cut at the centre
//! of the objects; the whole map's are their sum. One pass of one increment a pixel thus serves
//! everything.

// The four blocks, cut right of and below the mean object pixel:
//
//          left   right
//   above    0  |   1
//          -----+-----
//   below    2  |   3

use super::{Foreground, Truth};
use crate::confusion::add_counts;
use eps_data::{SaliencyMap, Size};
use std::iter::Sum;
use std::ops::Add;

/// Pixels by grey value: those of objects and those of the background.
///
/// Every metric but the weighted F-measure is a function of these counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LevelCounts {
    pub(super) objects: [u64; 256],
    pub(super) background: [u64; 256],
}

impl LevelCounts {
    /// Number of object pixels.
    pub(super) fn object_pixels(&self) -> u64 {
        self.objects.iter().sum()
    }

    /// Number of pixels that count.
    pub(super) fn pixels(&self) -> u64 {
        self.object_pixels() + self.background.iter().sum::<u64>()
    }
}

impl Default for LevelCounts {
    fn default() -> Self {
        Self { objects: [0; 256], background: [0; 256] }
    }
}

impl Add<&Self> for LevelCounts {
    type Output = Self;

    fn add(mut self, other: &Self) -> Self {
        add_counts(&mut self.objects, &other.objects);
        add_counts(&mut self.background, &other.background);
        self
    }
}

impl<'a> Sum<&'a Self> for LevelCounts {
    fn sum<I: Iterator<Item = &'a Self>>(counts: I) -> Self {
        counts.fold(Self::default(), Add::add)
    }
}

/// A part of a map, cut at the centre of the objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Width and height, ignored pixels included.
    pub(super) size: Size,
    pub(super) counts: LevelCounts,
}

/// The counts of the four parts: left and right above, left and right below.
pub(super) struct Blocks([Block; 4]);

impl Blocks {
    /// Counts the pixels of a map; both must be of one size.
    pub(super) fn count(map: &SaliencyMap, truth: &Foreground) -> Self {
        let Size { width, height } = map.size();
        let (left, upper) = first_block(truth);
        // A plane for ignored pixels too, which nobody reads: so each pixel is one increment and no question.
        let mut planes = Box::new([[[0_u32; 256]; 3]; 4]);
        let values = map.values().chunks_exact(width.max(1));
        for (row, (values, truth)) in values.zip(truth.rows()).enumerate() {
            let half = if row < upper { 0 } else { 2 };
            count_row(&mut planes[half], &values[..left], &truth[..left]);
            count_row(&mut planes[half + 1], &values[left..], &truth[left..]);
        }
        let (right, lower) = (width - left, height - upper);
        let sizes = [(left, upper), (right, upper), (left, lower), (right, lower)];
        Self(std::array::from_fn(|index| Block {
            size: Size::new(sizes[index].0, sizes[index].1),
            counts: LevelCounts {
                background: planes[index][Truth::Background as usize].map(u64::from),
                objects: planes[index][Truth::Object as usize].map(u64::from),
            },
        }))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Block> {
        self.0.iter()
    }

    /// Width of the whole map.
    pub(super) fn width(&self) -> usize {
        self.0[0].size.width + self.0[1].size.width
    }

    /// Counts of the whole map.
    pub(super) fn total(&self) -> LevelCounts {
        self.iter().map(|block| &block.counts).sum()
    }
}

fn count_row(planes: &mut [[u32; 256]; 3], values: &[u8], truth: &[Truth]) {
    for (&value, &truth) in values.iter().zip(truth) {
        planes[truth as usize][usize::from(value)] += 1;
    }
}

/// Columns and rows up to the mean object pixel, this one included; everything without objects.
///
/// The mean is rounded half to even, and one is added: MATLAB's `1:X`, from which the metric comes,
/// contains `X`.
fn first_block(truth: &Foreground) -> (usize, usize) {
    let (mut pixels, mut columns, mut rows) = (0_u64, 0_u64, 0_u64);
    for (row, truth) in truth.rows().enumerate() {
        let before = pixels;
        for (column, _) in truth.iter().enumerate().filter(|(_, truth)| **truth == Truth::Object) {
            pixels += 1;
            columns += column as u64;
        }
        rows += row as u64 * (pixels - before);
    }
    if pixels == 0 {
        return (truth.size().width, truth.size().height);
    }
    let [column, row] =
        [columns, rows].map(|sum| (sum as f64 / pixels as f64).round_ties_even() as usize);
    (column + 1, row + 1)
}

#[cfg(test)]
mod tests {
    use super::super::foreground::tests::drawn;
    use super::*;

    #[test]
    fn blocks_end_behind_the_rounded_mean_of_the_objects() {
        let cases = [
            ("#... .... ....", (1, 1)),
            ("...# .... ....", (4, 1)),
            // The means 0.5 and 1.5 go to even numbers.
            ("##.. .... ....", (1, 1)),
            (".##. .... ....", (3, 1)),
            ("#... #... ....", (1, 1)),
            (".... .... ...#", (4, 3)),
            (".... .... ....", (4, 3)),
        ];
        for (rows, expected) in cases {
            assert_eq!(first_block(&drawn(rows)), expected, "{rows}");
        }
    }

    #[test]
    fn every_pixel_counts_in_its_block_unless_ignored() {
        let truth = drawn("#.. ?..");
        let map = SaliencyMap::new(Size::new(3, 2), vec![9, 1, 2, 7, 1, 1]);
        let blocks = Blocks::count(&map, &truth);
        let pixels: Vec<_> = blocks.iter().map(|block| block.counts.pixels()).collect();
        assert_eq!(pixels, [1, 2, 0, 2]);
        let total = blocks.total();
        assert_eq!((total.objects[9], total.object_pixels(), total.pixels()), (1, 1, 5));
        assert_eq!((total.background[1], total.background[2], total.background[7]), (3, 1, 0));
    }
}
