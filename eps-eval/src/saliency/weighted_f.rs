//! Weighted F-measure.
//!
//! ```text
//! on objects      E' = min(E, G * E)             G: Gaussian of 7x7, the background having the error
//!                                                   of its nearest object pixel
//! on background   E' = E · (2 - ½^(d / 5))       d: distance to the nearest object pixel
//! F = 2 P R / (P + R),   R = 1 - mean E' on objects,   P = hits / (hits + Σ E' on background)
//! ```
//!
//! Hits are the object pixels less `Σ E'` on them. The Gaussian is separable, so it takes two
//! passes of seven taps, and only over the rectangle that holds the objects, since it is needed
//! nowhere else.

use super::{Foreground, Levels, NearestObject, Truth};
use eps_data::{SaliencyMap, Size};
use std::ops::Range;

/// Pixels on each side that the Gaussian reaches.
const REACH: usize = 3;

/// Standard deviation of the Gaussian in pixels.
const SIGMA: f64 = 5.0;

/// Distance in pixels at which a false alarm counts one and a half times.
const HALF_DISTANCE: f64 = 5.0;

/// F-measure whose errors are weighed by where they are, in `0..=1`; higher is better.
///
/// Errors on objects are averaged over 7×7 pixels by a Gaussian where that makes them smaller, the
/// background taking the error of its nearest object pixel; errors on the background weigh from 1,
/// beside an object, to 2 far away. Precision and recall count alike. Ignored pixels are smoothed
/// over as background and weigh nothing. 0 without objects.
///
/// # References
///
/// Margolin, Zelnik-Manor, Tal, How to evaluate foreground maps?, CVPR 2014.
pub(super) fn weighted_f(map: &SaliencyMap, truth: &Foreground, levels: &Levels) -> f64 {
    let Some(nearest) = NearestObject::of(truth) else { return 0.0 };
    let errors = errors(map, truth, levels);
    let smoothed = Smoothed::of(&errors, truth, &nearest);
    let (mut objects, mut on_objects, mut on_background) = (0_u64, 0.0, 0.0);
    let rows = errors.chunks_exact(map.size().width).zip(truth.rows());
    let distances = nearest.squared_distance.chunks_exact(map.size().width);
    for (row, ((errors, truth), distances)) in rows.zip(distances).enumerate() {
        for (column, (&error, &truth)) in errors.iter().zip(truth).enumerate() {
            if truth == Truth::Object {
                objects += 1;
                on_objects += error.min(smoothed.at(row, column));
            } else if truth == Truth::Background && error > 0.0 {
                // Most of the background has no error.
                on_background += error * importance(distances[column]);
            }
        }
    }
    let objects = objects as f64;
    let hits = objects - on_objects;
    let recall = 1.0 - on_objects / objects;
    // With EPSILON a map that finds nothing has precision 0 instead of 0 / 0.
    let precision = hits / (hits + on_background + f64::EPSILON);
    2.0 * recall * precision / (recall + precision + f64::EPSILON)
}

/// Difference from the truth at each pixel; 0 where it is ignored.
fn errors(map: &SaliencyMap, truth: &Foreground, levels: &Levels) -> Vec<f64> {
    let errors = map.values().iter().zip(truth.pixels()).map(|(&value, truth)| match truth {
        Truth::Background => levels.level(value),
        Truth::Object => 1.0 - levels.level(value),
        Truth::Ignored => 0.0,
    });
    errors.collect()
}

/// Weight of an error on the background, from its squared distance to the nearest object.
fn importance(squared_distance: f64) -> f64 {
    2.0 - (0.5_f64.ln() / HALF_DISTANCE * squared_distance.sqrt()).exp()
}

/// Smoothed errors of the rectangle that holds the objects.
struct Smoothed {
    columns: Range<usize>,
    rows: Range<usize>,
    values: Vec<f64>,
}

