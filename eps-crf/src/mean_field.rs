//! Mean-field inference: every pixel's probabilities given those of all others, step by step.
//!
//! With unary energies `u`, normalised kernels `k` of weight `w` and Potts costs, a step sets at
//! pixel `i`
//!
//! ```text
//! Q_i(l)  =  exp(-u_i(l) + m_i(l)) / Z_i,      m_i(l)  =  Σ_k w_k Σ_j k(f_i, f_j) Q_j(l)
//! ```
//!
//! where `j` runs over all pixels, `i` included, as it does in Krähenbühl's implementation. Other
//! costs `c` put `-Σ_l' c(l, l') m_i(l')` in place of `m_i(l)`. The inner sum is a Gaussian filter,
//! which a lattice does in three parts: splat (pixels give to vertices), blur (vertices share with
//! their neighbours), slice (pixels take from vertices). Splat and slice meet in one pass over the
//! pixels, sixteen at a time, so that probabilities are never stored in between:
//!
//! ```text
//! vertices of step t  --slice-->  m  --softmax-->  Q  --splat-->  vertices of step t + 1  --blur-->
//!   rows, labels in lanes        planes, pixels in lanes       rows again
//! ```
//!
//! A step costs, for each label, the corners of every pixel twice (3 of the Gaussian lattice, 6 of
//! the bilateral one), one exponential, and the vertices once for each axis.
//!
//! Source: Krähenbühl and Koltun, "Efficient Inference in Fully Connected CRFs with Gaussian Edge
//! Potentials", 2011, section 3 and algorithm 1.

use crate::lattice::{Grid, Messages, Sparse, Window};
use crate::pages::Pages;
use crate::row::{Aligned, Eight, Four, Row, eights};
use crate::softmax::{normalise, weigh, weigh_energies};
use crate::square::{Plane, Square, TOGETHER};
use crate::{Compatibility, Marginals, Unary};
use pulp::{Arch, NullaryFnOnce};
use std::marker::PhantomData;

/// What is inferred, in lanes that are not chosen yet.
#[derive(Clone, Copy)]
pub(crate) struct Inference<'a> {
    /// Pixels in a row of the picture.
    pub(crate) width: usize,
    pub(crate) gaussian: Option<&'a Grid>,
    pub(crate) bilateral: Option<&'a Sparse>,
    pub(crate) unary: &'a Unary<'a>,
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
        // The same operations in wider registers where the processor has them: the same bits.
        Arch::new().dispatch(Call { inference: self, of: PhantomData::<R> })
    }
}

/// Inference that waits for the processor's widest registers.
struct Call<'a, R> {
    inference: Inference<'a>,
    of: PhantomData<R>,
}

impl<R: Row> NullaryFnOnce for Call<'_, R> {
    type Output = Marginals;

    #[inline(always)]
    fn call(self) -> Marginals {
        Field::<R>::new(self.inference).infer(self.inference.steps)
    }
}

/// What a step needs, in rows of some lanes.
struct Field<'a, R> {
    labels: usize,
    pixels: usize,
    /// Pixels in a row of the picture.
    width: usize,
    /// Planes of all labels at some pixels, then at the next.
    unary: Pages<f32>,
    is_energy: bool,
    square: Square,
    /// Messages to some pixels, then their probabilities, for each label and each lane without one.
    planes: Pages<f32>,
    /// What a label gains of the others' messages; Potts where there is none.
    gains: Option<Vec<R>>,
    gaussian: Option<Window<'a, R>>,
    bilateral: Option<Messages<'a, R>>,
}

/// Some neighbours of a row of the picture.
#[derive(Clone, Copy)]
struct Run {
    row: usize,
    column: usize,
    /// The first of them.
    pixel: usize,
}

impl<'a, R: Row> Field<'a, R> {
    #[inline(always)]
    fn new(inference: Inference<'a>) -> Self {
        let Inference { width, gaussian, bilateral, unary, compatibility, .. } = inference;
        Self {
            labels: unary.labels(),
            pixels: unary.pixels(),
            width,
            unary: unary.planes(width),
            is_energy: unary.is_energy(),
            square: Square::new(),
            planes: Pages::zeros(R::LANES.next_multiple_of(8) * TOGETHER),
            gains: compatibility.map(Compatibility::gains::<R>),
            gaussian: gaussian.map(Window::new),
            bilateral: bilateral.map(Messages::new),
        }
    }

    #[inline(always)]
    fn infer(mut self, steps: usize) -> Marginals {
        let mut marginals = Marginals::unset(self.labels, self.pixels);
        // The first pass knows the unary term alone, and the last one gives nothing to the vertices.
        for step in 0..steps {
            // Memory of the vertices is not cleared between: a splat overwrites at the first corner, a
            // grid clears rows as it passes them.
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
        let mut block = 0;
        for row in 0..self.pixels / self.width {
            if let Some(gaussian) = self.gaussian.as_mut().filter(|_| with_messages) {
                gaussian.advance(row);
            }
            for column in (0..self.width).step_by(TOGETHER) {
                let run = Run { row, column, pixel: row * self.width + column };
                // The last block of a row may have fewer pixels; its other lanes are computed and dropped.
                let count = TOGETHER.min(self.width - column);
                let mut rows = Aligned([R::filled(0.0); TOGETHER]);
                if with_messages {
                    self.take(run, &mut rows.0[..count]);
                    self.square.planes_of(&rows.0, Plane::rows_mut(&mut self.planes));
                }
                self.share(block, with_messages);
                block += 1;
                let planes = Plane::rows(&self.planes);
                match &mut result {
                    Some(marginals) => marginals.set(run.pixel, count, &planes[..self.labels]),
                    None => {
                        self.square.rows_of(planes, &mut rows.0);
                        self.give(run, &rows.0[..count]);
                    }
                }
            }
        }
    }

    /// Makes probabilities of the unary term, and of the messages in the planes if there are any.
    #[inline(always)]
    fn share(&mut self, block: usize, with_messages: bool) {
        let planes = &mut Plane::rows_mut(&mut self.planes)[..self.labels];
        let unary = &Plane::rows(&self.unary)[block * self.labels..][..self.labels];
        match (self.is_energy, with_messages) {
            (false, false) => planes.copy_from_slice(unary),
            (false, true) => weigh(planes, unary),
            (true, false) => {
                planes.fill(Plane::filled(0.0));
                weigh_energies(planes, unary);
            }
            (true, true) => weigh_energies(planes, unary),
        }
        normalise(planes);
    }

    /// The messages to some pixels.
    #[inline(always)]
    fn take(&self, run: Run, rows: &mut [R]) {
        match &self.gains {
            // A Potts label gains its own message, and the kernels' weights are in the shares of the
            // lattices: nothing is left to multiply.
            None => self.slice(run, rows),
            Some(gains) => {
                let mut messages = Aligned([R::filled(0.0); TOGETHER]);
                let messages = &mut messages.0[..rows.len()];
                self.slice(run, messages);
                for (row, message) in rows.iter_mut().zip(messages) {
                    // As many products as the square of the labels, at each pixel and step.
                    for (label, gains) in gains.iter().enumerate() {
                        let gained = gains.with(message, |a, b| a * b).reduce(|a, b| a + b);
                        row.set_lane(label, gained);
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
