//! Differentiable operations that burn composes expensively: a convolution whose backward pass is
//! that of the backend, and batch normalisation with its activation as one node.
//!
//! Beside the program's device selector this folder is the only place that names a backend.
//! [`Kernels`] is what a backend supplies: `flex` has kernels for all of it, libtorch runs its
//! backward passes, every other backend composes burn's operations.

#![cfg_attr(feature = "tch", allow(deprecated, reason = "burn 0.22 marks the libtorch backend so"))]

mod autodiff;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
mod cube;
mod generic;
mod shape;

#[cfg(feature = "flex")]
mod flex;
#[cfg(feature = "tch")]
mod libtorch;

pub use shape::{Activation, Geometry, Normalising, Precision};

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::tensor::{FloatDType, Tensor};
use std::fmt::Debug;

/// What a backend supplies for the operations of this folder; normalisation is composed of burn's
/// operations where it has nothing better.
pub trait Kernels: Backend {
    /// What the forward convolution keeps for its backward pass.
    type Saved: Clone + Send + Debug + 'static;

    /// Convolution without bias.
    fn convolution(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        geometry: Geometry,
    ) -> FloatTensor<Self>;

    /// Convolution without bias, and what its backward pass needs.
    fn convolution_saved(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        geometry: Geometry,
    ) -> (FloatTensor<Self>, Self::Saved);

    /// Gradients to input and weight, those that are `needed`.
    fn convolution_backward(
        saved: Self::Saved,
        gradient: FloatTensor<Self>,
        needed: [bool; 2],
    ) -> [Option<FloatTensor<Self>>; 2];

    /// Mean and biased variance of each channel, `[2, channels]`.
    fn moments(input: FloatTensor<Self>) -> FloatTensor<Self> {
        generic::moments::<Self>(input)
    }

    /// `activation(input * scale + shift)`, scale and shift one value a channel.
    fn scale_shift(
        input: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        generic::scale_shift::<Self>(input, scale, shift, activation)
    }

    /// Gradient to the input of a normalisation whose parameters and statistics are constants.
    fn constant_normalisation_backward(
        saved: ConstantNormalisation<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        generic::constant_normalisation_backward::<Self>(saved, gradient)
    }

    /// Gradients of a normalisation with its activation: to the input, and to gamma and beta.
    fn normalisation_backward(
        saved: Normalisation<Self>,
        gradient: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, [FloatTensor<Self>; 2]) {
        generic::normalisation_backward::<Self>(saved, gradient)
    }
}

/// What the backward pass of a normalisation needs whose parameters and statistics are constants.
///
/// The output serves, which a convolution after it keeps too, so the input need not be kept.
#[derive(Clone, Debug)]
pub struct ConstantNormalisation<B: Backend> {
    /// `None` where the activation lets every gradient pass.
    pub activated: Option<Activated<B>>,
    /// One value a channel.
    pub scale: FloatTensor<B>,
}

/// What an activation has made, and which.
#[derive(Clone, Debug)]
pub struct Activated<B: Backend> {
    pub output: FloatTensor<B>,
    pub activation: Activation,
}

/// What the backward pass of a normalisation needs; all but `input` are one value a channel.
#[derive(Clone, Debug)]
pub struct Normalisation<B: Backend> {
    pub input: FloatTensor<B>,
    pub mean: FloatTensor<B>,
    pub inverse_deviation: FloatTensor<B>,
    pub scale: FloatTensor<B>,
    pub shift: FloatTensor<B>,
    pub normalising: Normalising,
}

/// The operations as burn dispatches them to the backend of a tensor.
#[backend_extension(
    Autodiff,
    Flex: cfg(feature = "flex"),
    LibTorch: cfg(feature = "tch"),
    Cube: cfg(any(feature = "cuda", feature = "wgpu"))
)]
pub trait EpsOps: Backend {
    fn eps_convolution(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        geometry: Geometry,
    ) -> FloatTensor<Self>;

    fn eps_moments(input: FloatTensor<Self>) -> FloatTensor<Self>;

    fn eps_normalise(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        normalising: Normalising,
    ) -> FloatTensor<Self>;
}

/// Convolution without bias.
///
/// # Shapes
///
/// - `input`: `[batch, in, height, width]`
/// - `weight`: `[out, in / groups, kernel, kernel]`
pub fn convolution(input: Tensor<4>, weight: Tensor<4>, geometry: Geometry) -> Tensor<4> {
    let (input, weight) = (input.into_dispatch(), weight.into_dispatch());
    Tensor::from_dispatch(Dispatch::eps_convolution(input, weight, geometry))
}

/// [`convolution`] of inputs and weights rounded to `precision`; the output is `f32` again, and so
/// are the gradients.
pub fn convolution_in(
    precision: Precision,
    input: Tensor<4>,
    weight: Tensor<4>,
    geometry: Geometry,
) -> Tensor<4> {
    match precision.half() {
        Some(half) => {
            convolution(input.cast(half), weight.cast(half), geometry).cast(FloatDType::F32)
        }
        None => convolution(input, weight, geometry),
    }
}

/// Mean and biased variance of each channel, without a gradient.
pub fn moments(input: &Tensor<4>) -> (Tensor<1>, Tensor<1>) {
    let channels = input.dims()[1];
    let moments: Tensor<2> =
        Tensor::from_dispatch(Dispatch::eps_moments(input.clone().into_dispatch()));
    let [mean, variance] = [0, 1].map(|row| moments.clone().narrow(0, row, 1).reshape([channels]));
    (mean, variance)
}

/// Per-channel parameters and statistics of a normalisation, each `[channels]`.
pub struct ChannelParameters {
    pub gamma: Tensor<1>,
    pub beta: Tensor<1>,
    pub mean: Tensor<1>,
    /// Biased variance.
    pub variance: Tensor<1>,
}

/// `activation((input - mean) / sqrt(variance + epsilon) * gamma + beta)`.
pub fn normalise(
    input: Tensor<4>,
    channels: ChannelParameters,
    normalising: Normalising,
) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::eps_normalise(
        input.into_dispatch(),
        channels.gamma.into_dispatch(),
        channels.beta.into_dispatch(),
        channels.mean.into_dispatch(),
        channels.variance.into_dispatch(),
        normalising,
    ))
}

/// `activation(input + bias)`, the bias `[channels]`: a normalisation that neither moves nor scales.
pub fn add_bias(input: Tensor<4>, bias: Tensor<1>, activation: Activation) -> Tensor<4> {
    let (channels, device) = (bias.dims(), bias.device());
    let (zeros, ones) = (Tensor::zeros(channels, &device), Tensor::ones(channels, &device));
    let channels =
        ChannelParameters { gamma: ones.clone(), beta: bias, mean: zeros, variance: ones };
    normalise(input, channels, Normalising { epsilon: 0.0, activation, from_batch: false })
}

#[cfg(all(test, feature = "flex"))]
mod tests;
