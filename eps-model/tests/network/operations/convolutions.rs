//! Convolutions in every geometry.

use super::{PAIR, TOLERANCE, assert_close, with_threads};
use crate::golden::{to_vec, uniform_tensor};
use burn::tensor::{Device, FloatDType, Tensor, module::conv2d, ops::ConvOptions};
use eps_model::ops::{Geometry, Precision, convolution, convolution_in};

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

#[test]
fn convolutions_are_bit_equal_for_any_number_of_threads() {
    let depthwise = cases(true).into_iter().chain(large_depthwise_cases()).step_by(23);
    for case in large_cases().into_iter().chain(winograd_cases()).chain(depthwise) {
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
