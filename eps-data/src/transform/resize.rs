//! Resizing of bytes, equal to Pillow's.
//!
//! Columns are resized first, then rows; between the two, values are rounded and clamped to bytes.
//! Other implementations of the same filter differ in the order of the passes or in the rounding, by
//! up to several grey levels at edges.

// A pass is a sum of bytes times weights of 22 bits behind the point, begun with a half and shifted
// down, as Pillow's `ImagingResampleHorizontal_8bpc` and `.._Vertical_8bpc` compute it. Integers are
// added exactly, so that lanes and blocks in any order give the same bits:
//
//   rows      eight lanes hold a column of eight grey rows, or of two rows of three channels and an
//             idle one; a tap is one product for all of them
//   columns   32 neighbours of a row are summed over the rows above each other
//
// Cost: the taps of an axis for each pixel of its pass, and one transpose of each pixel into lanes.

use super::taps::{Filter, Taps};
use super::{Planes, picture_size, planes::taken_apart};
use crate::{SaliencyMap, Size};
use image::RgbImage;
use pulp::{Arch, NullaryFnOnce};

/// Bits behind the point of a weight: what 32 leave for a byte, its sign and the overshoot.
const FRACTION_BITS: u32 = 32 - 8 - 2;

/// The picture at another size, as training and inference take it: bicubically.
///
/// # Panics
///
/// If either size has no pixels.
pub fn resize_rgb(picture: &RgbImage, size: Size) -> Planes {
    resize_rgb_by(Filter::Bicubic, picture, size)
}

/// The picture at another size.
///
/// # Panics
///
/// If either size has no pixels.
pub fn resize_rgb_by(filter: Filter, picture: &RgbImage, size: Size) -> Planes {
    Planes::new(size, resize(filter, picture.as_raw(), picture_size(picture), size))
}

/// The map at another size, as training takes it: bicubically.
///
/// # Panics
///
/// If either size has no pixels.
pub fn resize_saliency(map: &SaliencyMap, size: Size) -> SaliencyMap {
    resize_saliency_by(Filter::Bicubic, map, size)
}

/// The map at another size.
///
/// # Panics
///
/// If either size has no pixels.
pub fn resize_saliency_by(filter: Filter, map: &SaliencyMap, size: Size) -> SaliencyMap {
    let [values] = resize(filter, map.values(), map.size(), size);
    SaliencyMap::new(size, values)
}

/// The planes of bytes of `CHANNELS` a pixel, at another size.
fn resize<const CHANNELS: usize>(
    filter: Filter,
    bytes: &[u8],
    from: Size,
    to: Size,
) -> [Vec<u8>; CHANNELS] {
    assert!(from.pixels() > 0 && to.pixels() > 0, "{from} to {to} has no pixels");
    Arch::new().dispatch(Resize::<CHANNELS> { filter, bytes, from, to })
}

fn taps(filter: Filter, from: usize, to: usize) -> Taps<i32> {
    Taps::new(filter, from, to).fixed_point(FRACTION_BITS)
}

/// A resizing, for the vector instructions that the processor has.
struct Resize<'a, const CHANNELS: usize> {
    filter: Filter,
    bytes: &'a [u8],
    from: Size,
    to: Size,
}

impl<const CHANNELS: usize> NullaryFnOnce for Resize<'_, CHANNELS> {
    type Output = [Vec<u8>; CHANNELS];

    #[inline(always)]
    fn call(self) -> [Vec<u8>; CHANNELS] {
        let Self { filter, bytes, from, to } = self;
        let wide = if from.width == to.width {
            taken_apart(bytes)
        } else {
            resize_rows(bytes, from.width, &taps(filter, from.width, to.width))
        };
        if from.height == to.height {
            return wide;
        }
        let taps = taps(filter, from.height, to.height);
        let mut planes = [const { Vec::new() }; CHANNELS];
        // Not `map`, whose closures are compiled for any processor.
        for (plane, wide) in planes.iter_mut().zip(&wide) {
            *plane = resize_columns(wide, to.width, &taps);
        }
        planes
    }
}

const HALF: i32 = 1 << (FRACTION_BITS - 1);

/// A weighted sum that began with [`HALF`], to the nearest byte.
#[inline(always)]
fn to_byte(sum: i32) -> u8 {
    (sum >> FRACTION_BITS).clamp(0, 255) as u8
}

/// Values that are weighted alike.
type Lanes = [i32; 8];

/// One target pixel of the rows in the lanes.
#[inline(always)]
fn combine(pixels: &[Lanes], first: usize, weights: &[i32]) -> [u8; 8] {
    let mut sums = [HALF; 8];
    for (values, &weight) in pixels[first..][..weights.len()].iter().zip(weights) {
        for (sum, &value) in sums.iter_mut().zip(values) {
            *sum += value * weight;
        }
    }
    sums.map(to_byte)
}

