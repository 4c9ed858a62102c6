//! Recorded numbers of the reference implementation, the hash that makes its inputs, and distances.

use burn::tensor::{Device, Tensor, TensorData};
use eps_testkit::Deserialize;
use rayon::prelude::*;
use std::path::Path;

pub(crate) use eps_testkit::{golden as folder, json, npy};

/// The number at `key` of a JSON object.
pub(crate) fn number(value: &serde_json::Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("no number {key} in {value}"))
}

/// The numbers of a JSON array.
pub(crate) fn numbers(value: &serde_json::Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap() as f32).collect()
}

/// The arrays of a `.npz` file, also as tensors.
pub(crate) struct Arrays(eps_testkit::Arrays);

impl Arrays {
    pub(crate) fn open(path: &Path) -> Self {
        Self(eps_testkit::Arrays::open(path))
    }

    /// Shape and values of one array.
    pub(crate) fn get<T: Deserialize>(&mut self, name: &str) -> (Vec<usize>, Vec<T>) {
        self.0.get(name)
    }

    pub(crate) fn tensor<const D: usize>(&mut self, name: &str, device: &Device) -> Tensor<D> {
        let (shape, values) = self.get::<f32>(name);
        tensor(values, shape.try_into().unwrap(), device)
    }

    pub(crate) fn scalar(&mut self, name: &str) -> f64 {
        self.get(name).1[0]
    }
}

/// The hash of a name and an index, in `0..1`.
pub(crate) fn hash(name: &str, index: usize) -> f64 {
    let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let step = (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut mixed = seed.wrapping_add(step);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    (mixed >> 40) as f64 / f64::from(1 << 24)
}

/// `count` hashed values in `low..high`.
pub(crate) fn uniform(name: &str, count: usize, low: f64, high: f64) -> Vec<f32> {
    let value = |index| (low + (high - low) * hash(name, index)) as f32;
    (0..count).into_par_iter().map(value).collect()
}

/// A tensor of hashed values in `low..high`.
pub(crate) fn uniform_tensor<const D: usize>(
    name: &str,
    shape: [usize; D],
    [low, high]: [f64; 2],
    device: &Device,
) -> Tensor<D> {
    tensor(uniform(name, shape.iter().product(), low, high), shape, device)
}

pub(crate) fn tensor<const D: usize>(
    values: Vec<f32>,
    shape: [usize; D],
    device: &Device,
) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

pub(crate) fn to_vec<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

/// Mean, standard deviation and Euclidean norm.
pub(crate) fn statistics(values: &[f32]) -> [f64; 3] {
    let count = values.len() as f64;
    let sum = |of: &dyn Fn(f64) -> f64| values.iter().map(|&value| of(value.into())).sum::<f64>();
    let mean = sum(&|value| value) / count;
    let variance = sum(&|value| (value - mean).powi(2)) / count;
    [mean, variance.sqrt(), sum(&|value| value * value).sqrt()]
}

/// Largest distance between two arrays of one length.
pub(crate) fn largest_distance(found: &[f32], expected: &[f32]) -> f64 {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).fold(0.0, |largest, (&a, &b)| {
        // Not `max`, which would pass over a value that is no number.
        let distance = f64::from(a - b).abs();
        if distance <= largest { largest } else { distance }
    })
}

/// Euclidean norm of the difference, as a share of the expected norm.
pub(crate) fn relative_distance(found: &[f32], expected: &[f32]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let difference: Vec<f32> = found.iter().zip(expected).map(|(a, b)| a - b).collect();
    statistics(&difference)[2] / statistics(expected)[2]
}

#[test]
fn the_hash_is_the_one_that_the_numbers_were_made_with() {
    // FNV-1a of no bytes is its offset; one step of splitmix64 from there, worked out in Python.
    assert_eq!(hash("", 0), 0.763_694_524_765_014_6);
}
