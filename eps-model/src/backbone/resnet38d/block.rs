//! Pre-activation residual blocks of ResNet38d.

use crate::backbone::layer::{Convolution, Gain, Initialisation, Norm, Pass};
use crate::ops::{Activation, Geometry};
use burn::module::Module;
use burn::tensor::{Device, Tensor};

/// PyTorch's default, which the published training ran with.
const EPSILON: f64 = 1e-5;

/// What every layer of a block is built with.
#[derive(Clone, Copy)]
pub(super) struct Builder<'a> {
    pub initialisation: Initialisation,
    pub device: &'a Device,
}

impl Builder<'_> {
    pub(super) fn norm(self, channels: usize) -> Norm {
        Norm::new(channels, EPSILON, self.device)
    }

    /// A 3×3 convolution padded so that only the stride shrinks its output.
    pub(super) fn conv3(
        self,
        name: &str,
        [input, output]: [usize; 2],
        stride: usize,
        dilation: usize,
    ) -> Convolution {
        self.conv(name, [output, input, 3, 3], Geometry::padded_3x3(stride, dilation))
    }

    pub(super) fn conv1(
        self,
        name: &str,
        [input, output]: [usize; 2],
        stride: usize,
    ) -> Convolution {
        self.conv(name, [output, input, 1, 1], Geometry::pointwise(stride))
    }

    fn conv(self, name: &str, shape: [usize; 4], geometry: Geometry) -> Convolution {
        Convolution::new(name, shape, geometry, Gain::He, self.initialisation, self.device)
    }
}

/// Two 3×3 convolutions beside an identity or projected shortcut.
#[derive(Module, Debug)]
pub(super) struct PlainBlock {
    bn_branch2a: Norm,
    conv_branch2a: Convolution,
    bn_branch2b1: Norm,
    conv_branch2b1: Convolution,
    /// Projects the activated input where channels or stride change.
    conv_branch1: Option<Convolution>,
}

/// Channels, stride and dilations of a [`PlainBlock`].
#[derive(Clone, Copy)]
pub(super) struct PlainShape {
    pub input: usize,
    pub middle: usize,
    pub output: usize,
    pub stride: usize,
    pub first_dilation: usize,
    pub dilation: usize,
}

impl PlainBlock {
    pub(super) fn new(name: &str, shape: PlainShape, build: Builder<'_>) -> Self {
        let PlainShape { input, middle, output, stride, first_dilation, dilation } = shape;
        let is_projected = input != output || stride != 1;
        Self {
            bn_branch2a: build.norm(input),
            conv_branch2a: build.conv3(
                &format!("{name}.conv_branch2a"),
                [input, middle],
                stride,
                first_dilation,
            ),
            bn_branch2b1: build.norm(middle),
            conv_branch2b1: build.conv3(
                &format!("{name}.conv_branch2b1"),
                [middle, output],
                1,
                dilation,
            ),
            conv_branch1: is_projected
                .then(|| build.conv1(&format!("{name}.conv_branch1"), [input, output], stride)),
        }
    }

    pub(super) fn forward(&self, input: Tensor<4>, pass: &mut Pass) -> Tensor<4> {
        let active = self.bn_branch2a.forward(input.clone(), Activation::Relu, pass);
        let shortcut = match &self.conv_branch1 {
            // Of the activated input; an identity takes it as it came.
            Some(projection) => projection.forward(active.clone(), pass.precision),
            None => input,
        };
        let hidden = self.conv_branch2a.forward(active, pass.precision);
        let hidden = self.bn_branch2b1.forward(hidden, Activation::Relu, pass);
        shortcut + self.conv_branch2b1.forward(hidden, pass.precision)
    }
}

/// 1×1, 3×3 and 1×1 convolutions with channel dropout beside a projected shortcut.
#[derive(Module, Debug)]
pub(super) struct BottleneckBlock {
    bn_branch2a: Norm,
    conv_branch2a: Convolution,
    bn_branch2b1: Norm,
    conv_branch2b1: Convolution,
    bn_branch2b2: Norm,
    conv_branch2b2: Convolution,
    conv_branch1: Convolution,
    dropout: f64,
}

impl BottleneckBlock {
    pub(super) fn new(
        name: &str,
        [input, output]: [usize; 2],
        dilation: usize,
        dropout: f64,
        build: Builder<'_>,
    ) -> Self {
        let (quarter, half) = (output / 4, output / 2);
        Self {
            bn_branch2a: build.norm(input),
            conv_branch2a: build.conv1(&format!("{name}.conv_branch2a"), [input, quarter], 1),
            bn_branch2b1: build.norm(quarter),
            conv_branch2b1: build.conv3(
                &format!("{name}.conv_branch2b1"),
                [quarter, half],
                1,
                dilation,
            ),
            bn_branch2b2: build.norm(half),
            conv_branch2b2: build.conv1(&format!("{name}.conv_branch2b2"), [half, output], 1),
            conv_branch1: build.conv1(&format!("{name}.conv_branch1"), [input, output], 1),
            dropout,
        }
    }

    pub(super) fn forward(&self, input: Tensor<4>, pass: &mut Pass) -> Tensor<4> {
        let active = self.bn_branch2a.forward(input, Activation::Relu, pass);
        let shortcut = self.conv_branch1.forward(active.clone(), pass.precision);
        let hidden = self.conv_branch2a.forward(active, pass.precision);
        let hidden = self.bn_branch2b1.forward(hidden, Activation::Relu, pass);
        let hidden =
            self.conv_branch2b1.forward(pass.drop_channels(hidden, self.dropout), pass.precision);
        let hidden = self.bn_branch2b2.forward(hidden, Activation::Relu, pass);
        shortcut
            + self.conv_branch2b2.forward(pass.drop_channels(hidden, self.dropout), pass.precision)
    }
}
