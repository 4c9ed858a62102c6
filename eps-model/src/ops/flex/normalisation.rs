//! Normalisation with its activation: one pass forward, two backward.
//!
//! With `n` values a channel, mean `μ`, `r = 1 / sqrt(variance + ε)`, `x̂ = (x - μ) r`, `s = γ r`
//! and the gradient `g` that passes the activation, the gradients are
//!
//! ```text
//! β:  Σ g        γ:  Σ g x̂        x:  s (g - Σ g / n - x̂ Σ g x̂ / n)  =  s g + a x + c
//! ```
//!
//! with `a` and `c` constant for a channel (0 where mean and variance are constants). So the first
//! pass sums, and the second takes two products a value. Whether `g` passes follows from the
//! output, which is computed again instead of kept; with constants, from the output that the
//! convolution after it keeps anyway.
//!
//! Sums run in 16 lanes in `f32` within a plane and in `f64` over planes, in one order for any
//! number of threads.
//!
//! Source: Ioffe and Szegedy, "Batch Normalization", ICML 2015, section 3.

use super::{Planes, tensor, values};
use crate::ops::{Activated, Activation, Normalisation};
use burn::backend::Flex;
use burn_flex::FlexTensor;
use pulp::{Arch, NullaryFnOnce};
use rayon::prelude::*;

/// Partial sums, so that a reduction runs in vector lanes in one fixed order.
const LANES: usize = 16;

/// Mean and biased variance of each channel, `[2, channels]`.
pub(super) fn moments(input: &FlexTensor) -> FlexTensor {
    let planes = Planes::of(input);
    let channels = (0..planes.channels).into_par_iter();
    let (means, variances): (Vec<_>, Vec<_>) =
        channels.map(|channel| channel_moments(input, planes, channel)).unzip();
    tensor([means, variances].concat(), [2, planes.channels])
}

fn channel_moments(input: &FlexTensor, planes: Planes, channel: usize) -> (f32, f32) {
    let count = (planes.batch * planes.plane()) as f64;
    let arch = Arch::new();
    let sums = channel_planes(input, planes, channel).map(|plane| arch.dispatch(Sum { plane }));
    let mean = (sums.sum::<f64>() / count) as f32;
    // A second pass: the difference of two large sums would lose the digits of a small variance.
    let squares = channel_planes(input, planes, channel)
        .map(|plane| arch.dispatch(Squares { plane, mean }))
        .sum::<f64>();
    (mean, (squares / count) as f32)
}

/// Sum of a plane; a struct, since a closure would not be compiled for the vector unit.
struct Sum<'a> {
    plane: &'a [f32],
}

impl NullaryFnOnce for Sum<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        sum_of(self.plane, |value| value)
    }
}

/// Sum of squared differences from `mean`.
struct Squares<'a> {
    plane: &'a [f32],
    mean: f32,
}

impl NullaryFnOnce for Squares<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let mean = self.mean;
        sum_of(self.plane, |value| (value - mean) * (value - mean))
    }
}

/// A channel's plane of each image.
fn channel_planes(
    tensor: &FlexTensor,
    planes: Planes,
    channel: usize,
) -> impl Iterator<Item = &[f32]> {
    let values = values(tensor);
    (0..planes.batch).map(move |image| &values[planes.range(image * planes.channels + channel)])
}

#[inline(always)]
fn sum_of(plane: &[f32], term: impl Fn(f32) -> f32) -> f64 {
    let mut lanes = [0.0; LANES];
    let (blocks, rest) = plane.as_chunks::<LANES>();
    for block in blocks {
        for lane in 0..LANES {
            lanes[lane] += term(block[lane]);
        }
    }
    for (lane, value) in lanes.iter_mut().zip(rest) {
        *lane += term(*value);
    }
    total(lanes)
}

#[inline(always)]
fn total(lanes: [f32; LANES]) -> f64 {
    lanes.iter().map(|&lane| f64::from(lane)).sum()
}

