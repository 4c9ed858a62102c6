//! The operations as nodes of burn's graph, and their plain form on each backend.

use super::{
    Activated, Activation, ConstantNormalisation, EpsOps, Geometry, Kernels, Normalisation,
    Normalising,
};
use burn::backend::autodiff::{
    Autodiff,
    checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
    grads::Gradients,
    ops::{Backward, Ops, OpsKind},
};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Scalar, TensorMetadata};

/// The plain operations of a backend that has [`Kernels`].
macro_rules! plain_operations {
    ($backend:ty) => {
        impl EpsOps for $backend {
            fn eps_convolution(
                input: FloatTensor<Self>,
                weight: FloatTensor<Self>,
                geometry: Geometry,
            ) -> FloatTensor<Self> {
                Self::convolution(input, weight, geometry)
            }
            fn eps_moments(input: FloatTensor<Self>) -> FloatTensor<Self> {
                Self::moments(input)
            }
            fn eps_normalise(
                input: FloatTensor<Self>,
                gamma: FloatTensor<Self>,
                beta: FloatTensor<Self>,
                mean: FloatTensor<Self>,
                variance: FloatTensor<Self>,
                normalising: Normalising,
            ) -> FloatTensor<Self> {
                let affine = Affine::<Self>::new(gamma, beta, mean, variance, &normalising);
                Self::scale_shift(input, affine.scale, affine.shift, normalising.activation)
            }
        }
    };
}

#[cfg(feature = "flex")]
plain_operations!(burn::backend::Flex);
#[cfg(any(feature = "cuda", feature = "wgpu"))]
plain_operations!(burn::backend::Cube);
#[cfg(feature = "tch")]
#[allow(deprecated, reason = "burn 0.22 marks the libtorch backend so")]
mod libtorch {
    use super::*;
    plain_operations!(burn::backend::LibTorch);
}

/// A normalisation as one product and one sum a value; everything is one value a channel.
struct Affine<B: Kernels> {
    scale: FloatTensor<B>,
    shift: FloatTensor<B>,
    mean: FloatTensor<B>,
    inverse_deviation: FloatTensor<B>,
}

impl<B: Kernels> Affine<B> {
    fn new(
        gamma: FloatTensor<B>,
        beta: FloatTensor<B>,
        mean: FloatTensor<B>,
        variance: FloatTensor<B>,
        normalising: &Normalising,
    ) -> Self {
        let epsilon = Scalar::new(normalising.epsilon, &variance.dtype());
        let deviation = B::float_sqrt(B::float_add_scalar(variance, epsilon));
        let inverse_deviation = B::float_recip(deviation);
        let scale = B::float_mul(gamma, inverse_deviation.clone());
        let shift = B::float_sub(beta, B::float_mul(mean.clone(), scale.clone()));
        Self { scale, shift, mean, inverse_deviation }
    }
}

#[derive(Debug)]
struct ConvolutionNode;

impl<B: Kernels> Backward<B, 2> for ConvolutionNode {
    type State = B::Saved;

    fn backward(self, ops: Ops<B::Saved, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        let needed = [ops.parents[0].is_some(), ops.parents[1].is_some()];
        let results = B::convolution_backward(ops.state, gradient, needed);
        for (parent, result) in ops.parents.into_iter().zip(results) {
            if let (Some(parent), Some(result)) = (parent, result) {
                gradients.register::<B>(parent.id, result);
            }
        }
    }
}

/// A normalisation whose input alone has a gradient.
#[derive(Debug)]
struct ConstantNormalisationNode;

impl<B: Kernels> Backward<B, 1> for ConstantNormalisationNode {
    type State = ConstantNormalisation<B>;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        let [input] = ops.parents;
        if let Some(input) = input {
            let result = B::constant_normalisation_backward(ops.state, gradient);
            gradients.register::<B>(input.id, result);
        }
    }
}

#[derive(Debug)]
struct NormalisationNode;

impl<B: Kernels> Backward<B, 3> for NormalisationNode {
    type State = Normalisation<B>;

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        let (to_input, [to_gamma, to_beta]) = B::normalisation_backward(ops.state, gradient);
        for (parent, result) in ops.parents.into_iter().zip([to_input, to_gamma, to_beta]) {
            if let Some(parent) = parent {
                gradients.register::<B>(parent.id, result);
            }
        }
    }
}

impl<B: Kernels + EpsOps, C: CheckpointStrategy> EpsOps for Autodiff<B, C> {
    fn eps_convolution(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        geometry: Geometry,
    ) -> FloatTensor<Self> {
        let parents = [input.node(), weight.node()];
        // Compute bound: under gradient checkpointing burn keeps the output instead of computing it again.
        match ConvolutionNode.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(node) => {
                let (input, weight) = (input.into_primitive(), weight.into_primitive());
                let (output, saved) = B::convolution_saved(input, weight, geometry);
                node.finish(saved, output)
            }
            OpsKind::UnTracked(node) => node.finish(B::convolution(
                input.into_primitive(),
                weight.into_primitive(),
                geometry,
            )),
        }
    }

    fn eps_moments(input: FloatTensor<Self>) -> FloatTensor<Self> {
        // No node of its own: the backward pass of the normalisation has the gradient through them.
        <Self as burn::backend::AutodiffBackend>::from_inner(B::moments(input.into_primitive()))
    }

    fn eps_normalise(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        normalising: Normalising,
    ) -> FloatTensor<Self> {
        let nodes = [input.node(), gamma.node(), beta.node()];
        // Frozen layers: nothing but the input needs a gradient, so the input itself need not be kept.
        let constant = !(gamma.is_tracked() || beta.is_tracked() || normalising.from_batch);
        let affine = Affine::new(
            gamma.into_primitive(),
            beta.into_primitive(),
            mean.into_primitive(),
            variance.into_primitive(),
            &normalising,
        );
        if constant {
            return normalise_by_constants::<B, C>(input, affine, normalising.activation);
        }
        let input = input.into_primitive();
        let Affine { scale, shift, mean, inverse_deviation } = affine;
        let output =
            B::scale_shift(input.clone(), scale.clone(), shift.clone(), normalising.activation);
        match NormalisationNode.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(node) => {
                let saved =
                    Normalisation { input, mean, inverse_deviation, scale, shift, normalising };
                node.finish(saved, output)
            }
            OpsKind::UnTracked(node) => node.finish(output),
        }
    }
}

fn normalise_by_constants<B: Kernels, C: CheckpointStrategy>(
    input: FloatTensor<Autodiff<B, C>>,
    affine: Affine<B>,
    activation: Activation,
) -> FloatTensor<Autodiff<B, C>> {
    let parents = [input.node()];
    // The input goes without a second handle, so that a kernel may write over it.
    let input = input.into_primitive();
    let output = B::scale_shift(input, affine.scale.clone(), affine.shift, activation);
    match ConstantNormalisationNode.prepare::<C>(parents).compute_bound().stateful() {
        OpsKind::Tracked(node) => {
            let activated = (activation != Activation::Identity)
                .then(|| Activated { output: output.clone(), activation });
            let saved = ConstantNormalisation { activated, scale: affine.scale };
            node.finish(saved, output)
        }
        OpsKind::UnTracked(node) => node.finish(output),
    }
}
