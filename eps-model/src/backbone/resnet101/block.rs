//! Bottleneck blocks of ResNet101.

use crate::backbone::layer::{Convolution, Gain, Initialisation, Norm, Pass};
use crate::ops::{Activation, Geometry};
use burn::module::Module;
use burn::tensor::{Device, Tensor};

const EPSILON: f64 = 1e-5;

/// A convolution and its normalisation.
#[derive(Module, Debug)]
pub(super) struct ConvolutionNorm {
    conv: Convolution,
    bn: Norm,
}

impl ConvolutionNorm {
    pub(super) fn new(
        name: &str,
        shape: [usize; 4],
        geometry: Geometry,
        initialisation: Initialisation,
        device: &Device,
    ) -> Self {
        Self {
            conv: Convolution::new(name, shape, geometry, Gain::He, initialisation, device),
            bn: Norm::new(shape[0], EPSILON, device),
        }
    }

    pub(super) fn forward(
        &self,
        input: Tensor<4>,
        activation: Activation,
        pass: &Pass,
    ) -> Tensor<4> {
        self.bn.forward(self.conv.forward(input, pass.precision), activation, pass)
    }
}

/// Channels, stride and dilation of a [`Bottleneck`].
#[derive(Clone, Copy)]
pub(super) struct BottleneckShape {
    pub input: usize,
    pub output: usize,
    pub stride: usize,
    pub dilation: usize,
}

/// 1×1, 3×3 and 1×1 convolutions beside a shortcut, which the first block of a level projects.
#[derive(Module, Debug)]
pub(super) struct Bottleneck {
    reduce: ConvolutionNorm,
    conv3x3: ConvolutionNorm,
    increase: ConvolutionNorm,
    shortcut: Option<ConvolutionNorm>,
}

impl Bottleneck {
    pub(super) fn new(
        name: &str,
        shape: BottleneckShape,
        is_projected: bool,
        initialisation: Initialisation,
        device: &Device,
    ) -> Self {
        let BottleneckShape { input, output, stride, dilation } = shape;
        let middle = (output / 4).max(1);
        let layer = |layer: &str, shape, geometry| {
            ConvolutionNorm::new(
                &format!("{name}.{layer}"),
                shape,
                geometry,
                initialisation,
                device,
            )
        };
        let strided = Geometry::pointwise(stride);
        let padded = Geometry::padded_3x3(1, dilation);
        Self {
            reduce: layer("reduce", [middle, input, 1, 1], strided),
            conv3x3: layer("conv3x3", [middle, middle, 3, 3], padded),
            increase: layer("increase", [output, middle, 1, 1], Geometry::pointwise(1)),
            shortcut: is_projected.then(|| layer("shortcut", [output, input, 1, 1], strided)),
        }
    }

    pub(super) fn forward(&self, input: Tensor<4>, pass: &Pass) -> Tensor<4> {
        let hidden = self.reduce.forward(input.clone(), Activation::Relu, pass);
        let hidden = self.conv3x3.forward(hidden, Activation::Relu, pass);
        let hidden = self.increase.forward(hidden, Activation::Identity, pass);
        let shortcut = match &self.shortcut {
            Some(projection) => projection.forward(input, Activation::Identity, pass),
            None => input,
        };
        // The sum has no normalisation after it, whose node could have the activation with it.
        burn::tensor::activation::relu(hidden + shortcut)
    }
}
