//! The convolutions of VGG16 as DeepLab dilates them, output stride 8: pooling over 3×3 pixels, the last two
//! without a stride, and the last convolutions dilated.

mod names;

use super::layer::{BiasedConvolution, Gain, Initialisation, Pass};
use super::{Architecture, BackboneFacts, BackboneShape};
use crate::ops::{Activation, Geometry};
use burn::module::Module;
use burn::tensor::module::max_pool2d;
use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Device, Tensor};

/// Convolutions, channels, dilation, and stride of the pooling after them, of each level.
const LEVELS: [(usize, usize, usize, usize); 5] =
    [(2, 64, 1, 2), (2, 128, 1, 2), (3, 256, 1, 2), (3, 512, 1, 1), (3, 512, 2, 1)];

/// The backbone; its features have `512 * width` channels.
#[derive(Module, Debug)]
pub struct Vgg16 {
    convs: Vec<BiasedConvolution>,
    features: usize,
}

impl Architecture for Vgg16 {
    const FACTS: BackboneFacts = BackboneFacts {
        title: "VGG16",
        strides: &[8],
        is_scalable: true,
        first_levels: None,
        leftovers: &[
            "classifier.0.weight",
            "classifier.0.bias",
            "classifier.3.weight",
            "classifier.3.bias",
            "classifier.6.weight",
            "classifier.6.bias",
        ],
        path: names::path,
        pytorch_name: names::pytorch_name,
    };

    fn build(shape: BackboneShape, initialisation: Initialisation, device: &Device) -> Self {
        let mut input = 3;
        let mut convs = Vec::new();
        for (count, channels, dilation, _) in LEVELS {
            let output = shape.channels(channels);
            for _ in 0..count {
                convs.push(BiasedConvolution::new(
                    &format!("convs.{}", convs.len()),
                    [output, input, 3, 3],
                    Geometry::padded_3x3(1, dilation),
                    Gain::He,
                    initialisation,
                    device,
                ));
                input = output;
            }
        }
        Self { convs, features: input }
    }

    fn features(&self) -> usize {
        self.features
    }

    fn forward(&self, images: Tensor<4>, pass: &mut Pass) -> Tensor<4> {
        let mut convs = self.convs.iter();
        LEVELS.into_iter().fold(images, |hidden, (count, _, _, stride)| {
            let level = convs.by_ref().take(count);
            let hidden = level.fold(hidden, |hidden, conv| {
                conv.forward(hidden, Activation::Relu, pass.precision)
            });
            let pool = MaxPoolOptions::new([3, 3]).with_stride([stride; 2]).with_padding([1, 1]);
            max_pool2d(hidden, pool)
        })
    }
}
