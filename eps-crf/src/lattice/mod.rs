//! Gaussian filtering over permutohedral lattices.

mod cells;
mod features;
mod grid;
mod keys;
mod messages;
mod simplex;
mod sparse;
mod table;
mod window;

pub(crate) use grid::Grid;
pub(crate) use messages::Messages;
#[cfg(test)]
pub(crate) use simplex::Simplices;
pub(crate) use simplex::{BLOCK, Integers, Lanes, MAX_COORDINATE, ROUNDING};
pub(crate) use sparse::Sparse;
pub(crate) use window::Window;

/// What blurring a lattice of `vertices` vertices a simplex multiplies a constant by, inverted.
fn gain(vertices: i32) -> f32 {
    1.0 / (1.0 + 2.0_f32.powi(1 - vertices))
}

/// Factors of what each pixel gives and takes, so that kernels are symmetrically normalised and
/// messages have their kernel's weight; `taken` is what a pixel takes if every pixel gives 1.
fn normalisation(taken: &[f32], gain: f32, weight: f32) -> Vec<f32> {
    /// Added before the inverse root, as in Krähenbühl's implementation.
    const EPSILON: f64 = 1e-20;
    let root = (gain * weight).sqrt();
    let inverse = |taken: f32| (1.0 / (f64::from(gain * taken) + EPSILON).sqrt()) as f32;
    taken.iter().map(|&taken| root * inverse(taken)).collect()
}
