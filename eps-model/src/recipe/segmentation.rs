//! Every setting of the training of a segmentation network, and of the inference after it.

use super::check::{alternatives, factors, rule, within};
use super::{BackboneName, Norms, OptimiserRecipe, Precision, one, yes};
use crate::ModelError;
use crate::backbone::BackboneShape;
use eps_data::codec::read_text;
use eps_data::transform::InputForm;
use eps_data::{MaskedAugmentation, sha256};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The training of a segmentation network, as a TOML file spells it; unknown keys are errors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentationRecipe {
    pub network: SegmentationNetworkRecipe,
    pub head: HeadRecipe,
    pub augmentation: MaskedAugmentationRecipe,
    pub optimiser: OptimiserRecipe,
    pub inference: SegmentationInferenceRecipe,
}

/// Which backbone, and which of its parts learn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentationNetworkRecipe {
    pub backbone: BackboneName,
    /// Factor on every channel count, of a backbone that can be scaled; 1 is the published network.
    #[serde(default = "one")]
    pub width: f64,
    /// Factor on the blocks after the first of each level, of a backbone that can be scaled.
    #[serde(default = "one")]
    pub depth: f64,
    /// Pixels of the image for one cell of the maps: one of the backbone's strides.
    pub stride: usize,
    /// Whether batch normalisations keep their stored statistics and parameters, as published.
    pub norms: Norms,
    /// Whether values drop out while training, with the published probabilities.
    #[serde(default = "yes")]
    pub dropout: bool,
    /// What convolutions compute in while training.
    #[serde(default)]
    pub precision: Precision,
    /// What the backbone's weights were trained to take an image as.
    pub input: InputForm,
}

impl SegmentationNetworkRecipe {
    /// How large its backbone is.
    pub fn shape(&self) -> BackboneShape {
        BackboneShape { width: self.width, depth: self.depth, stride: self.stride }
    }
}

/// The layers above the backbone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadRecipe {
    /// Dilation of the 3×3 convolution of each branch: one is LargeFOV, several are ASPP.
    pub dilations: Vec<usize>,
    /// Channels of the two hidden layers of each branch; 0 leaves them out.
    pub hidden: usize,
    /// Whether features are averaged over 3×3 cells first, as LargeFOV does after VGG16.
    #[serde(default)]
    pub average_pool: bool,
    /// Further sizes of the image, as factors; of the logits at all sizes the largest count.
    #[serde(default)]
    pub scales: Vec<f64>,
    /// Where pixels are compared with the mask.
    pub loss_at: LossAt,
    /// Which layers learn faster, by the optimiser's `classifier_factor`.
    pub new_layers: NewLayers,
}

/// Where pixels are compared with the mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LossAt {
    /// At the size of the maps, to which the mask is reduced.
    Maps,
    /// At the size of the crop, to which the maps are enlarged.
    Image,
}

/// Which layers begin anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NewLayers {
    /// All above the backbone.
    Head,
    /// The last of each branch alone.
    Score,
}

/// Random changes of the training images and their masks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskedAugmentationRecipe {
    /// Factors on the size of the image, each as likely.
    pub scales: Vec<f64>,
    /// Side of the square crop, in pixels.
    pub crop: usize,
    pub flip: bool,
}

/// Views of an image whose probabilities are averaged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentationInferenceRecipe {
    /// Factors on the image's size, besides those of the network.
    pub scales: Vec<f64>,
    /// Whether each scale also runs mirrored.
    pub flip: bool,
}

