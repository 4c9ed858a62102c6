//! Our kernels against burn's own operations and their automatic gradients.

mod convolutions;
mod normalisations;

use rayon::ThreadPoolBuilder;

/// Sums of up to 1750 products of `f32`, added in different orders.
const TOLERANCE: f64 = 1e-5;

const PAIR: [f64; 2] = [-1.0, 1.0];

/// Equal but for `tolerance` of the largest magnitude.
fn assert_close(ours: &[f32], expected: &[f32], tolerance: f64, what: &str) {
    let largest = expected.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let distance = crate::golden::largest_distance(ours, expected);
    // Also refuses a distance that is not a number.
    let is_close = distance <= tolerance * f64::from(largest);
    assert!(is_close, "{what}: {distance} apart, the largest value is {largest}");
}

/// Results in a pool of this many threads.
fn with_threads<T: Send>(threads: usize, of: impl FnOnce() -> T + Send) -> T {
    ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(of)
}
