//! Dense convolution: patches of the input as columns of a matrix, multiplied by the weights
//! (im2col).
//!
//! With a column for each output pixel, and a row for each input channel and tap that holds what
//! the tap reads, a convolution and both of its gradients are products of matrices:
//!
//! ```text
//! output    = W C            [out, in · taps] × [in · taps, pixels]
//! to input  = scatter(Wᵀ G)  columns added back to where they were read
//! to weight = Σ G Cᵀ         over images and tiles, in their order
//! ```
//!
//! This takes `out · in · taps` products for each output pixel. `C` would be `taps` times the
//! input, so it is made for a tile of output rows at a time, which stays in a core's second-level
//! cache. A 1x1 convolution of stride 1 needs none of it: its columns are the image.
//!
//! Source: Chellapilla, Puri and Simard, "High Performance Convolutional Neural Networks for
//! Document Processing", 2006.

use super::patches::Layout;
use super::{Planes, tensor, values};
use crate::ops::Geometry;
use burn::backend::ops::FloatTensorOps;
use burn::backend::{Flex, TensorMetadata};
use burn_flex::FlexTensor;
use ndarray::{ArrayView2, ArrayViewMut2, Axis, linalg::general_mat_mul, s};
use rayon::prelude::*;
use std::ops::Range;

/// Columns of a product with the weights below which packing these costs more than is gained from a
/// column matrix that stays in the cache.
const COLUMNS: usize = 256;

/// Input channels whose gradient one task computes where there is one image.
const ROWS: usize = 64;

/// Values of the products of several images, before they are added.
const PRODUCTS: usize = 4 * 1024 * 1024;

fn matrix(values: &[f32], rows: usize) -> ArrayView2<'_, f32> {
    let columns = values.len() / rows.max(1);
    ArrayView2::from_shape((rows, columns), values).expect("rows divide the length")
}

fn matrix_mut(values: &mut [f32], rows: usize) -> ArrayViewMut2<'_, f32> {
    let columns = values.len() / rows.max(1);
    ArrayViewMut2::from_shape((rows, columns), values).expect("rows divide the length")
}

/// The weights of a convolution of single pixels, `[1, out, in]`.
fn pointwise(weight: &FlexTensor) -> FlexTensor {
    let [out, channels, ..] = weight.shape().dims::<4>();
    weight.reshape([1, out, channels].into())
}

/// The planes of a tensor as rows, `[batch, channels, height * width]`.
fn pixels(tensor: &FlexTensor) -> FlexTensor {
    let planes = Planes::of(tensor);
    tensor.reshape([planes.batch, planes.channels, planes.plane()].into())
}

/// `[out, in]`, the images added in their order.
fn pointwise_to_weight(input: &FlexTensor, gradient: &FlexTensor) -> FlexTensor {
    let (input, gradient) = (pixels(input).transpose(1, 2), pixels(gradient));
    let [batch, out, _] = gradient.shape().dims();
    let channels = input.shape()[2];
    // As many images at once as their products may take memory.
    let count = (PRODUCTS / (out * channels).max(1)).clamp(1, batch);
    let mut sum = vec![0.0; out * channels];
    for first in (0..batch).step_by(count) {
        let count = count.min(batch - first);
        let part = gradient.narrow(0, first, count);
        let products = Flex::float_matmul(part, input.narrow(0, first, count));
        for product in values(&products).chunks_exact(sum.len()) {
            sum.iter_mut().zip(product).for_each(|(sum, value)| *sum += value);
        }
    }
    tensor(sum, [out, channels])
}

/// `[batch, out, height, width]`.
pub(super) fn forward(input: &FlexTensor, weight: &FlexTensor, geometry: Geometry) -> FlexTensor {
    let layout = Layout::new(input, weight, geometry);
    if layout.is_pointwise() {
        let output = Flex::float_matmul(pointwise(weight), pixels(input));
        return output.reshape(layout.output.shape().into());
    }
    let weights = matrix(values(weight), layout.output.channels);
    // Chunks of 0 values would panic, even where there is nothing to divide.
    let images = values(input).par_chunks(layout.input.image().max(1));
    let mut output = layout.output.zeros();
    let outputs = output.par_chunks_mut(layout.output.image().max(1));
    images.zip(outputs).for_each(|(image, output)| {
        let mut output = matrix_mut(output, layout.output.channels);
        let tiles = layout.tiles(layout.input.channels, COLUMNS);
        let width = layout.tile_rows(layout.input.channels, COLUMNS) * layout.output.width;
        let targets = output.axis_chunks_iter_mut(Axis(1), width);
        let tiles: Vec<_> = tiles.zip(targets).collect();
        // Tiles write to columns that do not overlap, so that their order does not matter.
        tiles.into_par_iter().for_each(|(rows, target)| {
            forward_tile(&layout, image, weights, rows, target);
        });
    });
    tensor(output, layout.output.shape())
}

/// All output channels of some output rows.
fn forward_tile(
    layout: &Layout,
    image: &[f32],
    weights: ArrayView2<'_, f32>,
    rows: Range<usize>,
    mut target: ArrayViewMut2<'_, f32>,
) {
    let pixels = layout.pixels(&rows);
    let depth = weights.ncols();
    let mut columns = vec![0.0; depth * pixels.len()];
    layout.gather(image, rows, &mut columns);
    general_mat_mul(1.0, &weights, &matrix(&columns, depth), 0.0, &mut target);
}

