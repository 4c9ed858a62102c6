//! The baseline: a classifier of image labels, whose class activation maps are the result.

use super::{Batch, LossTerms, Task};
use crate::ModelError;
use crate::backbone::layer::Pass;
use crate::loss::soft_margin;
use crate::network::Network;
use crate::parameter_groups::ParameterGroups;
use crate::recipe::Recipe;
use burn::tensor::Device;
use eps_data::{ClassNames, Item};

/// Explaining the image labels.
pub struct Cam<'a> {
    recipe: &'a Recipe,
    classes: usize,
}

impl<'a> Cam<'a> {
    /// The task of a recipe on the object classes of a data set.
    pub fn new(recipe: &'a Recipe, names: &ClassNames) -> Self {
        Self { recipe, classes: names.objects() }
    }
}

impl Task for Cam<'_> {
    type Network = Network;

    fn network(&self, device: &Device) -> Network {
        let Recipe { network, optimiser, .. } = self.recipe;
        Network::new(network, self.classes, optimiser.seed, device)
    }

    fn parameter_groups(&self) -> ParameterGroups {
        Network::parameter_groups(&self.recipe.network)
    }

    /// Every image has labels.
    fn check(&self, _: &[Item]) -> Result<(), ModelError> {
        Ok(())
    }

    fn losses(&self, network: &Network, batch: Batch, _: usize, pass: &mut Pass) -> LossTerms {
        let logits = network.forward_training(batch.images, pass).logits;
        LossTerms { classification: soft_margin(logits, batch.labels), saliency: None }
    }
}
