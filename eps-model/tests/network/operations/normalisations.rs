//! Normalisations by constants and by the batch, with their activations.

use super::{PAIR, TOLERANCE, assert_close, with_threads};
use crate::golden::{to_vec, uniform_tensor};
use burn::tensor::{Device, Tensor, activation::relu};
use eps_model::ops::{
    Activation, ChannelParameters, Geometry, Normalising, convolution, moments, normalise,
};

/// Shapes of inputs of normalisations.
const SHAPES: [[usize; 4]; 6] =
    [[1, 1, 1, 2], [2, 3, 5, 7], [1, 70, 9, 9], [3, 17, 4, 4], [2, 1, 1, 1], [4, 33, 16, 17]];

const ACTIVATIONS: [Activation; 3] = [Activation::Identity, Activation::Relu, Activation::Relu6];

const EPSILON: f64 = 1e-3;

/// What a normalisation is checked with.
#[derive(Clone, Copy, Debug)]
struct NormCase {
    shape: [usize; 4],
    activation: Activation,
    from_batch: bool,
}

/// Input, gamma, beta, and stored mean and variance.
struct NormInputs {
    input: Tensor<4>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    mean: Tensor<1>,
    variance: Tensor<1>,
}

impl NormCase {
    fn inputs(&self, device: &Device) -> NormInputs {
        let channels = [self.shape[1]];
        NormInputs {
            input: uniform_tensor("input", self.shape, [-2.0, 3.0], device).require_grad(),
            // So wide that both ends of ReLU6 are passed.
            gamma: uniform_tensor("gamma", channels, [0.5, 6.0], device).require_grad(),
            beta: uniform_tensor("beta", channels, [-1.0, 3.0], device).require_grad(),
            mean: uniform_tensor("mean", channels, PAIR, device),
            variance: uniform_tensor("variance", channels, [0.5, 2.0], device),
        }
    }

    /// Output, and the gradients to input, gamma and beta of its product with fixed values.
    fn run(&self, of: impl Fn(&NormInputs) -> Tensor<4>) -> [Vec<f32>; 4] {
        let device = crate::device().autodiff();
        let inputs = self.inputs(&device);
        let output = of(&inputs);
        let along = uniform_tensor("gradient", output.dims(), PAIR, &device);
        let gradients = (output.clone() * along).sum().backward();
        let channel = |of: &Tensor<1>| to_vec(of.grad(&gradients).unwrap());
        let to_input = to_vec(inputs.input.grad(&gradients).unwrap());
        [to_vec(output), to_input, channel(&inputs.gamma), channel(&inputs.beta)]
    }

    fn ours(&self) -> [Vec<f32>; 4] {
        self.run(|inputs| {
            let (gamma, beta) = (inputs.gamma.clone(), inputs.beta.clone());
            self.normalised(inputs, inputs.input.clone(), gamma, beta)
        })
    }

    /// With parameters that need no gradient: output, and the gradient to the input, which is a
    /// tensor that nobody else has and a kernel may write over.
    fn by_constants(&self) -> [Vec<f32>; 2] {
        let device = crate::device().autodiff();
        let inputs = self.inputs(&device);
        let (gamma, beta) = (inputs.gamma.clone().detach(), inputs.beta.clone().detach());
        let output = self.normalised(&inputs, inputs.input.clone() + 0.0, gamma, beta);
        let along = uniform_tensor("gradient", output.dims(), PAIR, &device);
        let gradients = (output.clone() * along).sum().backward();
        [to_vec(output), to_vec(inputs.input.grad(&gradients).unwrap())]
    }

    fn normalised(
        &self,
        inputs: &NormInputs,
        input: Tensor<4>,
        gamma: Tensor<1>,
        beta: Tensor<1>,
    ) -> Tensor<4> {
        let (mean, variance) = match self.from_batch {
            true => moments(&input),
            false => (inputs.mean.clone(), inputs.variance.clone()),
        };
        let Self { activation, from_batch, .. } = *self;
        let normalising = Normalising { epsilon: EPSILON, activation, from_batch };
        normalise(input, ChannelParameters { gamma, beta, mean, variance }, normalising)
    }

    fn composed(&self) -> [Vec<f32>; 4] {
        self.run(|inputs| self.composed_of(inputs, inputs.input.clone()))
    }

    fn composed_of(&self, inputs: &NormInputs, input: Tensor<4>) -> Tensor<4> {
        let channel = |values: &Tensor<1>| values.clone().reshape([1, self.shape[1], 1, 1]);
        let (mean, variance) = if self.from_batch {
            composed_moments(&input)
        } else {
            (channel(&inputs.mean), channel(&inputs.variance))
        };
        let normal = (input - mean) / (variance + EPSILON).sqrt();
        let output = normal * channel(&inputs.gamma) + channel(&inputs.beta);
        match self.activation {
            Activation::Identity => output,
            Activation::Relu => relu(output),
            Activation::Relu6 => output.clamp(0.0, 6.0),
        }
    }

