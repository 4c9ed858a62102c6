//! The labels of a pixel or a vertex, side by side in lanes that the compiler vectorises.

/// As many lanes as the labels of a field need; lanes without a label hold what does no harm.
pub(crate) trait Row: Copy {
    /// The same value in every lane.
    fn filled(value: f32) -> Self;

    fn lane(&self, lane: usize) -> f32;

    fn set_lane(&mut self, lane: usize, value: f32);

    /// Each lane with that of another row.
    fn with(&self, other: &Self, both: impl Fn(f32, f32) -> f32) -> Self;

    /// All lanes as one value, in an order that is the same on every processor.
    fn reduce(&self, both: impl Fn(f32, f32) -> f32) -> f32;

    /// Replaces every lane of some rows, across the borders between them.
    fn map_all(rows: &mut [Self], of: impl Fn(f32) -> f32);

    /// The rows of a store; none if its rows have other lanes.
    fn of(rows: &Rows) -> &[Self];

    /// Adds another row times a weight.
    #[inline(always)]
    fn add_scaled(&mut self, weight: f32, other: &Self) {
        *self = self.with(other, |own, other| own + weight * other);
    }
}

/// Rows of as many lanes as some labels need.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rows {
    Fours(Vec<Four>),
    /// As many eights for each row.
    Eights(usize, Vec<Eight>),
}

/// A value that has no labels.
pub(crate) type One = [f32; 1];

/// Up to four labels.
pub(crate) type Four = [f32; 4];

/// Eight labels. The alignment keeps them inside one line of the cache.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(32))]
pub(crate) struct Eight([f32; 8]);

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

impl Rows {
    /// Rows for `labels` labels with the same value in every lane.
    pub(crate) fn filled(labels: usize, rows: usize, value: f32) -> Self {
        match eights(labels) {
            0 => Self::Fours(vec![[value; 4]; rows]),
            eights => Self::Eights(eights, vec![Eight([value; 8]); eights * rows]),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Fours(rows) => rows.len(),
            Self::Eights(eights, rows) => rows.len() / eights,
        }
    }

    /// Sets the lane of a label in the rows from `first` on.
    #[inline(always)]
    pub(crate) fn set(&mut self, first: usize, label: usize, values: &[f32]) {
        match self {
            Self::Fours(rows) => {
                let own = rows[first..].iter_mut().zip(values);
                own.for_each(|(row, &value)| row[label % 4] = value);
            }
            Self::Eights(eights, rows) => {
                let own = rows[first * *eights + label / 8..].iter_mut().step_by(*eights);
                own.zip(values).for_each(|(eight, &value)| eight.0[label % 8] = value);
            }
        }
    }
}

/// Reads all of both before anything is written, so that one instruction can do it.
#[inline(always)]
fn each<const N: usize>(
    own: [f32; N],
    other: [f32; N],
    both: impl Fn(f32, f32) -> f32,
) -> [f32; N] {
    let mut lanes = [0.0; N];
    for lane in 0..N {
        lanes[lane] = both(own[lane], other[lane]);
    }
    lanes
}

/// A single value, and up to four labels.
impl<const N: usize> Row for [f32; N] {
    #[inline(always)]
    fn filled(value: f32) -> Self {
        [value; N]
    }

    #[inline(always)]
    fn lane(&self, lane: usize) -> f32 {
        self[lane]
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
            [a, b, c, d] => both(both(a, c), both(b, d)),
            [first, ref others @ ..] => others.iter().fold(first, |sum, &lane| both(sum, lane)),
            [] => 0.0,
        }
    }

    #[inline(always)]
    fn map_all(rows: &mut [Self], of: impl Fn(f32) -> f32) {
        for value in rows.as_flattened_mut() {
            *value = of(*value);
        }
    }

    fn of(rows: &Rows) -> &[Self] {
        match rows {
            Rows::Fours(rows) if N == 4 => rows.as_flattened().as_chunks().0,
            _ => &[],
        }
    }
}

impl<const G: usize> Row for [Eight; G] {
    #[inline(always)]
    fn filled(value: f32) -> Self {
        [Eight([value; 8]); G]
    }

    #[inline(always)]
    fn lane(&self, lane: usize) -> f32 {
        self[lane / 8].0[lane % 8]
    }

    #[inline(always)]
    fn set_lane(&mut self, lane: usize, value: f32) {
        self[lane / 8].0[lane % 8] = value;
    }

    #[inline(always)]
    fn with(&self, other: &Self, both: impl Fn(f32, f32) -> f32) -> Self {
        let mut row = *self;
        for (own, other) in row.iter_mut().zip(other) {
            own.0 = each(own.0, other.0, &both);
        }
        row
    }

    /// Eights with each other first, then halves, quarters.
    #[inline(always)]
    fn reduce(&self, both: impl Fn(f32, f32) -> f32) -> f32 {
        let mut eight = self[0].0;
        for other in &self[1..] {
            eight = each(eight, other.0, &both);
        }
        let [a, b, c, d, e, f, g, h] = eight;
        each([a, b, c, d], [e, f, g, h], &both).reduce(both)
    }

    #[inline(always)]
    fn map_all(rows: &mut [Self], of: impl Fn(f32) -> f32) {
        for eight in rows.as_flattened_mut() {
            for value in &mut eight.0 {
                *value = of(*value);
            }
        }
    }

    fn of(rows: &Rows) -> &[Self] {
        match rows {
            Rows::Eights(eights, rows) if *eights == G => rows.as_chunks().0,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_of_a_store_are_those_of_its_rows() {
        let mut rows = Rows::filled(20, 3, 0.5);
        rows.set(1, 17, &[3.0, 4.0]);
        assert_eq!(rows.len(), 3);
        let lanes: Vec<f32> = <[Eight; 3]>::of(&rows).iter().map(|row| row.lane(17)).collect();
        assert_eq!(lanes, [0.5, 3.0, 4.0]);
        assert!(<[Eight; 2]>::of(&rows).is_empty() && Four::of(&rows).is_empty());
        let mut rows = Rows::filled(3, 2, 0.0);
        rows.set(1, 2, &[7.0]);
        assert_eq!(Four::of(&rows), [[0.0; 4], [0.0, 0.0, 7.0, 0.0]]);
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
