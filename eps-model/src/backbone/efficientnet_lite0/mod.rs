//! EfficientNet-Lite0 with its last strides replaced by dilation: the backbone for work on a CPU.

mod block;
mod names;

use super::layer::{Initialisation, Norm, Pass};
use super::{Architecture, BackboneFacts, BackboneShape};
use crate::ops::Activation;
use block::{EPSILON, InvertedBlock, SameConvolution, SameShape};
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use eps_data::transform::{MEAN, STANDARD_DEVIATION};

/// Blocks, kernel, stride, expansion and output channels of each stage.
const STAGES: [(usize, usize, usize, usize, usize); 7] = [
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
];

const STEM: usize = 32;

/// Mean and deviation that the ImageNet weights were trained with, of 8-bit values.
const TRAINED_MEAN: f64 = 127.0;
const TRAINED_DEVIATION: f64 = 128.0;

/// Channels of the features.
const FEATURES: usize = 1280;

/// The backbone; its features have 1280 channels.
#[derive(Module, Debug)]
pub struct EfficientnetLite0 {
    stem: SameConvolution,
    bn0: Norm,
    blocks: Vec<InvertedBlock>,
    head: SameConvolution,
    bn1: Norm,
}

impl EfficientnetLite0 {
    /// Features of `stride` 8, 16 or 32 pixels: strides beyond it become dilation.
    fn new(stride: usize, initialisation: Initialisation, device: &Device) -> Self {
        let (mut at, mut dilation, mut input) = (2, 1, STEM);
        let mut blocks = Vec::new();
        for (count, kernel, step, expansion, output) in STAGES {
            for index in 0..count {
                let wanted = if index == 0 { step } else { 1 };
                let kept = if at * wanted <= stride { wanted } else { 1 };
                // The block that gives up its stride still sees the undilated grid.
                let shape = SameShape { input, output, kernel, stride: kept, dilation, groups: 1 };
                let name = format!("blocks.{}", blocks.len());
                blocks.push(InvertedBlock::new(&name, expansion, shape, initialisation, device));
                (at, dilation, input) = (at * kept, dilation * wanted / kept, output);
            }
        }
        let stem =
            SameShape { input: 3, output: STEM, kernel: 3, stride: 2, dilation: 1, groups: 1 };
        let head = SameShape::pointwise(input, FEATURES);
        Self {
            stem: SameConvolution::new("stem", stem, initialisation, device),
            bn0: Norm::new(STEM, EPSILON, device),
            blocks,
            head: SameConvolution::new("head", head, initialisation, device),
            bn1: Norm::new(FEATURES, EPSILON, device),
        }
    }
}

impl Architecture for EfficientnetLite0 {
    const FACTS: BackboneFacts = BackboneFacts {
        title: "EfficientNet-Lite0",
        strides: &[8, 16, 32],
        is_scalable: false,
        first_levels: None,
        leftovers: &["_fc.weight", "_fc.bias"],
        path: names::path,
        pytorch_name: names::pytorch_name,
    };

    fn build(shape: BackboneShape, initialisation: Initialisation, device: &Device) -> Self {
        Self::new(shape.stride, initialisation, device)
    }

    fn features(&self) -> usize {
        FEATURES
    }

    fn forward(&self, images: Tensor<4>, pass: &mut Pass) -> Tensor<4> {
        let hidden = self.stem.forward(renormalised(images), pass.precision);
        let mut hidden = self.bn0.forward(hidden, Activation::Relu6, pass);
        for block in &self.blocks {
            hidden = block.forward(hidden, pass);
        }
        self.bn1.forward(self.head.forward(hidden, pass.precision), Activation::Relu6, pass)
    }
}

/// Images in the normalisation that all backbones share, in this network's own.
fn renormalised(images: Tensor<4>) -> Tensor<4> {
    let device = images.device();
    let scale = STANDARD_DEVIATION.map(|deviation| deviation * 255.0 / TRAINED_DEVIATION);
    let shift = MEAN.map(|mean| (mean * 255.0 - TRAINED_MEAN) / TRAINED_DEVIATION);
    images * per_channel(scale, &device) + per_channel(shift, &device)
}

fn per_channel(values: [f64; 3], device: &Device) -> Tensor<4> {
    let values = values.map(|value| value as f32);
    Tensor::from_data(TensorData::new(values.to_vec(), [1, 3, 1, 1]), device)
}
