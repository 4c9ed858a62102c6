//! Mean-field inference over points, step by step.
//!
//! Each pairwise term is a lattice, what labels gain from each other, and a normalisation of its
//! kernel `K`, with `d` what every point takes when every point gives 1:
//!
//! ```text
//! before      K D⁻¹          after      D⁻¹ K          symmetric      D^-½ K D^-½
//! ```
//!
//! A step adds the messages `m(Q)` of all terms, takes away the energies `u` and normalises. The
//! divergence is `Σ Q (log Q + u) - Σ Q m(Q)`: negative entropy and unary energy, less what labels
//! gain from each other.
//!
//! Source: Krähenbühl and Koltun, "Parameter Learning and Convergent Inference for Dense Random
//! Fields", ICML 2013, and its published implementation, whose terms and normalisations these are.

use super::costs::{Costs, Gains, Normalisation};
use super::lattice::Lattice;
use super::rows::{lanes, rows_of, set_planes};
use crate::Marginals;
use crate::pages::Pages;
use crate::softmax::exponential;
use pulp::{Arch, NullaryFnOnce};

/// One pairwise term, ready to be applied.
pub(super) struct Term {
    lattice: Lattice,
    gains: Gains,
    /// What points give and take is multiplied by.
    before: Option<Vec<f32>>,
    after: Option<Vec<f32>>,
}

/// Terms over points with labels.
pub(super) struct PointField {
    pub(super) labels: usize,
    pub(super) terms: Vec<Term>,
}

impl Term {
    pub(super) fn new(
        lattice: Lattice,
        labels: usize,
        costs: &Costs,
        normalisation: Normalisation,
    ) -> Self {
        let gains = costs.gains(labels, lanes(labels));
        let (before, after) = match normalisation {
            Normalisation::None => (None, None),
            Normalisation::Before => (Some(inverse_of_ones(&lattice, |taken| taken)), None),
            Normalisation::After => (None, Some(inverse_of_ones(&lattice, |taken| taken))),
            Normalisation::Symmetric => {
                let factors = inverse_of_ones(&lattice, f64::sqrt);
                (Some(factors.clone()), Some(factors))
            }
        };
        Self { lattice, gains, before, after }
    }

    /// Adds to rows what every label of each point gains by the probabilities of all.
    #[inline(always)]
    fn add(&self, lanes: usize, probabilities: &[f32], rows: &mut [f32]) {
        let blurred = self.lattice.blurred(lanes, probabilities, self.before.as_deref());
        let mut messages = vec![0.0; lanes];
        for (point, row) in rows.chunks_exact_mut(lanes).enumerate() {
            blurred.take(point, &mut messages);
            let factor = self.after.as_ref().map_or(1.0, |after| after[point]);
            self.gains.add(&messages, factor, row);
        }
    }
}

/// One over a power of what each point takes when every point gives 1.
fn inverse_of_ones(lattice: &Lattice, power: fn(f64) -> f64) -> Vec<f32> {
    let taken = lattice.of_ones().into_iter();
    // Added before the inverse, as in Krähenbühl's implementation.
    taken.map(|taken| (1.0 / power(f64::from(taken) + 1e-20)) as f32).collect()
}

impl PointField {
    /// Probabilities after some steps; those of the energies alone after none.
    pub(super) fn infer(&self, energies: &[f32], steps: usize) -> Marginals {
        // Lanes without a label are excluded, as labels are.
        let energies = rows_of(self.labels, energies, f32::INFINITY);
        let mut rows = energies.clone();
        rows.iter_mut().for_each(|value| *value = -*value);
        self.end(&Arch::new().dispatch(Infer { field: self, energies: &energies, rows, steps }))
    }

    /// One step from probabilities `[labels, points]`.
    pub(super) fn step(&self, energies: &[f32], probabilities: &[f32]) -> Marginals {
        let energies = rows_of(self.labels, energies, f32::INFINITY);
        let rows = rows_of(self.labels, probabilities, 0.0);
        self.end(&Arch::new().dispatch(Step { field: self, energies: &energies, rows }))
    }

    /// Divergence of probabilities `[labels, points]` from the field's, up to a constant: their negative
    /// entropy, the unary energy that they have, and the pairwise energy.
    pub(super) fn divergence(&self, energies: &[f32], probabilities: &[f32]) -> f64 {
        let rows = rows_of(self.labels, probabilities, 0.0);
        let gains = Arch::new().dispatch(Gain { field: self, rows: &rows });
        let costs = probabilities.iter().zip(energies).map(|(&p, &energy)| cost(p, energy));
        let gained = rows.iter().zip(&*gains).map(|(&p, &gain)| f64::from(p) * f64::from(gain));
        costs.sum::<f64>() - gained.sum::<f64>()
    }