/// `activation(input * scale + shift)`.
pub(super) fn scale_shift(
    input: &FlexTensor,
    scale: &FlexTensor,
    shift: &FlexTensor,
    activation: Activation,
) -> FlexTensor {
    let planes = Planes::of(input);
    let (scales, shifts) = (values(scale), values(shift));
    let limits = activation.limits();
    let inputs = values(input);
    let arch = Arch::new();
    planes.made_by(|index, output| {
        let (scale, shift) = (scales[index % planes.channels], shifts[index % planes.channels]);
        let input = &inputs[planes.range(index)];
        arch.dispatch(ScaleShift { scale, shift, limits, input, output });
    })
}

/// `activation(input * scale + shift)` of one plane.
struct ScaleShift<'a> {
    scale: f32,
    shift: f32,
    limits: (f32, f32),
    input: &'a [f32],
    output: &'a mut [f32],
}

impl NullaryFnOnce for ScaleShift<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (low, high) = self.limits;
        for (to, from) in self.output.iter_mut().zip(self.input) {
            *to = (from * self.scale + self.shift).max(low).min(high);
        }
    }
}

/// One channel's parameters, its gradients to gamma and beta, and how its input's gradient is made
/// of them: `scale * gradient + along * input + constant`.
struct Channel {
    scale: f32,
    shift: f32,
    along: f32,
    constant: f32,
    to_gamma: f32,
    to_beta: f32,
}

/// Gradient to the input of a normalisation by constants.
pub(super) fn constant_backward(
    activated: Option<&Activated<Flex>>,
    scale: &FlexTensor,
    gradient: &FlexTensor,
) -> FlexTensor {
    let planes = Planes::of(gradient);
    let (scales, gradients) = (values(scale), values(gradient));
    let activated = activated.map(|made| (values(&made.output), made.activation.limits()));
    let arch = Arch::new();
    planes.made_by(|index, result| {
        let at = planes.range(index);
        let activated = activated.map(|(outputs, limits)| (&outputs[at.clone()], limits));
        let gradient = &gradients[at];
        let scale = scales[index % planes.channels];
        arch.dispatch(ConstantPlane { scale, activated, gradient, result });
    })
}

/// The gradient to one input plane of a normalisation by constants.
struct ConstantPlane<'a> {
    scale: f32,
    /// What the activation has made, and the ends that it clamps to.
    activated: Option<(&'a [f32], (f32, f32))>,
    gradient: &'a [f32],
    result: &'a mut [f32],
}

impl NullaryFnOnce for ConstantPlane<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let values = self.result.iter_mut().zip(self.gradient);
        match self.activated {
            Some((output, limits)) => {
                for ((to, &gradient), &output) in values.zip(output) {
                    *to = self.scale * passed(gradient, output, limits);
                }
            }
            None => values.for_each(|(to, gradient)| *to = self.scale * gradient),
        }
    }
}

/// Gradient to the input, and those to gamma and beta.
pub(super) fn backward(
    saved: &Normalisation<Flex>,
    gradient: &FlexTensor,
) -> (FlexTensor, [FlexTensor; 2]) {
    let planes = Planes::of(&saved.input);
    let limits = saved.normalising.activation.limits();
    let channels: Vec<_> = (0..planes.channels)
        .into_par_iter()
        .map(|channel| channel_sums(saved, gradient, planes, channel))
        .collect();
    let (inputs, gradients) = (values(&saved.input), values(gradient));
    let arch = Arch::new();
    let to_input = planes.made_by(|index, result| {
        let at = planes.range(index);
        let (input, gradient) = (&inputs[at.clone()], &gradients[at]);
        let channel = &channels[index % planes.channels];
        arch.dispatch(BackwardPlane { channel, limits, input, gradient, result });
    });
    let to_gamma = channels.iter().map(|channel| channel.to_gamma).collect();
    let to_beta = channels.iter().map(|channel| channel.to_beta).collect();
    (to_input, [to_gamma, to_beta].map(|values| tensor(values, [planes.channels])))
}

