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

/// One row of the published table of levels; the stride is that of the first block.
struct Level {
    name: &'static str,
    blocks: usize,
    output: usize,
    stride: usize,
    dilation: usize,
}

#[rustfmt::skip]
const LEVELS: [Level; 4] = [
    Level { name: "layer1", blocks: 3,  output: 256,  stride: 1, dilation: 1 },
    Level { name: "layer2", blocks: 4,  output: 512,  stride: 2, dilation: 1 },
    Level { name: "layer3", blocks: 23, output: 1024, stride: 1, dilation: 2 },
    Level { name: "layer4", blocks: 3,  output: 2048, stride: 1, dilation: 4 },
];

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
        let mut input = shape.channels(STEM);
        let stem = [input, 3, 7, 7];
        let geometry = Geometry { stride: 2, padding: 3, dilation: 1, groups: 1 };
        let conv1 = ConvolutionNorm::new("conv1", stem, geometry, initialisation, device);
        let [layer1, layer2, layer3, layer4] = LEVELS.map(|level| {
            let blocks = bottlenecks(&level, input, shape, initialisation, device);
            input = shape.channels(level.output);
            blocks
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

/// The blocks of a level, the first of which takes `input` channels.
fn bottlenecks(
    level: &Level,
    input: usize,
    shape: BackboneShape,
    initialisation: Initialisation,
    device: &Device,
) -> Vec<Bottleneck> {
    let &Level { stride, dilation, .. } = level;
    let output = shape.channels(level.output);
    let first = BottleneckShape { input, output, stride, dilation };
    let repeated = BottleneckShape { input: output, stride: 1, ..first };
    (0..shape.blocks(level.blocks))
        .map(|index| {
            let name = format!("{}.{index}", level.name);
            let shape = if index == 0 { first } else { repeated };
            Bottleneck::new(&name, shape, index == 0, initialisation, device)
        })
        .collect()
}
