//! What an update lowers: the losses of a task, and their gradients.

use crate::ModelError;
use crate::backbone::layer::Pass;
use crate::recipe::{Layers, Norms, TrainingRecipe};
use crate::task::{Batch, LossTerms, Task};
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::{Device, Tensor};
use eps_data::{ClassNames, Sample, keyed_random};
use rand_chacha::ChaCha8Rng;

/// Separates the draws of dropout from those of the loader, whose keys have 0 or 1 there.
const DROPOUT_STREAM: u64 = 0x6472_6f70_6f75_7400;

/// The losses of a task, as the updates of a recipe lower them.
pub struct Objective<'a, T: Task + ?Sized> {
    task: &'a T,
    layers: Layers,
    parts: usize,
    seed: u64,
    crop: usize,
    classes: usize,
}

/// Losses of one update as numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Losses {
    pub loss: f32,
    pub loss_cls: f32,
    /// Absent where the update used the classification loss alone.
    pub loss_sal: Option<f32>,
}

impl<'a, T: Task + ?Sized> Objective<'a, T> {
    /// The objective of a task on the object classes of a data set.
    pub fn new(task: &'a T, recipe: &impl TrainingRecipe, names: &ClassNames) -> Self {
        let optimiser = recipe.optimiser();
        Self {
            task,
            layers: recipe.layers(),
            parts: optimiser.parts,
            seed: optimiser.seed,
            crop: recipe.crop(),
            classes: names.objects(),
        }
    }

    /// Gradients of the loss of one update, and its parts.
    ///
    /// The samples go through the network in as many parts as the recipe says; the parts are of
    /// one size, so that the mean of their means is the mean of all.
    pub fn gradients(
        &self,
        network: &T::Network,
        samples: &[Sample],
        update: usize,
        device: &Device,
    ) -> Result<(GradientsParams, Losses), ModelError> {
        self.sum(network, samples, |part, samples| {
            self.part(network, samples, (update, part), device)
        })
    }

    /// What the parts of an update come to, added in their order wherever `part` finds them.
    pub(super) fn sum(
        &self,
        network: &T::Network,
        samples: &[Sample],
        mut part: impl FnMut(usize, &[Sample]) -> Result<(GradientsParams, Losses), ModelError>,
    ) -> Result<(GradientsParams, Losses), ModelError> {
        let mut gradients = GradientsAccumulator::new();
        let mut sum = Losses::default();
        for (index, samples) in self.parts(samples).enumerate() {
            let (of_part, losses) = part(index, samples)?;
            gradients.accumulate(network, of_part);
            sum = sum.plus(losses);
        }
        Ok((gradients.grads(), sum.divided_by(self.parts as f32)))
    }

    /// The parts of the samples of one update.
    pub(super) fn parts<'s>(&self, samples: &'s [Sample]) -> impl Iterator<Item = &'s [Sample]> {
        samples.chunks(samples.len().div_ceil(self.parts))
    }

    /// What one part of an update adds to its gradients, and the losses of the part.
    pub(super) fn part(
        &self,
        network: &T::Network,
        samples: &[Sample],
        (update, part): (usize, usize),
        device: &Device,
    ) -> Result<(GradientsParams, Losses), ModelError> {
        let batch = Batch::new(samples, self.crop, self.classes, device);
        let terms = self.task.losses(network, batch, update, &mut self.pass(update, part));
        let (total, losses) = total(terms, update)?;
        // Divided before the backward pass, so that gradients of parts have only to be added.
        let total = if self.parts == 1 { total } else { total / self.parts as f64 };
        Ok((GradientsParams::from_grads(total.backward(), network), losses))
    }

    fn pass(&self, update: usize, part: usize) -> Pass {
        let learn_norms = self.layers.norms == Norms::Learned;
        let pass = if self.layers.dropout {
            Pass::training(learn_norms, dropout(self.seed, update, part))
        } else {
            Pass::training_without_dropout(learn_norms)
        };
        pass.with_precision(self.layers.precision)
    }
}

/// The tensor to differentiate, and the losses as numbers.
fn total(terms: LossTerms, update: usize) -> Result<(Tensor<1>, Losses), ModelError> {
    let LossTerms { classification, saliency } = terms;
    let (loss_cls, loss_sal) = (number(&classification), saliency.as_ref().map(number));
    let total = match saliency {
        Some(saliency) => classification + saliency,
        None => classification,
    };
    let loss = number(&total);
    if loss.is_finite() {
        Ok((total, Losses { loss, loss_cls, loss_sal }))
    } else {
        Err(ModelError::Diverged { update, loss })
    }
}

fn number(loss: &Tensor<1>) -> f32 {
    loss.clone().into_scalar()
}

impl Losses {
    fn plus(self, other: Self) -> Self {
        Self {
            loss: self.loss + other.loss,
            loss_cls: self.loss_cls + other.loss_cls,
            loss_sal: other.loss_sal.map(|loss| loss + self.loss_sal.unwrap_or(0.0)),
        }
    }

    fn divided_by(self, count: f32) -> Self {
        Self {
            loss: self.loss / count,
            loss_cls: self.loss_cls / count,
            loss_sal: self.loss_sal.map(|loss| loss / count),
        }
    }
}

/// The draws of a part of an update: those of two seeds, updates or parts have no key in common, so that
/// a part drops the same on whichever device.
fn dropout(seed: u64, update: usize, part: usize) -> ChaCha8Rng {
    keyed_random([seed, update as u64, part as u64, DROPOUT_STREAM])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt as _;
    use std::collections::HashSet;

    #[test]
    fn no_two_parts_of_any_updates_and_seeds_drop_the_same() {
        let pairs = (0..8_u64).flat_map(|seed| (0..8).map(move |update| (seed, update)));
        let parts = pairs.flat_map(|(seed, update)| (0..4).map(move |part| (seed, update, part)));
        let draws: HashSet<u64> =
            parts.map(|(seed, update, part)| dropout(seed, update, part).random()).collect();
        assert_eq!(draws.len(), 256);
    }
}
