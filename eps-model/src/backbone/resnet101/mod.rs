//! ResNet101 as DeepLab dilates it, output stride 8: Caffe's layout, whose blocks stride in their first 1×1
//! convolution, and whose pooling rounds sizes up.

mod block;
mod names;

use super::layer::{Initialisation, Pass};
use super::{Architecture, BackboneFacts, BackboneShape};
use crate::ops::{Activation, Geometry};
use block::{Bottleneck, BottleneckShape, ConvolutionNorm};
use burn::module::Module;
use burn::tensor::module::max_pool2d;
use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Device, Tensor};

/// Blocks, output channels, stride of the first block and dilation of each level.
const LEVELS: [(usize, usize, usize, usize); 4] =
    [(3, 256, 1, 1), (4, 512, 2, 1), (23, 1024, 1, 2), (3, 2048, 1, 4)];

const STEM: usize = 64;

/// The backbone; its features have `2048 * width` channels.
#[derive(Module, Debug)]
pub struct Resnet101 {
    conv1: ConvolutionNorm,
    layer1: Vec<Bottleneck>,
    layer2: Vec<Bottleneck>,
    layer3: Vec<Bottleneck>,
    layer4: Vec<Bottleneck>,
    features: usize,
}

impl Architecture for Resnet101 {
    const FACTS: BackboneFacts = BackboneFacts {
        title: "ResNet101",
        strides: &[8],
        is_scalable: true,
        first_levels: None,
        leftovers: &["fc.weight", "fc.bias"],
        path: names::path,
        pytorch_name: names::pytorch_name,
    };

    fn build(shape: BackboneShape, initialisation: Initialisation, device: &Device) -> Self {
        let scaled = |channels: usize| ((channels as f64 * shape.width).round() as usize).max(4);
        let stem = [scaled(STEM), 3, 7, 7];
        let geometry = Geometry { stride: 2, padding: 3, dilation: 1, groups: 1 };
        let conv1 = ConvolutionNorm::new("conv1", stem, geometry, initialisation, device);
        let (mut input, mut number) = (scaled(STEM), 0);
        let [layer1, layer2, layer3, layer4] = LEVELS.map(|(blocks, output, stride, dilation)| {
            number += 1;
            let repeated = ((blocks - 1) as f64 * shape.depth).round() as usize;
            let block = |index: usize| {
                let (input, stride) =
                    if index == 0 { (input, stride) } else { (scaled(output), 1) };
                let shape = BottleneckShape { input, output: scaled(output), stride, dilation };
                let name = format!("layer{number}.{index}");
                Bottleneck::new(&name, shape, index == 0, initialisation, device)
            };
            let level = (0..=repeated).map(block).collect();
            input = scaled(output);
            level
        });
        Self { conv1, layer1, layer2, layer3, layer4, features: input }
    }

    fn features(&self) -> usize {
        self.features
    }

    fn forward(&self, images: Tensor<4>, pass: &mut Pass) -> Tensor<4> {
        let hidden = self.conv1.forward(images, Activation::Relu, pass);
        let pool = MaxPoolOptions::new([3, 3]).with_stride([2, 2]).with_padding([1, 1]);
        let mut hidden = max_pool2d(hidden, pool.with_ceil_mode(true));
        let levels = [&self.layer1, &self.layer2, &self.layer3, &self.layer4];
        for block in levels.into_iter().flatten() {
            hidden = block.forward(hidden, pass);
        }
        hidden
    }
}
