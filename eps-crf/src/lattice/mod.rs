//! Gaussian filtering over a permutohedral lattice.

mod chains;
mod keys;
mod simplex;
mod table;

use chains::Chains;
use keys::Keys;
use simplex::{BLOCK, Lanes, Simplices};
use table::Table;

use crate::row::{Four, Row};

/// A vertex of the simplex around a pixel, and the pixel's share of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Corner {
    pub(crate) vertex: u32,
    pub(crate) weight: f32,
}

/// The lattice of the features of a picture's pixels, in `V - 1` dimensions.
pub(crate) struct Lattice<const V: usize> {
    /// For each pixel.
    corners: Vec<[Corner; V]>,
    vertices: usize,
    /// In the order in which the axes are blurred.
    axes: Vec<Chains>,
}

impl<const V: usize> Lattice<V> {
    /// The lattice of pixels with the given features; `None` if it is too large to be numbered.
    pub(crate) fn new<const D: usize>(
        features: impl Iterator<Item = [f32; D]> + Clone,
    ) -> Option<Self> {
        const { assert!(D + 1 == V, "a simplex has one vertex more than dimensions") };
        let factors = simplex::scale_factors::<D>();
        let scaled = features.map(|feature| {
            let mut scaled = feature;
            scaled.iter_mut().zip(factors).for_each(|(feature, factor)| *feature *= factor);
            scaled
        });
        let keys = Keys::covering(&ranges(scaled.clone()))?;
        let (corners, table) = place(scaled, &keys);
        let axes = (0..V).map(|axis| Chains::along(axis, &keys, &table)).collect();
        Some(Self { corners, vertices: table.keys().len(), axes })
    }

    /// Corners of every pixel.
    pub(crate) fn corners(&self) -> &[[Corner; V]] {
        &self.corners
    }

    /// Scales what each pixel gives and takes.
    pub(crate) fn scale(&mut self, factors: &[f32]) {
        for (corners, factor) in self.corners.iter_mut().zip(factors) {
            corners.iter_mut().for_each(|corner| corner.weight *= factor);
        }
    }

    /// Values of all vertices, all zero.
    pub(crate) fn zeros<R: Row>(&self) -> Vec<R> {
        vec![R::filled(0.0); self.vertices]
    }

    /// Blurs the values of all vertices along every axis.
    #[inline(always)]
    pub(crate) fn blur<R: Row>(&self, values: &mut [R]) {
        for axis in &self.axes {
            axis.blur(values);
        }
    }

    /// What blurring multiplies a constant by, inverted: the factor of sliced values.
    pub(crate) fn gain() -> f32 {
        1.0 / (1.0 + 2.0_f32.powi(1 - V as i32))
    }

    /// What every pixel takes when every pixel gives 1.
    pub(crate) fn of_ones(&self) -> Vec<f32> {
        let mut values = self.zeros();
        let (given, mut met) = (Four::filled(1.0), 0);
        self.corners.iter().for_each(|corners| splat(corners, &given, &mut values, &mut met));
        self.blur(&mut values);
        let gain = Self::gain();
        self.corners.iter().map(|corners| gain * slice(corners, &values).lanes()[0]).collect()
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

/// Gives a pixel's values to its vertices, of which `met` have got something before.
///
/// Vertices are numbered as the pixels meet them, so a vertex is new exactly when its number is `met`;
/// what its value was before is forgotten.
#[inline(always)]
pub(crate) fn splat<const V: usize, R: Row>(
    corners: &[Corner; V],
    given: &R,
    values: &mut [R],
    met: &mut u32,
) {
    for corner in corners {
        let value = &mut values[corner.vertex as usize];
        if corner.vertex == *met {
            *value = R::filled(0.0);
            *met += 1;
        }
        value.add_scaled(corner.weight, given);
    }
}

/// What a pixel takes of its vertices.
#[inline(always)]
pub(crate) fn slice<const V: usize, R: Row>(corners: &[Corner; V], values: &[R]) -> R {
    let mut taken = R::filled(0.0);
    for corner in corners {
        taken.add_scaled(corner.weight, &values[corner.vertex as usize]);
    }
    taken
}

/// The least and greatest value of each feature.
fn ranges<const D: usize>(scaled: impl Iterator<Item = [f32; D]>) -> [(f32, f32); D] {
    scaled.fold([(f32::INFINITY, f32::NEG_INFINITY); D], |mut ranges, features| {
        for (range, feature) in ranges.iter_mut().zip(features) {
            *range = (range.0.min(feature), range.1.max(feature));
        }
        ranges
    })
}

/// Finds the corners of every pixel, and numbers the vertices as they are met.
fn place<const D: usize, const V: usize>(
    mut scaled: impl Iterator<Item = [f32; D]>,
    keys: &Keys<V>,
) -> (Vec<[Corner; V]>, Table) {
    let mut table = Table::with_room(1 << 12);
    let mut corners: Vec<[Corner; V]> = Vec::with_capacity(scaled.size_hint().0);
    // Neighbouring pixels are often in one simplex.
    let mut last = (u64::MAX, [0; V], [0; V]);
    loop {
        let mut block: [Lanes; D] = [[0.0; BLOCK]; D];
        let mut filled = 0;
        for features in scaled.by_ref().take(BLOCK) {
            for (lanes, feature) in block.iter_mut().zip(features) {
                lanes[filled] = feature;
            }
            filled += 1;
        }
        if filled == 0 {
            return (corners, table);
        }
        let simplices = Simplices::<V>::enclosing(&block);
        for lane in 0..filled {
            let origin = keys.key(std::array::from_fn(|axis| simplices.origin[axis][lane]));
            let order = simplices.order(lane);
            if (origin, order) != (last.0, last.1) {
                last = (origin, order, number(origin, &order, keys, &mut table));
            }
            let weights = simplices.barycentric(lane);
            corners.push(std::array::from_fn(|remainder| Corner {
                vertex: last.2[remainder],
                weight: weights[remainder],
            }));
        }
    }
}

/// The vertices of a simplex, by remainder.
fn number<const V: usize>(
    origin: u64,
    order: &[u8; V],
    keys: &Keys<V>,
    table: &mut Table,
) -> [u32; V] {
    let mut key = origin;
    std::array::from_fn(|remainder| {
        let vertex = table.number(key);
        key = keys.step(key, usize::from(order[V - 1 - remainder]));
        vertex
    })
}
