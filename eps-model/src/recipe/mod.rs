//! Every setting of a training run and of the inference after it.

mod check;
mod keys;
mod read;
mod segmentation;
mod training;

pub use crate::backbone::BackboneName;
pub use crate::ops::Precision;
pub use segmentation::{
    HeadRecipe, LossAt, MaskedAugmentationRecipe, NewLayers, SegmentationInferenceRecipe,
    SegmentationNetworkRecipe, SegmentationRecipe,
};
pub use training::{Layers, TrainingRecipe};

use crate::backbone::BackboneShape;
use eps_data::Augmentation;
use serde::{Deserialize, Serialize};

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
    /// Factor on every channel count, of a backbone that can be scaled; 1 is the published network.
    #[serde(default = "one")]
    pub width: f64,
    /// Factor on the blocks after the first of each level, of a backbone that can be scaled; 1 is the
    /// published network, 0 leaves one block a level.
    #[serde(default = "one")]
    pub depth: f64,
    /// Pixels of the image for one cell of the maps: one of the backbone's strides.
    pub stride: usize,
    /// Whether batch normalisations keep their stored statistics and parameters, as published.
    pub norms: Norms,
    /// Whether channels drop out while training, with the published probabilities.
    #[serde(default = "yes")]
    pub dropout: bool,
    /// What the backbone's convolutions compute in while training.
    #[serde(default)]
    pub precision: Precision,
    /// Whether the backbone's first levels stay as they are, where its published training froze some.
    #[serde(default)]
    pub freeze_first_levels: bool,
}

impl NetworkRecipe {
    /// How large its backbone is.
    pub fn shape(&self) -> BackboneShape {
        BackboneShape { width: self.width, depth: self.depth, stride: self.stride }
    }

    /// Its backbone as tables name it, with what makes it smaller or larger than the published one.
    pub fn title(&self) -> String {
        let facts = self.backbone.facts();
        let is_published = self.width == 1.0 && self.depth == 1.0;
        if is_published || !facts.is_scalable {
            facts.title.into()
        } else {
            format!("{} of width {} and depth {}", facts.title, self.width, self.depth)
        }
    }
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

impl AugmentationRecipe {
    /// The changes as the loader makes them.
    pub fn augmentation(&self) -> Augmentation {
        let Self { longer_side: [smallest, largest], crop, flip, jitter } = *self;
        Augmentation { longer_side: (smallest, largest), crop, flip, jitter }
    }
}

/// Stochastic gradient descent with the poly schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptimiserRecipe {
    /// Number of updates; also the length of the schedule.
    pub updates: usize,
    /// Images of one update.
    pub batch: usize,
    /// Parts that the images of an update go through the network in, for devices that cannot hold
    /// all at once; their gradients are added up. With frozen norms the update is the same but for
    /// the draws of dropout; learned norms see only their part.
    #[serde(default = "one_part")]
    pub parts: usize,
    /// Rate of the backbone at the first update.
    pub learning_rate: f64,
    /// Factor on the rate for the classifier.
    pub classifier_factor: f64,
    pub weight_decay: f64,
    /// Momentum of the updates; the published code really runs with 5e-4.
    pub momentum: f64,
    /// Exponent of the poly schedule `(1 - t / T)^power`.
    pub power: f64,
    /// Updates that keep one rate; DeepLab steps every 10.
    // Left out where it is 1, so that recipes from before it keep their hashes.
    #[serde(default = "one_part", skip_serializing_if = "is_one")]
    pub rate_every: usize,
    /// Seed of first weights, order of images, augmentation and dropout.
    pub seed: u64,
    /// Updates between checkpoints.
    pub checkpoint_every: usize,
}

impl OptimiserRecipe {
    /// Divides an update into the least number of equal parts that gives each of so many devices one, where
    /// there is one; parts beyond that stay.
    pub fn divide_among(&mut self, devices: usize) {
        // Parts are of one size, since an update takes the mean of their means.
        let divisor =
            (self.parts.max(devices)..=self.batch).find(|&parts| self.batch.is_multiple_of(parts));
        self.parts = divisor.unwrap_or(self.parts);
    }
}

/// The saliency loss.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaliencyRecipe {
    /// Which labelled classes explain the salient region.
    #[serde(default)]
    pub selection: SelectionRule,
    /// Share of a class's confident area that must be salient for it to be foreground; of the
    /// `overlap` selection alone.
    pub tau: f64,
    /// Weight of the foreground estimate against the inverted background estimate.
    pub lambda: f64,
    /// First updates that use the classification loss alone; 0 as published.
    #[serde(default)]
    pub classifier_updates: usize,
    /// Names of the classes that the `predefined` selection puts on the background's side.
    #[serde(default)]
    pub background_classes: Vec<String>,
}

/// Which labelled classes explain the salient region, and which belong to the background.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SelectionRule {
    /// Those whose confident area is salient by more than `tau`: the published method.
    #[default]
    Overlap,
    /// All of them: the paper's first ablation.
    Naive,
    /// All but `background_classes`: the paper's second ablation (sofa, chair, diningtable).
    Predefined,
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
    /// What the scores of the classes are measured against.
    #[serde(default)]
    pub background: Background,
}

/// What the scores of the classes are measured against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Background {
    /// Each class's own maximum; the learned background map is not used, as published.
    #[default]
    Constant,
    /// The background map that EPS learns: a score is `p / (p + p_background)`, so that a threshold
    /// of 0.5 leaves each pixel to the more probable of the two.
    Learned,
}

fn yes() -> bool {
    true
}

fn one() -> f64 {
    1.0
}

fn one_part() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_one(number: &usize) -> bool {
    *number == 1
}
