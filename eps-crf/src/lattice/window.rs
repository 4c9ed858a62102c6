//! Values of a grid, blurred while the rows of the image that need them go by.
//!
//! Neighbours on the three axes lie in other rows, so a row can be blurred along an axis as soon as
//! the rows on both sides are blurred along the axis before:
//!
//! ```text
//! axis 1   row - 1 on the left,  row + 1 on the right
//! axis 2   row - 1 on the right, row + 1 on the left
//! axis 3   row - 2 and row + 2, same column
//! ```
//!
//! Three rows of the first axis, five of the second and five of the third are kept, in rings, so
//! blurring needs no second copy of the lattice and the rows that pixels take from are still in the
//! cache. A row of what was given is cleared once the first axis has passed the row after it, and
//! is then free for what the same pixels give for the next step.

use super::grid::{Grid, Places};
use crate::pages::Pages;
use crate::row::Row;
use std::marker::PhantomData;

/// Rows that are kept of what is blurred along one, two and three axes: as many as the next axis or
/// the pixels look at.
const KEPT: [usize; 3] = [3, 5, 5];

/// The values of a grid's vertices: those that pixels have given are blurred and taken, row by row, and
/// make room for what the same pixels give next.
pub(crate) struct Window<'a, R> {
    grid: &'a Grid,
    /// What was given, of every row.
    given: Pages<f32>,
    /// Blurred along one, two and three axes, the last rows of each.
    blurred: [Pages<f32>; 3],
    /// The next row to be blurred along each axis.
    next: [usize; 3],
    of: PhantomData<R>,
}

impl<'a, R: Row> Window<'a, R> {
    /// All values zero.
    pub(crate) fn new(grid: &'a Grid) -> Self {
        let row = grid.columns * R::LANES;
        let given = Pages::zeros(grid.spans.len() * row);
        let blurred = KEPT.map(|rows| Pages::zeros(rows * row));
        Self { grid, given, blurred, next: [0; 3], of: PhantomData }
    }

    /// Goes back to the first row.
    #[inline(always)]
    pub(crate) fn begin(&mut self) {
        let first = self.grid.band(0);
        // The third axis looks two rows up, at the second, which looks one row up, at the first. Rows
        // further up are empty, and rings need no clearing: whatever is read of them is written before.
        self.next = [first - 3, first - 2, first];
    }

    /// Blurs what the pixels of a row of the picture take; rows go by in their order.
    #[inline(always)]
    pub(crate) fn advance(&mut self, row: usize) {
        let end = self.grid.band(row) + KEPT[2];
        // A row of the third axis needs the second axis two rows further, and that the first axis one
        // row further still.
        while self.next[2] < end {
            while self.next[1] <= self.next[2] + 2 {
                while self.next[0] <= self.next[1] + 1 {
                    self.blur_first();
                }
                self.blur_second();
            }
            self.blur_third();
        }
    }

    /// Blurs a row from the upper left to the lower right, and forgets what was given to the row before.
    #[inline(always)]
    fn blur_first(&mut self) {
        let (columns, row) = (self.grid.columns, self.next[0]);
        let given = R::rows_mut(&mut self.given);
        let [above, centres, below] =
            [row - 1, row, row + 1].map(|row| &given[row * columns..][..columns]);
        let (left, right) = beside(row);
        let blurred = kept_mut(R::rows_mut(&mut self.blurred[0]), 0, row, columns);
        self.grid.blur(row, centres, [(above, left), (below, right)], blurred);
        // No later row looks at it, and pixels give only to rows that were cleared before.
        given[(row - 1) * columns..][..columns].fill(R::filled(0.0));
        self.next[0] += 1;
    }

    /// Blurs a row from the upper right to the lower left.
    #[inline(always)]
    fn blur_second(&mut self) {
        let (columns, row) = (self.grid.columns, self.next[1]);
        let [first, second, _] = self.blurred.each_mut().map(|rows| R::rows_mut(rows));
        let [above, centres, below] =
            [row - 1, row, row + 1].map(|row| kept(first, 0, row, columns));
        let (left, right) = beside(row);
        let blurred = kept_mut(second, 1, row, columns);
        self.grid.blur(row, centres, [(above, right), (below, left)], blurred);
        self.next[1] += 1;
    }

