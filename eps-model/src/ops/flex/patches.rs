//! Patches of images as columns of a matrix, and back.
//!
//! A row of the matrix belongs to one channel and one tap of the kernel, a column to one output
//! pixel. Output pixel `(y, x)` reads tap `(v, u)` at
//!
//! ```text
//! row  y · stride + v · dilation - padding        column  x · stride + u · dilation - padding
//! ```
//!
//! So the part of a matrix row that belongs to one output row is a run of an input row: with stride
//! 1 one copy, else every `stride`-th value. Where a tap leaves the image there are zeros; the
//! range of columns in which it is inside is computed once for a tap, so that the copying of a
//! row has no conditions.

use super::Planes;
use crate::ops::Geometry;
use burn::backend::TensorMetadata;
use burn_flex::FlexTensor;
use std::ops::Range;

/// Values of a column matrix that stay in a core's second-level cache.
const TILE: usize = 128 * 1024;

/// Columns of the weight gradient that one task computes: enough to pay for packing the gradient.
const DEPTH: usize = 192;

/// A convolution's shapes and the copying between images and column matrices.
pub(super) struct Layout {
    pub(super) input: Planes,
    pub(super) output: Planes,
    kernel: [usize; 2],
    geometry: Geometry,
}

impl Layout {
    pub(super) fn new(input: &FlexTensor, weight: &FlexTensor, geometry: Geometry) -> Self {
        let [out, _, kernel_height, kernel_width] = weight.shape().dims();
        let (input, kernel) = (Planes::of(input), [kernel_height, kernel_width]);
        Self { output: input.convolved(out, kernel, geometry), input, kernel, geometry }
    }

    /// Whether the column matrix is the image itself.
    pub(super) fn is_pointwise(&self) -> bool {
        self.kernel == [1, 1] && self.geometry.stride == 1 && self.geometry.padding == 0
    }

    pub(super) fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Input channels whose weight gradient one task computes.
    pub(super) fn block(&self) -> usize {
        (DEPTH / self.taps()).max(1)
    }

    /// Output rows of one tile for a column matrix of `channels` input channels, with at least
    /// `columns` columns where the image has them.
    pub(super) fn tile_rows(&self, channels: usize, columns: usize) -> usize {
        let row = channels * self.taps() * self.output.width;
        // A wide image with many channels would get tiles of a single row, too few columns to multiply.
        let least = columns.div_ceil(self.output.width.max(1));
        (TILE / row.max(1)).max(least).clamp(1, self.output.height)
    }

    /// Output columns `first..first + count` that read the tap at `offset` inside a row of `side`.
    fn inside(&self, tap: usize, side: usize, outputs: usize) -> (usize, usize) {
        let Geometry { stride, padding, dilation, .. } = self.geometry;
        // Those x for which x · stride + offset - padding is in 0..side.
        let offset = tap * dilation;
        let first = padding.saturating_sub(offset).div_ceil(stride).min(outputs);
        let last = (side + padding).saturating_sub(offset).div_ceil(stride).min(outputs);
        (first, last.max(first))
    }

    /// Fills the columns of output rows `rows` with the patches of `channels` of one image.
    pub(super) fn gather(&self, image: &[f32], rows: Range<usize>, columns: &mut [f32]) {
        let width = rows.len() * self.output.width;
        let taps = self.taps();
        for (index, line) in columns.chunks_exact_mut(width).enumerate() {
            let (channel, tap) = (index / taps, index % taps);
            let plane = &image[channel * self.input.plane()..][..self.input.plane()];
            self.gather_tap(plane, tap, rows.clone(), line);
        }
    }

    fn gather_tap(&self, plane: &[f32], tap: usize, rows: Range<usize>, line: &mut [f32]) {
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
            // Not below 0: `first` is the first column at which the tap is inside.
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
    pub(super) fn scatter(&self, columns: &[f32], rows: Range<usize>, image: &mut [f32]) {
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
                // Several taps add to one pixel, always in the order of the taps and rows, so that its
                // bits stay.
                strided.zip(&source[first..last]).for_each(|(to, from)| *to += *from);
            }
        }
    }

    /// Output rows in tiles of [`tile_rows`](Self::tile_rows).
    pub(super) fn tiles(
        &self,
        channels: usize,
        columns: usize,
    ) -> impl Iterator<Item = Range<usize>> + use<> {
        let (step, height) = (self.tile_rows(channels, columns), self.output.height);
        (0..height).step_by(step).map(move |first| first..(first + step).min(height))
    }

    pub(super) fn pixels(&self, rows: &Range<usize>) -> Range<usize> {
        rows.start * self.output.width..rows.end * self.output.width
    }
}
