//! The vertices of a lattice cell by cell, the order in which it is blurred.
//!
//! A cell has the vertices of one place and all colours, a line the cells of one row of places. Of
//! the six axes three lead to other cells (one line up or two lines down) and three stay in the
//! cell. Six passes would read all values from memory six times; instead the axes follow each other
//! line by line, each as far behind as its neighbours are away:
//!
//! ```text
//! axis 1        axis 2             axis 3, then 4 to 6 within the cell
//! line t        line t - 1         line t - 3
//! given->taken  taken->given       given->room->room->room->taken
//! ```
//!
//! Neighbours are two row numbers for each vertex and axis. They are found by merging: along an
//! axis greater keys have greater neighbours, so one walk through the sorted keys finds all of an
//! axis, in `O(M)`.

use super::keys::{Keys, PLACE_AXES};
use super::sparse::V;
use crate::row::Row;
use std::ops::Range;

/// Rows of values before those of the vertices: one of zeros, which stands for a neighbour that is
/// missing.
pub(super) const BEFORE: usize = 1;

/// Rows of the neighbours behind and ahead of a vertex on an axis, 0 for one that is missing.
type Beside = [u32; 2];

/// The neighbours of all vertices, which have the order of their keys.
///
/// Along an axis greater keys have greater neighbours, so that whoever goes through the vertices goes
/// through the neighbours on either side as well, and memory is read in its order.
pub(super) struct Cells {
    /// On axes that lead to other cells.
    between: [Vec<Beside>; PLACE_AXES],
    /// On axes that stay in the cell, in rows counted from the cell's first.
    within: [Vec<Beside>; V - PLACE_AXES],
    /// Vertices of the cells of each line.
    lines: Vec<Vec<Range<usize>>>,
}

impl Cells {
    /// The cells of vertices with these keys, in ascending order.
    #[inline(always)]
    pub(super) fn new(keys: &Keys<V>, sorted: &[u64]) -> Self {
        let lines = lines(keys, sorted);
        let between = std::array::from_fn(|axis| {
            let mut besides = vec![[0; 2]; sorted.len()];
            find_beside(keys, sorted, axis, &mut besides);
            besides
        });
        let within = std::array::from_fn(|axis| {
            let mut besides = vec![[0; 2]; sorted.len()];
            for cell in lines.iter().flatten().cloned() {
                let (sorted, besides) = (&sorted[cell.clone()], &mut besides[cell]);
                find_beside(keys, sorted, PLACE_AXES + axis, besides);
            }
            besides
        });
        Self { between, within, lines }
    }

    /// Number of vertices.
    pub(super) fn vertices(&self) -> usize {
        self.between[0].len()
    }

    /// The most vertices of a cell.
    pub(super) fn largest(&self) -> usize {
        self.lines.iter().flatten().map(ExactSizeIterator::len).max().unwrap_or_default()
    }

    /// Blurs the values of `given` along every axis into `taken`, and leaves anything in `given`.
    ///
    /// Each axis follows the one before it as many lines behind as its neighbours are away, so that the
    /// lines between are still near the processor: a line of `given` is overwritten when the first axis has
    /// passed the line after it, one of `taken` when the second has. Lines without a vertex only bring
    /// neighbours nearer. Along the axes that stay in a cell its values go to and fro between two rooms,
    /// which have place for the largest cell. All four begin with a row of zeros.
    #[inline(always)]
    pub(super) fn blur<R: Row>(&self, given: &mut [R], taken: &mut [R], rooms: [&mut [R]; 2]) {
        let [first, second, third] = &self.between;
        let [fourth, fifth, sixth] = &self.within;
        let [one, other] = rooms;
        // The third axis reads values of the second two lines further down, which is one line behind the
        // first: so it is three behind, and takes three turns more than there are lines.
        for line in 0..self.lines.len() + 3 {
            for cell in self.line(line, 0) {
                blur(&given[rows(cell)], given, &first[cell.clone()], &mut taken[rows(cell)]);
            }
            for cell in self.line(line, 1) {
                blur(&taken[rows(cell)], taken, &second[cell.clone()], &mut given[rows(cell)]);
            }
            for cell in self.line(line, 3) {
                blur(&given[rows(cell)], given, &third[cell.clone()], &mut one[BEFORE..]);
                blur(&one[BEFORE..], one, &fourth[cell.clone()], &mut other[BEFORE..]);
                blur(&other[BEFORE..], other, &fifth[cell.clone()], &mut one[BEFORE..]);
                blur(&one[BEFORE..], one, &sixth[cell.clone()], &mut taken[rows(cell)]);
            }
        }
    }

    /// The cells of the line that is so many before another.
    #[inline(always)]
    fn line(&self, line: usize, before: usize) -> &[Range<usize>] {
        line.checked_sub(before).and_then(|line| self.lines.get(line)).map_or(&[], Vec::as_slice)
    }

