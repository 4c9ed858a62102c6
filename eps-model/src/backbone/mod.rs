//! Backbones: images to features.

pub mod efficientnet_lite0;
pub mod layer;
mod layer_names;
pub mod resnet38d;

use burn::module::Module;
use burn::tensor::Tensor;
use efficientnet_lite0::EfficientnetLite0;
use layer::Pass;
use resnet38d::Resnet38d;

/// A network without its classifier.
#[expect(clippy::large_enum_variant, reason = "a program holds one or two networks")]
#[derive(Module, Debug)]
pub enum Backbone {
    Resnet38d(Resnet38d),
    EfficientnetLite0(EfficientnetLite0),
}

impl Backbone {
    /// Channels of the features.
    pub fn features(&self) -> usize {
        match self {
            Self::Resnet38d(network) => network.features(),
            Self::EfficientnetLite0(_) => efficientnet_lite0::FEATURES,
        }
    }

    /// Normalised images `[batch, 3, height, width]` to features.
    pub fn forward(&self, images: Tensor<4>, pass: &mut Pass) -> Tensor<4> {
        match self {
            Self::Resnet38d(network) => network.forward(images, pass),
            Self::EfficientnetLite0(network) => network.forward(images, pass),
        }
    }
}