impl Smoothed {
    /// Two passes, along the rows and along the columns, as a Gaussian allows; 0 outside the map.
    fn of(errors: &[f64], truth: &Foreground, nearest: &NearestObject) -> Self {
        let Size { width, height } = truth.size();
        let (columns, rows) = extent(truth);
        let above = rows.start.saturating_sub(REACH);
        let around = above..(rows.end + REACH).min(height);
        let weights = gaussian();
        // Both ends stay 0: beyond the map there is no error, and the weights that fall there are not made
        // up for, as in the reference, which convolves with `mode="constant", cval=0`.
        let mut padded = vec![0.0; width + 2 * REACH];
        let mut along_rows = vec![0.0; around.len() * columns.len()];
        for (row, sums) in around.clone().zip(along_rows.chunks_exact_mut(columns.len())) {
            let places = &nearest.place[row * width..][..width];
            for (value, &place) in padded[REACH..].iter_mut().zip(places) {
                *value = errors[place as usize];
            }
            for (tap, weight) in weights.into_iter().enumerate() {
                add_scaled(sums, &padded[columns.start + tap..], weight);
            }
        }
        let mut values = vec![0.0; rows.len() * columns.len()];
        for (row, sums) in rows.clone().zip(values.chunks_exact_mut(columns.len())) {
            for (tap, weight) in weights.into_iter().enumerate() {
                let source = (row + tap).checked_sub(REACH).filter(|row| around.contains(row));
                let Some(source) = source else { continue };
                add_scaled(sums, &along_rows[(source - above) * columns.len()..], weight);
            }
        }
        Self { columns, rows, values }
    }

    /// The smoothed error of an object pixel.
    fn at(&self, row: usize, column: usize) -> f64 {
        let start = (row - self.rows.start) * self.columns.len();
        self.values[start + column - self.columns.start]
    }
}

fn add_scaled(sums: &mut [f64], values: &[f64], weight: f64) {
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * value);
}

/// Columns and rows from the first object pixel to the last.
fn extent(truth: &Foreground) -> (Range<usize>, Range<usize>) {
    let is_object = |&truth: &Truth| truth == Truth::Object;
    let Size { width, height } = truth.size();
    let (mut columns, mut rows) = (width..0, height..0);
    for (row, truth) in truth.rows().enumerate() {
        let Some(first) = truth.iter().position(is_object) else { continue };
        let last = truth.iter().rposition(is_object).unwrap_or(first);
        columns = columns.start.min(first)..columns.end.max(last + 1);
        rows = rows.start.min(row)..row + 1;
    }
    (columns, rows)
}

/// Weights of one pass; their sum is 1.
fn gaussian() -> [f64; 2 * REACH + 1] {
    let weights: [f64; 2 * REACH + 1] = std::array::from_fn(|tap| {
        let square = tap.abs_diff(REACH).pow(2) as f64;
        (-square / (2.0 * SIGMA * SIGMA)).exp()
    });
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

#[cfg(test)]
mod tests {
    use super::super::{Stretch, foreground::tests::drawn};
    use super::*;

    fn score(values: &[u8], rows: &str) -> f64 {
        let truth = drawn(rows);
        let map = SaliencyMap::new(truth.size(), values.to_vec());
        weighted_f(&map, &truth, &Levels::of(&map, Stretch::WholeRange))
    }

    #[test]
    fn a_perfect_map_is_one_and_without_objects_it_is_zero() {
        assert!((score(&[255, 255, 0, 0], "##..") - 1.0).abs() < 1e-15);
        assert_eq!(score(&[255, 0, 0, 0], "...."), 0.0);
    }

    #[test]
    fn a_false_alarm_weighs_more_the_farther_it_is() {
        assert_eq!(importance(0.0), 1.0);
        assert_eq!(importance(25.0), 1.5);
        assert!((importance(1e6) - 2.0).abs() < 1e-15);
        let near = score(&[255, 255, 0, 0, 0, 0, 0, 0], "#.......");
        let far = score(&[255, 0, 0, 0, 0, 0, 0, 255], "#.......");
        assert!(near > far, "{near} {far}");
    }

    #[test]
    fn errors_of_ignored_pixels_weigh_nothing() {
        assert!((score(&[255, 0, 0, 255], "#..?") - 1.0).abs() < 1e-15);
    }

    #[test]
    fn the_gaussian_is_that_of_fspecial() {
        let weights = gaussian();
        // fspecial('gaussian', 7, 5): corner and centre.
        assert!((weights[0] * weights[0] - 0.016_63).abs() < 1e-5);
        assert!((weights[3] * weights[3] - 0.023_84).abs() < 1e-5);
    }
}
