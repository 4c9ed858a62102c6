//! Which simplex of the permutohedral lattice encloses a point, and where in it the point lies.
//!
//! Source: Adams, Baek and Davis, "Fast High-Dimensional Filtering Using the Permutohedral Lattice",
//! 2010, sections 3.1 and 3.2. The order of the operations is that of Krähenbühl's implementation,
//! so that both place a point on a border in the same simplex.

/// Points that are placed together, one in each lane.
pub(super) const BLOCK: usize = 8;

/// One value for each point of a block.
pub(super) type Lanes = [f32; BLOCK];

/// Added and taken away again, it rounds a number below 2^22 to the nearest integer, half to even.
const ROUNDING: f32 = 12_582_912.0;

/// Factors of the features before elevation: the diagonal of E, scaled so that the lattice blurs by
/// a standard deviation of one.
pub(super) fn scale_factors<const D: usize>() -> [f32; D] {
    let deviation = ((2.0_f64 / 3.0).sqrt() * (D + 1) as f64) as f32;
    std::array::from_fn(|axis| {
        (1.0 / (((axis + 2) * (axis + 1)) as f64).sqrt() * f64::from(deviation)) as f32
    })
}

/// The simplices of a block of points in `V - 1` dimensions.
pub(super) struct Simplices<const V: usize> {
    /// Coordinates of the vertex of remainder 0; multiples of `V`.
    pub(super) origin: [Lanes; V],
    /// Place of each axis in the descending order of the point's offsets from the origin.
    rank: [Lanes; V],
    /// Offset of the point from the origin, in units of the simplex.
    offset: [Lanes; V],
}

impl<const V: usize> Simplices<V> {
    /// Encloses points whose features were multiplied by the [`scale_factors`].
    pub(super) fn enclosing(scaled: &[Lanes]) -> Self {
        let elevated = elevate::<V>(scaled);
        let (origin, sum) = nearest_origin(&elevated);
        let mut simplices =
            Self { origin, rank: ranks(&elevated, &origin), offset: [[0.0; BLOCK]; V] };
        simplices.return_to_plane(&sum);
        simplices.set_offsets(&elevated);
        simplices
    }

    /// Moves origins, whose coordinates sum to `V` times `sum`, to ones that sum to zero.
    fn return_to_plane(&mut self, sum: &Lanes) {
        let vertices = V as f32;
        for (rank, origin) in self.rank.iter_mut().zip(&mut self.origin) {
            for lane in 0..BLOCK {
                let moved = rank[lane] + sum[lane];
                let up = if moved < 0.0 { vertices } else { 0.0 };
                let down = if moved >= vertices { vertices } else { 0.0 };
                rank[lane] = moved + (up - down);
                origin[lane] += up - down;
            }
        }
    }

    fn set_offsets(&mut self, elevated: &[Lanes; V]) {
        let inverse = 1.0 / V as f32;
        for ((offset, elevated), origin) in self.offset.iter_mut().zip(elevated).zip(&self.origin) {
            let lanes = offset.iter_mut().zip(elevated.iter().zip(origin));
            lanes.for_each(|(offset, (elevated, origin))| *offset = (elevated - origin) * inverse);
        }
    }

    /// The axes of one point by descending offset: the walk from the vertex of remainder `r` to the
    /// next goes one step along every axis, and back by `V` along the axis at `V - 1 - r`.
    pub(super) fn order(&self, lane: usize) -> [u8; V] {
        let mut order = [0; V];
        for axis in 0..V {
            order[self.place(axis, lane)] = axis as u8;
        }
        order
    }

    /// Barycentric coordinates of one point, by remainder.
    pub(super) fn barycentric(&self, lane: usize) -> [f32; V] {
        let mut weights = [0.0; V];
        let mut wrapped = 0.0;
        for axis in 0..V {
            let (offset, place) = (self.offset[axis][lane], V - 1 - self.place(axis, lane));
            weights[place] += offset;
            match weights.get_mut(place + 1) {
                Some(weight) => *weight -= offset,
                None => wrapped -= offset,
            }
        }
        weights[0] += 1.0 + wrapped;
        weights
    }

    fn place(&self, axis: usize, lane: usize) -> usize {
        (self.rank[axis][lane] as usize).min(V - 1)
    }
}

