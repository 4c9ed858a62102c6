//! libtorch's kernels: a convolution and an activation whose backward passes libtorch runs.

#![allow(deprecated, reason = "burn 0.22 marks the libtorch backend so")]

use super::{Activated, Activation, ConstantNormalisation, Geometry, Kernels};
use burn::backend::LibTorch;
use burn_tch::TchTensor;
use std::sync::Arc;

/// libtorch's graph of one convolution: leaves and result.
#[derive(Debug)]
pub struct Graph {
    input: tch::Tensor,
    weight: tch::Tensor,
    output: tch::Tensor,
    /// burn's handles, so that burn does not write into buffers that the graph still needs.
    _handles: (TchTensor, TchTensor),
}

// SAFETY: libtorch counts references atomically, and a graph is built by one thread and consumed by
// one other; burn-tch makes the same claim for its tensors.
#[expect(unsafe_code, reason = "tch does not mark its tensors; see above")]
unsafe impl Send for Graph {}
// SAFETY: shared access only reads the handles.
#[expect(unsafe_code, reason = "tch does not mark its tensors; see above")]
unsafe impl Sync for Graph {}

fn convolve(input: &tch::Tensor, weight: &tch::Tensor, geometry: Geometry) -> tch::Tensor {
    let Geometry { stride, padding, dilation, groups } = geometry;
    let [stride, padding, dilation] = [stride, padding, dilation].map(|value| [value as i64; 2]);
    let bias = None::<&tch::Tensor>;
    input.conv2d(weight, bias, stride, padding, dilation, groups as i64)
}

impl Kernels for LibTorch {
    type Saved = Arc<Graph>;

    fn convolution(input: TchTensor, weight: TchTensor, geometry: Geometry) -> TchTensor {
        TchTensor::new(convolve(&input.tensor, &weight.tensor, geometry))
    }

    fn convolution_saved(
        input: TchTensor,
        weight: TchTensor,
        geometry: Geometry,
    ) -> (TchTensor, Arc<Graph>) {
        let [x, w] = [&input, &weight].map(|leaf| leaf.tensor.detach().set_requires_grad(true));
        let y = tch::with_grad(|| convolve(&x, &w, geometry));
        let output = TchTensor::new(y.detach());
        (output, Arc::new(Graph { input: x, weight: w, output: y, _handles: (input, weight) }))
    }

    fn convolution_backward(
        saved: Arc<Graph>,
        gradient: TchTensor,
        needed: [bool; 2],
    ) -> [Option<TchTensor>; 2] {
        // The gradient of `output . gradient` to the output is `gradient`; its value is of no use,
        // and burn may have written over the output by now.
        let root =
            tch::with_grad(|| saved.output.reshape([-1]).dot(&gradient.tensor.reshape([-1])));
        let leaves = [&saved.input, &saved.weight];
        let wanted: Vec<_> = leaves
            .into_iter()
            .zip(needed)
            .filter_map(|(leaf, need)| need.then_some(leaf))
            .collect();
        let mut results = tch::Tensor::run_backward(&[&root], &wanted, false, false)
            .into_iter()
            .map(TchTensor::new);
        needed.map(|need| if need { results.next() } else { None })
    }

    fn constant_normalisation_backward(
        saved: ConstantNormalisation<Self>,
        gradient: TchTensor,
    ) -> TchTensor {
        let scale = saved.scale.tensor.reshape([1, -1, 1, 1]);
        let passed = passed(saved.activated, gradient);
        // In place where nobody else has the gradient.
        passed.unary_ops(|mut gradient| gradient.g_mul_(&scale), |gradient| gradient * &scale)
    }
}

/// The gradient where the activation is the identity, 0 where it clamps.
fn passed(activated: Option<Activated<LibTorch>>, gradient: TchTensor) -> TchTensor {
    let Some(Activated { output, activation }) = activated else { return gradient };
    let output = &output.tensor;
    match activation {
        Activation::Identity => gradient,
        Activation::Relu => TchTensor::new(output.threshold_backward(&gradient.tensor, 0.0)),
        Activation::Relu6 => TchTensor::new(output.hardtanh_backward(&gradient.tensor, 0.0, 6.0)),
    }
}
