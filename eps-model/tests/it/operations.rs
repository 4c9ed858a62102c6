//! Our kernels against burn's own operations and their automatic gradients.

use crate::golden::{to_vec, uniform_tensor};
use burn::tensor::{
    Device, FloatDType, Tensor, activation::relu, module::conv2d, ops::ConvOptions,
};
use eps_model::ops::{
    Activation, ChannelParameters, Geometry, Normalising, Precision, convolution, convolution_in,
    moments, normalise,
};
use rayon::ThreadPoolBuilder;

/// Sums of up to 1750 products of `f32`, added in different orders.
const TOLERANCE: f64 = 1e-5;

const PAIR: [f64; 2] = [-1.0, 1.0];

/// A convolution to compare: shapes and geometry.
#[derive(Clone, Copy, Debug)]
struct Case {
    batch: usize,
    input: usize,
    output: usize,
    size: [usize; 2],
    kernel: usize,
    geometry: Geometry,
}

impl Case {
    fn is_possible(&self) -> bool {
        let reach = self.geometry.dilation * (self.kernel - 1) + 1;
        self.size.iter().all(|side| side + 2 * self.geometry.padding >= reach)
    }

    fn tensors(&self, device: &Device) -> [Tensor<4>; 2] {
        let [height, width] = self.size;
        let depth = self.input / self.geometry.groups;
        let input = [self.batch, self.input, height, width];
        let weight = [self.output, depth, self.kernel, self.kernel];
        [
            uniform_tensor("input", input, PAIR, device),
            uniform_tensor("weight", weight, PAIR, device),
        ]
    }

    /// Output, and the gradients to input and weight of its product with fixed values.
    fn run(&self, of: impl Fn(Tensor<4>, Tensor<4>) -> Tensor<4>) -> [Vec<f32>; 3] {
        let device = crate::device().autodiff();
        let [input, weight] = self.tensors(&device).map(Tensor::require_grad);
        let output = of(input.clone(), weight.clone());
        let along = uniform_tensor("gradient", output.dims(), PAIR, &device);
        let gradients = (output.clone() * along).sum().backward();
        let gradient = |of: &Tensor<4>| to_vec(of.grad(&gradients).unwrap());
        [to_vec(output), gradient(&input), gradient(&weight)]
    }

    fn ours(&self) -> [Vec<f32>; 3] {
        self.run(|input, weight| convolution(input, weight, self.geometry))
    }

    fn burns(&self) -> [Vec<f32>; 3] {
        let Geometry { stride, padding, dilation, groups } = self.geometry;
        let options = ConvOptions::new([stride; 2], [padding; 2], [dilation; 2], groups);
        self.run(|input, weight| conv2d(input, weight, None, options.clone()))
    }

    fn check(&self) {
        let parts = ["output", "gradient to input", "gradient to weight"];
        for ((part, ours), burns) in parts.iter().zip(self.ours()).zip(self.burns()) {
            assert_close(&ours, &burns, TOLERANCE, &format!("{part} of {self:?}"));
        }
    }
}

/// Equal but for `tolerance` of the largest magnitude.
fn assert_close(ours: &[f32], expected: &[f32], tolerance: f64, what: &str) {
    let largest = expected.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let distance = crate::golden::largest_distance(ours, expected);
    // Also refuses a distance that is not a number.
    let is_close = distance <= tolerance * f64::from(largest);
    assert!(is_close, "{what}: {distance} apart, the largest value is {largest}");
}

#[test]
fn a_convolution_in_half_precision_rounds_what_goes_in_and_what_comes_out() {
    let geometry = Geometry { stride: 1, padding: 1, dilation: 1, groups: 1 };
    let case = Case { batch: 2, input: 5, output: 4, size: [7, 9], kernel: 3, geometry };
    for (precision, half) in
        [(Precision::Bf16, FloatDType::BF16), (Precision::F16, FloatDType::F16)]
    {
        let rounded = |tensor: Tensor<4>| tensor.cast(half).cast(FloatDType::F32);
        let found = case.run(|input, weight| convolution_in(precision, input, weight, geometry));
        let expected = case
            .run(|input, weight| rounded(convolution(rounded(input), rounded(weight), geometry)));
        // Two units of the last of 8 bits: devices may add in half precision.
        let tolerance = 1.0 / 64.0;
        for (found, expected) in found.iter().zip(&expected) {
            assert_close(found, expected, tolerance, &format!("{precision:?}"));
        }
        let whole = case.ours();
        assert!(found[0] != whole[0], "{precision:?} is not a rounding");
        assert_close(&found[0], &whole[0], tolerance, &format!("{precision:?} to f32"));
    }
}

