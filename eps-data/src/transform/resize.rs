//! Bicubic resizing of bytes, equal to Pillow's.
//!
//! Columns are resized first, then rows; between the two, values are rounded and clamped to bytes.
//! When shrinking, the filter is widened by the reduction, so that every source pixel counts. Other
//! implementations of the same filter differ in the order of the passes or in the rounding, by up to
//! several grey levels at edges.

use super::{Planes, picture_size, planes::taken_apart};
use crate::{SaliencyMap, Size};
use image::RgbImage;
use pulp::{Arch, NullaryFnOnce};

/// Bits behind the point of a weight: what 32 leave for a byte, its sign and the overshoot.
const FRACTION_BITS: u32 = 32 - 8 - 2;

/// Radius of the cubic filter in target pixels, in source pixels when enlarging.
const RADIUS: f64 = 2.0;

/// The picture at another size.
///
/// # Panics
///
/// If either size has no pixels.
pub fn resize_rgb(picture: &RgbImage, size: Size) -> Planes {
    Planes::new(size, resize(picture.as_raw(), picture_size(picture), size))
}

/// The map at another size.
///
/// # Panics
///
/// If either size has no pixels.
pub fn resize_saliency(map: &SaliencyMap, size: Size) -> SaliencyMap {
    let [values] = resize(map.values(), map.size(), size);
    SaliencyMap::new(size, values)
}

/// The planes of bytes of `CHANNELS` a pixel, at another size.
fn resize<const CHANNELS: usize>(bytes: &[u8], from: Size, to: Size) -> [Vec<u8>; CHANNELS] {
    assert!(from.pixels() > 0 && to.pixels() > 0, "{from} to {to} has no pixels");
    Arch::new().dispatch(Resize::<CHANNELS> { bytes, from, to })
}

/// A resizing, for the vector instructions that the processor has.
struct Resize<'a, const CHANNELS: usize> {
    bytes: &'a [u8],
    from: Size,
    to: Size,
}

impl<const CHANNELS: usize> NullaryFnOnce for Resize<'_, CHANNELS> {
    type Output = [Vec<u8>; CHANNELS];

    #[inline(always)]
    fn call(self) -> [Vec<u8>; CHANNELS] {
        let Self { bytes, from, to } = self;
        let wide = if from.width == to.width {
            taken_apart(bytes)
        } else {
            resize_rows(bytes, from.width, &Taps::new(from.width, to.width))
        };
        if from.height == to.height {
            return wide;
        }
        let taps = Taps::new(from.height, to.height);
        let mut planes = [const { Vec::new() }; CHANNELS];
        // Not `map`, whose closures are compiled for any processor.
        for (plane, wide) in planes.iter_mut().zip(&wide) {
            *plane = resize_columns(wide, to.width, &taps);
        }
        planes
    }
}

/// The source pixels that each target pixel along an axis is made of: as many for all.
struct Taps {
    /// The first source pixel of each target pixel.
    firsts: Vec<usize>,
    /// Source pixels of a target pixel.
    count: usize,
    /// `count` fixed-point weights for each target pixel, [`FRACTION_BITS`] behind the point; the sum
    /// of a pixel's is close to 1. Weights beside the filter are 0.
    weights: Vec<i32>,
}

impl Taps {
    fn new(from: usize, to: usize) -> Self {
        let scale = from as f64 / to as f64;
        let widening = scale.max(1.0);
        let radius = RADIUS * widening;
        let centre = |target: usize| (target as f64 + 0.5) * scale;
        let range = |target: usize| {
            let first = (centre(target) - radius + 0.5).max(0.0) as usize;
            first..((centre(target) + radius + 0.5) as usize).min(from)
        };
        let count = (0..to).map(|target| range(target).len()).max().unwrap_or(0);
        let mut taps = Self { firsts: Vec::with_capacity(to), count, weights: vec![0; to * count] };
        for (target, weights) in taps.weights.chunks_exact_mut(count).enumerate() {
            let range = range(target);
            let first = range.start.min(from - count);
            let distance =
                |source: usize| (source as f64 - centre(target) + 0.5) * (1.0 / widening);
            let sum: f64 = range.clone().map(|source| cubic(distance(source))).sum();
            for source in range {
                weights[source - first] = fixed_point(cubic(distance(source)) / sum);
            }
            taps.firsts.push(first);
        }
        taps
    }

    /// First source pixel and weights of each target pixel.
    #[inline(always)]
    fn iter(&self) -> impl Iterator<Item = (usize, &[i32])> {
        self.firsts.iter().copied().zip(self.weights.chunks_exact(self.count))
    }
}

/// Keys' cubic with a = −1/2.
fn cubic(distance: f64) -> f64 {
    const A: f64 = -0.5;
    let x = distance.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < RADIUS {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

fn fixed_point(weight: f64) -> i32 {
    (weight * f64::from(1 << FRACTION_BITS)).round() as i32
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
    taps: &Taps,
) -> [Vec<u8>; CHANNELS] {
    let stride = if CHANNELS == 1 { 1 } else { 4 };
    let (from, to) = (width * CHANNELS, taps.firsts.len());
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
                let byte = |bytes: &[u8; 8]| (u64::from_le_bytes(*bytes) >> shift) as u8;
                target.extend(combined.iter().map(byte));
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
fn resize_columns(bytes: &[u8], row: usize, taps: &Taps) -> Vec<u8> {
    let mut target = vec![0; row * taps.firsts.len()];
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
}
