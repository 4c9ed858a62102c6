//! Dense convolution: patches of the input as columns of a matrix, multiplied by the weights.

use super::{Planes, tensor, values};
use crate::ops::Geometry;
use burn::backend::TensorMetadata;
use burn_flex::FlexTensor;
use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul, s};
use rayon::prelude::*;

/// Values of a column matrix that stay in a core's second-level cache.
const TILE: usize = 128 * 1024;

/// Rows of the result that one task computes where there are few images.
const ROWS: usize = 64;

/// Columns of the weight gradient that one task computes: enough to pay for packing the gradient.
const DEPTH: usize = 192;

/// A convolution's shapes and the copying between images and column matrices.
struct Layout {
    input: Planes,
    output: Planes,
    kernel: [usize; 2],
    geometry: Geometry,
}

impl Layout {
    fn new(input: &FlexTensor, weight: &FlexTensor, geometry: Geometry) -> Self {
        let [out, _, kernel_height, kernel_width] = weight.shape().dims();
        let (input, kernel) = (Planes::of(input), [kernel_height, kernel_width]);
        Self { output: input.convolved(out, kernel, geometry), input, kernel, geometry }
    }

    /// Whether the column matrix is the image itself.
    fn is_pointwise(&self) -> bool {
        self.kernel == [1, 1] && self.geometry.stride == 1 && self.geometry.padding == 0
    }

    fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Input channels whose weight gradient one task computes.
    fn block(&self) -> usize {
        (DEPTH / self.taps()).max(1)
    }

    /// Output rows of one tile for a column matrix of `channels` input channels.
    fn tile_rows(&self, channels: usize) -> usize {
        let row = channels * self.taps() * self.output.width;
        (TILE / row.max(1)).clamp(1, self.output.height)
    }

    /// Output columns `first..first + count` that read the tap at `offset` inside a row of `side`.
    fn inside(&self, tap: usize, side: usize, outputs: usize) -> (usize, usize) {
        let Geometry { stride, padding, dilation, .. } = self.geometry;
        let offset = tap * dilation;
        let first = padding.saturating_sub(offset).div_ceil(stride).min(outputs);
        let last = (side + padding).saturating_sub(offset).div_ceil(stride).min(outputs);
        (first, last.max(first))
    }

    /// Fills the columns of output rows `rows` with the patches of `channels` of one image.
    fn gather(&self, image: &[f32], rows: std::ops::Range<usize>, columns: &mut [f32]) {
        let width = rows.len() * self.output.width;
        let taps = self.taps();
        for (index, line) in columns.chunks_exact_mut(width).enumerate() {
            let (channel, tap) = (index / taps, index % taps);
            let plane = &image[channel * self.input.plane()..][..self.input.plane()];
            self.gather_tap(plane, tap, rows.clone(), line);
        }
    }

    fn gather_tap(
        &self,
        plane: &[f32],
        tap: usize,
        rows: std::ops::Range<usize>,
        line: &mut [f32],
    ) {
        let Geometry { stride, padding, dilation, .. } = self.geometry;
        let (tap_y, tap_x) = (tap / self.kernel[1], tap % self.kernel[1]);
        let (first, last) = self.inside(tap_x, self.input.width, self.output.width);
        let (top, bottom) = self.inside(tap_y, self.input.height, self.output.height);
        for (target, y) in line.chunks_exact_mut(self.output.width).zip(rows) {
            if y < top || y >= bottom || first == last {
                target.fill(0.0);
                continue;
            }
            let source = &plane[(y * stride + tap_y * dilation - padding) * self.input.width..]
                [..self.input.width];
            target[..first].fill(0.0);
            target[last..].fill(0.0);
            let start = first * stride + tap_x * dilation - padding;
            let inside = &mut target[first..last];
            if stride == 1 {
                inside.copy_from_slice(&source[start..start + (last - first)]);
            } else {
                let strided = source[start..].iter().step_by(stride);
                inside.iter_mut().zip(strided).for_each(|(to, from)| *to = *from);
            }
        }
    }

    /// Adds the columns of output rows `rows` to the patches they came from.
    fn scatter(&self, columns: &[f32], rows: std::ops::Range<usize>, image: &mut [f32]) {
        let Geometry { stride, padding, dilation, .. } = self.geometry;
        let width = rows.len() * self.output.width;
        let taps = self.taps();
        for (index, line) in columns.chunks_exact(width).enumerate() {
            let (channel, tap) = (index / taps, index % taps);
            let (tap_y, tap_x) = (tap / self.kernel[1], tap % self.kernel[1]);
            let plane = &mut image[channel * self.input.plane()..][..self.input.plane()];
            let (first, last) = self.inside(tap_x, self.input.width, self.output.width);
            let (top, bottom) = self.inside(tap_y, self.input.height, self.output.height);
            for (source, y) in line.chunks_exact(self.output.width).zip(rows.clone()) {
                if y < top || y >= bottom || first == last {
                    continue;
                }
                let at = (y * stride + tap_y * dilation - padding) * self.input.width;
                let start = at + first * stride + tap_x * dilation - padding;
                let strided = plane[start..].iter_mut().step_by(stride);
                strided.zip(&source[first..last]).for_each(|(to, from)| *to += *from);
            }
        }
    }

    /// Output rows in tiles.
    fn tiles(&self, channels: usize) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
        let (step, height) = (self.tile_rows(channels), self.output.height);
        (0..height).step_by(step).map(move |first| first..(first + step).min(height))
    }

    fn pixels(&self, rows: &std::ops::Range<usize>) -> std::ops::Range<usize> {
        rows.start * self.output.width..rows.end * self.output.width
    }
}

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
    work: impl Fn(usize, std::ops::Range<usize>, &mut [f32]) + Sync,
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
    let images = values(input);
    let mut output = layout.output.zeros();
    // Few images: blocks of output channels share the work, at the price of gathering twice.
    let rows = if layout.output.batch > 1 { layout.output.channels } else { ROWS };
    for_each_block(&mut output, layout.output, rows, |image, channels, output| {
        let image = &images[image * layout.input.image()..][..layout.input.image()];
        let count = channels.len();
        let weights = weights.slice(s![channels, ..]);
        forward_image(&layout, image, weights, matrix_mut(output, count));
    });
    tensor(output, layout.output.shape())
}

fn forward_image(
    layout: &Layout,
    image: &[f32],
    weights: ArrayView2<'_, f32>,
    mut output: ArrayViewMut2<'_, f32>,
) {
    if layout.is_pointwise() {
        general_mat_mul(1.0, &weights, &matrix(image, layout.input.channels), 0.0, &mut output);
        return;
    }
    let depth = weights.ncols();
    let mut columns = Vec::new();
    for rows in layout.tiles(layout.input.channels) {
        let pixels = layout.pixels(&rows);
        columns.resize(depth * pixels.len(), 0.0);
        layout.gather(image, rows, &mut columns);
        let mut target = output.slice_mut(s![.., pixels]);
        general_mat_mul(1.0, &weights, &matrix(&columns, depth), 0.0, &mut target);
    }
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
    for rows in layout.tiles(depth / layout.taps()) {
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
    images_of: std::ops::Range<usize>,
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
        for rows in layout.tiles(count) {
            let pixels = layout.pixels(&rows);
            columns.resize(depth * pixels.len(), 0.0);
            layout.gather(planes, rows, &mut columns);
            let gradient = gradient.slice(s![.., pixels]);
            general_mat_mul(1.0, &gradient, &matrix(&columns, depth).t(), 1.0, &mut result);
        }
    }
    result
}