fn value_of(tensor: &FlexTensor, channel: usize) -> f32 {
    tensor.to_contiguous().as_slice::<f32>().expect("f32")[channel]
}

fn channel_sums(
    saved: &Normalisation<Flex>,
    gradient: &FlexTensor,
    planes: Planes,
    channel: usize,
) -> Channel {
    let [scale, shift, mean, inverse_deviation] =
        [&saved.scale, &saved.shift, &saved.mean, &saved.inverse_deviation]
            .map(|parameter| value_of(parameter, channel));
    let limits = saved.normalising.activation.limits();
    let (mut sum, mut centred) = (0.0, 0.0);
    let arch = Arch::new();
    let gradients = channel_planes(gradient, planes, channel);
    for (input, gradient) in channel_planes(&saved.input, planes, channel).zip(gradients) {
        let sums = arch.dispatch(PlaneSums { scale, shift, mean, limits, input, gradient });
        sum += sums.0;
        centred += sums.1;
    }
    let (to_beta, to_gamma) = (sum as f32, centred as f32 * inverse_deviation);
    // Statistics that are constants have no gradient to hand on.
    let (mut along, mut constant) = (0.0, 0.0);
    if saved.normalising.from_batch {
        let share = 1.0 / (planes.batch * planes.plane()) as f32;
        // As `x̂` is `r (x - μ)`, its part with `x` is a factor and its part with `μ` goes into the
        // constant.
        along = -scale * to_gamma * share * inverse_deviation;
        constant = -scale * to_beta * share - along * mean;
    }
    Channel { scale, shift, along, constant, to_gamma, to_beta }
}

/// The gradient that passes the activation.
#[inline(always)]
fn passed(gradient: f32, output: f32, (low, high): (f32, f32)) -> f32 {
    if output > low && output < high { gradient } else { 0.0 }
}

/// Sums of one plane's passed gradient, and of its product with the centred input.
struct PlaneSums<'a> {
    scale: f32,
    shift: f32,
    mean: f32,
    limits: (f32, f32),
    input: &'a [f32],
    gradient: &'a [f32],
}

impl PlaneSums<'_> {
    #[inline(always)]
    fn add(&self, sum: &mut f32, product: &mut f32, input: f32, gradient: f32) {
        let gradient = passed(gradient, input * self.scale + self.shift, self.limits);
        *sum += gradient;
        // Centred before it is summed, for the same reason as the variance.
        *product += gradient * (input - self.mean);
    }
}

impl NullaryFnOnce for PlaneSums<'_> {
    type Output = (f64, f64);

    #[inline(always)]
    fn call(self) -> (f64, f64) {
        let (mut sums, mut products) = ([0.0; LANES], [0.0; LANES]);
        let (inputs, input_rest) = self.input.as_chunks::<LANES>();
        let (gradients, gradient_rest) = self.gradient.as_chunks::<LANES>();
        for (inputs, gradients) in inputs.iter().zip(gradients) {
            for lane in 0..LANES {
                self.add(&mut sums[lane], &mut products[lane], inputs[lane], gradients[lane]);
            }
        }
        for (lane, (&input, &gradient)) in input_rest.iter().zip(gradient_rest).enumerate() {
            self.add(&mut sums[lane], &mut products[lane], input, gradient);
        }
        (total(sums), total(products))
    }
}

/// The gradient to one input plane.
struct BackwardPlane<'a> {
    channel: &'a Channel,
    limits: (f32, f32),
    input: &'a [f32],
    gradient: &'a [f32],
    result: &'a mut [f32],
}

impl NullaryFnOnce for BackwardPlane<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Channel { scale, shift, along, constant, .. } = *self.channel;
        let values = self.input.iter().zip(self.gradient);
        for (to, (&input, &gradient)) in self.result.iter_mut().zip(values) {
            let gradient = passed(gradient, input * scale + shift, self.limits);
            *to = scale * gradient + along * input + constant;
        }
    }
}
