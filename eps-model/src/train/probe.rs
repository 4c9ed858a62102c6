//! Whether a device can train.

use super::{Objective, optimiser, schedule};
use crate::ModelError;
use crate::backbone::BackboneName;
use crate::finite::is_finite;
use crate::recipe::{Norms, Recipe, SegmentationRecipe, TrainingRecipe};
use burn::tensor::Device;
use eps_data::{ClassNames, ClassSet, Sample};

/// Side of the samples: some cells of the coarsest maps.
const CROP: usize = 64;

/// Object classes of the samples.
const CLASSES: [&str; 2] = ["square", "stripe"];

/// Makes one update of a small network of each kind that is trained: a classifier with a background map and
/// a segmentation network on every backbone, with normalisations that learn and with constant ones.
///
/// # Errors
///
/// If a loss or a weight is infinite or NaN. A device that lacks an operation may panic instead.
pub fn try_training(device: &Device) -> Result<(), ModelError> {
    let device = device.clone().autodiff();
    for &backbone in BackboneName::ALL {
        update(&classifier(backbone), &device)?;
        update(&segmentation(backbone), &device)?;
    }
    Ok(())
}

fn update<R: TrainingRecipe>(recipe: &R, device: &Device) -> Result<(), ModelError> {
    let names = ClassNames::of_objects(CLASSES);
    let task = recipe.task(&names)?;
    let groups = task.parameter_groups();
    let network = groups.freeze(task.network(device));
    let objective = Objective::new(&*task, recipe, &names);
    let (gradients, _) = objective.gradients(&network, &[sample(1), sample(2)], 0, device)?;
    let rates = schedule(recipe.optimiser(), &groups, 0).step();
    let network = optimiser(recipe.optimiser(), &groups).step(rates, network, gradients);
    if is_finite(&network) { Ok(()) } else { Err(ModelError::NotFinite { update: 0 }) }
}

/// EPS on a narrow backbone whose normalisations learn, with dropout.
fn classifier(backbone: BackboneName) -> Recipe {
    let text = include_str!("../../../recipes/demo-eps.toml");
    let mut recipe = Recipe::parse(text).expect("the program's recipes are tested");
    recipe.network.backbone = backbone;
    (recipe.network.width, recipe.network.depth) = (1.0 / 16.0, 0.0);
    recipe.network.dropout = true;
    recipe.augmentation.crop = CROP;
    recipe
}

/// A segmentation network on a narrow backbone whose normalisations are constant.
fn segmentation(backbone: BackboneName) -> SegmentationRecipe {
    let text = include_str!("../../../recipes/laptop-segment.toml");
    let mut recipe = SegmentationRecipe::parse(text).expect("the program's recipes are tested");
    recipe.network.backbone = backbone;
    recipe.network.norms = Norms::Frozen;
    recipe.network.stride = backbone.facts().strides[0];
    (recipe.network.width, recipe.network.depth) = (1.0 / 16.0, 0.0);
    recipe.head.hidden = 8;
    recipe.augmentation.crop = CROP;
    // Constant statistics of 0 and 1 do not tame what random weights make.
    recipe.optimiser.learning_rate = 1e-6;
    recipe
}

/// An image of one class, whose left half is salient and of the class.
fn sample(class: u8) -> Sample {
    let pixels = CROP * CROP;
    let is_left: Vec<bool> = (0..pixels).map(|pixel| pixel % CROP < CROP / 2).collect();
    let wave = (0..3 * pixels).map(|value| (value * usize::from(class)) % 17);
    Sample {
        image: wave.map(|value| value as f32 / 8.0 - 1.0).collect(),
        saliency: Some(is_left.iter().map(|&left| f32::from(left)).collect()),
        mask: Some(is_left.iter().map(|&left| if left { class } else { 0 }).collect()),
        classes: [class].into_iter().collect::<ClassSet>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "flex")]
    #[test]
    fn the_processor_can_train_every_kind_of_network() {
        try_training(&Device::default()).unwrap();
    }

    #[test]
    fn samples_differ_and_have_what_every_task_asks_for() {
        let (one, other) = (sample(1), sample(2));
        assert_ne!(one.image, other.image);
        assert_eq!(one.mask.unwrap()[CROP / 2 - 1..=CROP / 2], [1, 0]);
        assert_eq!(other.saliency.unwrap().iter().sum::<f32>() as usize, CROP * CROP / 2);
    }
}
