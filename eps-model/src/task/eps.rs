//! EPS: a classifier of image labels whose maps, with one of the background, explain saliency maps too.

use super::{Batch, Cam, LossTerms, Task};
use crate::ModelError;
use crate::backbone::layer::Pass;
use crate::loss::{MapSelection, saliency_loss, soft_margin};
use crate::network::Network;
use crate::parameter_groups::ParameterGroups;
use crate::recipe::{Recipe, SaliencyRecipe, SelectionRule};
use burn::tensor::Device;
use eps_data::{ClassNames, Item, channel_of};

/// Explaining the image labels, and the saliency maps by the maps of the labelled classes.
pub struct Eps<'a> {
    /// What both methods share: network, groups and labels.
    baseline: Cam<'a>,
    saliency: &'a SaliencyRecipe,
    selection: MapSelection,
}

impl<'a> Eps<'a> {
    /// The task of a recipe with the table `saliency` on the object classes of a data set.
    ///
    /// # Errors
    ///
    /// If the table names a class that the data set does not have.
    pub fn new(
        recipe: &'a Recipe,
        saliency: &'a SaliencyRecipe,
        names: &ClassNames,
    ) -> Result<Self, ModelError> {
        let selection = map_selection(saliency, names)?;
        Ok(Self { baseline: Cam::new(recipe, names), saliency, selection })
    }
}

impl Task for Eps<'_> {
    type Network = Network;

    fn network(&self, device: &Device) -> Network {
        self.baseline.network(device)
    }

    fn parameter_groups(&self) -> ParameterGroups {
        self.baseline.parameter_groups()
    }

    fn check(&self, items: &[Item]) -> Result<(), ModelError> {
        match items.iter().find(|item| item.saliency.is_none()) {
            Some(item) => Err(ModelError::NoSaliency { id: item.id.clone() }),
            None => Ok(()),
        }
    }

    fn losses(&self, network: &Network, batch: Batch, update: usize, pass: &mut Pass) -> LossTerms {
        let predictions = network.forward_training(batch.images, pass);
        let classification = soft_margin(predictions.logits, batch.labels.clone());
        let saliency = match (predictions.maps, batch.saliency) {
            (Some(maps), Some(saliency)) if update >= self.saliency.classifier_updates => {
                let lambda = self.saliency.lambda;
                Some(saliency_loss(maps, saliency, batch.labels, &self.selection, lambda))
            }
            _ => None,
        };
        LossTerms { classification, saliency }
    }
}

/// The rule of a recipe, its classes found among those of the data set.
fn map_selection(recipe: &SaliencyRecipe, names: &ClassNames) -> Result<MapSelection, ModelError> {
    Ok(match recipe.selection {
        SelectionRule::Overlap => MapSelection::Overlap { tau: recipe.tau },
        SelectionRule::Naive => MapSelection::Naive,
        SelectionRule::Predefined => {
            let classes = recipe.background_classes.iter();
            let background =
                classes.map(|name| object_channel(name, names)).collect::<Result<_, _>>()?;
            MapSelection::Predefined { background }
        }
    })
}

fn object_channel(name: &str, names: &ClassNames) -> Result<usize, ModelError> {
    match names.index(name) {
        Some(class) if class != eps_data::BACKGROUND => Ok(channel_of(class)),
        _ => Err(ModelError::Class { name: name.into(), classes: names.objects() }),
    }
}
