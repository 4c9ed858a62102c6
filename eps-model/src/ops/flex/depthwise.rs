//! Depthwise convolution: one kernel a channel, by direct loops over rows.

use super::{Planes, tensor, values};
use crate::ops::Geometry;
use burn::backend::TensorMetadata;
use burn_flex::FlexTensor;
use pulp::Arch;
use rayon::prelude::*;

/// Partial sums of a dot product, so that it runs in vector lanes in one fixed order.
const LANES: usize = 16;

/// Shapes of a depthwise convolution.
struct Depthwise {
    input: Planes,
    output: Planes,
    kernel: [usize; 2],
    geometry: Geometry,
}

/// What one tap of the kernel reads for one output row.
struct Reach {
    /// First value of the input plane that is read.
    source: usize,
    /// First and one past the last output column that the tap reaches.
    first: usize,
    last: usize,
}

impl Depthwise {
    /// # Panics
    ///
    /// If there is not one input channel for each kernel.
    fn new(input: &FlexTensor, weight: &FlexTensor, geometry: Geometry) -> Self {
        let [out, depth, kernel_height, kernel_width] = weight.shape().dims();
        let input = Planes::of(input);
        assert!(
            depth == 1 && out == input.channels && geometry.groups == out,
            "a grouped convolution must be depthwise: {} channels, {out} kernels of depth {depth}",
            input.channels
        );
        let kernel = [kernel_height, kernel_width];
        Self { output: input.convolved(out, kernel, geometry), input, kernel, geometry }
    }

    fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// What `tap` reads for output row `y`; `None` if it lies in the padding.
    fn reach(&self, tap: usize, y: usize) -> Option<Reach> {
        let Geometry { stride, padding, dilation, .. } = self.geometry;
        let (down, right) = (tap / self.kernel[1] * dilation, tap % self.kernel[1] * dilation);
        let row = (y * stride + down).checked_sub(padding).filter(|&row| row < self.input.height)?;
        let first = padding.saturating_sub(right).div_ceil(stride).min(self.output.width);
        let last = (self.input.width + padding).saturating_sub(right).div_ceil(stride);
        let last = last.min(self.output.width);
        (first < last).then(|| Reach {
            source: row * self.input.width + first * stride + right - padding,
            first,
            last,
        })
    }
}

/// `[batch, channels, height, width]`.
pub(super) fn forward(input: &FlexTensor, weight: &FlexTensor, geometry: Geometry) -> FlexTensor {
    let layout = Depthwise::new(input, weight, geometry);
    let (inputs, weights) = (values(input), values(weight));
    let mut output = layout.output.zeros();
    let arch = Arch::new();
    output.par_chunks_mut(layout.output.plane()).enumerate().for_each(|(plane, output)| {
        let kernel = &weights[plane % layout.input.channels * layout.taps()..][..layout.taps()];
        let input = &inputs[plane * layout.input.plane()..][..layout.input.plane()];
        arch.dispatch(|| plane_forward(&layout, input, kernel, output));
    });
    tensor(output, layout.output.shape())
}

#[inline(always)]
fn plane_forward(layout: &Depthwise, input: &[f32], kernel: &[f32], output: &mut [f32]) {
    for (y, row) in output.chunks_exact_mut(layout.output.width).enumerate() {
        for (tap, &weight) in kernel.iter().enumerate() {
            let Some(reach) = layout.reach(tap, y) else { continue };
            let target = &mut row[reach.first..reach.last];
            match layout.geometry.stride {
                1 => {
                    let source = &input[reach.source..][..target.len()];
                    target.iter_mut().zip(source).for_each(|(to, from)| *to += weight * from);
                }
                stride => {
                    let source = input[reach.source..].iter().step_by(stride);
                    target.iter_mut().zip(source).for_each(|(to, from)| *to += weight * from);
                }
            }
        }
    }
}

