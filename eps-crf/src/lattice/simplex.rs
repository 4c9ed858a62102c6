//! Which simplex of the permutohedral lattice encloses a point, and where in it the point lies.
//!
//! A point of `d` features is elevated to `V = d + 1` coordinates that sum to zero. In that plane
//! the lattice has the integer points whose coordinates all leave the same remainder `r` when
//! divided by `V`; a simplex has one corner for each `r`. The steps, of which none needs a search:
//!
//! 1. round every coordinate to a multiple of `V`;
//! 2. rank the axes by how far the point is beyond these multiples, `δ_0 >= δ_1 >= .. >= δ_d`: the
//!    axes along which one corner leads to the next, the last of them first;
//! 3. if the multiples do not sum to zero, move those of the first or last axes by one, which turns
//!    the ranks: this is the corner of remainder 0;
//! 4. the barycentric weights are differences of neighbours in that order:
//!    `(δ_{d-r} - δ_{d-r+1}) / V` for corner `r`, and for corner 0 what is left of 1.
//!
//! Ranks come from comparing all pairs of axes, `V (V - 1) / 2` for a point, without a branch:
//! eight points are placed at once, one in each lane.
//!
//! Source: Adams, Baek and Davis, "Fast High-Dimensional Filtering Using the Permutohedral
//! Lattice", 2010, sections 3.1 and 3.2. The order of the operations is that of Krähenbühl's
//! implementation, so that both place a point on a border in the same simplex.

/// Points that are placed together, one in each lane.
pub(crate) const BLOCK: usize = 8;

/// One value for each point of a block.
pub(crate) type Lanes = [f32; BLOCK];

/// One whole number for each point of a block.
pub(crate) type Integers = [i32; BLOCK];

/// Features must be so small that elevated coordinates are below this.
pub(crate) const MAX_COORDINATE: f64 = 4_000_000.0;

/// Added and taken away again, it rounds a number below 2^22 to the nearest integer, half to even;
/// that integer is also the difference of the bits.
pub(crate) const ROUNDING: f32 = 12_582_912.0;

/// Factors of the features before elevation: the diagonal of E, scaled so that the lattice blurs by
/// a standard deviation of one.
pub(super) fn scale_factors<const D: usize>() -> [f32; D] {
    let deviation = ((2.0_f64 / 3.0).sqrt() * (D + 1) as f64) as f32;
    std::array::from_fn(|axis| {
        (1.0 / (((axis + 2) * (axis + 1)) as f64).sqrt() * f64::from(deviation)) as f32
    })
}

/// The simplices of a block of points in `V - 1` dimensions.
pub(crate) struct Simplices<const V: usize> {
    /// Coordinates of the vertex of remainder 0, divided by `V`.
    pub(crate) origin: [Integers; V],
    /// Place of each axis in the descending order of the point's offsets from the origin: the walk
    /// from the vertex of remainder `r` to the next goes one step along every axis, and back by `V`
    /// along the axis at `V - 1 - r`.
    pub(crate) rank: [Integers; V],
    /// Barycentric coordinates of the point, by remainder.
    pub(crate) weights: [Lanes; V],
}

impl<const V: usize> Simplices<V> {
    /// Encloses points whose features were multiplied by the [`scale_factors`].
    #[inline(always)]
    pub(crate) fn enclosing(scaled: &[Lanes]) -> Self {
        let elevated = elevate::<V>(scaled);
        let (mut origin, sum) = nearest_origin(&elevated);
        let mut rank = ranks(&elevated, &origin);
        return_to_plane(&mut origin, &mut rank, &sum);
        let weights = barycentric(&elevated, &origin, &rank);
        Self { origin, rank, weights }
    }
}

/// Points in the plane of `V` coordinates that sum to zero.
#[inline(always)]
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

/// The nearest point whose coordinates are multiples of `V`, as these multiples, and their sum.
#[inline(always)]
fn nearest_origin<const V: usize>(elevated: &[Lanes; V]) -> ([Integers; V], Integers) {
    let inverse = 1.0 / V as f32;
    let mut origin = [[0; BLOCK]; V];
    let mut sum = [0; BLOCK];
    for axis in 0..V {
        for lane in 0..BLOCK {
            // A rounding call would not be vectorised everywhere; the sum rounds, and its low bits are
            // the integer.
            let shifted = inverse * elevated[axis][lane] + ROUNDING;
            let multiple = shifted.to_bits().wrapping_sub(ROUNDING.to_bits()) as i32;
            origin[axis][lane] = multiple;
            sum[lane] += multiple;
        }
    }
    (origin, sum)
}