    fn end(&self, rows: &[f32]) -> Marginals {
        let points = rows.len() / lanes(self.labels);
        let mut marginals = Marginals::unset(self.labels, points);
        set_planes(self.labels, rows, marginals.probabilities_mut());
        marginals
    }
}

/// Negative entropy of a probability, and the energy that it has.
fn cost(p: f32, energy: f32) -> f64 {
    // An excluded label has an infinite energy and, but for the 1e-30 that inference leaves it, no probability:
    // it costs nothing, where the product is infinite or not a number.
    let unary = if energy.is_infinite() { 0.0 } else { f64::from(p) * f64::from(energy) };
    f64::from(p) * f64::from(p.max(1e-20).ln()) + unary
}

/// Some steps from the logarithms of probabilities, in the processor's widest registers.
struct Infer<'a> {
    field: &'a PointField,
    energies: &'a [f32],
    rows: Pages<f32>,
    steps: usize,
}

/// One step from probabilities.
struct Step<'a> {
    field: &'a PointField,
    energies: &'a [f32],
    rows: Pages<f32>,
}

/// What labels gain by probabilities.
struct Gain<'a> {
    field: &'a PointField,
    rows: &'a [f32],
}

impl NullaryFnOnce for Infer<'_> {
    type Output = Pages<f32>;

    #[inline(always)]
    fn call(self) -> Pages<f32> {
        let Self { field, energies, mut rows, steps } = self;
        normalise(lanes(field.labels), &mut rows);
        for _ in 0..steps {
            rows = Step { field, energies, rows }.call();
        }
        rows
    }
}

impl NullaryFnOnce for Step<'_> {
    type Output = Pages<f32>;

    #[inline(always)]
    fn call(self) -> Pages<f32> {
        let mut next = Gain { field: self.field, rows: &self.rows }.call();
        next.iter_mut().zip(self.energies).for_each(|(gain, energy)| *gain -= energy);
        normalise(lanes(self.field.labels), &mut next);
        next
    }
}

impl NullaryFnOnce for Gain<'_> {
    type Output = Pages<f32>;

    #[inline(always)]
    fn call(self) -> Pages<f32> {
        let mut gains = Pages::zeros(self.rows.len());
        for term in &self.field.terms {
            term.add(lanes(self.field.labels), self.rows, &mut gains);
        }
        gains
    }
}

/// Turns rows of logarithms into probabilities that sum to 1.
#[inline(always)]
fn normalise(lanes: usize, rows: &mut [f32]) {
    for row in rows.chunks_exact_mut(lanes) {
        // Less the greatest, no exponential overflows and one of them is 1.
        let greatest = row.iter().fold(f32::NEG_INFINITY, |a, &b| if a > b { a } else { b });
        row.iter_mut().for_each(|value| *value = exponential(*value - greatest));
        let scale = 1.0 / row.iter().sum::<f32>();
        row.iter_mut().for_each(|value| *value *= scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_terms_probabilities_are_those_of_the_energies() {
        let field = PointField { labels: 2, terms: Vec::new() };
        let energies = [0.0, 100.0, 3.0_f32.ln(), f32::INFINITY];
        for steps in [0, 3] {
            let found = field.infer(&energies, steps);
            let found = found.probabilities();
            assert!((found[0] - 0.75).abs() < 1e-6 && (found[2] - 0.25).abs() < 1e-6);
            assert!(found[1] == 1.0 && found[3] < 1e-29);
            let stepped = field.step(&energies, found);
            assert_eq!(stepped.probabilities(), found);
            // p log p + p u: of the first point with u = 0 and log 3; the second has its energy of 100.
            let first = 0.75 * 0.75_f64.ln() + 0.25 * 0.25_f64.ln() + 0.25 * 3.0_f64.ln();
            let expected = first + 100.0;
            let divergence = field.divergence(&energies, found);
            assert!((divergence - expected).abs() < 1e-5, "{divergence}");
        }
    }

    #[test]
    fn the_divergence_of_what_is_uniform_by_hand() {
        let field = PointField { labels: 2, terms: Vec::new() };
        let found = field.divergence(&[1.0, 2.0, 3.0, 4.0], &[0.5; 4]);
        assert!((found - (2.0 * 0.5_f64.ln() + 5.0)).abs() < 1e-6, "{found}");
    }
}
