//! A lattice of places and colours, of which pixels touch few of very many vertices.

use super::chains::Chains;
use super::features::Features;
use super::keys::Keys;
use super::messages::Messages;
use super::simplex::{BLOCK, Simplices};
use super::table::Table;
use super::{gain, normalisation};
use crate::pages::Pages;
use crate::row::{One, Row};
use crate::{Bilateral, Picture};
use pulp::{Arch, NullaryFnOnce};

/// Vertices of a simplex in five dimensions.
const V: usize = 6;

/// The vertices that the pixels of a picture touch, numbered as they are met.
pub(crate) struct Sparse {
    /// Those of the simplex around each pixel, and the pixel's shares of them.
    corners: Pages<u32>,
    weights: Pages<f32>,
    vertices: usize,
    /// In the order in which the axes are blurred.
    axes: Vec<Chains>,
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

    /// Vertices and shares of the pixels from `first` on.
    #[inline(always)]
    pub(super) fn corners(&self, first: usize) -> impl Iterator<Item = (&[u32; V], &[f32; V])> {
        let (vertices, weights) = (self.corners.as_chunks().0, self.weights.as_chunks().0);
        vertices[first..].iter().zip(&weights[first..])
    }

    /// Blurs one value of each vertex along every axis.
    #[inline(always)]
    pub(super) fn blur<R: Row>(&self, values: &mut [R]) {
        self.axes.iter().for_each(|axis| axis.blur(values));
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
        self.vertices
    }

    /// Memory in bytes.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&self.corners[..])
            + size_of_val(&self.weights[..])
            + self.axes.iter().map(Chains::bytes).sum::<usize>()
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
        let (corners, weights, table) = self.place();
        let axes = (0..V).map(|axis| Chains::along(axis, &self.keys, &table)).collect();
        let mut sparse = Sparse { corners, weights, vertices: table.keys().len(), axes };
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
            order[(rank[lane] & 7) as usize] = axis;
        }
        let mut key = origin;
        std::array::from_fn(|remainder| {
            let own = key;
            key = self.keys.step(key, order[V - 1 - remainder]);
            own
        })
    }
}

/// The ranks of all axes as one number for each lane.
#[inline(always)]
fn orders(simplices: &Simplices<V>) -> [i32; BLOCK] {
    let mut orders = [0; BLOCK];
    for rank in &simplices.rank {
        for lane in 0..BLOCK {
            orders[lane] = orders[lane] << 3 | rank[lane];
        }
    }
    orders
}