    /// A normalisation of what a convolution alone has, then one of what a shortcut needs as well:
    /// output, and the gradients to the input and the weights of both convolutions.
    fn in_a_block(&self, of: impl Fn(&NormInputs, Tensor<4>) -> Tensor<4>) -> [Vec<f32>; 4] {
        let device = crate::device().autodiff();
        let inputs = self.inputs(&device);
        let channels = self.shape[1];
        let weights = ["first", "second"].map(|name| {
            uniform_tensor(name, [channels, channels, 3, 3], PAIR, &device).require_grad()
        });
        let geometry = Geometry { stride: 1, padding: 1, dilation: 1, groups: 1 };
        let [first, second] = weights
            .each_ref()
            .map(|weight| |input: Tensor<4>| convolution(input, weight.clone(), geometry));
        let middle = second(of(&inputs, first(inputs.input.clone())));
        let output = of(&inputs, middle.clone()) + middle;
        let along = uniform_tensor("gradient", output.dims(), PAIR, &device);
        let gradients = (output.clone() * along).sum().backward();
        let gradient = |of: &Tensor<4>| to_vec(of.grad(&gradients).unwrap());
        let [first, second] = weights.each_ref().map(gradient);
        [to_vec(output), gradient(&inputs.input), first, second]
    }
}

#[test]
fn a_normalisation_by_constants_leaves_what_others_need() {
    let parts = ["output", "gradient to input", "gradient to first", "gradient to second"];
    for activation in ACTIVATIONS {
        let case = NormCase { shape: [2, 5, 7, 6], activation, from_batch: false };
        let ours = case.in_a_block(|inputs, input| {
            let (gamma, beta) = (inputs.gamma.clone().detach(), inputs.beta.clone().detach());
            case.normalised(inputs, input, gamma, beta)
        });
        let composed = case.in_a_block(|inputs, input| case.composed_of(inputs, input));
        for ((part, ours), composed) in parts.iter().zip(ours).zip(composed) {
            assert_close(&ours, &composed, 4.0 * TOLERANCE, &format!("{part} of {case:?}"));
        }
    }
}

/// Mean and biased variance of each channel, `[1, channels, 1, 1]`.
fn composed_moments(input: &Tensor<4>) -> (Tensor<4>, Tensor<4>) {
    let mean = |of: Tensor<4>| of.mean_dim(0).mean_dim(2).mean_dim(3);
    let average = mean(input.clone());
    let centred = input.clone() - average.clone();
    (average, mean(centred.clone() * centred))
}

#[test]
fn normalisations_agree_with_composed_ones() {
    let parts = ["output", "gradient to input", "gradient to gamma", "gradient to beta"];
    for shape in SHAPES {
        for activation in ACTIVATIONS {
            for from_batch in [false, true] {
                let case = NormCase { shape, activation, from_batch };
                let (ours, composed) = (case.ours(), case.composed());
                for ((part, constant), ours) in parts.iter().zip(case.by_constants()).zip(&ours) {
                    let what = format!("{part} of {case:?} by constants");
                    assert_close(&constant, ours, TOLERANCE, &what);
                }
                for ((part, ours), composed) in parts.iter().zip(ours).zip(composed) {
                    // A gradient that vanishes, as of two values to their own batch, has only
                    // rounding in it: it is held to the size of what it is made of.
                    let scale: Vec<f32> = composed.iter().copied().chain([1.0]).collect();
                    let ours: Vec<f32> = ours.iter().copied().chain([1.0]).collect();
                    assert_close(&ours, &scale, 2.0 * TOLERANCE, &format!("{part} of {case:?}"));
                }
            }
        }
    }
}

#[test]
fn moments_are_mean_and_biased_variance() {
    let device = crate::device();
    let values = [[[[1.0, 3.0]], [[0.0, 0.0]]], [[[5.0, 7.0]], [[0.0, 4.0]]]];
    let (mean, variance) = moments(&Tensor::<4>::from_floats(values, &device));
    assert_eq!(to_vec(mean), [4.0, 1.0]);
    assert_eq!(to_vec(variance), [5.0, 3.0]);
}

#[test]
fn moments_of_large_values_keep_their_variance() {
    // Mean 1000, variance 1: the difference of mean squares would lose it in f32.
    let values = (0..4096).map(|index| if index % 2 == 0 { 999.0 } else { 1001.0 }).collect();
    let input = crate::golden::tensor::<4>(values, [2, 1, 32, 64], &crate::device());
    let (mean, variance) = moments(&input);
    assert_eq!((to_vec(mean), to_vec(variance)), (vec![1000.0], vec![1.0]));
}

#[test]
fn normalisations_are_bit_equal_for_any_number_of_threads() {
    let shape = [3, 70, 19, 21];
    for from_batch in [false, true] {
        let case = NormCase { shape, activation: Activation::Relu6, from_batch };
        let alone = with_threads(1, || case.ours());
        for threads in [2, 5] {
            assert!(with_threads(threads, || case.ours()) == alone, "{threads}: {case:?}");
        }
    }
}