/// Every geometry of kernels 1, 3 and 5 with strides 1 and 2, paddings 0 to 4 and dilations 1, 2
/// and 4, each with sizes and channel counts that no other has.
fn cases(groups: bool) -> Vec<Case> {
    let mut cases = Vec::new();
    for kernel in [1, 3, 5] {
        for stride in [1, 2] {
            for padding in 0..=4 {
                for dilation in [1, 2, 4] {
                    for _ in 0..4 {
                        let number = cases.len();
                        let input = 1 + number * 29 % 70;
                        let output = if groups { input } else { 1 + number * 41 % 70 };
                        let groups = if groups { input } else { 1 };
                        let size = [1 + number * 7 % 13, 1 + number * 11 % 15];
                        let batch = 1 + number % 3;
                        let geometry = Geometry { stride, padding, dilation, groups };
                        cases.push(Case { batch, input, output, size, kernel, geometry });
                    }
                }
            }
        }
    }
    cases.into_iter().filter(Case::is_possible).collect()
}

/// Cases whose channels and rows split into several blocks and tiles.
fn large_cases() -> Vec<Case> {
    let case = |batch, channels: [usize; 2], size, kernel, geometry: [usize; 3]| {
        let ([input, output], [stride, padding, dilation]) = (channels, geometry);
        let geometry = Geometry { stride, padding, dilation, groups: 1 };
        Case { batch, input, output, size, kernel, geometry }
    };
    vec![
        case(1, [70, 67], [41, 41], 3, [1, 2, 2]),
        case(1, [130, 129], [23, 37], 3, [2, 1, 1]),
        case(1, [70, 140], [17, 19], 1, [1, 0, 1]),
        case(2, [65, 5], [40, 33], 5, [1, 8, 4]),
        case(3, [33, 65], [31, 29], 1, [2, 0, 1]),
        case(5, [3, 16], [63, 65], 3, [1, 1, 1]),
        case(2, [600, 9], [5, 7], 1, [1, 0, 1]),
        case(1, [600, 9], [5, 7], 1, [2, 1, 1]),
    ]
}

/// 3x3 kernels of stride 1 that keep the size, with enough channels and pixels for Winograd's
/// algorithm: odd and even sides, narrow ones, several phases, and more tiles than one part has.
fn winograd_cases() -> Vec<Case> {
    let sizes = [[13, 15], [16, 18], [1, 110], [97, 2], [45, 63]];
    let mut cases = Vec::new();
    for (number, size) in sizes.into_iter().enumerate() {
        for dilation in [1, 2, 4] {
            let geometry = Geometry { stride: 1, padding: dilation, dilation, groups: 1 };
            let (input, output) = (32 + 7 * number, 47 - 3 * number);
            cases.push(Case { batch: 1 + number % 2, input, output, size, kernel: 3, geometry });
        }
    }
    cases
}

/// Depthwise cases whose rows are longer than any block of lanes.
fn large_depthwise_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (number, size) in [[41, 67], [64, 33], [1, 150], [150, 1], [35, 35]].into_iter().enumerate()
    {
        for kernel in [3, 5] {
            for stride in [1, 2, 3] {
                for (padding, dilation) in [(0, 1), (1, 1), (2, 1), (2, 2), (4, 2), (9, 4)] {
                    let channels = 2 + number;
                    let geometry = Geometry { stride, padding, dilation, groups: channels };
                    let (input, output) = (channels, channels);
                    cases.push(Case { batch: 2, input, output, size, kernel, geometry });
                }
            }
        }
    }
    cases.into_iter().filter(Case::is_possible).collect()
}

#[test]
fn dense_convolutions_agree_with_burns() {
    let cases = cases(false);
    assert!(cases.len() > 250, "{}", cases.len());
    cases.iter().for_each(Case::check);
}

#[test]
fn depthwise_convolutions_agree_with_burns() {
    cases(true).iter().for_each(Case::check);
    large_depthwise_cases().iter().for_each(Case::check);
}

#[test]
fn convolutions_in_several_blocks_agree_with_burns() {
    large_cases().iter().for_each(Case::check);
}

#[test]
fn convolutions_in_winograds_domain_agree_with_burns() {
    winograd_cases().iter().for_each(Case::check);
}

#[test]
fn a_map_smaller_than_the_kernels_reach_is_padded() {
    // A row of two pixels under three taps four apart: each output sees its own pixel alone.
    let device = crate::device();
    let input = Tensor::<4>::from_floats([[[[2.0, 3.0]]]], &device);
    let weight = Tensor::<4>::from_floats([[[[1.0; 3], [1.0, 10.0, 1.0], [1.0; 3]]]], &device);
    let geometry = Geometry { stride: 1, padding: 4, dilation: 4, groups: 1 };
    assert_eq!(to_vec(convolution(input, weight, geometry)), [20.0, 30.0]);
}

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
                    let own: Vec<f32> = ours.iter().copied().chain([1.0]).collect();
                    assert_close(&own, &scale, 2.0 * TOLERANCE, &format!("{part} of {case:?}"));
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

