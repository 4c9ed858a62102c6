//! Segmentation: the class of each pixel, from masks.

use super::{Batch, LossTerms, Task};
use crate::ModelError;
use crate::backbone::layer::Pass;
use crate::loss::pixel_cross_entropy;
use crate::parameter_groups::ParameterGroups;
use crate::recipe::{LossAt, SegmentationRecipe};
use crate::segmentation::{SegmentationNetwork, resize};
use burn::tensor::{Device, Tensor};
use eps_data::transform::resize_labels;
use eps_data::{ClassId, ClassNames, Item};

/// Explaining masks, pixel by pixel.
pub struct Segmentation<'a> {
    recipe: &'a SegmentationRecipe,
    classes: usize,
}

impl<'a> Segmentation<'a> {
    /// The task of a recipe on the classes of a data set.
    pub fn new(recipe: &'a SegmentationRecipe, names: &ClassNames) -> Self {
        Self { recipe, classes: names.len() }
    }

    /// The loss of one of the network's maps.
    fn loss(&self, logits: Tensor<4>, masks: &[ClassId]) -> Tensor<1> {
        let crop = self.recipe.augmentation.crop;
        match self.recipe.head.loss_at {
            LossAt::Image => pixel_cross_entropy(resize(logits, [crop, crop]), masks),
            LossAt::Maps => {
                let [_, _, height, width] = logits.dims();
                let of_image = masks.chunks_exact(crop * crop);
                let labels: Vec<ClassId> = of_image
                    .flat_map(|mask| resize_labels(mask, [crop, crop], [width, height]))
                    .collect();
                pixel_cross_entropy(logits, &labels)
            }
        }
    }
}

impl Task for Segmentation<'_> {
    type Network = SegmentationNetwork;

    fn network(&self, device: &Device) -> SegmentationNetwork {
        let SegmentationRecipe { network, head, optimiser, .. } = self.recipe;
        SegmentationNetwork::new(network, head, self.classes, optimiser.seed, device)
    }

    fn parameter_groups(&self) -> ParameterGroups {
        SegmentationNetwork::parameter_groups(&self.recipe.network, &self.recipe.head)
    }

    fn check(&self, items: &[Item]) -> Result<(), ModelError> {
        match items.iter().find(|item| item.mask.is_none()) {
            Some(item) => Err(ModelError::NoMask { id: item.id.clone() }),
            None => Ok(()),
        }
    }

    fn losses(
        &self,
        network: &SegmentationNetwork,
        batch: Batch,
        _: usize,
        pass: &mut Pass,
    ) -> LossTerms {
        let masks = batch.masks.expect("samples of items with masks have some");
        let maps = network.forward_training(batch.images, pass);
        let losses = maps.into_iter().map(|logits| self.loss(logits, &masks));
        let sum = losses.reduce(|sum, loss| sum + loss).expect("one map at least");
        LossTerms { classification: sum, saliency: None }
    }
}
