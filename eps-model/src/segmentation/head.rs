//! Branches of dilated convolutions from features to logits.

use crate::backbone::layer::{BiasedConvolution, Gain, Initialisation, Pass};
use crate::ops::{Activation, Geometry, Precision};
use crate::recipe::HeadRecipe;
use burn::module::Module;
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;
use burn::tensor::{Device, Tensor};

/// Probability with which values of hidden layers drop out.
const DROPOUT: f64 = 0.5;

/// Deviation of the first weights of the layers that give logits, as published.
const DEVIATION: f32 = 0.01;

/// The sum of several branches: one is DeepLab-V1's LargeFOV, four are V2's ASPP.
#[derive(Module, Debug)]
pub struct AtrousHead {
    branches: Vec<Branch>,
    average_pool: bool,
    classes: usize,
}

/// A dilated 3×3 convolution, straight to logits or through two hidden layers.
#[derive(Module, Debug)]
struct Branch {
    fc6: Option<BiasedConvolution>,
    fc7: Option<BiasedConvolution>,
    score: BiasedConvolution,
}

impl AtrousHead {
    /// Branches from `features` channels to `classes`.
    pub fn new(
        recipe: &HeadRecipe,
        features: usize,
        classes: usize,
        initialisation: Initialisation,
        device: &Device,
    ) -> Self {
        let channels = BranchChannels { features, hidden: recipe.hidden, classes };
        let branches = recipe
            .dilations
            .iter()
            .enumerate()
            .map(|(index, &dilation)| {
                let name = format!("head.branches.{index}");
                Branch::new(&name, channels, dilation, initialisation, device)
            })
            .collect();
        Self { branches, average_pool: recipe.average_pool, classes }
    }

    /// Number of classes, background included.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Logits `[batch, classes, height, width]` of features.
    pub fn forward(&self, features: Tensor<4>, pass: &mut Pass) -> Tensor<4> {
        let features = match self.average_pool {
            // Caffe counts what lies outside as zeros.
            true => avg_pool2d(
                features,
                AvgPoolOptions::new([3, 3]).with_stride([1, 1]).with_padding([1, 1]),
            ),
            false => features,
        };
        let logits = self.branches.iter().map(|branch| branch.forward(features.clone(), pass));
        logits.reduce(|sum, logits| sum + logits).expect("one branch at least")
    }
}

/// Channels of a branch: those it takes, of its hidden layers, and those it gives.
#[derive(Clone, Copy)]
struct BranchChannels {
    features: usize,
    /// 0 where it has no hidden layers.
    hidden: usize,
    classes: usize,
}

impl Branch {
    fn new(
        name: &str,
        channels: BranchChannels,
        dilation: usize,
        initialisation: Initialisation,
        device: &Device,
    ) -> Self {
        let layer = |layer: &str, shape, geometry, gain| {
            let name = format!("{name}.{layer}");
            BiasedConvolution::new(&name, shape, geometry, gain, initialisation, device)
        };
        let BranchChannels { features, hidden, classes } = channels;
        let (dilated, pointwise) = (Geometry::padded_3x3(1, dilation), Geometry::pointwise(1));
        let normal = Gain::Normal(DEVIATION);
        match hidden {
            0 => Self {
                fc6: None,
                fc7: None,
                score: layer("score", [classes, features, 3, 3], dilated, normal),
            },
            _ => Self {
                fc6: Some(layer("fc6", [hidden, features, 3, 3], dilated, Gain::He)),
                fc7: Some(layer("fc7", [hidden, hidden, 1, 1], pointwise, Gain::He)),
                score: layer("score", [classes, hidden, 1, 1], pointwise, normal),
            },
        }
    }

    fn forward(&self, features: Tensor<4>, pass: &mut Pass) -> Tensor<4> {
        let hidden =
            [&self.fc6, &self.fc7].into_iter().flatten().fold(features, |hidden, layer| {
                let hidden = layer.forward(hidden, Activation::Relu, pass.precision);
                pass.drop_values(hidden, DROPOUT)
            });
        self.score.forward(hidden, Activation::Identity, Precision::F32)
    }
}
