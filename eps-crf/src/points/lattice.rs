//! A lattice of points with any features.
//!
//! The same filter as [`crate::lattice`], where the number of dimensions is not known to the
//! compiler: every point has `d + 1` corners and weights, every vertex two neighbours on each of
//! `d + 1` axes, and values are rows of four or a multiple of eight lanes, with row 0 of zeros for a
//! missing neighbour.
//!
//! Building costs `O(d²)` a point for its simplex and `d + 1` lookups of `d` coordinates; filtering
//! `O(d (N + M))` a lane for `N` points and `M` vertices. There is no order of cells here, so each
//! axis is one pass over all values.
//!
//! Source: Adams, Baek and Davis, "Fast High-Dimensional Filtering Using the Permutohedral
//! Lattice", 2010, section 3.

use super::features::{Features, factors};
use super::placing::Placing;
use super::rows::{lanes, rows_of, set_planes};
use super::vertices::Vertices;
use crate::CrfError;
use crate::lattice::BLOCK;
use crate::pages::Pages;
use pulp::{Arch, NullaryFnOnce};

/// Lanes that are added together.
type Lane<const N: usize> = [f32; N];

/// The permutohedral lattice of some points, which filters any values of them.
pub struct Lattice {
    points: usize,
    /// Vertices of a simplex.
    axes: usize,
    /// Rows of the vertices around each point, and the point's shares of them.
    corners: Vec<u32>,
    weights: Vec<f32>,
    /// Rows of each vertex's neighbours on each axis; row 0 is zeros, for one that is missing.
    beside: Vec<Vec<[u32; 2]>>,
    vertices: usize,
}

/// Blurred values of all vertices, ready to be taken.
pub(super) struct Blurred<'a> {
    lattice: &'a Lattice,
    lanes: usize,
    values: Pages<f32>,
}

impl Lattice {
    pub fn new(features: &Features<'_>) -> Self {
        // The same operations in wider registers where the processor has them: the same bits.
        Arch::new().dispatch(Build { features })
    }

    #[inline(always)]
    fn in_registers(features: &Features<'_>) -> Self {
        let (dimensions, points) = (features.dimensions(), features.points());
        let axes = dimensions + 1;
        let (mut corners, mut weights) = (vec![0; points * axes], vec![0.0; points * axes]);
        let factors = factors(dimensions);
        let mut scaled = vec![[0.0; BLOCK]; dimensions];
        let (mut placing, mut vertices) = (Placing::new(axes), Vertices::new(dimensions));
        let mut walk = Walk::new(axes);
        let pixels = corners.chunks_mut(axes * BLOCK).zip(weights.chunks_mut(axes * BLOCK));
        for (block, (corners, weights)) in pixels.enumerate() {
            features.block(block * BLOCK, &factors, &mut scaled);
            placing.enclose(&scaled);
            let points = corners.chunks_exact_mut(axes).zip(weights.chunks_exact_mut(axes));
            for (lane, (corners, weights)) in points.enumerate() {
                walk.go(&placing, lane, &mut vertices);
                corners.copy_from_slice(&walk.rows);
                let placed = weights.iter_mut().zip(&placing.weights);
                placed.for_each(|(weight, lanes)| *weight = lanes[lane]);
            }
        }
        let beside = (0..axes).map(|axis| vertices.beside(axis)).collect();
        Self { points, axes, corners, weights, beside, vertices: vertices.count() }
    }

    /// Number of points.
    pub fn points(&self) -> usize {
        self.points
    }

    /// Vertices that points touch.
    pub fn vertices(&self) -> usize {
        self.vertices
    }

    /// Sums of values over all points, weighted by the Gaussian of the distance of their features: for
    /// each plane of `values`, `[planes, points]`, one of the result. The lattice approximates the weights.
    ///
    /// # Errors
    ///
    /// [`CrfError::Length`] if a plane has not one value a point, or the result another length.
    pub fn filter(&self, values: &[f32], result: &mut [f32]) -> Result<(), CrfError> {
        let planes = values.len() / self.points;
        for (what, found) in
            [("the values to be filtered", values.len()), ("the filtered values", result.len())]
        {
            let expected = planes * self.points;
            if found != expected {
                return Err(CrfError::Length { what, found, expected });
            }
        }
        /// As many planes as share one pass over the lattice.
        const TOGETHER: usize = 32;
        let groups = values.chunks(TOGETHER * self.points);
        for (values, result) in groups.zip(result.chunks_mut(TOGETHER * self.points)) {
            let planes = values.len() / self.points;
            let rows = rows_of(planes, values, 0.0);
            let filter = Filter { lattice: self, lanes: lanes(planes), rows: &rows };
            let taken = Arch::new().dispatch(filter);
            set_planes(planes, &taken, result);
        }
        Ok(())
    }

