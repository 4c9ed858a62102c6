//! Mean-field inference: every pixel's probabilities given those of all others, step by step.
//!
//! One pass over the pixels takes the messages of the step, makes probabilities of them and gives
//! these to the vertices for the next step, so that probabilities are never stored in between.

use crate::lattice::{Corner, Lattice, slice, splat};
use crate::row::{Eights, Four, Row};
use crate::softmax::softmax;
use crate::{Compatibility, Marginals, Unary};
use pulp::{Arch, NullaryFnOnce};

/// One kernel's part of the energy.
#[derive(Clone, Copy)]
pub(crate) struct Term<'a, const V: usize> {
    pub(crate) lattice: &'a Lattice<V>,
    /// Of what is sliced.
    pub(crate) weight: f32,
}

/// What is inferred, in lanes that are not chosen yet.
#[derive(Clone, Copy)]
pub(crate) struct Inference<'a> {
    pub(crate) gaussian: Option<Term<'a, 3>>,
    pub(crate) bilateral: Option<Term<'a, 6>>,
    pub(crate) unary: &'a Unary,
    pub(crate) compatibility: Option<&'a Compatibility>,
    pub(crate) steps: usize,
}

impl Inference<'_> {
    /// Infers in as many lanes as the labels need.
    pub(crate) fn run(self) -> Marginals {
        match self.unary.labels() {
            0..=4 => self.in_rows::<Four>(),
            5..=8 => self.in_rows::<Eights<1>>(),
            9..=16 => self.in_rows::<Eights<2>>(),
            17..=24 => self.in_rows::<Eights<3>>(),
            25..=32 => self.in_rows::<Eights<4>>(),
            33..=48 => self.in_rows::<Eights<6>>(),
            49..=64 => self.in_rows::<Eights<8>>(),
            65..=88 => self.in_rows::<Eights<11>>(),
            89..=128 => self.in_rows::<Eights<16>>(),
            129..=192 => self.in_rows::<Eights<24>>(),
            _ => self.in_rows::<Eights<32>>(),
        }
    }

    fn in_rows<R: Row>(self) -> Marginals {
        let gains = self.compatibility.map(Compatibility::gains::<R>);
        let gains = gains.as_deref();
        let field = Field {
            gaussian: self.gaussian.map(|term| Messages::new(term, gains)),
            bilateral: self.bilateral.map(|term| Messages::new(term, gains)),
            unary: self.unary.rows(),
        };
        // The same operations in wider registers where the processor has them: the same bits.
        Arch::new().dispatch(Call { field, labels: self.unary.labels(), steps: self.steps })
    }
}

/// The values of one kernel's vertices.
struct Messages<'a, const V: usize, R> {
    term: Term<'a, V>,
    /// What a label gains of the others' messages; Potts where there is none.
    gains: Option<&'a [R]>,
    /// Blurred, of this step.
    values: Vec<R>,
    /// Splatted, for the next step.
    next: Vec<R>,
}

impl<'a, const V: usize, R: Row> Messages<'a, V, R> {
    fn new(term: Term<'a, V>, gains: Option<&'a [R]>) -> Self {
        let [values, next] = [term.lattice.zeros(), term.lattice.zeros()];
        Self { term, gains, values, next }
    }

    /// Starts a pass over the pixels.
    #[inline(always)]
    fn begin(&mut self) -> Pass<'_, V, R> {
        let (corners, weight) = (self.term.lattice.corners(), self.term.weight);
        let (values, next) = (&self.values[..], &mut self.next[..]);
        Pass { corners, weight, gains: self.gains, values, next, met: 0 }
    }

    /// Ends a pass over the pixels: what was given becomes what is taken.
    #[inline(always)]
    fn turn(&mut self) {
        std::mem::swap(&mut self.values, &mut self.next);
        self.term.lattice.blur(&mut self.values);
    }
}

/// One pass over the pixels with one kernel.
struct Pass<'a, const V: usize, R> {
    corners: &'a [[Corner; V]],
    weight: f32,
    gains: Option<&'a [R]>,
    values: &'a [R],
    next: &'a mut [R],
    met: u32,
}

impl<const V: usize, R: Row> Pass<'_, V, R> {
    /// Adds the message to a pixel to its log-probabilities.
    #[inline(always)]
    fn add(&self, pixel: usize, row: &mut R) {
        let taken = slice(&self.corners[pixel], self.values);
        match self.gains {
            None => row.add_scaled(self.weight, &taken),
            Some(gains) => {
                for (own, gains) in row.lanes_mut().iter_mut().zip(gains) {
                    let gain = gains.lanes().iter().zip(taken.lanes()).map(|(a, b)| a * b);
                    *own += self.weight * gain.sum::<f32>();
                }
            }
        }
    }

    /// Gives a pixel's probabilities to its vertices.
    #[inline(always)]
    fn give(&mut self, pixel: usize, probabilities: &R) {
        splat(&self.corners[pixel], probabilities, self.next, &mut self.met);
    }
}

struct Field<'a, R> {
    gaussian: Option<Messages<'a, 3, R>>,
    bilateral: Option<Messages<'a, 6, R>>,
    unary: Vec<R>,
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

impl<R: Row> Field<'_, R> {
    #[inline(always)]
    fn infer(mut self, labels: usize, steps: usize) -> Marginals {
        let mut marginals = Marginals::zeros(labels, self.unary.len());
        for step in 0..steps {
            self.pass(step > 0, |_, _| ());
            self.turn();
        }
        self.pass(steps > 0, |pixel, row| marginals.set(pixel, &row.lanes()[..labels]));
        marginals
    }

    /// Makes every pixel's probabilities, of the unary term alone or with messages, and gives them to
    /// the vertices and to `also`.
    #[inline(always)]
    fn pass(&mut self, with_messages: bool, mut also: impl FnMut(usize, &R)) {
        let mut gaussian = self.gaussian.as_mut().map(Messages::begin);
        let mut bilateral = self.bilateral.as_mut().map(Messages::begin);
        for (pixel, unary) in self.unary.iter().enumerate() {
            let mut row = *unary;
            if with_messages {
                if let Some(pass) = &gaussian {
                    pass.add(pixel, &mut row);
                }
                if let Some(pass) = &bilateral {
                    pass.add(pixel, &mut row);
                }
            }
            softmax(&mut row);
            also(pixel, &row);
            if let Some(pass) = &mut gaussian {
                pass.give(pixel, &row);
            }
            if let Some(pass) = &mut bilateral {
                pass.give(pixel, &row);
            }
        }
    }

    #[inline(always)]
    fn turn(&mut self) {
        if let Some(messages) = &mut self.gaussian {
            messages.turn();
        }
        if let Some(messages) = &mut self.bilateral {
            messages.turn();
        }
    }
}
