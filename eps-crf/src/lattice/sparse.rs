//! A lattice of places and colours, of which pixels touch few of very many vertices.
//!
//! Building it goes through the pixels once: the simplex of each pixel, the keys of its six
//! corners, and their numbers from a hash table, in the order in which they are met. The keys are
//! then sorted and corners renumbered in their order, so that vertices near each other in the image
//! are near each other in memory and neighbours along an axis are found by merging instead of by
//! search ([`super::cells`]).
//!
//! A corner is a row number whose highest bit marks the first corner of its vertex in the order of
//! the pixels: a splat clears the vertex there, which spares a pass over all vertices between
//! steps.
//!
//! Cost: 48 bytes a pixel; six lookups in the table, or none for a pixel in the simplex of the one
//! before; `O(M log M)` for the sort of `M` vertices.

use super::cells::{BEFORE, Cells};
use super::features::Features;
use super::keys::Keys;
use super::messages::Messages;
use super::simplex::{BLOCK, Simplices};
use super::table::Table;
use super::{gain, normalisation};
use crate::pages::Pages;
use crate::row::{One, Row as _};
use crate::{Bilateral, Picture};
use pulp::{Arch, NullaryFnOnce};

/// Vertices of a simplex in five dimensions.
pub(super) const V: usize = 6;

/// Set in each vertex's first corner, in the order of the pixels. Rows stay below it, since the largest
/// picture has fewer corners.
const FIRST: u32 = 1 << 31;

/// The vertices that the pixels of a picture touch.
pub(crate) struct Sparse {
    /// Rows of the vertices around each pixel, with [`FIRST`], and the pixel's shares of them.
    corners: Pages<u32>,
    weights: Pages<f32>,
    cells: Cells,
}

/// The row of the values of a corner's vertex.
#[inline(always)]
pub(super) fn row(corner: u32) -> usize {
    (corner & !FIRST) as usize
}

/// Whether no corner before this one is of the same vertex.
#[inline(always)]
pub(super) fn is_first(corner: u32) -> bool {
    corner & FIRST != 0
}

impl Sparse {
    /// The lattice of a picture; `None` if it is too large to be numbered.
    pub(crate) fn new(picture: &Picture<'_>, bilateral: &Bilateral) -> Option<Self> {
        let features = Features::of_points(picture, bilateral);
        let keys = Keys::covering(&features.ranges(picture.colours()))?;
        let weight = bilateral.weight;
        // The same operations in wider registers where the processor has them: the same bits.
        Some(Arch::new().dispatch(Build { picture, features, keys, weight }))
    }

    /// What every pixel takes when every pixel gives 1.
    pub(crate) fn of_ones(&self) -> Vec<f32> {
        // The same operations in wider registers where the processor has them: the same bits.
        Arch::new().dispatch(|| self.of_ones_in_registers())
    }

    #[inline(always)]
    fn of_ones_in_registers(&self) -> Vec<f32> {
        let mut messages = Messages::<One>::new(self);
        let pixels = self.weights.len() / V;
        messages.splat(0, &vec![[1.0]; pixels]);
        messages.turn();
        let mut taken = vec![0.0; pixels];
        messages.slice(0, One::rows_mut(&mut taken));
        taken
    }

    /// Corners of the pixels from `first` on, and shares.
    #[inline(always)]
    pub(super) fn corners(&self, first: usize) -> impl Iterator<Item = (&[u32; V], &[f32; V])> {
        let (corners, weights) = (self.corners.as_chunks().0, self.weights.as_chunks().0);
        corners[first..].iter().zip(&weights[first..])
    }

    /// The vertices, as they are blurred.
    #[inline(always)]
    pub(super) fn cells(&self) -> &Cells {
        &self.cells
    }

    /// Scales what each pixel gives and takes.
    #[inline(always)]
    fn scale(&mut self, factors: &[f32]) {
        for (weights, factor) in self.weights.as_chunks_mut::<V>().0.iter_mut().zip(factors) {
            weights.iter_mut().for_each(|weight| *weight *= factor);
        }
    }

    /// Number of vertices.
    pub(crate) fn vertices(&self) -> usize {
        self.cells.vertices()
    }

    /// Memory in bytes.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&self.corners[..]) + size_of_val(&self.weights[..]) + self.cells.bytes()
    }
}

