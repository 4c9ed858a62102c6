//! Values of a sparse lattice: what pixels give to its vertices, and what they take.

use super::sparse::Sparse;
use crate::pages::Pages;
use crate::row::Row;
use std::marker::PhantomData;

/// Rows after those of the vertices, which blurring needs.
const BEYOND: usize = 2;

/// The values of all vertices, of this step and the next.
///
/// A register's worth of lanes of every vertex lies together, so that what is blurred at a time stays
/// near the processor.
pub(crate) struct Messages<'a, R> {
    lattice: &'a Sparse,
    /// Values of each vertex, and some rows beyond, for each part of a row.
    plane: usize,
    /// Blurred, of this step.
    taken: Pages<f32>,
    /// Given, for the next step.
    given: Pages<f32>,
    /// Vertices that were given something.
    met: u32,
    of: PhantomData<R>,
}

impl<'a, R: Row> Messages<'a, R> {
    /// Nothing taken and nothing given.
    pub(crate) fn new(lattice: &'a Sparse) -> Self {
        let plane = lattice.vertices() + BEYOND;
        let values = || {
            let mut values = Pages::unset(plane * R::LANES);
            for plane in R::planes_mut(&mut values, plane).as_mut() {
                plane[lattice.vertices()..].fill(R::Part::filled(0.0));
            }
            values
        };
        Self { lattice, plane, taken: values(), given: values(), met: 0, of: PhantomData }
    }

    /// Ends a pass over the pixels: what was given becomes what is taken.
    #[inline(always)]
    pub(crate) fn turn(&mut self) {
        std::mem::swap(&mut self.taken, &mut self.given);
        for plane in R::planes_mut(&mut self.taken, self.plane).as_mut() {
            self.lattice.blur(plane);
        }
        self.met = 0;
    }

    /// Adds to `rows` what the pixels from `first` on take.
    #[inline(always)]
    pub(crate) fn slice(&self, first: usize, rows: &mut [R]) {
        let planes = R::planes(&self.taken, self.plane);
        for (row, (vertices, weights)) in rows.iter_mut().zip(self.lattice.corners(first)) {
            // A copy stays in registers.
            let mut sum = *row;
            for (&vertex, &weight) in vertices.iter().zip(weights) {
                for (part, plane) in sum.parts_mut().iter_mut().zip(planes.as_ref()) {
                    part.add_scaled(weight, &plane[vertex as usize]);
                }
            }
            *row = sum;
        }
    }

    /// Gives values of the pixels from `first` on to their vertices; pixels go by in their order.
    ///
    /// A vertex is new exactly when its number is that of the vertices met; what its value was before
    /// is forgotten.
    #[inline(always)]
    pub(crate) fn splat(&mut self, first: usize, rows: &[R]) {
        let mut planes = R::planes_mut(&mut self.given, self.plane);
        let mut met = self.met;
        for (row, (vertices, weights)) in rows.iter().zip(self.lattice.corners(first)) {
            let row = *row;
            for (&vertex, &weight) in vertices.iter().zip(weights) {
                let is_new = vertex == met;
                met += u32::from(is_new);
                for (part, plane) in row.parts().iter().zip(planes.as_mut()) {
                    let value = &mut plane[vertex as usize];
                    if is_new {
                        *value = R::Part::filled(0.0);
                    }
                    value.add_scaled(weight, part);
                }
            }
        }
        self.met = met;
    }
}
