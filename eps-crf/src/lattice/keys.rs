//! Vertices as single numbers, so that a step along an axis is one addition.

/// Coordinates above this are not exact in the arithmetic of the simplices.
const MAX_COORDINATE: f64 = 4_000_000.0;

/// Numbers the vertices of a box of the lattice: coordinates in mixed radix, the last one left out,
/// since all of them sum to zero.
pub(super) struct Keys<const V: usize> {
    low: [i64; V],
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
            keys.low[axis] = low.floor() as i64 - margin;
            keys.strides[axis] = stride;
            keys.diagonal += stride;
            let side = (high.ceil() as i64 + margin + 1 - keys.low[axis]) as u64;
            stride = stride.checked_mul(side).filter(|&stride| stride < 1 << 63)?;
        }
        Some(keys)
    }

    /// The key of the vertex with these coordinates.
    pub(super) fn key(&self, coordinates: [f32; V]) -> u64 {
        let mut key = 0_u64;
        for ((coordinate, low), stride) in coordinates.iter().zip(self.low).zip(self.strides) {
            let digit = (*coordinate as i64 - low) as u64;
            key = key.wrapping_add(digit.wrapping_mul(stride));
        }
        key
    }

    /// The key of the next vertex along an axis: one further on every axis, and back by `V` on it.
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
        let start = keys.key([3.0, -6.0, 3.0]);
        assert_eq!(keys.step(start, 0), keys.key([1.0, -5.0, 4.0]));
        assert_eq!(keys.step(start, 2), keys.key([4.0, -5.0, 1.0]));
        assert_eq!((0..3).fold(start, |key, axis| keys.step(key, axis)), start);
    }

    #[test]
    fn boxes_that_are_too_large_have_no_keys() {
        assert!(Keys::<6>::covering(&[(0.0, 1000.0); 5]).is_some());
        assert!(Keys::<6>::covering(&[(0.0, 100_000.0); 5]).is_none());
        assert!(Keys::<3>::covering(&[(0.0, f32::INFINITY), (0.0, 1.0)]).is_none());
    }
}