    /// What every point takes when every point gives 1.
    pub(super) fn of_ones(&self) -> Vec<f32> {
        let mut taken = vec![0.0; self.points];
        let ones = vec![1.0; self.points];
        self.filter(&ones, &mut taken).unwrap_or_else(|error| unreachable!("{error}"));
        taken
    }

    /// Gives rows of values, times a factor for each point, to the vertices and blurs them.
    #[inline(always)]
    pub(super) fn blurred(&self, lanes: usize, rows: &[f32], scale: Option<&[f32]>) -> Blurred<'_> {
        let values = match lanes {
            4 => self.blurred_in::<4>(lanes, rows, scale),
            _ => self.blurred_in::<8>(lanes, rows, scale),
        };
        Blurred { lattice: self, lanes, values }
    }

    #[inline(always)]
    fn blurred_in<const N: usize>(
        &self,
        lanes: usize,
        rows: &[f32],
        scale: Option<&[f32]>,
    ) -> Pages<f32> {
        let groups = lanes / N;
        let mut values = Pages::zeros((self.vertices + 1) * lanes);
        let vertices = as_lanes_mut::<N>(&mut values);
        let corners = self.corners.chunks_exact(self.axes);
        let corners = corners.zip(self.weights.chunks_exact(self.axes));
        let rows = as_lanes::<N>(rows).chunks_exact(groups);
        for (point, ((corners, weights), row)) in corners.zip(rows).enumerate() {
            let factor = scale.map_or(1.0, |scale| scale[point]);
            for (&corner, weight) in corners.iter().zip(weights) {
                let vertex = &mut vertices[corner as usize * groups..][..groups];
                add_scaled(vertex, weight * factor, row);
            }
        }
        let mut other = Pages::zeros((self.vertices + 1) * lanes);
        // Two arrays take turns, since a vertex needs what its neighbours had before this axis.
        for beside in &self.beside {
            blur(groups, beside, as_lanes::<N>(&values), as_lanes_mut::<N>(&mut other));
            std::mem::swap(&mut values, &mut other);
        }
        values
    }
}

impl Blurred<'_> {
    /// Sets a row to what a point takes.
    #[inline(always)]
    pub(super) fn take(&self, point: usize, row: &mut [f32]) {
        match self.lanes {
            4 => self.take_in::<4>(point, row),
            _ => self.take_in::<8>(point, row),
        }
    }

    #[inline(always)]
    fn take_in<const N: usize>(&self, point: usize, row: &mut [f32]) {
        let (axes, groups) = (self.lattice.axes, self.lanes / N);
        let corners = &self.lattice.corners[point * axes..][..axes];
        let weights = &self.lattice.weights[point * axes..][..axes];
        let values = as_lanes::<N>(&self.values);
        // The kernel is 1 at distance 0: a vertex keeps its value, and blurring once round along all axes,
        // either way, brings half to the power of the axes back to it.
        let gain = 1.0 / (1.0 + 2.0_f32.powi(1 - axes as i32));
        row.fill(0.0);
        let row = as_lanes_mut::<N>(row);
        for (&corner, weight) in corners.iter().zip(weights) {
            add_scaled(row, weight * gain, &values[corner as usize * groups..][..groups]);
        }
    }
}

/// A lattice that waits for the processor's widest registers.
///
/// Not a closure, which would be compiled for the narrowest.
struct Build<'a, 'f> {
    features: &'a Features<'f>,
}

impl NullaryFnOnce for Build<'_, '_> {
    type Output = Lattice;

    #[inline(always)]
    fn call(self) -> Lattice {
        Lattice::in_registers(self.features)
    }
}

/// Rows to be filtered.
struct Filter<'a> {
    lattice: &'a Lattice,
    lanes: usize,
    rows: &'a [f32],
}

impl NullaryFnOnce for Filter<'_> {
    type Output = Pages<f32>;

    #[inline(always)]
    fn call(self) -> Pages<f32> {
        let mut taken = Pages::unset(self.rows.len());
        let blurred = self.lattice.blurred(self.lanes, self.rows, None);
        for (point, row) in taken.chunks_exact_mut(self.lanes).enumerate() {
            blurred.take(point, row);
        }
        taken
    }
}

/// From the corner of a simplex to the next, and the rows of all.
struct Walk {
    origin: Vec<i32>,
    rank: Vec<i32>,
    order: Vec<usize>,
    vertex: Vec<i32>,
    rows: Vec<u32>,
}

impl Walk {
    fn new(axes: usize) -> Self {
        // No axis has this rank, so the first point is not taken for one in the simplex before.
        let rank = vec![-1; axes];
        let vertex = vec![0; axes - 1];
        Self { origin: vec![0; axes], rank, order: vec![0; axes], vertex, rows: vec![0; axes] }
    }