/// Results in a pool of this many threads.
fn with_threads<T: Send>(threads: usize, of: impl FnOnce() -> T + Send) -> T {
    ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(of)
}

#[test]
fn results_are_bit_equal_for_any_number_of_threads() {
    let depthwise = cases(true).into_iter().chain(large_depthwise_cases()).step_by(23);
    for case in large_cases().into_iter().chain(winograd_cases()).chain(depthwise) {
        let alone = with_threads(1, || case.ours());
        for threads in [2, 5] {
            assert!(with_threads(threads, || case.ours()) == alone, "{threads}: {case:?}");
        }
    }
    let shape = [3, 70, 19, 21];
    for from_batch in [false, true] {
        let case = NormCase { shape, activation: Activation::Relu6, from_batch };
        let alone = with_threads(1, || case.ours());
        for threads in [2, 5] {
            assert!(with_threads(threads, || case.ours()) == alone, "{threads}: {case:?}");
        }
    }
}

/// Whether two results of our own kernels have the same bits. libtorch chooses its algorithm by the
/// size of the batch, so there they only agree.
fn is_same(found: &[f32], expected: &[f32]) -> bool {
    if crate::is_own_kernels() {
        return found == expected;
    }
    let largest = expected.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let is_near = |(found, expected): (&f32, &f32)| (found - expected).abs() <= 1e-5 * largest;
    found.iter().zip(expected).all(is_near)
}

#[test]
fn an_image_alone_has_the_output_that_it_has_in_a_batch() {
    let device = crate::device();
    let dense = large_cases()
        .into_iter()
        .chain(winograd_cases())
        .chain(cases(false).into_iter().step_by(17));
    let depthwise = cases(true).into_iter().chain(large_depthwise_cases()).step_by(31);
    for case in dense.chain(depthwise) {
        let case = Case { batch: 2, ..case };
        let [input, weight] = case.tensors(&device);
        let both = convolution(input.clone(), weight.clone(), case.geometry);
        for image in 0..2 {
            let alone = input.clone().narrow(0, image, 1);
            let alone = to_vec(convolution(alone, weight.clone(), case.geometry));
            let within = to_vec(both.clone().narrow(0, image, 1));
            assert!(is_same(&alone, &within), "{case:?}");
        }
    }
}

#[test]
fn an_image_alone_has_the_gradient_that_it_has_in_a_batch() {
    for case in large_cases() {
        let case = Case { batch: 2, ..case };
        let device = crate::device().autodiff();
        let [input, weight] = case.tensors(&device);
        let gradient_of = |input: Tensor<4>, along: Option<Tensor<4>>| {
            let input = input.require_grad();
            let output = convolution(input.clone(), weight.clone(), case.geometry);
            let along =
                along.unwrap_or_else(|| uniform_tensor("gradient", output.dims(), PAIR, &device));
            let gradients = (output * along.clone()).sum().backward();
            (to_vec(input.grad(&gradients).unwrap()), along)
        };
        let (both, along) = gradient_of(input.clone(), None);
        for (image, expected) in both.chunks_exact(both.len() / 2).enumerate() {
            let narrow = |of: &Tensor<4>| of.clone().narrow(0, image, 1);
            let (alone, _) = gradient_of(narrow(&input), Some(narrow(&along)));
            // Blocks of channels change the tiles, and with them the order in which taps add up.
            assert_close(&alone, expected, TOLERANCE, &format!("{case:?}"));
        }
    }
}

#[test]
fn a_strided_view_is_convolved_as_its_copy() {
    let device = crate::device();
    let input = uniform_tensor::<4>("input", [2, 6, 9, 7], PAIR, &device);
    let weight = uniform_tensor::<4>("weight", [4, 6, 3, 3], PAIR, &device);
    let geometry = Geometry { stride: 2, padding: 1, dilation: 1, groups: 1 };
    let view = input.swap_dims(2, 3);
    let [batch, channels, height, width] = view.dims();
    let copy =
        crate::golden::tensor(to_vec(view.clone()), [batch, channels, height, width], &device);
    let transposed = weight.swap_dims(2, 3);
    let found = convolution(view, transposed.clone(), geometry);
    let expected = convolution(copy, transposed, geometry);
    assert_eq!(to_vec(found), to_vec(expected));
}
