//! Every setting of a training run and of the inference after it.

use crate::ModelError;
use serde::{Deserialize, Serialize};
use std::{fs, path::Path};

/// A training run, as a TOML file spells it; unknown keys are errors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    pub network: NetworkRecipe,
    pub augmentation: AugmentationRecipe,
    pub optimiser: OptimiserRecipe,
    /// Present for EPS, absent for the plain classifier.
    pub saliency: Option<SaliencyRecipe>,
    pub inference: InferenceRecipe,
}

/// Which network, and which of its parts learn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkRecipe {
    pub method: Method,
    pub backbone: BackboneName,
    /// Factor on every channel count of ResNet38d; 1 is the published network.
    #[serde(default = "one")]
    pub width: f64,
    /// Factor on the blocks that ResNet38d repeats in each level after the first; 1 is the
    /// published network, 0 leaves one block a level.
    #[serde(default = "one")]
    pub depth: f64,
    /// Pixels of the image for one cell of the maps: 8 for ResNet38d; 8, 16 or 32 for
    /// EfficientNet-Lite0.
    pub stride: usize,
    /// Whether batch normalisations keep their stored statistics and parameters, as published.
    pub norms: Norms,
    /// Whether channels drop out while training, with the published probabilities.
    #[serde(default = "yes")]
    pub dropout: bool,
    /// Whether ResNet38d's first levels (conv1a and b2) stay as they are, as published.
    #[serde(default)]
    pub freeze_first_levels: bool,
}

/// What is trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// A plain classifier whose class activation maps are the baseline.
    Cam,
    /// A classifier with a background map, supervised by saliency.
    Eps,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackboneName {
    Resnet38d,
    EfficientnetLite0,
}

/// How batch normalisations train.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Norms {
    /// Stored statistics and parameters, as published.
    Frozen,
    /// Statistics of the batch, parameters learn: for training from scratch.
    Learned,
}

/// Random changes of the training images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AugmentationRecipe {
    /// Smallest and largest longer side after resizing, in pixels, both possible.
    pub longer_side: [usize; 2],
    /// Side of the square crop, in pixels.
    pub crop: usize,
    pub flip: bool,
    pub jitter: bool,
}

/// Stochastic gradient descent with the poly schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptimiserRecipe {
    /// Number of updates; also the length of the schedule.
    pub updates: usize,
    /// Images of one update.
    pub batch: usize,
    /// Rate of the backbone at the first update.
    pub learning_rate: f64,
    /// Factor on the rate for the classifier.
    pub classifier_factor: f64,
    pub weight_decay: f64,
    /// Momentum of the updates; the published code really runs with 5e-4.
    pub momentum: f64,
    /// Exponent of the poly schedule `(1 - t / T)^power`.
    pub power: f64,
    /// Seed of first weights, order of images, augmentation and dropout.
    pub seed: u64,
    /// Updates between checkpoints.
    pub checkpoint_every: usize,
}

/// The saliency loss.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaliencyRecipe {
    /// Share of a class's confident area that must be salient for it to be foreground.
    pub tau: f64,
    /// Weight of the foreground estimate against the inverted background estimate.
    pub lambda: f64,
    /// First updates that use the classification loss alone; 0 as published.
    #[serde(default)]
    pub classifier_updates: usize,
}

/// Multi-scale inference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InferenceRecipe {
    /// Factors on the image's size.
    pub scales: Vec<f64>,
    /// Whether each scale also runs mirrored.
    pub flip: bool,
    /// Background score of the written masks.
    pub threshold: f32,
}

fn yes() -> bool {
    true
}

fn one() -> f64 {
    1.0
}

impl Recipe {
    /// Reads and checks a recipe.
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        let text = fs::read_to_string(path)
            .map_err(|source| ModelError::Read { path: path.into(), source })?;
        Self::parse(&text).map_err(|reason| ModelError::Recipe { path: path.into(), reason })
    }

    /// A recipe from its text; the error says what is wrong with which key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let recipe: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        recipe.check()?;
        Ok(recipe)
    }

    /// The resolved recipe as TOML, defaults included.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).expect("every field has a TOML form")
    }

    /// SHA-256 of the resolved recipe.
    pub fn sha256(&self) -> String {
        eps_data::sha256(self.to_toml())
    }

    fn check(&self) -> Result<(), String> {
        let Self { network, augmentation, optimiser, saliency, inference } = self;
        let strides: &[usize] = match network.backbone {
            BackboneName::Resnet38d => &[8],
            BackboneName::EfficientnetLite0 => &[8, 16, 32],
        };
        let [smallest, largest] = augmentation.longer_side;
        let fraction = |value: f64| (0.0..=1.0).contains(&value);
        let rules = [
            (
                strides.contains(&network.stride),
                "network.stride: this backbone has 8 (resnet38d) or 8, 16, 32 (efficientnet-lite0)",
            ),
            (
                network.width > 0.0 && network.width <= 4.0,
                "network.width: expected a factor above 0 and at most 4",
            ),
            (
                0 < smallest && smallest <= largest,
                "augmentation.longer_side: expected [smallest, largest] in pixels",
            ),
            (
                (0.0..=4.0).contains(&network.depth),
                "network.depth: expected a factor of at least 0 and at most 4",
            ),
            (
                (network.stride..=4096).contains(&augmentation.crop) && largest <= 4096,
                "augmentation.crop: expected at least one cell of the maps and at most 4096 pixels",
            ),
            (
                optimiser.updates > 0 && optimiser.batch > 0 && optimiser.checkpoint_every > 0,
                "optimiser: updates, batch and checkpoint_every must be above 0",
            ),
            (
                optimiser.learning_rate > 0.0 && optimiser.learning_rate.is_finite(),
                "optimiser.learning_rate: expected a finite rate above 0",
            ),
            (
                (0.0..1.0).contains(&optimiser.momentum),
                "optimiser.momentum: expected at least 0 and below 1",
            ),
            (
                (0.0..=1.0).contains(&optimiser.weight_decay),
                "optimiser.weight_decay: expected at least 0 and at most 1",
            ),
            (
                optimiser.classifier_factor >= 0.0 && optimiser.classifier_factor.is_finite(),
                "optimiser.classifier_factor: expected a finite factor of at least 0",
            ),
            (
                optimiser.power >= 0.0 && optimiser.power.is_finite(),
                "optimiser.power: expected a finite exponent of at least 0",
            ),
            (
                saliency.is_some() == (network.method == Method::Eps),
                "saliency: method `eps` needs this table, method `cam` has none",
            ),
            (
                saliency.as_ref().is_none_or(|own| fraction(own.tau) && fraction(own.lambda)),
                "saliency: tau and lambda are fractions in 0..=1",
            ),
            (
                !inference.scales.is_empty()
                    && inference.scales.iter().all(|&scale| scale > 0.0 && scale <= 8.0),
                "inference.scales: expected factors above 0 and at most 8",
            ),
            (
                (0.0..=1.0).contains(&inference.threshold),
                "inference.threshold: expected a fraction in 0..=1",
            ),
        ];
        match rules.into_iter().find(|(holds, _)| !holds) {
            Some((_, rule)) => Err(rule.to_owned()),
            None => Ok(()),
        }
    }
}