    /// Goes round the simplex of a point; neighbours are often in one.
    #[inline(always)]
    fn go(&mut self, placing: &Placing, lane: usize, vertices: &mut Vertices) {
        let mut is_same = true;
        let known = self.origin.iter_mut().zip(&mut self.rank);
        let placed = placing.origin.iter().zip(&placing.rank);
        for ((origin, rank), (origins, ranks)) in known.zip(placed) {
            is_same &= *origin == origins[lane] && *rank == ranks[lane];
            (*origin, *rank) = (origins[lane], ranks[lane]);
        }
        if is_same {
            // The rows of the point before are those of this one.
            return;
        }
        let axes = self.rank.len();
        for (axis, &rank) in self.rank.iter().enumerate() {
            self.order[rank as usize] = axis;
        }
        let start = self.vertex.iter_mut().zip(&self.origin);
        start.for_each(|(coordinate, origin)| *coordinate = origin * axes as i32);
        let mut hash = vertices.hash(&self.vertex);
        for (remainder, row) in self.rows.iter_mut().enumerate() {
            *row = vertices.number(&self.vertex, hash) + 1;
            vertices.step(self.order[axes - 1 - remainder], &mut self.vertex, &mut hash);
        }
    }
}

/// Adds to each vertex half of both its neighbours on an axis.
#[inline(always)]
fn blur<const N: usize>(
    groups: usize,
    beside: &[[u32; 2]],
    given: &[Lane<N>],
    blurred: &mut [Lane<N>],
) {
    let row = |row: u32| &given[row as usize * groups..][..groups];
    let centres = given[groups..].chunks_exact(groups);
    let vertices = blurred[groups..].chunks_exact_mut(groups).zip(centres).zip(beside);
    for ((blurred, centre), &[ahead, behind]) in vertices {
        let neighbours = row(ahead).iter().zip(row(behind));
        for ((blurred, centre), (ahead, behind)) in blurred.iter_mut().zip(centre).zip(neighbours) {
            *blurred = std::array::from_fn(|lane| {
                0.5_f32.mul_add(ahead[lane] + behind[lane], centre[lane])
            });
        }
    }
}

#[inline(always)]
fn add_scaled<const N: usize>(sums: &mut [Lane<N>], weight: f32, values: &[Lane<N>]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum = std::array::from_fn(|lane| weight.mul_add(value[lane], sum[lane]));
    }
}

#[inline(always)]
fn as_lanes<const N: usize>(values: &[f32]) -> &[Lane<N>] {
    values.as_chunks().0
}

#[inline(always)]
fn as_lanes_mut<const N: usize>(values: &mut [f32]) -> &mut [Lane<N>] {
    values.as_chunks_mut().0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distant_points_keep_their_values_and_equal_ones_share_theirs() {
        // Two at one place, one far away.
        let values = [0.0, 0.0, 500.0, 1.0, 1.0, -500.0];
        let lattice = Lattice::new(&Features::new(2, 3, &values).unwrap());
        let mut result = [0.0; 6];
        lattice.filter(&[1.0, 2.0, 4.0, 0.0, 0.0, 1.0], &mut result).unwrap();
        assert_eq!(result[0], result[1]);
        assert!((result[2] * 3.0 / result[0] - 4.0).abs() < 2.0, "{result:?}");
        assert_eq!(result[3..5], [0.0; 2]);
        assert_eq!(result[5] * 4.0, result[2]);
    }

    #[test]
    fn many_planes_are_filtered_as_each_alone() {
        let values: Vec<f32> = (0..60).map(|at| (at * 7 % 13) as f32 / 3.0).collect();
        let lattice = Lattice::new(&Features::new(3, 20, &values).unwrap());
        let planes: Vec<f32> = (0..70 * 20).map(|at| (at * 5 % 17) as f32).collect();
        let mut together = vec![0.0; planes.len()];
        lattice.filter(&planes, &mut together).unwrap();
        for (plane, found) in planes.chunks(20).zip(together.chunks(20)) {
            let mut alone = [0.0; 20];
            lattice.filter(plane, &mut alone).unwrap();
            assert_eq!(found, alone);
        }
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        let lattice = Lattice::new(&Features::new(1, 3, &[0.0, 1.0, 2.0]).unwrap());
        let error = lattice.filter(&[0.0; 4], &mut [0.0; 4]).unwrap_err().to_string();
        assert_eq!(error, "4 values of the values to be filtered, expected 3");
        assert!(lattice.filter(&[0.0; 3], &mut [0.0; 6]).is_err());
    }
}
