//! What an update lowers: the losses of a recipe, and their gradients.

use super::Batch;
use crate::ModelError;
use crate::backbone::layer::Pass;
use crate::loss::{MapSelection, saliency_loss, soft_margin};
use crate::network::Network;
use crate::recipe::{Norms, Recipe, SaliencyRecipe, SelectionRule};
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::{Device, Tensor};
use eps_data::{ClassNames, Sample, channel_of};

/// Separates the draws of dropout from every other use of the seed.
const DROPOUT_STREAM: u64 = 0x6472_6f70_6f75_7400;

/// The losses of a recipe on a data set's classes.
pub struct Objective<'a> {
    recipe: &'a Recipe,
    saliency: Option<(&'a SaliencyRecipe, MapSelection)>,
}

/// Losses of one update as numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Losses {
    pub loss: f32,
    pub loss_cls: f32,
    /// Absent where the update used the classification loss alone.
    pub loss_sal: Option<f32>,
}

impl<'a> Objective<'a> {
    /// # Errors
    ///
    /// If the recipe names a class that the data set does not have.
    pub fn new(recipe: &'a Recipe, names: &ClassNames) -> Result<Self, ModelError> {
        let rule = |own: &'a SaliencyRecipe| map_selection(own, names).map(|rule| (own, rule));
        let saliency = recipe.saliency.as_ref().map(rule).transpose()?;
        Ok(Self { recipe, saliency })
    }

    /// Gradients of the loss of one update, and its parts.
    ///
    /// The samples go through the network in as many parts as the recipe says; the parts are of
    /// one size, so that the mean of their means is the mean of all.
    pub fn gradients(
        &self,
        network: &Network,
        samples: &[Sample],
        update: usize,
        device: &Device,
    ) -> Result<(GradientsParams, Losses), ModelError> {
        let parts = self.recipe.optimiser.parts;
        let mut pass = self.pass(update);
        let mut gradients = GradientsAccumulator::new();
        let mut sum = Losses::default();
        for part in samples.chunks(samples.len().div_ceil(parts)) {
            let (total, losses) = self.losses(network, part, update, &mut pass, device)?;
            let total = if parts == 1 { total } else { total / parts as f64 };
            gradients.accumulate(network, GradientsParams::from_grads(total.backward(), network));
            sum = sum.plus(losses);
        }
        Ok((gradients.grads(), sum.divided_by(parts as f32)))
    }

    fn pass(&self, update: usize) -> Pass {
        let learn_norms = self.recipe.network.norms == Norms::Learned;
        let pass = if self.recipe.network.dropout {
            let seed = self.recipe.optimiser.seed ^ DROPOUT_STREAM;
            Pass::training(learn_norms, seed.wrapping_add(update as u64))
        } else {
            Pass::training_without_dropout(learn_norms)
        };
        pass.with_precision(self.recipe.network.precision)
    }

    /// The tensor to differentiate, and the losses as numbers.
    fn losses(
        &self,
        network: &Network,
        samples: &[Sample],
        update: usize,
        pass: &mut Pass,
        device: &Device,
    ) -> Result<(Tensor<1>, Losses), ModelError> {
        let batch = Batch::new(samples, self.recipe.augmentation.crop, network.classes(), device);
        let predictions = network.forward_training(batch.images, pass);
        let classification = soft_margin(predictions.logits, batch.labels.clone());
        let saliency = match (&self.saliency, predictions.maps, batch.saliency) {
            (Some((recipe, rule)), Some(maps), Some(saliency))
                if update >= recipe.classifier_updates =>
            {
                Some(saliency_loss(maps, saliency, batch.labels, rule, recipe.lambda))
            }
            _ => None,
        };
        let number = |loss: &Tensor<1>| loss.clone().into_scalar::<f32>();
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

/// The rule of a recipe, its classes found among those of the data set.
fn map_selection(recipe: &SaliencyRecipe, names: &ClassNames) -> Result<MapSelection, ModelError> {
    let channel = |name: &String| match names.index(name) {
        Some(class) if class != eps_data::BACKGROUND => Ok(channel_of(class)),
        _ => Err(ModelError::Class { name: name.clone(), classes: names.objects() }),
    };
    Ok(match recipe.selection {
        SelectionRule::Overlap => MapSelection::Overlap { tau: recipe.tau },
        SelectionRule::Naive => MapSelection::Naive,
        SelectionRule::Predefined => MapSelection::Predefined {
            background: recipe.background_classes.iter().map(channel).collect::<Result<_, _>>()?,
        },
    })
}
