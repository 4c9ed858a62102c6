//! Vertices as single numbers, so that a step along an axis is one subtraction.

use super::simplex::{Integers, MAX_COORDINATE};

/// Features that are places; the others are colours.
const PLACES: usize = 2;

/// Axes on which a step leads to another place.
pub(super) const PLACE_AXES: usize = PLACES + 1;

/// Numbers the vertices of a box of the lattice by their levels: line first, then column, then colour.
///
/// Feature `k` elevates a point along `d`, which is 1 on the first `k + 1` axes, `-(k + 1)` on the next
/// and 0 after it. The level of a vertex on the feature is the scalar product of its coordinates and `d`,
/// divided by `V`: whole, since divided by `V` all coordinates leave the same remainder and `d` sums to
/// zero. The directions are orthogonal, so the levels tell vertices apart. They are digits in mixed radix.
/// Vertices of the same line and column, whatever their colours, are a cell, and their keys follow each
/// other.
pub(super) struct Keys<const V: usize> {
    /// The key of the vertex whose coordinates are all zero.
    zero: u64,
    /// What a step along each axis takes away.
    steps: [u64; V],
    /// Keys in a cell, and in a line.
    cell: u64,
    line: u64,
}

impl<const V: usize> Keys<V> {
    /// Keys of every vertex of the points whose scaled features lie in these ranges, and of the
    /// vertices beside them; `None` if there are more than a key can spell, or coordinates would be too
    /// large to be placed.
    pub(super) fn covering(ranges: &[(f32, f32)]) -> Option<Self> {
        // No elevated coordinate is beyond the sum.
        let reach = ranges.iter().zip(1_u8..).map(|(&(low, high), factor)| {
            f64::from(factor) * (f64::from(low).abs() + f64::from(high).abs())
        });
        if !(0.0..=MAX_COORDINATE).contains(&reach.sum()) {
            return None;
        }
        let mut keys = Self { zero: 0, steps: [0; V], cell: 1, line: 1 };
        let mut stride = 1_u64;
        // The least significant digit first.
        for feature in (PLACES..ranges.len()).rev().chain(0..PLACES) {
            match feature {
                0 => keys.cell = stride,
                1 => keys.line = stride,
                _ => {}
            }
            let (low, high) = levels::<V>(feature, ranges[feature]);
            keys.zero = keys.zero.wrapping_add(stride.wrapping_mul(low.wrapping_neg() as u64));
            for (axis, step) in keys.steps.iter_mut().enumerate() {
                let along = direction(feature, axis);
                *step = step.wrapping_add(stride.wrapping_mul(along as u64));
            }
            let side = (high - low + 1) as u64;
            // The upper half stays free: the table marks an empty slot by the largest key.
            stride = stride.checked_mul(side).filter(|&stride| stride < 1 << 63)?;
        }
        Some(keys)
    }

    /// The key of the vertex whose coordinates are `V` times the multiples of a lane.
    #[inline(always)]
    pub(super) fn origin(&self, multiples: &[Integers; V], lane: usize) -> u64 {
        multiples.iter().zip(self.steps).fold(self.zero, |key, (multiples, step)| {
            key.wrapping_add(step.wrapping_mul(i64::from(multiples[lane]) as u64))
        })
    }

    /// The key of the next vertex along an axis: one further on every axis, and back by `V` on it.
    ///
    /// Greater keys have greater next ones.
    #[inline(always)]
    pub(super) fn step(&self, key: u64, axis: usize) -> u64 {
        key.wrapping_sub(self.steps[axis])
    }

    /// The cell of a vertex.
    pub(super) fn cell(&self, key: u64) -> u64 {
        key / self.cell
    }

    /// The line of a vertex: a step along the first or second axis goes one up, one along the third two
    /// down.
    pub(super) fn line(&self, key: u64) -> u64 {
        key / self.line
    }
}

/// What a feature adds to the coordinate on an axis.
fn direction(feature: usize, axis: usize) -> i64 {
    match axis {
        _ if axis <= feature => 1,
        _ if axis == feature + 1 => -(axis as i64),
        _ => 0,
    }
}