    /// Blurs a row from top to bottom.
    #[inline(always)]
    fn blur_third(&mut self) {
        let (columns, row) = (self.grid.columns, self.next[2]);
        let [_, second, third] = self.blurred.each_mut().map(|rows| R::rows_mut(rows));
        let [above, centres, below] =
            [row - 2, row, row + 2].map(|row| kept(second, 1, row, columns));
        self.grid.blur(row, centres, [(above, 0), (below, 0)], kept_mut(third, 2, row, columns));
        self.next[2] += 1;
    }

    /// Adds to `rows` what the pixels of a row of the picture take, from column `first` on.
    #[inline(always)]
    pub(crate) fn slice(&self, row: usize, first: usize, rows: &mut [R]) {
        let (columns, blurred) = (self.grid.columns, R::rows(&self.blurred[2]));
        let places = Places::of(self.grid.band(row), |row| row % KEPT[2] * columns);
        for (triangle, message) in self.grid.triangles(row, first).zip(rows) {
            // A copy stays in registers.
            let mut sum = *message;
            for (at, weight) in triangle.corners(&places) {
                sum.add_scaled(weight, &blurred[at]);
            }
            *message = sum;
        }
    }

    /// Gives values of the pixels of a row of the picture, from column `first` on, to their vertices.
    #[inline(always)]
    pub(crate) fn splat(&mut self, row: usize, first: usize, rows: &[R]) {
        let (columns, given) = (self.grid.columns, R::rows_mut(&mut self.given));
        let places = Places::of(self.grid.band(row), |row| row * columns);
        for (triangle, &labels) in self.grid.triangles(row, first).zip(rows) {
            for (at, weight) in triangle.corners(&places) {
                given[at].add_scaled(weight, &labels);
            }
        }
    }
}

/// What the columns of the neighbours on the left and on the right, in the rows above and below, are
/// more than a vertex's.
#[inline(always)]
fn beside(row: usize) -> (isize, isize) {
    let is_odd = (row & 1) as isize;
    (is_odd - 1, is_odd)
}

/// A row of those that are kept.
#[inline(always)]
fn kept<R>(rows: &[R], axis: usize, row: usize, columns: usize) -> &[R] {
    &rows[row % KEPT[axis] * columns..][..columns]
}

#[inline(always)]
fn kept_mut<R>(rows: &mut [R], axis: usize, row: usize, columns: usize) -> &mut [R] {
    &mut rows[row % KEPT[axis] * columns..][..columns]
}

impl Grid {
    /// Adds to each vertex of a row half of both its neighbours, which are so many columns further on
    /// in their rows; vertices that no pixel touches have nothing.
    #[inline(always)]
    fn blur<R: Row>(
        &self,
        row: usize,
        centres: &[R],
        neighbours: [(&[R], isize); 2],
        blurred: &mut [R],
    ) {
        let zero = R::filled(0.0);
        let span = self.spans[row].clone();
        blurred[..span.start].fill(zero);
        blurred[span.end..].fill(zero);
        let [before, ahead] = neighbours.map(|(rows, further)| {
            // Only the empty span of a row without a vertex begins at 0, where this could not go further
            // left.
            &rows[span.start.saturating_add_signed(further)..][..span.len()]
        });
        let pairs = before.iter().zip(ahead);
        let vertices = blurred[span.clone()].iter_mut().zip(&centres[span]).zip(pairs);
        for ((blurred, centre), (before, ahead)) in vertices {
            *blurred = centre.blurred(before, ahead);
        }
        // Neighbours of a hole are blurred into it too, but a lattice that holds only what pixels touch
        // has no such vertex.
        self.holes[row].iter().for_each(|&hole| blurred[hole] = zero);
    }
}
