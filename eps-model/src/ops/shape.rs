//! Geometry of a convolution, its precision, and the activation that follows a normalisation.

use burn::tensor::FloatDType;
use serde::{Deserialize, Serialize};

/// Square stride, padding and dilation of a convolution, and its groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    pub stride: usize,
    pub padding: usize,
    pub dilation: usize,
    pub groups: usize,
}

impl Geometry {
    /// Of a convolution of single pixels.
    pub fn pointwise(stride: usize) -> Self {
        Self { stride, padding: 0, dilation: 1, groups: 1 }
    }

    /// Of a 3×3 convolution padded so that only the stride shrinks its output.
    pub fn padded_3x3(stride: usize, dilation: usize) -> Self {
        Self { stride, padding: dilation, dilation, groups: 1 }
    }

    /// Pixels of one output side for an input side of `pixels` and a kernel side of `kernel`.
    pub fn output_side(&self, pixels: usize, kernel: usize) -> usize {
        // The kernel spans dilation · (kernel - 1) + 1 pixels, at every stride that leaves it inside.
        (pixels + 2 * self.padding - self.dilation * (kernel - 1) - 1) / self.stride + 1
    }
}

/// What convolutions compute in. Parameters, activations and losses are `f32` in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    #[default]
    F32,
    /// The range of `f32` with 8 bits of precision.
    Bf16,
    /// 11 bits of precision up to 65504.
    F16,
}

impl Precision {
    /// The type to convert to; `None` where tensors have it already.
    pub(super) fn half(self) -> Option<FloatDType> {
        match self {
            Self::F32 => None,
            Self::Bf16 => Some(FloatDType::BF16),
            Self::F16 => Some(FloatDType::F16),
        }
    }
}

/// How a normalisation is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normalising {
    /// Added to the variance.
    pub epsilon: f64,
    pub activation: Activation,
    /// Whether mean and variance are those of the input, so that gradients flow through them.
    pub from_batch: bool,
}

/// What follows a normalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    Identity,
    Relu,
    /// ReLU cut at 6, as in MobileNet and EfficientNet-Lite.
    Relu6,
}

impl Activation {
    /// The open interval in which the activation is the identity; it clamps to its ends.
    pub fn limits(self) -> (f32, f32) {
        match self {
            Self::Identity => (f32::NEG_INFINITY, f32::INFINITY),
            Self::Relu => (0.0, f32::INFINITY),
            Self::Relu6 => (0.0, 6.0),
        }
    }
}
