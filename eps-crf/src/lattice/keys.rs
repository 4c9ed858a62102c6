//! Vertices as single numbers, so that a step along an axis is one addition.

use super::simplex::{Integers, MAX_COORDINATE};

/// Numbers the vertices of a box of the lattice: coordinates in mixed radix, the last one left out,
/// since all of them sum to zero.
pub(super) struct Keys<const V: usize> {
    /// Least coordinate on each axis, a multiple of `V`, divided by `V`.
    low: [i32; V],
    /// What a step by one along an axis adds; 0 for the last.
    strides: [u64; V],
    /// What a step by one along every axis adds.
    diagonal: u64,
}

impl<const V: usize> Keys<V> {
    /// Keys of every vertex of the points whose scaled features lie in these ranges, and of the
    /// vertices beside them; `None` if there are more than a key can spell.
    pub(super) fn covering(ranges: &[(f32, f32)]) -> Option<Self> {
        let mut keys = Self { low: [0; V], strides: [0; V], diagonal: 0 };
        let mut stride = 1_u64;
        for axis in 0..V - 1 {
            let (low, high) = elevated_range(ranges, axis);
            if !(-MAX_COORDINATE..=MAX_COORDINATE).contains(&low) || high > MAX_COORDINATE {
                return None;
            }
            // A vertex is within V of its point, its neighbours within another V.
            let margin = 2 * V as i64 + 2;
            let lowest = (low.floor() as i64 - margin).div_euclid(V as i64);
            keys.low[axis] = lowest as i32;
            keys.strides[axis] = stride;
            keys.diagonal += stride;
            let side = (high.ceil() as i64 + margin + 1 - lowest * V as i64) as u64;
            stride = stride.checked_mul(side).filter(|&stride| stride < 1 << 63)?;
        }
        Some(keys)
    }

    /// The key of the vertex whose coordinates are `V` times the multiples of a lane.
    #[inline(always)]
    pub(super) fn origin(&self, multiples: &[Integers; V], lane: usize) -> u64 {
        let mut key = 0_u64;
        for ((multiples, low), stride) in multiples.iter().zip(self.low).zip(self.strides) {
            let digit = u64::from(multiples[lane].wrapping_sub(low) as u32);
            key = key.wrapping_add(digit.wrapping_mul(stride));
        }
        key.wrapping_mul(V as u64)
    }

    /// The key of the next vertex along an axis: one further on every axis, and back by `V` on it.
    #[inline(always)]
    pub(super) fn step(&self, key: u64, axis: usize) -> u64 {
        key.wrapping_add(self.diagonal).wrapping_sub(V as u64 * self.strides[axis])
    }
}

/// The least and greatest elevated coordinate on an axis.
fn elevated_range(ranges: &[(f32, f32)], axis: usize) -> (f64, f64) {
    let ahead = &ranges[axis..];
    let sum = |end: fn(&(f32, f32)) -> f32| ahead.iter().map(|range| f64::from(end(range))).sum();
    let (mut low, mut high): (f64, f64) = (sum(|range| range.0), sum(|range| range.1));
    if axis > 0 {
        low -= axis as f64 * f64::from(ranges[axis - 1].1);
        high -= axis as f64 * f64::from(ranges[axis - 1].0);
    }
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_along_all_axes_lead_back() {
        let keys = Keys::<3>::covering(&[(0.0, 10.0), (-2.0, 7.0)]).unwrap();
        // Coordinates in threes.
        let at = |multiples: [i32; 3]| keys.origin(&multiples.map(|multiple| [multiple; 8]), 5);
        let start = at([1, -2, 1]);
        assert_eq!((0..3).fold(start, |key, axis| keys.step(key, axis)), start);
        let along = |key, axis| keys.step(keys.step(keys.step(key, axis), axis), axis);
        assert_eq!(along(start, 0), at([-1, -1, 2]));
        assert_eq!(along(start, 2), at([2, -1, -1]));
    }

    #[test]
    fn boxes_that_are_too_large_have_no_keys() {
        assert!(Keys::<6>::covering(&[(0.0, 1000.0); 5]).is_some());
        assert!(Keys::<6>::covering(&[(0.0, 100_000.0); 5]).is_none());
        assert!(Keys::<3>::covering(&[(0.0, f32::INFINITY), (0.0, 1.0)]).is_none());
    }
}