/// Gradient to the input, of the input's shape.
pub(super) fn to_input(
    input: &FlexTensor,
    weight: &FlexTensor,
    gradient: &FlexTensor,
    geometry: Geometry,
) -> FlexTensor {
    let layout = Layout::new(input, weight, geometry);
    if layout.is_pointwise() {
        let result = Flex::float_matmul(pointwise(weight).transpose(1, 2), pixels(gradient));
        return result.reshape(layout.input.shape().into());
    }
    let weights = matrix(values(weight), layout.output.channels);
    let gradients = values(gradient);
    let mut result = layout.input.zeros();
    // Several images keep the threads busy; one is divided by its input channels.
    let channels = if layout.input.batch > 1 { layout.input.channels } else { ROWS };
    let (block, depth) = (channels * layout.input.plane(), channels * layout.taps());
    let images = result.par_chunks_mut(layout.input.image().max(1));
    images.zip(gradients.par_chunks(layout.output.image().max(1))).for_each(|(image, gradient)| {
        let gradient = matrix(gradient, layout.output.channels);
        let blocks = image.par_chunks_mut(block.max(1)).enumerate();
        blocks.for_each(|(index, result)| {
            let last = weights.ncols().min((index + 1) * depth);
            // A block of channels needs only its columns of the weights, and scatters to its planes alone.
            let weights = weights.slice(s![.., index * depth..last]);
            image_to_input(&layout, weights, gradient, result);
        });
    });
    tensor(result, layout.input.shape())
}

fn image_to_input(
    layout: &Layout,
    weights: ArrayView2<'_, f32>,
    gradient: ArrayView2<'_, f32>,
    result: &mut [f32],
) {
    let depth = weights.ncols();
    let mut columns = Vec::new();
    for rows in layout.tiles(depth / layout.taps(), 1) {
        let pixels = layout.pixels(&rows);
        columns.resize(depth * pixels.len(), 0.0);
        let gradient = gradient.slice(s![.., pixels]);
        general_mat_mul(1.0, &weights.t(), &gradient, 0.0, &mut matrix_mut(&mut columns, depth));
        layout.scatter(&columns, rows, result);
    }
}

/// Gradient to the weights, summed over images in their order.
pub(super) fn to_weight(
    input: &FlexTensor,
    weight: &FlexTensor,
    gradient: &FlexTensor,
    geometry: Geometry,
) -> FlexTensor {
    let layout = Layout::new(input, weight, geometry);
    if layout.is_pointwise() {
        return pointwise_to_weight(input, gradient).reshape(weight.shape());
    }
    let blocks = layout.input.channels.div_ceil(layout.block());
    // Few blocks of channels: images share the work, and their parts are added in order.
    let part = if blocks < 4 { 1 } else { layout.input.batch };
    let parts = layout.input.batch.div_ceil(part);
    let (images, gradients) = (values(input), values(gradient));
    let tasks: Vec<Vec<f32>> = (0..parts * blocks)
        .into_par_iter()
        .map(|task| {
            let (block, first) = (task % blocks, task / blocks * part);
            let batch = first..(first + part).min(layout.input.batch);
            block_to_weight(&layout, images, gradients, batch, block * layout.block())
        })
        .collect();
    // Threads decide only when a part is ready: here one thread adds them, in the order of the tasks.
    let depth = layout.input.channels * layout.taps();
    let mut result = vec![0.0; layout.output.channels * depth];
    for (task, block) in tasks.iter().enumerate() {
        let first = task % blocks * layout.block() * layout.taps();
        let width = block.len() / layout.output.channels;
        for (row, source) in result.chunks_exact_mut(depth).zip(block.chunks_exact(width)) {
            row[first..first + width].iter_mut().zip(source).for_each(|(to, from)| *to += *from);
        }
    }
    tensor(result, weight.shape().dims::<4>())
}

/// `[out, channels * taps]`: the weight gradient of a block of input channels from `first`.
fn block_to_weight(
    layout: &Layout,
    images: &[f32],
    gradients: &[f32],
    batch: Range<usize>,
    first: usize,
) -> Vec<f32> {
    let count = layout.block().min(layout.input.channels - first);
    let depth = count * layout.taps();
    let mut result = vec![0.0; layout.output.channels * depth];
    let mut columns = Vec::new();
    for image in batch {
        let start = image * layout.input.image() + first * layout.input.plane();
        let planes = &images[start..][..count * layout.input.plane()];
        let gradient = &gradients[image * layout.output.image()..][..layout.output.image()];
        let gradient = matrix(gradient, layout.output.channels);
        let mut result = matrix_mut(&mut result, layout.output.channels);
        for rows in layout.tiles(count, 1) {
            let pixels = layout.pixels(&rows);
            columns.resize(depth * pixels.len(), 0.0);
            layout.gather(planes, rows, &mut columns);
            let gradient = gradient.slice(s![.., pixels]);
            general_mat_mul(1.0, &gradient, &matrix(&columns, depth).t(), 1.0, &mut result);
        }
    }
    result
}