/// A lattice that waits for the processor's widest registers.
struct Build<'a> {
    picture: &'a Picture<'a>,
    features: Features,
    keys: Keys<V>,
    weight: f32,
}

impl NullaryFnOnce for Build<'_> {
    type Output = Sparse;

    #[inline(always)]
    fn call(self) -> Sparse {
        let (mut corners, weights, table) = self.place();
        let sorted = sort(&mut corners, table.keys());
        let cells = Cells::new(&self.keys, &sorted);
        let mut sparse = Sparse { corners, weights, cells };
        sparse.scale(&normalisation(&sparse.of_ones_in_registers(), gain(V as i32), self.weight));
        sparse
    }
}

impl Build<'_> {
    /// Finds the corners of every pixel, and numbers the vertices as they are met.
    #[inline(always)]
    fn place(&self) -> (Pages<u32>, Pages<f32>, Table) {
        let width = self.picture.width();
        let mut table = Table::with_room(1 << 13);
        let count = V * self.picture.pixels();
        let (mut corners, mut weights) = (Pages::unset(count), Pages::unset(count));
        let pixels = corners.as_chunks_mut().0.iter_mut().zip(weights.as_chunks_mut().0);
        let mut pixels = pixels;
        // Neighbouring pixels are often in one simplex.
        let mut last = (u64::MAX, 0, [0; V]);
        for (row, colours) in self.picture.colours().chunks_exact(width).enumerate() {
            for (block, colours) in colours.chunks(BLOCK).enumerate() {
                let [x, y] = self.features.places(block * BLOCK, row);
                let [red, green, blue] = self.features.colours(colours);
                let simplices = Simplices::<V>::enclosing(&[x, y, red, green, blue]);
                let orders = orders(&simplices);
                for (lane, &order) in orders.iter().enumerate().take(colours.len()) {
                    let origin = self.keys.origin(&simplices.origin, lane);
                    if (origin, order) != (last.0, last.1) {
                        let keys = self.corner_keys(origin, &simplices, lane);
                        last = (origin, order, table.number_all(keys));
                    }
                    if let Some((corners, weights)) = pixels.next() {
                        *corners = last.2;
                        *weights = simplices.weights.map(|weights| weights[lane]);
                    }
                }
            }
        }
        (corners, weights, table)
    }

    /// The keys of a simplex, by remainder.
    #[inline(always)]
    fn corner_keys(&self, origin: u64, simplices: &Simplices<V>, lane: usize) -> [u64; V] {
        let mut order = [0; 8];
        for (axis, rank) in simplices.rank.iter().enumerate() {
            // Eight places and a mask, so that no index has to be checked; ranks are below six.
            order[(rank[lane] & 7) as usize] = axis;
        }
        let mut key = origin;
        std::array::from_fn(|remainder| {
            let next = self.keys.step(key, order[V - 1 - remainder]);
            std::mem::replace(&mut key, next)
        })
    }
}

/// Turns corners, which are numbers of vertices as they were met, to rows in the order of the keys, and
/// returns the keys in that order.
///
/// Pixels that are near each other in the picture then touch values that are near each other in memory.
#[inline(always)]
fn sort(corners: &mut [u32], met: &[u64]) -> Vec<u64> {
    let mut order: Vec<(u64, u32)> = met.iter().copied().zip(0..).collect();
    // Keys are distinct, so that the order is one and the same however it is sorted.
    order.sort_unstable();
    let mut rows = vec![0; met.len()];
    for (place, &(_, number)) in order.iter().enumerate() {
        rows[number as usize] = (place + BEFORE) as u32 | FIRST;
    }
    for corner in corners {
        // Corners come in the order of the pixels: the first that asks for a row takes its mark away.
        let row = &mut rows[*corner as usize];
        *corner = *row;
        *row &= !FIRST;
    }
    order.into_iter().map(|(key, _)| key).collect()
}

/// The ranks of all axes as one number for each lane.
#[inline(always)]
fn orders(simplices: &Simplices<V>) -> [i32; BLOCK] {
    let mut orders = [0; BLOCK];
    for rank in &simplices.rank {
        for lane in 0..BLOCK {
            // Three bits hold a rank below six; points of equal ranks and one origin are in one simplex.
            orders[lane] = orders[lane] << 3 | rank[lane];
        }
    }
    orders
}
