//! Tasks: what a network is trained for.
//!
//! A task says which network learns and what its losses are, a file each;
//! [`Training`](crate::train::Training) makes the updates of any of them.

mod batch;
mod cam;
mod eps;
mod segmentation;

pub use batch::Batch;
pub use cam::Cam;
pub use eps::Eps;
pub use segmentation::Segmentation;

use crate::ModelError;
use crate::backbone::layer::Pass;
use crate::network::Network;
use crate::parameter_groups::ParameterGroups;
use crate::recipe::{Method, Recipe};
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use eps_data::{ClassNames, Item};

/// What a network is trained for.
pub trait Task: Sync {
    /// The network, a field of which is called `backbone`, since weights are loaded into it by that name.
    type Network: Module;

    /// The network with its first weights.
    fn network(&self, device: &Device) -> Self::Network;

    /// The network's parameters that learn otherwise than the others.
    fn parameter_groups(&self) -> ParameterGroups;

    /// Refuses images that lack what the losses need, since the others alone would silently train
    /// something else.
    fn check(&self, items: &[Item]) -> Result<(), ModelError>;

    /// The losses of a batch before update number `update`, counted from 0.
    fn losses(
        &self,
        network: &Self::Network,
        batch: Batch,
        update: usize,
        pass: &mut Pass,
    ) -> LossTerms;
}

/// The losses of a batch, whose sum an update lowers.
pub struct LossTerms {
    /// How badly the labels are explained, those of images or of pixels; `loss_cls` of a run's record.
    pub classification: Tensor<1>,
    /// How badly the saliency maps are explained, where the update asks for it; `loss_sal`.
    pub saliency: Option<Tensor<1>>,
}

/// The task that a recipe describes, on a data set's classes.
///
/// # Errors
///
/// If the recipe names a class that the data set does not have.
pub fn from_recipe<'a>(
    recipe: &'a Recipe,
    names: &ClassNames,
) -> Result<Box<dyn Task<Network = Network> + 'a>, ModelError> {
    Ok(match (recipe.network.method, &recipe.saliency) {
        (Method::Eps, Some(saliency)) => Box::new(Eps::new(recipe, saliency, names)?),
        // Without its table EPS has no saliency loss, which leaves the labels.
        (Method::Eps, None) | (Method::Cam, _) => Box::new(Cam::new(recipe, names)),
    })
}
