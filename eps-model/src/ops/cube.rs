//! CubeCL's backends (CUDA, WebGPU): burn's convolution, its gradients, and composed
//! normalisation.

use super::{Geometry, Kernels};
use burn::backend::Cube;
use burn::backend::ops::{ConvOptions, ModuleOps};
use burn::backend::tensor::FloatTensor;

fn options(geometry: Geometry) -> ConvOptions<2> {
    let Geometry { stride, padding, dilation, groups } = geometry;
    ConvOptions::new([stride; 2], [padding; 2], [dilation; 2], groups)
}

impl Kernels for Cube {
    type Saved = (FloatTensor<Self>, FloatTensor<Self>, Geometry);

    fn convolution(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        geometry: Geometry,
    ) -> FloatTensor<Self> {
        Self::conv2d(input, weight, None, options(geometry))
    }

    fn convolution_saved(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        geometry: Geometry,
    ) -> (FloatTensor<Self>, Self::Saved) {
        let output = Self::convolution(input.clone(), weight.clone(), geometry);
        (output, (input, weight, geometry))
    }

    fn convolution_backward(
        (input, weight, geometry): Self::Saved,
        gradient: FloatTensor<Self>,
        needed: [bool; 2],
    ) -> [Option<FloatTensor<Self>>; 2] {
        let to_input = needed[0].then(|| {
            let (input, weight, gradient) = (input.clone(), weight.clone(), gradient.clone());
            Self::conv2d_x_backward(input, weight, gradient, options(geometry))
        });
        let to_weight = needed[1]
            .then(|| Self::conv2d_weight_backward(input, weight, gradient, options(geometry)));
        [to_input, to_weight]
    }
}
