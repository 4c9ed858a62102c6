//! Dense convolution: patches of the input as columns of a matrix, multiplied by the weights.

use super::patches::Layout;
use super::{Planes, tensor, values};
use crate::ops::Geometry;
use burn::backend::TensorMetadata;
use burn_flex::FlexTensor;
use ndarray::{ArrayView2, ArrayViewMut2, Axis, linalg::general_mat_mul, s};
use rayon::prelude::*;
use std::ops::Range;

/// Columns of a product with the weights below which packing these costs more than is gained from a
/// column matrix that stays in the cache.
const COLUMNS: usize = 256;

/// Input channels whose gradient one task computes where there is one image.
const ROWS: usize = 64;

fn matrix(values: &[f32], rows: usize) -> ArrayView2<'_, f32> {
    let columns = values.len() / rows.max(1);
    ArrayView2::from_shape((rows, columns), values).expect("rows divide the length")
}

fn matrix_mut(values: &mut [f32], rows: usize) -> ArrayViewMut2<'_, f32> {
    let columns = values.len() / rows.max(1);
    ArrayViewMut2::from_shape((rows, columns), values).expect("rows divide the length")
}

/// Calls `work` for each image and block of `count` channels, in parallel: with the image's index,
/// the channels, and their values.
fn for_each_block(
    values: &mut [f32],
    planes: Planes,
    count: usize,
    work: impl Fn(usize, Range<usize>, &mut [f32]) + Sync,
) {
    let images = values.par_chunks_mut(planes.image().max(1)).enumerate();
    images.for_each(|(image, values)| {
        let blocks = values.par_chunks_mut(count * planes.plane()).enumerate();
        blocks.for_each(|(block, values)| {
            let first = block * count;
            work(image, first..first + values.len() / planes.plane(), values);
        });
    });
}

/// `[batch, out, height, width]`.
pub(super) fn forward(input: &FlexTensor, weight: &FlexTensor, geometry: Geometry) -> FlexTensor {
    let layout = Layout::new(input, weight, geometry);
    let weights = matrix(values(weight), layout.output.channels);
    let images = values(input).par_chunks(layout.input.image().max(1));
    let mut output = layout.output.zeros();
    let outputs = output.par_chunks_mut(layout.output.image().max(1));
    images.zip(outputs).for_each(|(image, output)| {
        let mut output = matrix_mut(output, layout.output.channels);
        let tiles = layout.tiles(layout.input.channels, COLUMNS);
        let width = layout.tile_rows(layout.input.channels, COLUMNS) * layout.output.width;
        let targets = output.axis_chunks_iter_mut(Axis(1), width);
        let tiles: Vec<_> = tiles.zip(targets).collect();
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
    if layout.is_pointwise() {
        let image = matrix(image, layout.input.channels);
        general_mat_mul(1.0, &weights, &image.slice(s![.., pixels]), 0.0, &mut target);
        return;
    }
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
    let weights = matrix(values(weight), layout.output.channels);
    let gradients = values(gradient);
    let mut result = layout.input.zeros();
    let channels = if layout.input.batch > 1 { layout.input.channels } else { ROWS };
    for_each_block(&mut result, layout.input, channels, |image, channels, result| {
        let gradient = &gradients[image * layout.output.image()..][..layout.output.image()];
        let gradient = matrix(gradient, layout.output.channels);
        let taps = layout.taps();
        let weights = weights.slice(s![.., channels.start * taps..channels.end * taps]);
        image_to_input(&layout, weights, gradient, result);
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
    if layout.is_pointwise() {
        general_mat_mul(1.0, &weights.t(), &gradient, 0.0, &mut matrix_mut(result, depth));
        return;
    }
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
    let blocks = layout.input.channels.div_ceil(layout.block());
    // Few blocks of channels: images share the work, and their parts are added in order.
    let part = if blocks < 4 { 1 } else { layout.input.batch };
    let parts = layout.input.batch.div_ceil(part);
    let (images, gradients) = (values(input), values(gradient));
    let tasks: Vec<Vec<f32>> = (0..parts * blocks)
        .into_par_iter()
        .map(|task| {
            let images_of =
                task / blocks * part..((task / blocks + 1) * part).min(layout.input.batch);
            block_to_weight(&layout, images, gradients, images_of, task % blocks * layout.block())
        })
        .collect();
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
    images_of: Range<usize>,
    first: usize,
) -> Vec<f32> {
    let count = layout.block().min(layout.input.channels - first);
    let depth = count * layout.taps();
    let mut result = vec![0.0; layout.output.channels * depth];
    let mut columns = Vec::new();
    for image in images_of {
        let start = image * layout.input.image() + first * layout.input.plane();
        let planes = &images[start..][..count * layout.input.plane()];
        let gradient = &gradients[image * layout.output.image()..][..layout.output.image()];
        let gradient = matrix(gradient, layout.output.channels);
        let mut result = matrix_mut(&mut result, layout.output.channels);
        if layout.is_pointwise() {
            general_mat_mul(1.0, &gradient, &matrix(planes, count).t(), 1.0, &mut result);
            continue;
        }
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