/// Points in the plane of `V` coordinates that sum to zero.
fn elevate<const V: usize>(scaled: &[Lanes]) -> [Lanes; V] {
    let mut elevated = [[0.0; BLOCK]; V];
    let mut sum = [0.0; BLOCK];
    for axis in (1..V).rev() {
        for lane in 0..BLOCK {
            let feature = scaled[axis - 1][lane];
            elevated[axis][lane] = sum[lane] - axis as f32 * feature;
            sum[lane] += feature;
        }
    }
    elevated[0] = sum;
    elevated
}

/// The nearest point whose coordinates are multiples of `V`, and the sum of these multiples.
fn nearest_origin<const V: usize>(elevated: &[Lanes; V]) -> ([Lanes; V], Lanes) {
    let (inverse, vertices) = (1.0 / V as f32, V as f32);
    let mut origin = [[0.0; BLOCK]; V];
    let mut sum = [0.0; BLOCK];
    for axis in 0..V {
        for lane in 0..BLOCK {
            let multiple = (inverse * elevated[axis][lane] + ROUNDING) - ROUNDING;
            origin[axis][lane] = multiple * vertices;
            sum[lane] += multiple;
        }
    }
    (origin, sum)
}

fn ranks<const V: usize>(elevated: &[Lanes; V], origin: &[Lanes; V]) -> [Lanes; V] {
    let mut rank = [[0.0; BLOCK]; V];
    for first in 0..V {
        for second in first + 1..V {
            for lane in 0..BLOCK {
                let offset = |axis: usize| elevated[axis][lane] - origin[axis][lane];
                let behind = if offset(first) < offset(second) { 1.0 } else { 0.0 };
                rank[first][lane] += behind;
                rank[second][lane] += 1.0 - behind;
            }
        }
    }
    rank
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Elevated coordinates of the vertices of the first point's simplex.
    fn vertices<const V: usize>(simplices: &Simplices<V>) -> Vec<[f32; V]> {
        let mut vertex: [f32; V] = std::array::from_fn(|axis| simplices.origin[axis][0]);
        let order = simplices.order(0);
        let mut found = vec![vertex];
        for remainder in 0..V - 1 {
            vertex.iter_mut().for_each(|coordinate| *coordinate += 1.0);
            vertex[usize::from(order[V - 1 - remainder])] -= V as f32;
            found.push(vertex);
        }
        found
    }

    #[test]
    fn a_point_on_the_origin_is_its_own_vertex() {
        let simplices = Simplices::<3>::enclosing(&[[0.0; BLOCK]; 2]);
        assert_eq!(simplices.origin, [[0.0; BLOCK]; 3]);
        assert_eq!(simplices.barycentric(0), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn a_simplex_of_the_plane_by_hand() {
        // Scaled features (0.5, 0.25) elevate to (0.75, -0.25, -0.5): the first axis is ahead, so
        // the vertices are (0, 0, 0), (1, 1, -2) and (2, -1, -1).
        let simplices = Simplices::<3>::enclosing(&[[0.5; BLOCK], [0.25; BLOCK]]);
        assert_eq!(vertices(&simplices), [[0.0; 3], [1.0, 1.0, -2.0], [2.0, -1.0, -1.0]]);
        let weights = simplices.barycentric(0);
        for (found, expected) in weights.into_iter().zip([1.75 / 3.0, 0.25 / 3.0, 1.0 / 3.0]) {
            assert!((found - expected).abs() < 1e-6, "{weights:?}");
        }
    }

    #[test]
    fn factors_of_the_plane_by_hand() {
        // sqrt(2/3) · 3 is sqrt(6); divided by sqrt(2) and sqrt(6).
        let [first, second] = scale_factors();
        assert!((first - 3.0_f32.sqrt()).abs() < 1e-6 && (second - 1.0_f32).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn the_weighted_vertices_are_the_point(point in prop::array::uniform5(-300.0..300.0_f32)) {
            let simplices = Simplices::<6>::enclosing(&point.map(|feature| [feature; BLOCK]));
            let weights = simplices.barycentric(0);
            let elevated = elevate::<6>(&point.map(|feature| [feature; BLOCK]));
            prop_assert!(weights.iter().all(|&weight| (-1e-4..1.0 + 1e-4).contains(&weight)));
            prop_assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-4);
            for axis in 0..6 {
                let mean: f32 =
                    vertices(&simplices).iter().zip(weights).map(|(v, w)| v[axis] * w).sum();
                // 24 bits of numbers up to 4000, and a sum of six of them.
                prop_assert!((mean - elevated[axis][0]).abs() < 2e-2, "{mean} {}", elevated[axis][0]);
            }
        }
    }
}
