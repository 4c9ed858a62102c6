//! ResNet38d: "Wider or Deeper" Model A1 with dilated last levels, output stride 8.

mod block;
mod names;

use super::layer::{Convolution, Initialisation, Norm, Pass};
use super::{Architecture, BackboneFacts, BackboneShape};
use crate::ops::Activation;
use block::{BottleneckBlock, Builder, PlainBlock, PlainShape};
use burn::module::Module;
use burn::tensor::{Device, Tensor};

/// One row of the published table of levels: blocks, middle and output channels, stride of the
/// first block, dilation of its first convolution, dilation of all others.
struct Level {
    name: &'static str,
    blocks: usize,
    middle: usize,
    output: usize,
    stride: usize,
    first_dilation: usize,
    dilation: usize,
}

#[rustfmt::skip]
const LEVELS: [Level; 4] = [
    Level { name: "b2", blocks: 3, middle: 128, output: 128,  stride: 2, first_dilation: 1, dilation: 1 },
    Level { name: "b3", blocks: 3, middle: 256, output: 256,  stride: 2, first_dilation: 1, dilation: 1 },
    Level { name: "b4", blocks: 6, middle: 512, output: 512,  stride: 2, first_dilation: 1, dilation: 1 },
    Level { name: "b5", blocks: 3, middle: 512, output: 1024, stride: 1, first_dilation: 1, dilation: 2 },
];

const STEM: usize = 64;
const B6: usize = 2048;
const B7: usize = 4096;

/// The backbone; its features have `4096 * width` channels.
#[derive(Module, Debug)]
pub struct Resnet38d {
    conv1a: Convolution,
    b2: Vec<PlainBlock>,
    b3: Vec<PlainBlock>,
    b4: Vec<PlainBlock>,
    b5: Vec<PlainBlock>,
    b6: BottleneckBlock,
    b7: BottleneckBlock,
    bn7: Norm,
    features: usize,
}

impl Resnet38d {
    /// `width` scales every channel count, `depth` the repeated blocks of each level; both are 1 in
    /// the published network.
    pub fn new(width: f64, depth: f64, initialisation: Initialisation, device: &Device) -> Self {
        let build = Builder { initialisation, device };
        let shape = BackboneShape { width, depth, stride: 8 };
        let mut input = shape.channels(STEM);
        let conv1a = build.conv3("conv1a", [3, input], 1, 1);
        let [b2, b3, b4, b5] = LEVELS.map(|level| {
            let blocks = plain_blocks(&level, input, shape, build);
            input = shape.channels(level.output);
            blocks
        });
        let (b6, features) = (shape.channels(B6), shape.channels(B7));
        Self {
            conv1a,
            b2,
            b3,
            b4,
            b5,
            b6: BottleneckBlock::new("b6", [input, b6], 4, 0.3, build),
            b7: BottleneckBlock::new("b7", [b6, features], 4, 0.5, build),
            bn7: build.norm(features),
            features,
        }
    }
}

impl Architecture for Resnet38d {
    const FACTS: BackboneFacts = BackboneFacts {
        title: "ResNet38d",
        strides: &[8],
        is_scalable: true,
        first_levels: Some(r"\.(conv1a|b2)\."),
        leftovers: &["arg:linear1000_weight", "arg:linear1000_bias"],
        path: names::path,
        pytorch_name: names::pytorch_name,
    };

    fn build(shape: BackboneShape, initialisation: Initialisation, device: &Device) -> Self {
        Self::new(shape.width, shape.depth, initialisation, device)
    }

    fn features(&self) -> usize {
        self.features
    }

    fn forward(&self, images: Tensor<4>, pass: &mut Pass) -> Tensor<4> {
        let mut hidden = self.conv1a.forward(images, pass.precision);
        for block in [&self.b2, &self.b3, &self.b4, &self.b5].into_iter().flatten() {
            hidden = block.forward(hidden, pass);
        }
        let hidden = self.b7.forward(self.b6.forward(hidden, pass), pass);
        self.bn7.forward(hidden, Activation::Relu, pass)
    }
}

/// The blocks of a level, the first of which takes `input` channels.
fn plain_blocks(
    level: &Level,
    input: usize,
    shape: BackboneShape,
    build: Builder<'_>,
) -> Vec<PlainBlock> {
    let &Level { stride, first_dilation, dilation, .. } = level;
    let (middle, output) = (shape.channels(level.middle), shape.channels(level.output));
    let first = PlainShape { input, middle, output, stride, first_dilation, dilation };
    let repeated = PlainShape { input: output, stride: 1, first_dilation: dilation, ..first };
    (0..shape.blocks(level.blocks))
        .map(|index| match index {
            0 => PlainBlock::new(level.name, first, build),
            _ => PlainBlock::new(&format!("{}_{index}", level.name), repeated, build),
        })
        .collect()
}
