//! The composed kernels, which backends without kernels of ours use, against those of flex.

use super::{
    Activated, Activation, ConstantNormalisation, Kernels, Normalisation, Normalising, generic,
};
use burn::backend::Flex;
use burn::tensor::TensorData;
use burn_flex::FlexTensor;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Random tensors in a fixed order.
struct Source(ChaCha8Rng);

impl Source {
    fn tensor<const D: usize>(&mut self, shape: [usize; D], low: f32, high: f32) -> FlexTensor {
        let count = shape.iter().product();
        let values: Vec<f32> = (0..count).map(|_| self.0.random_range(low..high)).collect();
        FlexTensor::from_data(TensorData::new(values, shape))
    }

    /// A normalisation of an input of `shape`, and a gradient to its output.
    fn normalisation(
        &mut self,
        shape: [usize; 4],
        activation: Activation,
        from_batch: bool,
    ) -> (Normalisation<Flex>, FlexTensor) {
        let channels = [shape[1]];
        let saved = Normalisation {
            input: self.tensor(shape, -2.0, 3.0),
            mean: self.tensor(channels, -1.0, 1.0),
            inverse_deviation: self.tensor(channels, 0.5, 2.0),
            scale: self.tensor(channels, 0.5, 6.0),
            shift: self.tensor(channels, -1.0, 3.0),
            normalising: Normalising { epsilon: 0.0, activation, from_batch },
        };
        (saved, self.tensor(shape, -1.0, 1.0))
    }
}

fn values(tensor: &FlexTensor) -> Vec<f32> {
    tensor.to_contiguous().as_slice::<f32>().unwrap().to_vec()
}

/// Equal but for what sums of a thousand values lose when they are added in another order.
fn assert_close(found: &FlexTensor, expected: &FlexTensor) {
    let (found, expected) = (values(found), values(expected));
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(1.0_f32, |largest, value| largest.max(value.abs()));
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() <= 1e-5 * largest, "{found}, expected {expected}");
    }
}

const SHAPES: [[usize; 4]; 4] = [[1, 1, 1, 1], [2, 3, 5, 7], [1, 70, 9, 9], [3, 17, 16, 17]];

#[test]
fn composed_kernels_agree_with_those_of_flex() {
    let mut source = Source(ChaCha8Rng::seed_from_u64(1));
    for shape in SHAPES {
        for activation in [Activation::Identity, Activation::Relu, Activation::Relu6] {
            for from_batch in [false, true] {
                let (saved, gradient) = source.normalisation(shape, activation, from_batch);
                compare(saved, gradient);
            }
        }
    }
}

fn compare(saved: Normalisation<Flex>, gradient: FlexTensor) {
    let composed = generic::moments::<Flex>(saved.input.clone());
    assert_close(&Flex::moments(saved.input.clone()), &composed);
    let Normalisation { input, scale, shift, normalising, .. } = saved.clone();
    let activation = normalising.activation;
    let composed =
        generic::scale_shift::<Flex>(input.clone(), scale.clone(), shift.clone(), activation);
    assert_close(&Flex::scale_shift(input, scale, shift, activation), &composed);
    let composed = generic::normalisation_backward::<Flex>(saved.clone(), gradient.clone());
    let ours = Flex::normalisation_backward(saved.clone(), gradient.clone());
    assert_close(&ours.0, &composed.0);
    for (ours, composed) in ours.1.iter().zip(&composed.1) {
        assert_close(ours, composed);
    }
    if !normalising.from_batch {
        let constants = constant(&saved);
        let composed =
            generic::constant_normalisation_backward(constants.clone(), gradient.clone());
        let alone = Flex::constant_normalisation_backward(constants, gradient);
        assert_close(&alone, &composed);
        // Whether the parameters have gradients is nothing to the input's.
        assert_eq!(values(&alone), values(&ours.0));
    }
}

/// The same normalisation with parameters that need no gradient.
fn constant(saved: &Normalisation<Flex>) -> ConstantNormalisation<Flex> {
    let Normalisation { input, scale, shift, normalising, .. } = saved.clone();
    let activation = normalising.activation;
    let output = Flex::scale_shift(input, scale.clone(), shift, activation);
    let activated =
        (activation != Activation::Identity).then_some(Activated { output, activation });
    ConstantNormalisation { activated, scale }
}

#[test]
fn the_gradient_of_a_clamped_value_is_zero() {
    let one = |value: f32| FlexTensor::from_data(TensorData::new(vec![value], [1]));
    let input = vec![-1.0_f32, 0.0, 1.0, 6.0, 7.0];
    let shape = [1, 1, 1, 5];
    let gradient = FlexTensor::from_data(TensorData::new(vec![1.0_f32; 5], shape));
    let saved = |activation| Normalisation::<Flex> {
        input: FlexTensor::from_data(TensorData::new(input.clone(), shape)),
        mean: one(0.0),
        inverse_deviation: one(1.0),
        scale: one(1.0),
        shift: one(0.0),
        normalising: Normalising { epsilon: 0.0, activation, from_batch: false },
    };
    let cases = [
        (Activation::Identity, [1.0, 1.0, 1.0, 1.0, 1.0]),
        (Activation::Relu, [0.0, 0.0, 1.0, 1.0, 1.0]),
        (Activation::Relu6, [0.0, 0.0, 1.0, 0.0, 0.0]),
    ];
    for (activation, expected) in cases {
        let saved = saved(activation);
        let ours = Flex::normalisation_backward(saved.clone(), gradient.clone()).0;
        let composed = generic::normalisation_backward(saved.clone(), gradient.clone()).0;
        let constants = constant(&saved);
        let alone = Flex::constant_normalisation_backward(constants.clone(), gradient.clone());
        let composed_alone = generic::constant_normalisation_backward(constants, gradient.clone());
        for to_input in [ours, composed, alone, composed_alone] {
            assert_eq!(values(&to_input), expected, "{activation:?}");
        }
    }
}
