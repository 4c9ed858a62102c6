//! 3x3 convolutions of stride 1 with 2.25 times fewer products: Winograd's F(2x2, 3x3).
//!
//! A tile of 2x2 outputs depends on 4x4 inputs, and takes 36 products if each output is summed
//! directly. In Winograd's domain it takes 16, one for each place:
//!
//! ```text
//!       1  0 -1  0           1  0  0          1  1  1  0
//! Bᵀ =  0  1  1  0     G =   ½  ½  ½    Aᵀ =  0  1 -1 -1
//!       0 -1  1  0           ½ -½  ½
//!       0  1  0 -1           0  0  1
//! ```
//!
//! Inputs `x` of a tile become `V = Bᵀ x B`, kernels `w` become `U = G w Gᵀ`, and the outputs are
//! `Aᵀ (Σ U ⊙ V) A` with the sum over input channels: 16 products of matrices, one for each place
//! of the domain. The gradient to the input is the same convolution with turned kernels; that to a
//! kernel is the adjoint, `Gᵀ (Σ (A g Aᵀ) ⊙ V) G` with the sum over tiles.
//!
//! The transforms of the tiles only add and subtract. They cost memory traffic instead, so the
//! tiles go by in parts whose transformed values stay in a cache.
//!
//! Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, sections
//! 4.1 and 4.2.

mod tiles;
mod weights;

use super::{Planes, tensor, values};
use crate::ops::Geometry;
use burn::backend::ops::FloatTensorOps;
use burn::backend::{Flex, TensorMetadata};
use burn_flex::FlexTensor;
use rayon::prelude::*;
use tiles::{DOMAIN, GRADIENTS, INPUTS, Parts, Runs, Spread, Tiles};
use weights::{LANES, Lanes, TAPS, from_domain, to_domain};

/// Channels in and out below which direct products are as fast.
const CHANNELS: usize = 32;

/// Tiles below which transforming the kernels costs more than is gained.
const FEWEST_TILES: usize = 48;

/// Tiles of one part below which packing the kernels for the products costs too much.
const TILES: usize = 256;

/// Transformed values of one part that still stay in a cache.
const CACHED: usize = 2 * 1024 * 1024;

/// Whether a convolution has the shape for it and is large enough to gain.
pub(super) fn suits(input: &FlexTensor, weight: &FlexTensor, geometry: Geometry) -> bool {
    let [out, channels, height, width] = weight.shape().dims();
    let Geometry { stride, padding, dilation, groups } = geometry;
    let keeps_size = (stride, groups, padding) == (1, 1, dilation) && [height, width] == [3, 3];
    let planes = Planes::of(input);
    keeps_size
        && out.min(channels) >= CHANNELS
        && Tiles::new(planes.height, planes.width, dilation).count() >= FEWEST_TILES
}

/// `[batch, out, height, width]`.
pub(super) fn forward(input: &FlexTensor, weight: &FlexTensor, geometry: Geometry) -> FlexTensor {
    let [out, channels, ..] = weight.shape().dims::<4>();
    let weights = values(weight);
    let kernels = Kernels::new(out, channels, |out, channel, tap| {
        weights[(out * channels + channel) * TAPS + tap]
    });
    kernels.convolve(input, geometry)
}

/// Gradient to the input, of the input's shape.
pub(super) fn to_input(
    weight: &FlexTensor,
    gradient: &FlexTensor,
    geometry: Geometry,
) -> FlexTensor {
    let [out, channels, ..] = weight.shape().dims::<4>();
    let weights = values(weight);
    // Channels change places with outputs, and the taps of a kernel come in reverse.
    let turned = Kernels::new(channels, out, |channel, out, tap| {
        weights[(out * channels + channel + 1) * TAPS - 1 - tap]
    });
    turned.convolve(gradient, geometry)
}

/// Gradient to the weights, summed over images and tiles in their order.
pub(super) fn to_weight(
    input: &FlexTensor,
    weight: &FlexTensor,
    gradient: &FlexTensor,
    geometry: Geometry,
) -> FlexTensor {
    let (of_input, of_output) = (Planes::of(input), Planes::of(gradient));
    let (channels, out) = (of_input.channels, of_output.channels);
    let tiles = Tiles::new(of_input.height, of_input.width, geometry.dilation);
    let parts = Parts::new(&tiles, part(channels + out));
    let mut inputs = Spreading::new(&tiles, &INPUTS, of_input, parts.pitch);
    let mut gradients = Spreading::new(&tiles, &GRADIENTS, of_output, parts.pitch);
    let images = values(input).chunks_exact(of_input.image());
    // Summed in the domain, over all tiles of all images, and transformed back once.
    let mut sums: Option<FlexTensor> = None;
    for (image, gradient) in images.zip(values(gradient).chunks_exact(of_output.image())) {
        for runs in &parts.runs {
            let inputs = inputs.of(image, runs).transpose(1, 2);
            let products = Flex::float_matmul(gradients.of(gradient, runs), inputs);
            sums = Some(match sums {
                Some(sums) => Flex::float_add(sums, products),
                None => products,
            });
        }
    }
    let mut result = vec![0.0; out * channels * TAPS];
    if let Some(sums) = &sums {
        let sums = values(sums);
        result.par_chunks_mut(channels * TAPS).enumerate().for_each(|(row, kernels)| {
            for (block, kernels) in kernels.chunks_mut(LANES * TAPS).enumerate() {
                let domain = std::array::from_fn(|place| {
                    let of_row = &sums[(place * out + row) * channels..][..channels];
                    lanes(&of_row[block * LANES..])
                });
                let taps = from_domain(&domain);
                // The last block may have fewer channels than lanes: those left over are of no kernel.
                for (lane, kernel) in kernels.as_chunks_mut::<TAPS>().0.iter_mut().enumerate() {
                    *kernel = taps.map(|values| values[lane]);
                }
            }
        });
    }
    tensor(result, weight.shape().dims::<4>())
}