/// Gradient to the input, of the input's shape.
pub(super) fn to_input(
    input: &FlexTensor,
    weight: &FlexTensor,
    gradient: &FlexTensor,
    geometry: Geometry,
) -> FlexTensor {
    let layout = Depthwise::new(input, weight, geometry);
    let (weights, gradients) = (values(weight), values(gradient));
    let mut result = layout.input.zeros();
    let arch = Arch::new();
    result.par_chunks_mut(layout.input.plane()).enumerate().for_each(|(plane, result)| {
        let kernel = &weights[plane % layout.input.channels * layout.taps()..][..layout.taps()];
        let gradient = &gradients[plane * layout.output.plane()..][..layout.output.plane()];
        arch.dispatch(|| plane_to_input(&layout, gradient, kernel, result));
    });
    tensor(result, layout.input.shape())
}

#[inline(always)]
fn plane_to_input(layout: &Depthwise, gradient: &[f32], kernel: &[f32], result: &mut [f32]) {
    for (y, row) in gradient.chunks_exact(layout.output.width).enumerate() {
        for (tap, &weight) in kernel.iter().enumerate() {
            let Some(reach) = layout.reach(tap, y) else { continue };
            let source = &row[reach.first..reach.last];
            match layout.geometry.stride {
                1 => {
                    let target = &mut result[reach.source..][..source.len()];
                    target.iter_mut().zip(source).for_each(|(to, from)| *to += weight * from);
                }
                stride => {
                    let target = result[reach.source..].iter_mut().step_by(stride);
                    target.zip(source).for_each(|(to, from)| *to += weight * from);
                }
            }
        }
    }
}

/// Gradient to the kernels, summed over images in their order.
pub(super) fn to_weight(
    input: &FlexTensor,
    weight: &FlexTensor,
    gradient: &FlexTensor,
    geometry: Geometry,
) -> FlexTensor {
    let layout = Depthwise::new(input, weight, geometry);
    let (inputs, gradients) = (values(input), values(gradient));
    let mut result = vec![0.0; layout.input.channels * layout.taps()];
    let arch = Arch::new();
    result.par_chunks_mut(layout.taps()).enumerate().for_each(|(channel, kernel)| {
        for image in 0..layout.input.batch {
            let plane = image * layout.input.channels + channel;
            let input = &inputs[plane * layout.input.plane()..][..layout.input.plane()];
            let gradient = &gradients[plane * layout.output.plane()..][..layout.output.plane()];
            arch.dispatch(|| plane_to_weight(&layout, input, gradient, kernel));
        }
    });
    tensor(result, weight.shape().dims::<4>())
}

#[inline(always)]
fn plane_to_weight(layout: &Depthwise, input: &[f32], gradient: &[f32], kernel: &mut [f32]) {
    for (tap, sum) in kernel.iter_mut().enumerate() {
        let mut lanes = [0.0; LANES];
        for (y, row) in gradient.chunks_exact(layout.output.width).enumerate() {
            let Some(reach) = layout.reach(tap, y) else { continue };
            let row = &row[reach.first..reach.last];
            accumulate(&mut lanes, row, &input[reach.source..], layout.geometry.stride);
        }
        *sum += lanes.iter().sum::<f32>();
    }
}

/// Adds `row · source[::stride]` to the lanes, value `i` to lane `i % LANES`.
#[inline(always)]
fn accumulate(lanes: &mut [f32; LANES], row: &[f32], source: &[f32], stride: usize) {
    if stride != 1 {
        let products = row.iter().zip(source.iter().step_by(stride)).map(|(a, b)| a * b);
        products.enumerate().for_each(|(index, product)| lanes[index % LANES] += product);
        return;
    }
    let (blocks, rest) = row.as_chunks::<LANES>();
    let (sources, tail) = source[..row.len()].as_chunks::<LANES>();
    for (block, source) in blocks.iter().zip(sources) {
        for lane in 0..LANES {
            lanes[lane] += block[lane] * source[lane];
        }
    }
    for (lane, (a, b)) in lanes.iter_mut().zip(rest.iter().zip(tail)) {
        *lane += a * b;
    }
}