/// Changes the number of pixels in each row of bytes of `CHANNELS` a pixel, which become planes; a pixel
/// of one channel takes one lane, one of three takes four.
#[inline(always)]
fn resize_rows<const CHANNELS: usize>(
    bytes: &[u8],
    width: usize,
    taps: &Taps<i32>,
) -> [Vec<u8>; CHANNELS] {
    let stride = if CHANNELS == 1 { 1 } else { 4 };
    let (from, to) = (width * CHANNELS, taps.len());
    let mut target = [0; CHANNELS].map(|_| Vec::with_capacity(bytes.len() / from * to));
    let mut pixels = vec![Lanes::default(); width];
    let mut combined = vec![[0; 8]; to];
    for rows in bytes.chunks(8 / stride * from) {
        for (row, bytes) in rows.chunks_exact(from).enumerate() {
            fill_lanes::<CHANNELS>(&mut pixels, row * stride, bytes);
        }
        for (bytes, (first, weights)) in combined.iter_mut().zip(taps.iter()) {
            *bytes = combine(&pixels, first, weights);
        }
        for row in 0..rows.len() / from {
            for (channel, target) in target.iter_mut().enumerate() {
                let shift = 8 * (row * stride + channel);
                target.extend(
                    combined.iter().map(|bytes| (u64::from_le_bytes(*bytes) >> shift) as u8),
                );
            }
        }
    }
    target
}

/// Fills the lanes from `first` on with the channels of a row of pixels.
#[inline(always)]
fn fill_lanes<const CHANNELS: usize>(pixels: &mut [Lanes], first: usize, bytes: &[u8]) {
    let (bytes, _) = bytes.as_chunks::<CHANNELS>();
    for (lanes, bytes) in pixels.iter_mut().zip(bytes) {
        for (lane, &byte) in lanes[first..][..CHANNELS].iter_mut().zip(bytes) {
            *lane = i32::from(byte);
        }
    }
}

/// Bytes of a row that are summed at once.
const BLOCK: usize = 32;

/// Changes the number of rows of `row` bytes.
#[inline(always)]
fn resize_columns(bytes: &[u8], row: usize, taps: &Taps<i32>) -> Vec<u8> {
    let mut target = vec![0; row * taps.len()];
    for (target, (first, weights)) in target.chunks_exact_mut(row).zip(taps.iter()) {
        let rows = &bytes[first * row..];
        let Some(last) = row.checked_sub(BLOCK) else {
            (0..row).for_each(|at| sum_rows::<1>(&rows[at..], row, weights, &mut target[at..]));
            continue;
        };
        // The last block begins where it ends with the row, in the one before it.
        for at in (0..last).step_by(BLOCK).chain([last]) {
            sum_rows::<BLOCK>(&rows[at..], row, weights, &mut target[at..]);
        }
    }
    target
}

/// The first `N` values of a target row, from those of the source rows.
#[inline(always)]
fn sum_rows<const N: usize>(rows: &[u8], row: usize, weights: &[i32], target: &mut [u8]) {
    let mut sums = [HALF; N];
    for (line, &weight) in weights.iter().enumerate() {
        for (sum, &value) in sums.iter_mut().zip(&rows[line * row..][..N]) {
            *sum += i32::from(value) * weight;
        }
    }
    target[..N].copy_from_slice(&sums.map(to_byte));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_planes_are_enlarged_and_reduced_as_pillow_does() {
        // The method's vectors 16.1.
        let cases: [(&[u8], Size, Size, &[u8]); 4] = [
            (&[0, 64, 128, 255], Size::new(4, 1), Size::new(7, 1), &[0, 17, 59, 92, 136, 219, 255]),
            (&[0, 10, 20, 40, 80, 160, 200, 255], Size::new(8, 1), Size::new(3, 1), &[6, 68, 208]),
            (&[0, 255], Size::new(2, 1), Size::new(5, 1), &[0, 17, 128, 238, 255]),
            (
                &[0, 50, 100, 150, 200, 250],
                Size::new(3, 2),
                Size::new(5, 4),
                &[
                    0, 2, 37, 72, 91, 30, 46, 81, 116, 135, 116, 134, 169, 204, 223, 159, 178, 213,
                    248, 255,
                ],
            ),
        ];
        for (values, from, to, expected) in cases {
            let map = SaliencyMap::new(from, values.to_vec());
            assert_eq!(resize_saliency(&map, to).values(), expected, "{from} to {to}");
        }
    }

    #[test]
    fn lanczos_is_as_pillow_does_it() {
        let cases: [(&[u8], Size, Size, &[u8]); 4] = [
            (&[0, 64, 128, 255], Size::new(4, 1), Size::new(7, 1), &[0, 16, 59, 87, 138, 222, 255]),
            (&[0, 10, 20, 40, 80, 160, 200, 255], Size::new(8, 1), Size::new(3, 1), &[3, 66, 213]),
            (&[0, 255], Size::new(2, 1), Size::new(5, 1), &[0, 22, 128, 233, 255]),
            (
                &[0, 50, 100, 150, 200, 250],
                Size::new(3, 2),
                Size::new(5, 4),
                &[
                    0, 0, 24, 63, 78, 34, 46, 85, 124, 139, 112, 126, 165, 204, 219, 172, 187, 226,
                    255, 255,
                ],
            ),
        ];
        for (values, from, to, expected) in cases {
            let map = SaliencyMap::new(from, values.to_vec());
            let found = resize_saliency_by(Filter::Lanczos, &map, to);
            assert_eq!(found.values(), expected, "{from} to {to}");
        }
    }
}
