//! Normalisation with its activation: one pass forward, two backward.

use super::{Planes, tensor, values};
use crate::ops::{Activation, Normalisation};
use burn::backend::Flex;
use burn_flex::FlexTensor;
use pulp::Arch;
use rayon::prelude::*;

/// Partial sums, so that a reduction runs in vector lanes in one fixed order.
const LANES: usize = 16;

/// Mean and biased variance of each channel, `[2, channels]`.
pub(super) fn moments(input: &FlexTensor) -> FlexTensor {
    let planes = Planes::of(input);
    let count = (planes.batch * planes.plane()) as f64;
    let arch = Arch::new();
    let of_channel = |channel: usize| {
        let sum = |of: &(dyn Fn(&[f32]) -> f64 + Sync)| -> f64 {
            (0..planes.batch).map(|image| of(plane(input, planes, image, channel))).sum()
        };
        let mean = sum(&|plane| arch.dispatch(|| sum_of(plane, |value| value))) / count;
        let squares = sum(&|plane| {
            arch.dispatch(|| sum_of(plane, |value| (value - mean as f32) * (value - mean as f32)))
        });
        (mean as f32, (squares / count) as f32)
    };
    let (means, variances): (Vec<_>, Vec<_>) =
        (0..planes.channels).into_par_iter().map(of_channel).unzip();
    tensor([means, variances].concat(), [2, planes.channels])
}

fn plane(tensor: &FlexTensor, planes: Planes, image: usize, channel: usize) -> &[f32] {
    let start = image * planes.image() + channel * planes.plane();
    &values(tensor)[start..][..planes.plane()]
}

#[inline(always)]
fn sum_of(plane: &[f32], of: impl Fn(f32) -> f32) -> f64 {
    let mut lanes = [0.0; LANES];
    let (blocks, rest) = plane.as_chunks::<LANES>();
    for block in blocks {
        for lane in 0..LANES {
            lanes[lane] += of(block[lane]);
        }
    }
    for (lane, value) in lanes.iter_mut().zip(rest) {
        *lane += of(*value);
    }
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
    let (low, high) = activation.limits();
    let inputs = values(input);
    let mut output = planes.zeros();
    let arch = Arch::new();
    output.par_chunks_mut(planes.plane()).enumerate().for_each(|(index, output)| {
        let (scale, shift) = (scales[index % planes.channels], shifts[index % planes.channels]);
        let input = &inputs[index * planes.plane()..][..planes.plane()];
        arch.dispatch(|| {
            for (to, from) in output.iter_mut().zip(input) {
                *to = (from * scale + shift).max(low).min(high);
            }
        });
    });
    tensor(output, planes.shape())
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

/// Gradients to input, gamma and beta.
pub(super) fn backward(saved: &Normalisation<Flex>, gradient: &FlexTensor) -> [FlexTensor; 3] {
    let planes = Planes::of(&saved.input);
    let limits = saved.activation.limits();
    let channels: Vec<_> = (0..planes.channels)
        .into_par_iter()
        .map(|channel| channel_sums(saved, gradient, planes, channel))
        .collect();
    let (inputs, gradients) = (values(&saved.input), values(gradient));
    let mut result = planes.zeros();
    let arch = Arch::new();
    result.par_chunks_mut(planes.plane()).enumerate().for_each(|(index, result)| {
        let at = index * planes.plane()..(index + 1) * planes.plane();
        let (input, gradient) = (&inputs[at.clone()], &gradients[at]);
        let channel = &channels[index % planes.channels];
        arch.dispatch(|| plane_backward(channel, limits, input, gradient, result));
    });
    let of = |field: fn(&Channel) -> f32| -> FlexTensor {
        tensor(channels.iter().map(field).collect(), [planes.channels])
    };
    [tensor(result, planes.shape()), of(|channel| channel.to_gamma), of(|channel| channel.to_beta)]
}

fn channel_sums(
    saved: &Normalisation<Flex>,
    gradient: &FlexTensor,
    planes: Planes,
    channel: usize,
) -> Channel {
    let of = |tensor: &FlexTensor| tensor.to_contiguous().as_slice::<f32>().expect("f32")[channel];
    let (scale, shift, mean) = (of(&saved.scale), of(&saved.shift), of(&saved.mean));
    let inverse_deviation = of(&saved.inverse_deviation);
    let limits = saved.activation.limits();
    let (mut sum, mut centred) = (0.0, 0.0);
    let arch = Arch::new();
    for image in 0..planes.batch {
        let input = plane(&saved.input, planes, image, channel);
        let gradient = plane(gradient, planes, image, channel);
        let sums = arch.dispatch(|| plane_sums(scale, shift, mean, limits, input, gradient));
        sum += sums.0;
        centred += sums.1;
    }
    let (to_beta, to_gamma) = (sum as f32, centred as f32 * inverse_deviation);
    let (mut along, mut constant) = (0.0, 0.0);
    if saved.from_batch {
        let share = 1.0 / (planes.batch * planes.plane()) as f32;
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

/// Sums of the passed gradient, and of its product with the centred input.
#[inline(always)]
fn plane_sums(
    scale: f32,
    shift: f32,
    mean: f32,
    limits: (f32, f32),
    input: &[f32],
    gradient: &[f32],
) -> (f64, f64) {
    let (mut sums, mut products) = ([0.0; LANES], [0.0; LANES]);
    let (inputs, input_rest) = input.as_chunks::<LANES>();
    let (gradients, gradient_rest) = gradient.as_chunks::<LANES>();
    let mut add = |lane: usize, input: f32, gradient: f32| {
        let gradient = passed(gradient, input * scale + shift, limits);
        sums[lane] += gradient;
        products[lane] += gradient * (input - mean);
    };
    for (inputs, gradients) in inputs.iter().zip(gradients) {
        for lane in 0..LANES {
            add(lane, inputs[lane], gradients[lane]);
        }
    }
    for (lane, (&input, &gradient)) in input_rest.iter().zip(gradient_rest).enumerate() {
        add(lane, input, gradient);
    }
    let total = |lanes: [f32; LANES]| lanes.iter().map(|&lane| f64::from(lane)).sum();
    (total(sums), total(products))
}

#[inline(always)]
fn plane_backward(
    channel: &Channel,
    limits: (f32, f32),
    input: &[f32],
    gradient: &[f32],
    result: &mut [f32],
) {
    let Channel { scale, shift, along, constant, .. } = *channel;
    for (to, (&input, &gradient)) in result.iter_mut().zip(input.iter().zip(gradient)) {
        let gradient = passed(gradient, input * scale + shift, limits);
        *to = scale * gradient + along * input + constant;
    }
}
