//! Gaussian filtering over permutohedral lattices.
//!
//! A Gaussian filter `Σ_j exp(-|f_i - f_j|² / 2) v_j` of all `N` pixels would take `N²` products.
//! Instead each pixel lies in a simplex of a lattice over its features and works with the simplex's
//! `d + 1` corners:
//!
//! ```text
//! splat   pixel -> corners          value times barycentric weight
//! blur    vertex <- neighbours      v + ½ (v behind + v ahead), along each of d + 1 axes in turn
//! slice   corners -> pixel          the same weights
//! ```
//!
//! This costs `O(d N + d M)` a label for `M` vertices, at most `(d + 1) N`. Places (`d = 2`) fill a
//! plane: [`Grid`] finds a vertex by its row and column, and [`Window`] blurs while rows of the
//! image go by. Places with colours (`d = 5`) touch few of very many vertices: [`Sparse`] numbers
//! those, `Cells` knows their neighbours, and [`Messages`] holds the values.
//!
//! Source: Adams, Baek and Davis, "Fast High-Dimensional Filtering Using the Permutohedral
//! Lattice", Eurographics 2010, section 3.

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

/// The inverse of what blurring leaves of a vertex's value at the vertex, `vertices` being those of a
/// simplex: all of it by staying, and `2^-vertices` by one step along every axis, which leads back, either
/// way round. Times this, a kernel is 1 at distance 0.
fn gain(vertices: i32) -> f32 {
    1.0 / (1.0 + 2.0_f32.powi(1 - vertices))
}

/// Factors of what each pixel gives and takes, so that kernels are symmetrically normalised and
/// messages have their kernel's weight; `taken` is what a pixel takes if every pixel gives 1.
fn normalisation(taken: &[f32], gain: f32, weight: f32) -> Vec<f32> {
    /// Added before the inverse root, as in Krähenbühl's implementation.
    const EPSILON: f64 = 1e-20;
    let root = (gain * weight).sqrt();
    taken
        .iter()
        .map(|&taken| {
            let inverse = 1.0 / (f64::from(gain * taken) + EPSILON).sqrt();
            root * inverse as f32
        })
        .collect()
}
