//! Bicubic resizing of bytes, equal to Pillow's.
//!
//! Columns are resized first, then rows; between the two, values are rounded and clamped to bytes.
//! When shrinking, the filter is widened by the reduction, so that every source pixel counts. Other
//! implementations of the same filter differ in the order of the passes or in the rounding, by up to
//! several grey levels at edges.

use super::picture_size;
use crate::{SaliencyMap, Size};
use image::RgbImage;

/// Bits behind the point of a weight: what 32 leave for a byte, its sign and the overshoot.
const FRACTION_BITS: u32 = 32 - 8 - 2;

/// Radius of the cubic filter in target pixels, in source pixels when enlarging.
const RADIUS: f64 = 2.0;

/// The picture at another size.
///
/// # Panics
///
/// If either size has no pixels.
pub fn resize_rgb(picture: &RgbImage, size: Size) -> RgbImage {
    let bytes = resize::<3>(picture.as_raw(), picture_size(picture), size);
    RgbImage::from_raw(size.width as u32, size.height as u32, bytes).expect("three bytes a pixel")
}

/// The map at another size.
///
/// # Panics
///
/// If either size has no pixels.
pub fn resize_saliency(map: &SaliencyMap, size: Size) -> SaliencyMap {
    SaliencyMap::new(size, resize::<1>(map.values(), map.size(), size))
}

fn resize<const CHANNELS: usize>(bytes: &[u8], from: Size, to: Size) -> Vec<u8> {
    assert!(from.pixels() > 0 && to.pixels() > 0, "{from} to {to} has no pixels");
    let wide = if from.width == to.width {
        bytes.to_vec()
    } else {
        resize_rows::<CHANNELS>(bytes, from.width, &taps(from.width, to.width))
    };
    if from.height == to.height {
        return wide;
    }
    resize_columns(&wide, to.width * CHANNELS, &taps(from.height, to.height))
}

/// The source pixels that a target pixel is made of.
struct Taps {
    first: usize,
    /// Fixed-point weights, [`FRACTION_BITS`] behind the point; their sum is close to 1.
    weights: Vec<i32>,
}

/// The taps of every target pixel along one axis.
fn taps(from: usize, to: usize) -> Vec<Taps> {
    let scale = from as f64 / to as f64;
    let widening = scale.max(1.0);
    let radius = RADIUS * widening;
    let tap = |target: usize| {
        let centre = (target as f64 + 0.5) * scale;
        let first = (centre - radius + 0.5).max(0.0) as usize;
        let end = ((centre + radius + 0.5) as usize).min(from);
        let distance = |source: usize| (source as f64 - centre + 0.5) * (1.0 / widening);
        let weights: Vec<_> = (first..end).map(|source| cubic(distance(source))).collect();
        let sum: f64 = weights.iter().sum();
        Taps {
            first,
            weights: weights.into_iter().map(|weight| fixed_point(weight / sum)).collect(),
        }
    };
    (0..to).map(tap).collect()
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

/// A weighted sum, to the nearest byte.
fn to_byte(sum: i32) -> u8 {
    (sum >> FRACTION_BITS).clamp(0, 255) as u8
}

const HALF: i32 = 1 << (FRACTION_BITS - 1);

/// Changes the number of pixels in each row.
fn resize_rows<const CHANNELS: usize>(bytes: &[u8], width: usize, taps: &[Taps]) -> Vec<u8> {
    let mut target = Vec::with_capacity(bytes.len() / width * taps.len());
    for row in bytes.chunks_exact(width * CHANNELS) {
        for tap in taps {
            let mut sums = [HALF; CHANNELS];
            let pixels = row[tap.first * CHANNELS..].chunks_exact(CHANNELS);
            for (pixel, &weight) in pixels.zip(&tap.weights) {
                for (sum, &value) in sums.iter_mut().zip(pixel) {
                    *sum += i32::from(value) * weight;
                }
            }
            target.extend(sums.map(to_byte));
        }
    }
    target
}

/// Changes the number of rows of `row` bytes.
fn resize_columns(bytes: &[u8], row: usize, taps: &[Taps]) -> Vec<u8> {
    let mut target = Vec::with_capacity(row * taps.len());
    let mut sums = vec![0; row];
    for tap in taps {
        sums.fill(HALF);
        let rows = bytes[tap.first * row..].chunks_exact(row);
        for (values, &weight) in rows.zip(&tap.weights) {
            for (sum, &value) in sums.iter_mut().zip(values) {
                *sum += i32::from(value) * weight;
            }
        }
        target.extend(sums.iter().map(|&sum| to_byte(sum)));
    }
    target
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
