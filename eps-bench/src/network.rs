//! `eps-bench network`

use crate::flags::{DeviceArgs, positive, side};
use crate::measurement::{Passes, Record, Run};
use anyhow::Result;
use burn::tensor::{Device, Tensor, TensorData};
use eps_data::{ClassNames, Sample};
use eps_model::network::Network;
use eps_model::recipe::Recipe;
use eps_model::task;
use eps_model::train::Objective;
use std::path::PathBuf;

/// Object classes of the measured network: VOC's.
pub(crate) const CLASSES: usize = 20;

/// Forward passes, and forward with backward passes, of a recipe's network
///
/// Weights and images are random; nothing is read or updated.
#[derive(clap::Args)]
pub(crate) struct NetworkBench {
    /// Recipe whose network is measured
    #[arg(long, value_name = "FILE")]
    recipe: PathBuf,
    /// Side of the square images in pixels [default: the recipe's crop]
    #[arg(long, value_parser = side)]
    size: Option<usize>,
    /// Images of a pass
    #[arg(long, default_value_t = 1, value_parser = positive)]
    batch: usize,
    /// Passes of each kind after a first one that is not counted
    #[arg(long, default_value_t = 3, value_parser = positive)]
    repeat: usize,
    /// Leave the backward passes out
    #[arg(long)]
    forward_only: bool,
    /// Wait for a line on stdin before each pass, also before the first of each kind, and print a line
    /// after it, which has no seconds after the first, so that several programs can take turns
    #[arg(long)]
    paced: bool,
    #[command(flatten)]
    device: DeviceArgs,
}

impl NetworkBench {
    pub(crate) fn run(self) -> Result<()> {
        let (device, side) = self.device.open()?;
        let mut recipe = Recipe::read(&self.recipe)?;
        let size = self.size.unwrap_or(recipe.augmentation.crop);
        recipe.augmentation.crop = size;
        // Dropout would draw other channels in each pass.
        recipe.network.dropout = false;
        let record = Record::new(&side, size);
        let Self { batch: images, repeat, paced, .. } = self;
        let passes = |name| Passes { name, images, repeat, paced };
        record.measure(&passes("forward"), || self.forward(&recipe, size, &device))?;
        if !self.forward_only {
            let device = device.autodiff();
            let prepare = || self.forward_backward(&recipe, size, &device);
            record.measure(&passes("forward and backward"), prepare)?;
        }
        Ok(())
    }

    fn forward<'a>(&self, recipe: &Recipe, size: usize, device: &'a Device) -> Result<Run<'a>> {
        let network = Network::new(&recipe.network, CLASSES, recipe.optimiser.seed, device);
        let values = (0..self.batch).flat_map(|_| sample(size).image).collect::<Vec<_>>();
        let images = TensorData::new(values, [self.batch, 3, size, size]);
        let images = Tensor::<4>::from_data(images, device);
        Ok(Box::new(move || {
            let _ = network.activation_maps(images.clone()).into_data();
            Ok(())
        }))
    }

    fn forward_backward<'a>(
        &self,
        recipe: &'a Recipe,
        size: usize,
        device: &'a Device,
    ) -> Result<Run<'a>> {
        let network = Network::new(&recipe.network, CLASSES, recipe.optimiser.seed, device);
        let network = Network::parameter_groups(&recipe.network).freeze(network);
        let samples: Vec<Sample> = (0..self.batch).map(|_| sample(size)).collect();
        let names = ClassNames::voc();
        let task = task::from_recipe(recipe, &names)?;
        Ok(Box::new(move || {
            let objective = Objective::new(&*task, recipe, &names);
            let gradients = objective.gradients(&network, &samples, 0, device)?;
            // A device may work behind the program's back.
            device.sync().map_err(|error| anyhow::anyhow!("{error:?}"))?;
            drop(gradients);
            Ok(())
        }))
    }
}

/// A sample without a picture: values between -1 and 1, half of it salient, one class.
fn sample(size: usize) -> Sample {
    let pixels = size * size;
    let value = |index: usize| (index * 7919 % 1009) as f32 / 504.5 - 1.0;
    Sample {
        image: (0..3 * pixels).map(value).collect(),
        saliency: Some((0..pixels).map(|index| f32::from(index < pixels / 2)).collect()),
        mask: None,
        classes: [1].into_iter().collect(),
    }
}
