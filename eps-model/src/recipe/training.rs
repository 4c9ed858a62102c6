//! What training needs of a recipe, whatever its task.

use super::{BackboneName, Norms, OptimiserRecipe, Precision, Recipe, SegmentationRecipe};
use crate::ModelError;
use crate::network::Network;
use crate::segmentation::SegmentationNetwork;
use crate::task::{self, Segmentation, Task};
use burn::module::Module;
use burn::tensor::Device;
use eps_data::{ClassNames, Sampling};
use std::path::Path;

/// What training needs of a recipe, whatever its task.
pub trait TrainingRecipe: Sized {
    /// What is trained.
    type Network: Module;

    /// What its first loss explains, as progress calls it.
    const EXPLAINED: &'static str;

    /// Reads and checks a recipe.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is no such recipe.
    fn read(path: &Path) -> Result<Self, ModelError>;

    /// The task that it describes, on a data set's classes.
    ///
    /// # Errors
    ///
    /// If it names a class that the data set does not have.
    fn task<'a>(
        &'a self,
        names: &ClassNames,
    ) -> Result<Box<dyn Task<Network = Self::Network> + 'a>, ModelError>;

    /// The network for `objects` object classes, with its first weights.
    fn network(&self, objects: usize, device: &Device) -> Self::Network;

    fn optimiser(&self) -> &OptimiserRecipe;

    fn layers(&self) -> Layers;

    /// How samples are made of the files of a data set with these classes.
    fn sampling(&self, names: &ClassNames) -> Sampling;

    /// Side of the square samples, in pixels.
    fn crop(&self) -> usize;

    /// The resolved recipe as TOML, defaults included.
    fn to_toml(&self) -> String;

    /// SHA-256 of the resolved recipe.
    fn sha256(&self) -> String {
        eps_data::sha256(self.to_toml())
    }
}

/// How the layers of a network train.
#[derive(Clone, Copy, Debug)]
pub struct Layers {
    pub backbone: BackboneName,
    pub norms: Norms,
    pub dropout: bool,
    pub precision: Precision,
}

impl TrainingRecipe for Recipe {
    type Network = Network;

    const EXPLAINED: &'static str = "labels";

    fn read(path: &Path) -> Result<Self, ModelError> {
        Self::read(path)
    }

    fn task<'a>(
        &'a self,
        names: &ClassNames,
    ) -> Result<Box<dyn Task<Network = Network> + 'a>, ModelError> {
        task::from_recipe(self, names)
    }

    fn network(&self, objects: usize, device: &Device) -> Network {
        Network::new(&self.network, objects, self.optimiser.seed, device)
    }

    fn optimiser(&self) -> &OptimiserRecipe {
        &self.optimiser
    }

    fn layers(&self) -> Layers {
        let network = &self.network;
        Layers {
            backbone: network.backbone,
            norms: network.norms,
            dropout: network.dropout,
            precision: network.precision,
        }
    }

    fn sampling(&self, _: &ClassNames) -> Sampling {
        self.augmentation.augmentation().into()
    }

    fn crop(&self) -> usize {
        self.augmentation.crop
    }

    fn to_toml(&self) -> String {
        Self::to_toml(self)
    }
}

impl TrainingRecipe for SegmentationRecipe {
    type Network = SegmentationNetwork;

    const EXPLAINED: &'static str = "pixels";

    fn read(path: &Path) -> Result<Self, ModelError> {
        Self::read(path)
    }

    fn task<'a>(
        &'a self,
        names: &ClassNames,
    ) -> Result<Box<dyn Task<Network = SegmentationNetwork> + 'a>, ModelError> {
        Ok(Box::new(Segmentation::new(self, names)))
    }

    fn network(&self, objects: usize, device: &Device) -> SegmentationNetwork {
        let Self { network, head, optimiser, .. } = self;
        SegmentationNetwork::new(network, head, objects + 1, optimiser.seed, device)
    }

    fn optimiser(&self) -> &OptimiserRecipe {
        &self.optimiser
    }

    fn layers(&self) -> Layers {
        let network = &self.network;
        Layers {
            backbone: network.backbone,
            norms: network.norms,
            dropout: network.dropout,
            precision: network.precision,
        }
    }

    fn sampling(&self, names: &ClassNames) -> Sampling {
        Sampling::Masked { augmentation: self.masked_augmentation(), classes: names.len() }
    }

    fn crop(&self) -> usize {
        self.augmentation.crop
    }

    fn to_toml(&self) -> String {
        Self::to_toml(self)
    }
}
