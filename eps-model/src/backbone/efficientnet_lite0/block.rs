//! Inverted residual blocks of EfficientNet-Lite0.

use crate::backbone::layer::{Convolution, Gain, Initialisation, Norm, Pass};
use crate::ops::{Activation, Geometry, Precision};
use burn::module::Module;
use burn::tensor::{Device, Tensor};

/// TensorFlow's value, which the ImageNet weights were trained with.
pub(super) const EPSILON: f64 = 1e-3;

/// A convolution padded as TensorFlow pads: the odd pixel of a stride goes to bottom and right.
#[derive(Module, Debug)]
pub(super) struct SameConvolution {
    conv: Convolution,
    kernel: usize,
    stride: usize,
    dilation: usize,
}

/// Channels, kernel, stride and dilation of a [`SameConvolution`].
#[derive(Clone, Copy)]
pub(super) struct SameShape {
    pub input: usize,
    pub output: usize,
    pub kernel: usize,
    pub stride: usize,
    pub dilation: usize,
    pub groups: usize,
}

impl SameShape {
    /// Of a convolution of single pixels.
    pub(super) fn pointwise(input: usize, output: usize) -> Self {
        Self { input, output, kernel: 1, stride: 1, dilation: 1, groups: 1 }
    }
}

impl SameConvolution {
    pub(super) fn new(
        name: &str,
        shape: SameShape,
        initialisation: Initialisation,
        device: &Device,
    ) -> Self {
        let SameShape { input, output, kernel, stride, dilation, groups } = shape;
        // A stride pads its input itself, since the two sides differ.
        let padding = if stride == 1 { (kernel - 1) * dilation / 2 } else { 0 };
        let geometry = Geometry { stride, padding, dilation, groups };
        let weight = [output, input / groups, kernel, kernel];
        let conv = Convolution::new(name, weight, geometry, Gain::He, initialisation, device);
        Self { conv, kernel, stride, dilation }
    }

    pub(super) fn forward(&self, input: Tensor<4>, precision: Precision) -> Tensor<4> {
        if self.stride == 1 {
            return self.conv.forward(input, precision);
        }
        let [_, _, height, width] = input.dims();
        let [top, bottom] = self.padding(height);
        let [left, right] = self.padding(width);
        self.conv.forward(input.pad([(top, bottom), (left, right)], 0.0), precision)
    }

    /// Zeros before and after a side of `pixels`.
    fn padding(&self, pixels: usize) -> [usize; 2] {
        // As many outputs as strides begin inside, whatever the kernel. An odd zero goes behind:
        // of 6 pixels at stride 2, three taps read  0 1 2 | 2 3 4 | 4 5 _
        let reach = (self.kernel - 1) * self.dilation + 1;
        let total =
            ((pixels.div_ceil(self.stride) - 1) * self.stride + reach).saturating_sub(pixels);
        [total / 2, total - total / 2]
    }
}

/// Expand, filter each channel, project; with a shortcut where the shape allows.
#[derive(Module, Debug)]
pub(super) struct InvertedBlock {
    expand: Option<SameConvolution>,
    bn0: Option<Norm>,
    depthwise: SameConvolution,
    bn1: Norm,
    project: SameConvolution,
    bn2: Norm,
    shortcut: bool,
}

impl InvertedBlock {
    pub(super) fn new(
        name: &str,
        expansion: usize,
        shape: SameShape,
        initialisation: Initialisation,
        device: &Device,
    ) -> Self {
        let middle = shape.input * expansion;
        let conv = |layer: &str, shape| {
            SameConvolution::new(&format!("{name}.{layer}"), shape, initialisation, device)
        };
        let expand = SameShape::pointwise(shape.input, middle);
        let project = SameShape::pointwise(middle, shape.output);
        let depthwise = SameShape { input: middle, output: middle, groups: middle, ..shape };
        Self {
            expand: (expansion != 1).then(|| conv("expand", expand)),
            bn0: (expansion != 1).then(|| Norm::new(middle, EPSILON, device)),
            depthwise: conv("depthwise", depthwise),
            bn1: Norm::new(middle, EPSILON, device),
            project: conv("project", project),
            bn2: Norm::new(shape.output, EPSILON, device),
            shortcut: shape.stride == 1 && shape.input == shape.output,
        }
    }

    pub(super) fn forward(&self, input: Tensor<4>, pass: &Pass) -> Tensor<4> {
        let expanded = match (&self.expand, &self.bn0) {
            (Some(conv), Some(norm)) => {
                norm.forward(conv.forward(input.clone(), pass.precision), Activation::Relu6, pass)
            }
            _ => input.clone(),
        };
        let filtered = self.bn1.forward(
            self.depthwise.forward(expanded, pass.precision),
            Activation::Relu6,
            pass,
        );
        let output = self.bn2.forward(
            self.project.forward(filtered, pass.precision),
            Activation::Identity,
            pass,
        );
        if self.shortcut { input + output } else { output }
    }
}