impl SegmentationRecipe {
    /// Reads and checks a recipe.
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        let text = read_text(path)?;
        Self::parse(&text).map_err(|reason| ModelError::Recipe { path: path.into(), reason })
    }

    /// A recipe from its text; the error says what is wrong with which key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let recipe: Self = super::read::from_toml(text).map_err(|error| {
            match super::read::from_toml::<super::Recipe>(text) {
                Ok(_) => "a recipe of `eps train`, expected one of `eps segment train`".into(),
                Err(_) => error,
            }
        })?;
        recipe.check()?;
        Ok(recipe)
    }

    /// The resolved recipe as TOML, defaults included.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).expect("every field has a TOML form")
    }

    /// SHA-256 of the resolved recipe.
    pub fn sha256(&self) -> String {
        sha256(self.to_toml())
    }

    /// The changes of images and masks as the loader makes them.
    pub fn masked_augmentation(&self) -> MaskedAugmentation {
        let MaskedAugmentationRecipe { scales, crop, flip } = self.augmentation.clone();
        MaskedAugmentation { scales, crop, flip, input: self.network.input }
    }

    /// The first rule that the recipe breaks: its key, what was found, what was expected.
    fn check(&self) -> Result<(), String> {
        let Self { network, head, augmentation, optimiser, inference } = self;
        network.check()?;
        head.check()?;
        factors("augmentation.scales", &augmentation.scales)?;
        rule(
            (network.stride..=super::check::LONGEST).contains(&augmentation.crop),
            "augmentation.crop",
            &augmentation.crop,
            "at least one cell of the maps and at most 4096 pixels",
        )?;
        optimiser.check()?;
        factors("inference.scales", &inference.scales)
    }
}

impl SegmentationNetworkRecipe {
    fn check(&self) -> Result<(), String> {
        let strides = self.backbone.facts().strides;
        let expected = format!("{} for {}", alternatives(strides), self.backbone);
        rule(strides.contains(&self.stride), "network.stride", &self.stride, &expected)?;
        let is_width = self.width > 0.0 && self.width <= 4.0;
        rule(is_width, "network.width", &self.width, "a factor above 0 and at most 4")?;
        within("network.depth", self.depth, 0.0..=4.0)
    }
}

impl HeadRecipe {
    fn check(&self) -> Result<(), String> {
        let are_dilations = self.dilations.iter().all(|dilation| (1..=256).contains(dilation));
        rule(
            (1..=16).contains(&self.dilations.len()) && are_dilations,
            "head.dilations",
            &self.dilations,
            "one to 16 whole numbers from 1 to 256",
        )?;
        rule(self.hidden <= 8192, "head.hidden", &self.hidden, "at most 8192 channels")?;
        match self.scales[..] {
            [] => Ok(()),
            _ => factors("head.scales", &self.scales),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAPTOP: &str = include_str!("../../../recipes/laptop-segment.toml");

    #[test]
    fn a_recipe_comes_back_from_its_resolved_text() {
        let recipe = SegmentationRecipe::parse(LAPTOP).unwrap();
        assert_eq!(SegmentationRecipe::parse(&recipe.to_toml()).unwrap(), recipe);
    }

    #[test]
    fn settings_that_make_no_sense_are_named() {
        let broken = [
            ("stride = 16", "stride = 12", "network.stride: 12, expected 8, 16 or 32"),
            ("hidden = 0", "hidden = 9000", "head.hidden: 9000"),
            ("dilations = [3, 6, 9, 12]", "dilations = []", "head.dilations: []"),
            ("crop = 256", "crop = 3", "augmentation.crop: 3"),
            ("flip = true", "flop = true", "did you mean `flip`?"),
        ];
        for (from, to, expected) in broken {
            let text = LAPTOP.replacen(from, to, 1);
            assert_ne!(text, LAPTOP, "{from}");
            let error = SegmentationRecipe::parse(&text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn recipes_of_the_two_kinds_are_told_apart() {
        let classifier = include_str!("../../../recipes/laptop-eps.toml");
        let error = SegmentationRecipe::parse(classifier).unwrap_err();
        assert_eq!(error, "a recipe of `eps train`, expected one of `eps segment train`");
        let error = crate::recipe::Recipe::parse(LAPTOP).unwrap_err();
        assert_eq!(error, "a recipe of `eps segment train`, expected one of `eps train`");
    }
}
