//! The labels of a pixel or a vertex, side by side in lanes that the compiler vectorises.
//!
//! A field is compiled once for each width in [`eights`], from four lanes to 256, so that the
//! compiler knows the length of every loop over lanes. Widths between are rounded up: eleven copies
//! of the code are enough, and from 17 labels on at most a third of the lanes is padding.

/// As many lanes as the labels of a field need; lanes without a label hold what does no harm.
pub(crate) trait Row: Copy {
    const LANES: usize;

    /// The same value in every lane.
    fn filled(value: f32) -> Self;

    /// The rows that lie one after the other in some values.
    fn rows(values: &[f32]) -> &[Self];

    fn rows_mut(values: &mut [f32]) -> &mut [Self];

    fn set_lane(&mut self, lane: usize, value: f32);

    /// Each lane with that of another row.
    fn with(&self, other: &Self, both: impl Fn(f32, f32) -> f32) -> Self;

    /// All lanes as one value, in an order that is the same on every processor.
    fn reduce(&self, both: impl Fn(f32, f32) -> f32) -> f32;

    /// Eight lanes from the `at`-th eight on; zeros after the last.
    fn eight(&self, at: usize) -> Eight;

    fn set_eight(&mut self, at: usize, eight: Eight);

    /// This row and half of both its neighbours on an axis.
    #[inline(always)]
    fn blurred(&self, behind: &Self, ahead: &Self) -> Self {
        let neighbours = behind.with(ahead, |behind, ahead| behind + ahead);
        self.with(&neighbours, |centre, both| 0.5_f32.mul_add(both, centre))
    }

    /// Adds another row times a weight, rounded once.
    #[inline(always)]
    fn add_scaled(&mut self, weight: f32, other: &Self) {
        *self = self.with(other, |sum, other| weight.mul_add(other, sum));
    }
}

/// A value that has no labels.
pub(crate) type One = [f32; 1];

/// Up to four labels.
pub(crate) type Four = [f32; 4];

/// Eight labels.
pub(crate) type Eight = [f32; 8];

/// Eights in the row of some labels; none if it has four lanes.
///
/// A field is compiled for each of these numbers.
pub(crate) fn eights(labels: usize) -> usize {
    match labels {
        0..=4 => 0,
        5..=32 => labels.div_ceil(8),
        33..=48 => 6,
        49..=64 => 8,
        65..=88 => 11,
        89..=128 => 16,
        129..=192 => 24,
        _ => 32,
    }
}

/// Some rows that begin with a line of the cache.
#[repr(align(64))]
pub(crate) struct Aligned<T>(pub(crate) T);

/// Reads all of both before anything is written, so that one instruction can do it.
#[inline(always)]
fn each<const N: usize>(
    first: [f32; N],
    second: [f32; N],
    both: impl Fn(f32, f32) -> f32,
) -> [f32; N] {
    let mut lanes = [0.0; N];
    for lane in 0..N {
        lanes[lane] = both(first[lane], second[lane]);
    }
    lanes
}

/// A single value, and up to four labels.
impl<const N: usize> Row for [f32; N] {
    const LANES: usize = N;

    #[inline(always)]
    fn filled(value: f32) -> Self {
        [value; N]
    }

    #[inline(always)]
    fn rows(values: &[f32]) -> &[Self] {
        values.as_chunks().0
    }

    #[inline(always)]
    fn rows_mut(values: &mut [f32]) -> &mut [Self] {
        values.as_chunks_mut().0
    }

    #[inline(always)]
    fn set_lane(&mut self, lane: usize, value: f32) {
        self[lane] = value;
    }

    #[inline(always)]
    fn with(&self, other: &Self, both: impl Fn(f32, f32) -> f32) -> Self {
        each(*self, *other, both)
    }

    #[inline(always)]
    fn reduce(&self, both: impl Fn(f32, f32) -> f32) -> f32 {
        match *self.as_slice() {
            // Halves onto each other, the steps in which a vector register is summed.
            [a, b, c, d] => both(both(a, c), both(b, d)),
            [first, ref others @ ..] => others.iter().fold(first, |sum, &lane| both(sum, lane)),
            [] => 0.0,
        }
    }

    #[inline(always)]
    fn eight(&self, _: usize) -> Eight {
        let mut eight = [0.0; 8];
        eight.iter_mut().zip(self).for_each(|(to, &lane)| *to = lane);
        eight
    }

    #[inline(always)]
    fn set_eight(&mut self, _: usize, eight: Eight) {
        self.iter_mut().zip(eight).for_each(|(to, lane)| *to = lane);
    }
}

impl<const G: usize> Row for [Eight; G] {
    const LANES: usize = 8 * G;

    #[inline(always)]
    fn filled(value: f32) -> Self {
        [[value; 8]; G]
    }

    #[inline(always)]
    fn rows(values: &[f32]) -> &[Self] {
        values.as_chunks().0.as_chunks().0
    }

    #[inline(always)]
    fn rows_mut(values: &mut [f32]) -> &mut [Self] {
        values.as_chunks_mut().0.as_chunks_mut().0
    }

    #[inline(always)]
    fn set_lane(&mut self, lane: usize, value: f32) {
        self[lane / 8][lane % 8] = value;
    }

    #[inline(always)]
    fn with(&self, other: &Self, both: impl Fn(f32, f32) -> f32) -> Self {
        let mut row = *self;
        for (eight, other) in row.iter_mut().zip(other) {
            *eight = each(*eight, *other, &both);
        }
        row
    }

    /// Eights with each other first, then halves, quarters.
    #[inline(always)]
    fn reduce(&self, both: impl Fn(f32, f32) -> f32) -> f32 {
        let mut eight = self[0];
        for other in &self[1..] {
            eight = each(eight, *other, &both);
        }
        let [a, b, c, d, e, f, g, h] = eight;
        each([a, b, c, d], [e, f, g, h], &both).reduce(both)
    }

    #[inline(always)]
    fn eight(&self, at: usize) -> Eight {
        self[at]
    }

    #[inline(always)]
    fn set_eight(&mut self, at: usize, eight: Eight) {
        self[at] = eight;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_in_values() {
        let mut values: Vec<f32> = (0..48).map(|value| value as f32).collect();
        let rows = <[Eight; 3]>::rows_mut(&mut values);
        assert_eq!((rows.len(), rows[1][2][1]), (2, 41.0));
        rows[0][2][1] = 0.5;
        assert_eq!(values[17], 0.5);
        assert_eq!(Four::rows(&values)[4], [16.0, 0.5, 18.0, 19.0]);
    }

    #[test]
    fn every_lane_is_reduced_once() {
        let sum = |a, b| a + b;
        assert_eq!([1.0, 2.0, 4.0, 8.0].reduce(sum), 15.0);
        assert_eq!([3.0].reduce(sum), 3.0);
        let mut row = <[Eight; 3]>::filled(0.0);
        (0..24).for_each(|lane| row.set_lane(lane, lane as f32));
        assert_eq!(row.reduce(sum), 276.0);
        assert_eq!(row.reduce(f32::max), 23.0);
    }
}