/// How far a point is from an origin along an axis.
#[inline(always)]
fn offset<const V: usize>(elevated: f32, origin: i32) -> f32 {
    elevated - (origin * V as i32) as f32
}

#[inline(always)]
fn ranks<const V: usize>(elevated: &[Lanes; V], origin: &[Integers; V]) -> [Integers; V] {
    let mut offsets = [[0.0; BLOCK]; V];
    for axis in 0..V {
        for lane in 0..BLOCK {
            offsets[axis][lane] = offset::<V>(elevated[axis][lane], origin[axis][lane]);
        }
    }
    let mut rank = [[0; BLOCK]; V];
    for first in 0..V {
        for second in first + 1..V {
            for lane in 0..BLOCK {
                // Of two equal offsets the first axis comes first, so that no two have one rank.
                let behind = i32::from(offsets[first][lane] < offsets[second][lane]);
                rank[first][lane] += behind;
                rank[second][lane] += 1 - behind;
            }
        }
    }
    rank
}

/// Moves origins, whose multiples sum to `sum`, to ones that sum to zero.
#[inline(always)]
fn return_to_plane<const V: usize>(
    origin: &mut [Integers; V],
    rank: &mut [Integers; V],
    sum: &Integers,
) {
    let vertices = V as i32;
    for (rank, origin) in rank.iter_mut().zip(origin) {
        for lane in 0..BLOCK {
            // A sum of k too many moves the k axes of the smallest offsets one multiple down.
            let moved = rank[lane] + sum[lane];
            let up = i32::from(moved < 0) - i32::from(moved >= vertices);
            rank[lane] = moved + up * vertices;
            origin[lane] += up;
        }
    }
}

/// Differences of neighbours in the descending order of the offsets.
#[inline(always)]
fn barycentric<const V: usize>(
    elevated: &[Lanes; V],
    origin: &[Integers; V],
    rank: &[Integers; V],
) -> [Lanes; V] {
    let inverse = 1.0 / V as f32;
    let mut sorted = [[0.0; BLOCK]; V];
    for axis in 0..V {
        for lane in 0..BLOCK {
            let offset = offset::<V>(elevated[axis][lane], origin[axis][lane]) * inverse;
            // Compared with every place instead of stored by rank: lanes have different ranks.
            for (place, sorted) in sorted.iter_mut().enumerate() {
                sorted[lane] += if rank[axis][lane] == place as i32 { offset } else { 0.0 };
            }
        }
    }
    let mut weights = [[0.0; BLOCK]; V];
    for lane in 0..BLOCK {
        weights[0][lane] = sorted[V - 1][lane] + (1.0 - sorted[0][lane]);
    }
    for remainder in 1..V {
        for lane in 0..BLOCK {
            weights[remainder][lane] =
                sorted[V - 1 - remainder][lane] - sorted[V - remainder][lane];
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Elevated coordinates of the vertices of the first point's simplex.
    fn vertices<const V: usize>(simplices: &Simplices<V>) -> Vec<[f32; V]> {
        let origin = |axis: usize| (simplices.origin[axis][0] * V as i32) as f32;
        let mut vertex: [f32; V] = std::array::from_fn(origin);
        let mut found = vec![vertex];
        for remainder in 0..V - 1 {
            vertex.iter_mut().for_each(|coordinate| *coordinate += 1.0);
            let place = (V - 1 - remainder) as i32;
            let back = simplices.rank.iter().position(|rank| rank[0] == place).unwrap();
            vertex[back] -= V as f32;
            found.push(vertex);
        }
        found
    }

    fn weights<const V: usize>(simplices: &Simplices<V>) -> [f32; V] {
        simplices.weights.map(|lanes| lanes[0])
    }

    #[test]
    fn a_point_on_the_origin_is_its_own_vertex() {
        let simplices = Simplices::<3>::enclosing(&[[0.0; BLOCK]; 2]);
        assert_eq!(simplices.origin, [[0; BLOCK]; 3]);
        assert_eq!(weights(&simplices), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn a_simplex_of_the_plane_by_hand() {
        // Scaled features (0.5, 0.25) elevate to (0.75, -0.25, -0.5): the first axis is ahead, so
        // the vertices are (0, 0, 0), (1, 1, -2) and (2, -1, -1).
        let simplices = Simplices::<3>::enclosing(&[[0.5; BLOCK], [0.25; BLOCK]]);
        assert_eq!(vertices(&simplices), [[0.0; 3], [1.0, 1.0, -2.0], [2.0, -1.0, -1.0]]);
        let weights = weights(&simplices);
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
            let weights = weights(&simplices);
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