    /// Memory in bytes.
    pub(super) fn bytes(&self) -> usize {
        let axes = self.between.iter().chain(&self.within);
        axes.map(|besides| size_of_val(&besides[..])).sum::<usize>()
            + self.lines.iter().map(|cells| size_of_val(&cells[..])).sum::<usize>()
    }
}

/// The rows of the values of a cell's vertices.
#[inline(always)]
fn rows(cell: &Range<usize>) -> Range<usize> {
    cell.start + BEFORE..cell.end + BEFORE
}

/// The vertices of the cells of each line that has any.
fn lines(keys: &Keys<V>, sorted: &[u64]) -> Vec<Vec<Range<usize>>> {
    let mut start = 0;
    let mut lines = Vec::new();
    for line in sorted.chunk_by(|&a, &b| keys.line(a) == keys.line(b)) {
        let mut cells = Vec::new();
        for cell in line.chunk_by(|&a, &b| keys.cell(a) == keys.cell(b)) {
            cells.push(start..start + cell.len());
            start += cell.len();
        }
        lines.push(cells);
    }
    lines
}

/// Finds the neighbours of each vertex on an axis, among those with these keys; one that is missing stays so.
#[inline(always)]
fn find_beside(keys: &Keys<V>, sorted: &[u64], axis: usize, besides: &mut [Beside]) {
    let mut at = 0;
    for (vertex, &key) in sorted.iter().enumerate() {
        let ahead = keys.step(key, axis);
        // `at` never goes back: greater keys have greater neighbours.
        while sorted.get(at).is_some_and(|&key| key < ahead) {
            at += 1;
        }
        if sorted.get(at) == Some(&ahead) {
            // One lookup for both ends: a vertex is behind the one that is ahead of it.
            besides[vertex][1] = (at + BEFORE) as u32;
            besides[at][0] = (vertex + BEFORE) as u32;
        }
    }
}

/// Sets each of `blurred` to the vertex's value and half of both its neighbours' in `rows`.
#[inline(always)]
fn blur<R: Row>(centres: &[R], rows: &[R], besides: &[Beside], blurred: &mut [R]) {
    for ((centre, &[behind, ahead]), blurred) in centres.iter().zip(besides).zip(blurred) {
        *blurred = centre.blurred(&rows[behind as usize], &rows[ahead as usize]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::One;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn blurred(cells: &Cells, values: &[One]) -> Vec<One> {
        let zero = One::filled(0.0);
        let mut given = [&[zero][..], values].concat();
        let mut taken = vec![zero; given.len()];
        let mut rooms = [(); 2].map(|()| vec![zero; BEFORE + cells.largest()]);
        cells.blur(&mut given, &mut taken, rooms.each_mut().map(|room| &mut room[..]));
        taken.split_off(BEFORE)
    }

    #[test]
    fn a_vertex_and_its_neighbours_by_hand() {
        let keys = Keys::<6>::covering(&[(0.0, 1.0); 5]).unwrap();
        let start = keys.origin(&[[0; 8]; 6], 0);
        // One ahead on the first axis, and one ahead of this on the last.
        let first = keys.step(start, 0);
        let both = keys.step(first, 5);
        let mut sorted = [(start, 1.0), (first, 0.0), (both, 0.0)];
        sorted.sort_by_key(|&(key, _)| key);
        let cells = Cells::new(&keys, &sorted.map(|(key, _)| key));
        let found = blurred(&cells, &sorted.map(|(_, value)| [value]));
        let at = |wanted| found[sorted.iter().position(|&(key, _)| key == wanted).unwrap()][0];
        assert_eq!([at(start), at(first), at(both)], [1.0, 0.5, 0.25]);
    }

    proptest! {
        #[test]
        fn every_axis_is_blurred_after_the_one_before_it(
            walks in prop::collection::vec((prop::collection::vec(0..6_usize, 0..14), -1.0..1.0_f32), 1..200),
        ) {
            let keys = Keys::<6>::covering(&[(-40.0, 40.0); 5]).unwrap();
            let start = keys.origin(&[[0; 8]; 6], 0);
            let mut values: BTreeMap<u64, f32> = BTreeMap::new();
            for (walk, value) in walks {
                let end = walk.into_iter().fold(start, |key, axis| keys.step(key, axis));
                values.insert(end, value);
            }
            let sorted: Vec<u64> = values.keys().copied().collect();
            let given: Vec<One> = values.values().map(|&value| [value]).collect();
            let found = blurred(&Cells::new(&keys, &sorted), &given);
            for axis in 0..6 {
                let before = values.clone();
                let ahead: BTreeMap<u64, u64> =
                    before.keys().map(|&key| (keys.step(key, axis), key)).collect();
                for (&key, value) in &mut values {
                    let next = before.get(&keys.step(key, axis)).copied().unwrap_or_default();
                    let last = ahead.get(&key).map_or(0.0, |last| before[last]);
                    *value += 0.5 * (last + next);
                }
            }
            for (found, expected) in found.iter().zip(values.values()) {
                prop_assert!((found[0] - expected).abs() < 1e-5, "{} {expected}", found[0]);
            }
        }
    }
}
