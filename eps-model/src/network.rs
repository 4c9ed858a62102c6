//! Backbone and classifier: images to maps and image-level logits.

use crate::backbone::layer::{Convolution, Gain, Initialisation, Pass};
use crate::backbone::{Backbone, BackboneName};
use crate::ops::{Geometry, Precision};
use crate::parameter_groups::ParameterGroups;
use crate::recipe::{Method, NetworkRecipe};
use burn::module::Module;
use burn::tensor::{Device, Tensor, activation::relu};

/// The path of the classifier's weight, in our files as in the reference's.
pub(crate) const CLASSIFIER: &str = "fc8.weight";

/// Pattern of [`CLASSIFIER`] alone.
const HEAD: &str = r"^fc8\.weight$";

/// Dropout before the plain classifier.
const CLASSIFIER_DROPOUT: f64 = 0.5;

/// A backbone and a 1×1 classifier; of EPS the last map is background.
#[derive(Module, Debug)]
pub struct Network {
    backbone: Backbone,
    fc8: Convolution,
    with_background: bool,
}

/// What a training pass gives.
pub struct Predictions {
    /// Logit maps of EPS, `[batch, classes + 1, height, width]`; the plain classifier trains without.
    pub maps: Option<Tensor<4>>,
    /// Image-level logits of the object classes, `[batch, classes]`.
    pub logits: Tensor<2>,
}

/// What an inference pass gives.
pub struct Activations {
    /// `[batch, maps, height, width]`, object classes first: of EPS the softmax over objects and
    /// background, which comes last; of the plain classifier the positive part.
    pub maps: Tensor<4>,
    /// Image-level logits of the object classes, `[batch, classes]`.
    pub logits: Tensor<2>,
}

impl Network {
    /// A network for `classes` object classes; equal seeds give equal backbones.
    pub fn new(recipe: &NetworkRecipe, classes: usize, seed: u64, device: &Device) -> Self {
        let initialisation = Initialisation { seed };
        let backbone = Backbone::new(recipe.backbone, recipe.shape(), initialisation, device);
        let with_background = recipe.method == Method::Eps;
        let outputs = classes + usize::from(with_background);
        let shape = [outputs, backbone.features(), 1, 1];
        let geometry = Geometry::pointwise(1);
        let fc8 = Convolution::new("fc8", shape, geometry, Gain::Xavier, initialisation, device);
        Self { backbone, fc8, with_background }
    }

    /// The parameters of such networks that learn otherwise than the others.
    pub fn parameter_groups(recipe: &NetworkRecipe) -> ParameterGroups {
        ParameterGroups::new(HEAD, recipe)
    }

    /// The same weights without gradients, on the plain device.
    pub fn for_inference(&self) -> Self {
        self.valid()
    }

    /// Which backbone it has.
    pub fn backbone(&self) -> BackboneName {
        self.backbone.name()
    }

    /// Number of object classes.
    pub fn classes(&self) -> usize {
        self.fc8.weight.dims()[0] - usize::from(self.with_background)
    }

    /// A pass whose outputs the losses need.
    pub fn forward_training(&self, images: Tensor<4>, pass: &mut Pass) -> Predictions {
        let features = self.backbone.forward(images, pass);
        let classes = self.classes();
        if self.with_background {
            let maps = self.fc8.forward(features, Precision::F32);
            let logits = spatial_mean(maps.clone()).narrow(1, 0, classes);
            Predictions { maps: Some(maps), logits }
        } else {
            let features = pass.drop_channels(features, CLASSIFIER_DROPOUT);
            let [batch, channels, _, _] = features.dims();
            // The classifier is linear, so it can follow the mean and scores one location instead of all.
            let pooled = spatial_mean(features).reshape([batch, channels, 1, 1]);
            let logits = self.fc8.forward(pooled, Precision::F32).reshape([batch, classes]);
            Predictions { maps: None, logits }
        }
    }

    /// Activation maps and image-level logits.
    pub fn activations(&self, images: Tensor<4>) -> Activations {
        let mut pass = Pass::inference();
        let maps = self.fc8.forward(self.backbone.forward(images, &mut pass), Precision::F32);
        // The classifier has no bias: the mean of its maps is its output for the mean feature.
        let logits = spatial_mean(maps.clone()).narrow(1, 0, self.classes());
        let maps = match self.with_background {
            true => burn::tensor::activation::softmax(maps, 1),
            false => relu(maps),
        };
        Activations { maps, logits }
    }

    /// The maps of [`activations`](Self::activations).
    pub fn activation_maps(&self, images: Tensor<4>) -> Tensor<4> {
        self.activations(images).maps
    }
}

/// `[batch, channels, height, width]` to `[batch, channels]`.
fn spatial_mean(maps: Tensor<4>) -> Tensor<2> {
    let [batch, channels, height, width] = maps.dims();
    maps.reshape([batch, channels, height * width]).mean_dim(2).reshape([batch, channels])
}
