//! Values of a sparse lattice: what pixels give to its vertices, and what they take.
//!
//! Two arrays of rows: `given` collects what is splatted for the next step while `taken`, blurred,
//! is sliced for this one. A turn blurs the first into the second. Row 0 of each is zeros, which
//! stand for neighbours that do not exist, so that no loop asks whether there is one.

use super::cells::BEFORE;
use super::sparse::{Sparse, is_first, row};
use crate::pages::Pages;
use crate::row::Row;
use std::marker::PhantomData;

/// The values of all vertices, of this step and the next.
pub(crate) struct Messages<'a, R> {
    lattice: &'a Sparse,
    /// Blurred, of this step.
    taken: Pages<f32>,
    /// Given, for the next step.
    given: Pages<f32>,
    /// Where a cell is blurred.
    rooms: [Pages<f32>; 2],
    of: PhantomData<R>,
}

impl<'a, R: Row> Messages<'a, R> {
    /// Values that are not set before the first pass.
    pub(crate) fn new(lattice: &'a Sparse) -> Self {
        let largest = lattice.cells().largest();
        Self {
            lattice,
            taken: values::<R>(lattice.vertices()),
            given: values::<R>(lattice.vertices()),
            rooms: [values::<R>(largest), values::<R>(largest)],
            of: PhantomData,
        }
    }

    /// Ends a pass over the pixels: what was given becomes what is taken.
    #[inline(always)]
    pub(crate) fn turn(&mut self) {
        let rooms = self.rooms.each_mut().map(|room| R::rows_mut(room));
        let (given, taken) = (R::rows_mut(&mut self.given), R::rows_mut(&mut self.taken));
        self.lattice.cells().blur(given, taken, rooms);
    }

    /// Adds to `rows` what the pixels from `first` on take.
    #[inline(always)]
    pub(crate) fn slice(&self, first: usize, rows: &mut [R]) {
        let taken = R::rows(&self.taken);
        for (message, (corners, weights)) in rows.iter_mut().zip(self.lattice.corners(first)) {
            // A copy stays in registers.
            let mut sum = *message;
            for (&corner, &weight) in corners.iter().zip(weights) {
                sum.add_scaled(weight, &taken[row(corner)]);
            }
            *message = sum;
        }
    }

    /// Gives values of the pixels from `first` on to their vertices; pixels go by in their order.
    ///
    /// What was given to a vertex before is forgotten at its first corner.
    #[inline(always)]
    pub(crate) fn splat(&mut self, first: usize, rows: &[R]) {
        let given = R::rows_mut(&mut self.given);
        for (&labels, (corners, weights)) in rows.iter().zip(self.lattice.corners(first)) {
            for (&corner, &weight) in corners.iter().zip(weights) {
                let value = &mut given[row(corner)];
                // Cheaper than clearing all vertices before: this one is in the cache now.
                if is_first(corner) {
                    *value = R::filled(0.0);
                }
                value.add_scaled(weight, &labels);
            }
        }
    }
}

/// A row of zeros, and rows of so many vertices that are not set.
fn values<R: Row>(vertices: usize) -> Pages<f32> {
    let mut values = Pages::unset((BEFORE + vertices) * R::LANES);
    R::rows_mut(&mut values)[..BEFORE].fill(R::filled(0.0));
    values
}
