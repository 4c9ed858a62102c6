//! Kernels of the pure-Rust backend: convolution by im2col and matrix products, or by Winograd's
//! algorithm where it applies; depthwise convolution and normalisation by direct loops.
//!
//! Work is divided by image, channel or block of channels, never by thread, and every sum runs in
//! one fixed order: results do not depend on the number of threads.

mod convolution;
mod depthwise;
mod normalisation;
mod patches;
mod winograd;

use super::{Activated, Activation, ConstantNormalisation, Geometry, Kernels, Normalisation};
use burn::backend::ops::FloatTensorOps;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::{FloatDType, TensorData};
use burn_flex::FlexTensor;
use rayon::prelude::*;
use std::ops::Range;

/// Batch, channels, height and width of a tensor.
#[derive(Clone, Copy, Debug)]
struct Planes {
    batch: usize,
    channels: usize,
    height: usize,
    width: usize,
}

impl Planes {
    fn of(tensor: &FlexTensor) -> Self {
        let [batch, channels, height, width] = tensor.shape().dims();
        Self { batch, channels, height, width }
    }

    /// Values of one channel of one image.
    fn plane(&self) -> usize {
        self.height * self.width
    }

    /// Values of one image.
    fn image(&self) -> usize {
        self.channels * self.plane()
    }

    fn shape(&self) -> [usize; 4] {
        [self.batch, self.channels, self.height, self.width]
    }

    fn zeros(&self) -> Vec<f32> {
        vec![0.0; self.batch * self.image()]
    }

    /// The place of a plane, counted over all images, among the values.
    fn range(&self, index: usize) -> Range<usize> {
        index * self.plane()..(index + 1) * self.plane()
    }

    /// A tensor whose planes `make` makes, given each one's index and its zeros.
    fn made_by(&self, make: impl Fn(usize, &mut [f32]) + Sync) -> FlexTensor {
        let mut values = self.zeros();
        let planes = values.par_chunks_mut(self.plane()).enumerate();
        planes.for_each(|(index, plane)| make(index, plane));
        tensor(values, self.shape())
    }

    /// The output of a convolution with `channels` kernels of side `kernel`.
    fn convolved(&self, channels: usize, kernel: [usize; 2], geometry: Geometry) -> Self {
        let height = geometry.output_side(self.height, kernel[0]);
        let width = geometry.output_side(self.width, kernel[1]);
        Self { channels, height, width, ..*self }
    }
}

/// Values of a contiguous `f32` tensor.
fn values(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice::<f32>().expect("made contiguous before")
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

/// A contiguous `f32` tensor: what the kernels compute with, whatever a tensor is stored in.
fn single(tensor: FlexTensor) -> FlexTensor {
    Flex::float_cast(tensor.to_contiguous(), FloatDType::F32)
}

/// A result in the type of what it was computed from.
fn as_stored(result: FlexTensor, dtype: FloatDType) -> FlexTensor {
    Flex::float_cast(result, dtype)
}

fn convolve(input: &FlexTensor, weight: &FlexTensor, geometry: Geometry) -> FlexTensor {
    // By shape alone, so that the choice, and with it the bits, does not depend on anything measured.
    if winograd::suits(input, weight, geometry) {
        winograd::forward(input, weight, geometry)
    } else if geometry.groups == 1 {
        convolution::forward(input, weight, geometry)
    } else {
        depthwise::forward(input, weight, geometry)
    }
}

impl Kernels for Flex {
    type Saved = (FlexTensor, FlexTensor, Geometry);

    fn convolution(input: FlexTensor, weight: FlexTensor, geometry: Geometry) -> FlexTensor {
        let dtype = input.dtype().into();
        as_stored(convolve(&single(input), &single(weight), geometry), dtype)
    }

    fn convolution_saved(
        input: FlexTensor,
        weight: FlexTensor,
        geometry: Geometry,
    ) -> (FlexTensor, Self::Saved) {
        let dtype = input.dtype().into();
        let (input, weight) = (single(input), single(weight));
        let output = as_stored(convolve(&input, &weight, geometry), dtype);
        (output, (input, weight, geometry))
    }

    fn convolution_backward(
        (input, weight, geometry): Self::Saved,
        gradient: FlexTensor,
        needed: [bool; 2],
    ) -> [Option<FlexTensor>; 2] {
        let dtype = gradient.dtype().into();
        let gradient = single(gradient);
        let gradients = if winograd::suits(&input, &weight, geometry) {
            [
                needed[0].then(|| winograd::to_input(&weight, &gradient, geometry)),
                needed[1].then(|| winograd::to_weight(&input, &weight, &gradient, geometry)),
            ]
        } else if geometry.groups == 1 {
            [
                needed[0].then(|| convolution::to_input(&input, &weight, &gradient, geometry)),
                needed[1].then(|| convolution::to_weight(&input, &weight, &gradient, geometry)),
            ]
        } else {
            [
                needed[0].then(|| depthwise::to_input(&input, &weight, &gradient, geometry)),
                needed[1].then(|| depthwise::to_weight(&input, &weight, &gradient, geometry)),
            ]
        };
        gradients.map(|gradient| Some(as_stored(gradient?, dtype)))
    }

    fn moments(input: FlexTensor) -> FlexTensor {
        normalisation::moments(&input.to_contiguous())
    }

    fn scale_shift(
        input: FlexTensor,
        scale: FlexTensor,
        shift: FlexTensor,
        activation: Activation,
    ) -> FlexTensor {
        let (scale, shift) = (scale.to_contiguous(), shift.to_contiguous());
        normalisation::scale_shift(&input.to_contiguous(), &scale, &shift, activation)
    }

    fn constant_normalisation_backward(
        saved: ConstantNormalisation<Self>,
        gradient: FlexTensor,
    ) -> FlexTensor {
        let activated = saved.activated.map(|Activated { output, activation }| Activated {
            output: output.to_contiguous(),
            activation,
        });
        let (scale, gradient) = (saved.scale.to_contiguous(), gradient.to_contiguous());
        normalisation::constant_backward(activated.as_ref(), &scale, &gradient)
    }

    fn normalisation_backward(
        saved: Normalisation<Self>,
        gradient: FlexTensor,
    ) -> (FlexTensor, [FlexTensor; 2]) {
        let saved = Normalisation { input: saved.input.to_contiguous(), ..saved };
        normalisation::backward(&saved, &gradient.to_contiguous())
    }
}