/// Tiles of a part with transformed values of `channels` channels.
fn part(channels: usize) -> usize {
    TILES.max(CACHED / (DOMAIN * channels))
}

/// The first values, with zeros where there are fewer.
fn lanes(values: &[f32]) -> Lanes {
    let mut lanes = [0.0; LANES];
    let count = values.len().min(LANES);
    lanes[..count].copy_from_slice(&values[..count]);
    lanes
}

/// Transformed tiles of every channel, `[channels, DOMAIN, pitch]`, written again part after part.
struct Spreading<'a> {
    tiles: &'a Tiles,
    by: &'static Spread,
    planes: Planes,
    values: FlexTensor,
}

impl<'a> Spreading<'a> {
    fn new(tiles: &'a Tiles, by: &'static Spread, planes: Planes, pitch: usize) -> Self {
        let shape = [planes.channels, DOMAIN, pitch];
        let values = tensor(vec![0.0; shape.iter().product()], shape);
        Self { tiles, by, planes, values }
    }

    /// The tiles of a part, `[DOMAIN, channels, tiles]`.
    fn of(&mut self, image: &[f32], runs: &Runs) -> FlexTensor {
        let channels = self.values.storage_mut().par_chunks_mut(DOMAIN * runs.pitch);
        channels.zip(image.par_chunks(self.planes.plane())).for_each(|(target, plane)| {
            self.tiles.spread(self.by, plane, runs, target);
        });
        self.values.transpose(0, 1).narrow(2, 0, runs.tiles)
    }
}

/// Runs of each channel, place by place, as `[DOMAIN, channels, length of a run]`.
fn by_place(values: Vec<f32>, channels: usize) -> FlexTensor {
    let length = values.len() / (channels * DOMAIN);
    tensor(values, [channels, DOMAIN, length]).transpose(0, 1)
}

/// Kernels in Winograd's domain, `[DOMAIN, out, channels]`.
struct Kernels(FlexTensor);

impl Kernels {
    /// `tap` is the value of a tap of the kernel from a channel to an output.
    fn new(out: usize, channels: usize, tap: impl Fn(usize, usize, usize) -> f32 + Sync) -> Self {
        let mut values = vec![0.0; out * DOMAIN * channels];
        values.par_chunks_mut(DOMAIN * channels).enumerate().for_each(|(out, target)| {
            for first in (0..channels).step_by(LANES) {
                let count = LANES.min(channels - first);
                let mut taps = [[0.0; LANES]; TAPS];
                for (at, lanes) in taps.iter_mut().enumerate() {
                    for (lane, value) in lanes[..count].iter_mut().enumerate() {
                        *value = tap(out, first + lane, at);
                    }
                }
                let domain = to_domain(&taps);
                for (run, values) in target.chunks_exact_mut(channels).zip(domain) {
                    // A whole block is one copy of known length; the last may be shorter.
                    match run[first..].first_chunk_mut() {
                        Some(run) => *run = values,
                        None => run[first..].copy_from_slice(&values[..count]),
                    }
                }
            }
        });
        Self(by_place(values, out))
    }

    fn convolve(&self, input: &FlexTensor, geometry: Geometry) -> FlexTensor {
        let [_, out, channels] = self.0.shape().dims();
        let planes = Planes::of(input);
        let output = Planes { channels: out, ..planes };
        let tiles = Tiles::new(planes.height, planes.width, geometry.dilation);
        let parts = Parts::new(&tiles, part(channels + out));
        let mut inputs = Spreading::new(&tiles, &INPUTS, planes, parts.pitch);
        let mut result = output.zeros();
        let images = values(input).chunks_exact(planes.image());
        for (image, result) in images.zip(result.chunks_exact_mut(output.image())) {
            // Part by part, so that transformed values are still in a cache when they are multiplied.
            for runs in &parts.runs {
                let products = Flex::float_matmul(self.0.clone(), inputs.of(image, runs));
                let products = values(&products);
                let targets = result.par_chunks_mut(output.plane()).enumerate();
                targets.for_each(|(channel, plane)| {
                    tiles.collect(
                        |place| &products[(place * out + channel) * runs.tiles..],
                        runs,
                        plane,
                    );
                });
            }
        }
        tensor(result, output.shape())
    }
}
