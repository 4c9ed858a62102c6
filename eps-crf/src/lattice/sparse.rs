//! A lattice of places and colours, of which pixels touch few of very many vertices.

use super::chains::Chains;
use super::features::Features;
use super::keys::Keys;
use super::simplex::{BLOCK, Simplices};
use super::table::Table;
use super::{gain, normalisation};
use crate::row::{One, Row};
use crate::{Bilateral, Picture};
use pulp::{Arch, NullaryFnOnce};

/// Vertices of a simplex in five dimensions.
const V: usize = 6;

/// A vertex of the simplex around a pixel, and the pixel's share of it.
#[derive(Clone, Copy, Debug)]
struct Corner {
    vertex: u32,
    weight: f32,
}

/// The vertices that the pixels of a picture touch, numbered as they are met.
pub(crate) struct Sparse {
    /// For each pixel.
    corners: Vec<[Corner; V]>,
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

    /// Values of all vertices, all zero, and the two rows that blurring needs.
    pub(crate) fn zeros<R: Row>(&self) -> Vec<R> {
        vec![R::filled(0.0); self.vertices + 2]
    }

    /// Blurs the values of all vertices along every axis.
    #[inline(always)]
    pub(crate) fn blur<R: Row>(&self, values: &mut [R]) {
        for axis in &self.axes {
            axis.blur(values);
        }
    }

    /// Adds what a pixel takes of its vertices.
    #[inline(always)]
    pub(crate) fn slice<R: Row>(&self, pixel: usize, values: &[R], row: &mut R) {
        for corner in &self.corners[pixel] {
            row.add_scaled(corner.weight, &values[corner.vertex as usize]);
        }
    }

    /// Gives a pixel's values to its vertices, of which `met` have got something before.
    ///
    /// A vertex is new exactly when its number is `met`; what its value was before is forgotten.
    #[inline(always)]
    pub(crate) fn splat<R: Row>(&self, pixel: usize, row: &R, values: &mut [R], met: &mut u32) {
        for corner in &self.corners[pixel] {
            let value = &mut values[corner.vertex as usize];
            if corner.vertex == *met {
                *value = R::filled(0.0);
                *met += 1;
            }
            value.add_scaled(corner.weight, row);
        }
    }

    /// What every pixel takes when every pixel gives 1.
    #[inline(always)]
    pub(crate) fn of_ones(&self) -> Vec<f32> {
        let mut values = self.zeros::<One>();
        let mut met = 0;
        for pixel in 0..self.corners.len() {
            self.splat(pixel, &[1.0], &mut values, &mut met);
        }
        self.blur(&mut values);
        let mut taken = vec![[0.0]; self.corners.len()];
        let pixels = taken.iter_mut().enumerate();
        pixels.for_each(|(pixel, taken)| self.slice(pixel, &values, taken));
        taken.into_iter().map(|[taken]| taken).collect()
    }

    /// Scales what each pixel gives and takes.
    #[inline(always)]
    fn scale(&mut self, factors: &[f32]) {
        for (corners, factor) in self.corners.iter_mut().zip(factors) {
            corners.iter_mut().for_each(|corner| corner.weight *= factor);
        }
    }

    /// Number of vertices.
    pub(crate) fn vertices(&self) -> usize {
        self.vertices
    }

    /// Memory in bytes.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&self.corners[..]) + self.axes.iter().map(Chains::bytes).sum::<usize>()
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
        let (corners, table) = self.place();
        let axes = (0..V).map(|axis| Chains::along(axis, &self.keys, &table)).collect();
        let mut sparse = Sparse { corners, vertices: table.keys().len(), axes };
        sparse.scale(&normalisation(&sparse.of_ones(), gain(V as i32), self.weight));
        sparse
    }
}

impl Build<'_> {
    /// Finds the corners of every pixel, and numbers the vertices as they are met.
    #[inline(always)]
    fn place(&self) -> (Vec<[Corner; V]>, Table) {
        let width = self.picture.width();
        let mut table = Table::with_room(1 << 13);
        let mut corners: Vec<[Corner; V]> = Vec::with_capacity(self.picture.pixels());
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
                    corners.push(std::array::from_fn(|remainder| Corner {
                        vertex: last.2[remainder],
                        weight: simplices.weights[remainder][lane],
                    }));
                }
            }
        }
        (corners, table)
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
