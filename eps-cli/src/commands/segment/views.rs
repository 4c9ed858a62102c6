//! The views of an image that a network sees.

use crate::args::scale;
use eps_model::recipe::SegmentationInferenceRecipe;

/// The views of an image whose probabilities are averaged.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct ViewArgs {
    /// Factors on the size of the images, such as 0.5,1,1.5 [default: the recipe's]
    #[arg(long, value_name = "S,S,..", value_delimiter = ',', value_parser = scale)]
    scales: Vec<f64>,
    /// Run each scale mirrored too
    #[arg(long, conflicts_with = "no_flip")]
    flip: bool,
    /// Do not run scales mirrored, whatever the recipe says
    #[arg(long)]
    no_flip: bool,
}

impl ViewArgs {
    /// Puts the flags' values in the place of the recipe's.
    pub(super) fn replace(&self, recipe: &mut SegmentationInferenceRecipe) {
        if !self.scales.is_empty() {
            recipe.scales.clone_from(&self.scales);
        }
        recipe.flip = self.flip || recipe.flip && !self.no_flip;
    }
}