/// The lowest and highest level on a feature of the vertices of points in a range, and of those beside
/// them.
fn levels<const V: usize>(feature: usize, range: (f32, f32)) -> (i64, i64) {
    // A vertex is within V of its point on every axis, that is 2 (feature + 1) levels at most, and a step
    // leads feature + 1 away; the rest is room for rounded coordinates, V / 2 on every axis.
    let margin = 4 * (feature as i64 + 1);
    let scale = ((feature + 1) * (feature + 2)) as f64 / V as f64;
    let (lowest, highest) = (scale * f64::from(range.0), scale * f64::from(range.1));
    (lowest.floor() as i64 - margin, highest.ceil() as i64 + margin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn at(keys: &Keys<3>, multiples: [i32; 3]) -> u64 {
        keys.origin(&multiples.map(|multiple| [multiple; 8]), 5)
    }

    #[test]
    fn steps_along_all_axes_lead_back() {
        let keys = Keys::<3>::covering(&[(0.0, 10.0), (-2.0, 7.0)]).unwrap();
        let start = at(&keys, [1, -2, 1]);
        assert_eq!((0..3).fold(start, |key, axis| keys.step(key, axis)), start);
        // Coordinates in threes.
        let along = |key, axis| keys.step(keys.step(keys.step(key, axis), axis), axis);
        assert_eq!(along(start, 0), at(&keys, [-1, -1, 2]));
        assert_eq!(along(start, 2), at(&keys, [2, -1, -1]));
    }

    #[test]
    fn levels_of_the_plane_by_hand() {
        // Columns are 2/3 of the first feature, 4 levels beyond each end: 0 to 7 and -4 to 11.
        assert_eq!(levels::<3>(0, (0.0, 10.0)), (-4, 11));
        let keys = Keys::<3>::covering(&[(0.0, 10.0), (0.0, 1.0)]).unwrap();
        assert_eq!(keys.cell(at(&keys, [0; 3])), 16 * 8 + 4);
        // One along the second axis and one back along the first are (3, -3, 0): two columns. Three along
        // the third are (3, 3, -6): six lines.
        assert_eq!(at(&keys, [1, -1, 0]), at(&keys, [0; 3]) + 2);
        assert_eq!(at(&keys, [1, 1, -2]), at(&keys, [0; 3]) + 6 * 16);
    }

    #[test]
    fn boxes_that_are_too_large_have_no_keys() {
        assert!(Keys::<6>::covering(&[(0.0, 1000.0); 5]).is_some());
        assert!(Keys::<6>::covering(&[(0.0, 100_000.0); 5]).is_none());
        assert!(Keys::<3>::covering(&[(0.0, f32::INFINITY), (0.0, 1.0)]).is_none());
        assert!(Keys::<3>::covering(&[(0.0, f32::NAN), (0.0, 1.0)]).is_none());
    }

    proptest! {
        #[test]
        fn every_vertex_has_a_key_of_its_own_and_colours_stay_in_their_cell(
            multiples in prop::collection::vec(prop::array::uniform5(-2..=2_i32), 1..40),
        ) {
            let keys = Keys::<6>::covering(&[(-30.0, 30.0); 5]).unwrap();
            let mut met = HashMap::new();
            for five in multiples {
                let six = [five[0], five[1], five[2], five[3], five[4], -five.iter().sum::<i32>()];
                let mut key = keys.origin(&six.map(|multiple| [multiple; 8]), 0);
                let mut vertex = six.map(|multiple| 6 * multiple);
                for axis in 0..6 {
                    prop_assert_eq!(*met.entry(key).or_insert(vertex), vertex);
                    let next = keys.step(key, axis);
                    prop_assert!(next < 1 << 63);
                    prop_assert_eq!(keys.cell(next) == keys.cell(key), axis >= PLACE_AXES);
                    let down = keys.line(next).wrapping_sub(keys.line(key)) as i64;
                    prop_assert_eq!(down, [-1, -1, 2, 0, 0, 0][axis]);
                    vertex = vertex.map(|coordinate| coordinate + 1);
                    vertex[axis] -= 6;
                    key = next;
                }
            }
        }
    }
}
