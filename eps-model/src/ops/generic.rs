//! The kernels composed from burn's operations, for backends without better ones.

use super::{Activated, Activation, ConstantNormalisation, Normalisation};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Scalar, TensorMetadata, get_or_init_device_settings};

/// A `[channels]` vector as `[1, channels, 1, 1]`.
fn per_channel<B: Backend>(values: FloatTensor<B>) -> FloatTensor<B> {
    let channels = values.shape()[0];
    B::float_reshape(values, [1, channels, 1, 1].into())
}

/// Sum over everything but channels, `[channels]`.
fn channel_sum<B: Backend>(values: FloatTensor<B>) -> FloatTensor<B> {
    let channels = values.shape()[1];
    let summed = [3, 2, 0].into_iter().fold(values, B::float_sum_dim);
    B::float_reshape(summed, [channels].into())
}

fn scalar<B: Backend>(value: f64, like: &FloatTensor<B>) -> Scalar {
    Scalar::new(value, &like.dtype())
}

/// Mean and biased variance of each channel, `[2, channels]`.
pub(super) fn moments<B: Backend>(input: FloatTensor<B>) -> FloatTensor<B> {
    let [batch, channels, height, width] = input.shape().dims();
    let share = scalar::<B>(1.0 / (batch * height * width) as f64, &input);
    let mean = B::float_mul_scalar(channel_sum::<B>(input.clone()), share);
    // Centred first: the difference of two large sums would lose the digits of a small variance.
    let centred = B::float_sub(input, per_channel::<B>(mean.clone()));
    let squares = B::float_mul(centred.clone(), centred);
    let variance = B::float_mul_scalar(channel_sum::<B>(squares), share);
    let rows = [mean, variance].map(|values| B::float_reshape(values, [1, channels].into()));
    B::float_cat(rows.into(), 0)
}

/// `activation(input * scale + shift)`.
pub(super) fn scale_shift<B: Backend>(
    input: FloatTensor<B>,
    scale: FloatTensor<B>,
    shift: FloatTensor<B>,
    activation: Activation,
) -> FloatTensor<B> {
    let scaled = B::float_mul(input, per_channel::<B>(scale));
    let output = B::float_add(scaled, per_channel::<B>(shift));
    match activation {
        Activation::Identity => output,
        Activation::Relu => B::relu(output),
        Activation::Relu6 => {
            let (low, high) = (scalar::<B>(0.0, &output), scalar::<B>(6.0, &output));
            B::float_clamp(output, low, high)
        }
    }
}

/// Gradient to the input of a normalisation of constants.
pub(super) fn constant_normalisation_backward<B: Backend>(
    saved: ConstantNormalisation<B>,
    gradient: FloatTensor<B>,
) -> FloatTensor<B> {
    let gradient = match saved.activated {
        Some(Activated { output, activation }) => {
            through_activation::<B>(output, activation, gradient)
        }
        None => gradient,
    };
    B::float_mul(gradient, per_channel::<B>(saved.scale))
}

/// Gradient to the input, and those to gamma and beta.
pub(super) fn normalisation_backward<B: Backend>(
    saved: Normalisation<B>,
    gradient: FloatTensor<B>,
) -> (FloatTensor<B>, [FloatTensor<B>; 2]) {
    let Normalisation { input, mean, inverse_deviation, scale, shift, normalising } = saved;
    let activation = normalising.activation;
    let gradient = match activation {
        Activation::Identity => gradient,
        _ => {
            let output = scale_shift::<B>(input.clone(), scale.clone(), shift, activation);
            through_activation::<B>(output, activation, gradient)
        }
    };
    let normal = B::float_mul(
        B::float_sub(input, per_channel::<B>(mean)),
        per_channel::<B>(inverse_deviation),
    );
    let to_beta = channel_sum::<B>(gradient.clone());
    let to_gamma = channel_sum::<B>(B::float_mul(gradient.clone(), normal.clone()));
    let centred = if normalising.from_batch {
        let [batch, _, height, width] = gradient.shape().dims();
        let share = scalar::<B>(1.0 / (batch * height * width) as f64, &gradient);
        let [mean, slope] = [&to_beta, &to_gamma]
            .map(|sum| per_channel::<B>(B::float_mul_scalar(sum.clone(), share)));
        let along = B::float_mul(normal, slope);
        B::float_sub(B::float_sub(gradient, mean), along)
    } else {
        gradient
    };
    (B::float_mul(centred, per_channel::<B>(scale)), [to_gamma, to_beta])
}

/// The gradient where the activation that made `output` is the identity, 0 where it clamps.
fn through_activation<B: Backend>(
    output: FloatTensor<B>,
    activation: Activation,
    gradient: FloatTensor<B>,
) -> FloatTensor<B> {
    let (low, high) = activation.limits();
    let zero = scalar::<B>(0.0, &gradient);
    // A CubeCL device stores booleans as bytes or words, and has none of one bit.
    let booleans = get_or_init_device_settings::<B>(&output.device()).bool_dtype;
    let low = scalar::<B>(low.into(), &output);
    let below = B::float_lower_equal_elem(output.clone(), low, booleans);
    let gradient = B::float_mask_fill(gradient, below, zero);
    if high.is_infinite() {
        return gradient;
    }
    let high = scalar::<B>(high.into(), &output);
    let above = B::float_greater_equal_elem(output, high, booleans);
    B::float_mask_fill(gradient, above, zero)
}
