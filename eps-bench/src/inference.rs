//! `eps-bench inference`

use crate::flags::{DeviceArgs, positive};
use crate::measurement::{Record, measured};
use crate::network::CLASSES;
use anyhow::Result;
use eps_data::{ClassSet, RgbImage};
use eps_model::infer::score_maps;
use eps_model::network::Network;
use eps_model::recipe::{InferenceRecipe, Recipe};
use std::path::PathBuf;

/// Width and height of the measured image: VOC's most frequent size.
const SIZE: [u32; 2] = [500, 375];

/// Scale of the views that are not counted.
const WARM_UP: f64 = 0.5;

/// One image of 500x375 pixels with two classes through every view of a recipe, to its score map
#[derive(clap::Args)]
pub(crate) struct InferenceBench {
    /// Recipe whose network and views are measured
    #[arg(long, value_name = "FILE")]
    recipe: PathBuf,
    /// Images, after one at half its size that is not counted
    #[arg(long, default_value_t = 1, value_parser = positive)]
    repeat: usize,
    #[command(flatten)]
    device: DeviceArgs,
}

impl InferenceBench {
    pub(crate) fn run(self) -> Result<()> {
        let (device, side) = self.device.open()?;
        let recipe = Recipe::read(&self.recipe)?;
        let network = Network::new(&recipe.network, CLASSES, recipe.optimiser.seed, &device);
        let [width, height] = SIZE;
        let values =
            (0..u64::from(width * height * 3)).map(|index| (index * 7919 % 251) as u8).collect();
        let image = RgbImage::from_raw(width, height, values).expect("three bytes for each pixel");
        let classes: ClassSet = [3, 15].into_iter().collect();
        let infer = |recipe: &InferenceRecipe| {
            score_maps(&network, recipe, &[(&image, classes)], &device);
            Ok(())
        };
        // What a device prepares once is prepared; all views would take as long as what is measured.
        infer(&InferenceRecipe { scales: vec![WARM_UP], ..recipe.inference })?;
        let seconds = measured(self.repeat, || infer(&recipe.inference))?;
        Record::new(&side, width as usize).print("inference", 1, &seconds)?;
        Ok(())
    }
}
