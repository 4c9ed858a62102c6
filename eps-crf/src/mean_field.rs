//! Mean-field inference: every pixel's probabilities given those of all others, step by step.
//!
//! One pass over the pixels takes the messages of the step, makes probabilities of them and gives
//! these to the vertices for the next step, so that probabilities are never stored in between.

use crate::lattice::{Grid, Sparse, Window};
use crate::row::{Eight, Four, Row, eights};
use crate::softmax::softmax;
use crate::{Compatibility, Marginals, Unary};
use pulp::{Arch, NullaryFnOnce};

/// Pixels of a row whose probabilities are made together.
const TOGETHER: usize = 16;

/// What is inferred, in lanes that are not chosen yet.
#[derive(Clone, Copy)]
pub(crate) struct Inference<'a> {
    /// Pixels in a row of the picture.
    pub(crate) width: usize,
    pub(crate) gaussian: Option<&'a Grid>,
    pub(crate) bilateral: Option<&'a Sparse>,
    pub(crate) unary: &'a Unary,
    pub(crate) compatibility: Option<&'a Compatibility>,
    pub(crate) steps: usize,
}

impl Inference<'_> {
    /// Infers in as many lanes as the labels need.
    pub(crate) fn run(self) -> Marginals {
        match eights(self.unary.labels()) {
            0 => self.in_rows::<Four>(),
            1 => self.in_rows::<[Eight; 1]>(),
            2 => self.in_rows::<[Eight; 2]>(),
            3 => self.in_rows::<[Eight; 3]>(),
            4 => self.in_rows::<[Eight; 4]>(),
            6 => self.in_rows::<[Eight; 6]>(),
            8 => self.in_rows::<[Eight; 8]>(),
            11 => self.in_rows::<[Eight; 11]>(),
            16 => self.in_rows::<[Eight; 16]>(),
            24 => self.in_rows::<[Eight; 24]>(),
            _ => self.in_rows::<[Eight; 32]>(),
        }
    }

    fn in_rows<R: Row>(self) -> Marginals {
        let field = Field {
            width: self.width,
            unary: R::of(self.unary.rows()),
            gains: self.compatibility.map(Compatibility::gains::<R>),
            gaussian: self.gaussian.map(Window::new),
            bilateral: self.bilateral.map(Messages::new),
        };
        // The same operations in wider registers where the processor has them: the same bits.
        Arch::new().dispatch(Call { field, labels: self.unary.labels(), steps: self.steps })
    }
}

/// The values of the bilateral kernel's vertices.
struct Messages<'a, R> {
    lattice: &'a Sparse,
    /// Blurred, of this step.
    values: Vec<R>,
    /// Given, for the next step.
    next: Vec<R>,
    /// Vertices that were given something.
    met: u32,
}

impl<'a, R: Row> Messages<'a, R> {
    fn new(lattice: &'a Sparse) -> Self {
        Self { lattice, values: lattice.zeros(), next: lattice.zeros(), met: 0 }
    }

    /// Ends a pass over the pixels: what was given becomes what is taken.
    #[inline(always)]
    fn turn(&mut self) {
        std::mem::swap(&mut self.values, &mut self.next);
        self.lattice.blur(&mut self.values);
        self.met = 0;
    }

    /// Adds to `rows` what the pixels from `first` on take.
    #[inline(always)]
    fn slice(&self, first: usize, rows: &mut [R]) {
        for (pixel, row) in (first..).zip(rows) {
            self.lattice.slice(pixel, &self.values, row);
        }
    }

    /// Gives values of the pixels from `first` on to their vertices.
    #[inline(always)]
    fn splat(&mut self, first: usize, rows: &[R]) {
        for (pixel, row) in (first..).zip(rows) {
            self.lattice.splat(pixel, row, &mut self.next, &mut self.met);
        }
    }
}

struct Field<'a, R> {
    width: usize,
    unary: &'a [R],
    /// What a label gains of the others' messages; Potts where there is none.
    gains: Option<Vec<R>>,
    gaussian: Option<Window<'a, R>>,
    bilateral: Option<Messages<'a, R>>,
}

/// Inference that waits for the processor's widest registers.
struct Call<'a, R> {
    field: Field<'a, R>,
    labels: usize,
    steps: usize,
}

impl<R: Row> NullaryFnOnce for Call<'_, R> {
    type Output = Marginals;

    #[inline(always)]
    fn call(self) -> Marginals {
        self.field.infer(self.labels, self.steps)
    }
}

/// Some neighbours of a row of the picture.
#[derive(Clone, Copy)]
struct Run {
    row: usize,
    column: usize,
    /// The first of them.
    pixel: usize,
}

impl<R: Row> Field<'_, R> {
    #[inline(always)]
    fn infer(mut self, labels: usize, steps: usize) -> Marginals {
        let mut marginals = Marginals::zeros(labels, self.unary.len());
        for step in 0..steps {
            self.pass(step > 0, None);
            self.turn();
        }
        self.pass(steps > 0, Some(&mut marginals));
        marginals
    }

    /// Makes every pixel's probabilities, of the unary term alone or with messages, and gives them to
    /// the vertices, or after the last step to the result.
    ///
    /// Not to a closure, which would be compiled for the narrowest registers.
    #[inline(always)]
    fn pass(&mut self, with_messages: bool, mut result: Option<&mut Marginals>) {
        for row in 0..self.unary.len() / self.width {
            if let Some(gaussian) = self.gaussian.as_mut().filter(|_| with_messages) {
                gaussian.advance(row);
            }
            for column in (0..self.width).step_by(TOGETHER) {
                let run = Run { row, column, pixel: row * self.width + column };
                let count = TOGETHER.min(self.width - column);
                let mut rows = [R::filled(0.0); TOGETHER];
                let rows = &mut rows[..count];
                rows.copy_from_slice(&self.unary[run.pixel..][..count]);
                if with_messages {
                    self.add_messages(run, rows);
                }
                softmax(rows);
                match &mut result {
                    None => self.give(run, rows),
                    Some(marginals) => marginals.set(run.pixel, rows),
                }
            }
        }
    }

    /// Adds the messages to some pixels to their log-probabilities.
    #[inline(always)]
    fn add_messages(&self, run: Run, rows: &mut [R]) {
        match &self.gains {
            None => self.slice(run, rows),
            Some(gains) => {
                let mut messages = [R::filled(0.0); TOGETHER];
                let messages = &mut messages[..rows.len()];
                self.slice(run, messages);
                for (row, message) in rows.iter_mut().zip(messages) {
                    for (label, gains) in gains.iter().enumerate() {
                        let gained = gains.with(message, |a, b| a * b).reduce(|a, b| a + b);
                        row.set_lane(label, row.lane(label) + gained);
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn slice(&self, run: Run, rows: &mut [R]) {
        if let Some(gaussian) = &self.gaussian {
            gaussian.slice(run.row, run.column, rows);
        }
        if let Some(bilateral) = &self.bilateral {
            bilateral.slice(run.pixel, rows);
        }
    }

    /// Gives some pixels' probabilities to their vertices.
    #[inline(always)]
    fn give(&mut self, run: Run, rows: &[R]) {
        if let Some(gaussian) = &mut self.gaussian {
            gaussian.splat(run.row, run.column, rows);
        }
        if let Some(bilateral) = &mut self.bilateral {
            bilateral.splat(run.pixel, rows);
        }
    }

    #[inline(always)]
    fn turn(&mut self) {
        if let Some(gaussian) = &mut self.gaussian {
            gaussian.begin();
        }
        if let Some(bilateral) = &mut self.bilateral {
            bilateral.turn();
        }
    }
}
