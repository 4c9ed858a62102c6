//! Depthwise convolution: one kernel a channel, over planes laid out so that a tap is an offset.
//!
//! A plane is padded and, for a stride, split into the phases of its rows and columns. Every tap of
//! the kernel then reads the same run of values from another start, and the inner loops are long,
//! without edges, and vectorise:
//!
//! ```text
//! stride 2, a row of a padded plane    0 1 2 3 4 5   ->   phase 0:  0 2 4    phase 1:  1 3 5
//! output[i] = Σ_taps weight[tap] · padded[start[tap] + i]
//! ```
//!
//! Output rows are computed at the pitch of a phase, so that a plane is one run; the values between
//! two rows are computed as well and left out when rows are copied. A plane costs `taps` products a
//! value and two copies. There is no matrix product to gain from, since no value is shared between
//! channels.

use super::{Planes, tensor, values};
use crate::ops::Geometry;
use burn::backend::TensorMetadata;
use burn_flex::FlexTensor;
use pulp::{Arch, NullaryFnOnce};
use rayon::prelude::*;

/// Values that are computed side by side, in one fixed order of sums.
const LANES: usize = 32;

/// Shapes of a depthwise convolution and of the padded plane.
struct Depthwise {
    input: Planes,
    output: Planes,
    kernel: [usize; 2],
    geometry: Geometry,
    /// Values between two rows of a phase, and of a padded output plane.
    pitch: usize,
    /// Values of one phase.
    phase: usize,
}

impl Depthwise {
    /// # Panics
    ///
    /// If there is not one input channel for each kernel.
    fn new(input: &FlexTensor, weight: &FlexTensor, geometry: Geometry) -> Self {
        let [out, depth, kernel_height, kernel_width] = weight.shape().dims();
        let input = Planes::of(input);
        assert!(
            depth == 1 && out == input.channels && geometry.groups == out,
            "a grouped convolution must be depthwise: {} channels, {out} kernels of depth {depth}",
            input.channels
        );
        let kernel = [kernel_height, kernel_width];
        let output = input.convolved(out, kernel, geometry);
        let rows = phase_side(geometry, input.height, output.height, kernel_height);
        let pitch = phase_side(geometry, input.width, output.width, kernel_width);
        // A tap may run over the end of the last row by less than a row and a block of lanes.
        Self { input, output, kernel, geometry, pitch, phase: (rows + 1) * pitch + LANES }
    }

    fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Values of all phases of a padded plane.
    fn padded(&self) -> usize {
        self.phase * self.geometry.stride * self.geometry.stride
    }

    /// Values of an output plane at the pitch, in whole blocks of lanes.
    fn run(&self) -> usize {
        (self.output.height * self.pitch).next_multiple_of(LANES)
    }

    /// Where padded row `row` and column `column` are.
    fn index(&self, row: usize, column: usize) -> usize {
        let stride = self.geometry.stride;
        let phase = row % stride * stride + column % stride;
        phase * self.phase + row / stride * self.pitch + column / stride
    }

    /// Start of the run that each tap reads.
    fn starts(&self) -> Vec<usize> {
        let dilation = self.geometry.dilation;
        (0..self.taps())
            .map(|tap| (tap / self.kernel[1], tap % self.kernel[1]))
            .map(|(row, column)| self.index(row * dilation, column * dilation))
            .collect()
    }

    /// Copies an input plane between its zeros.
    fn pad(&self, plane: &[f32], padded: &mut [f32]) {
        let Geometry { stride, padding, .. } = self.geometry;
        for (y, row) in plane.chunks_exact(self.input.width).enumerate() {
            for phase in 0..stride.min(row.len()) {
                let start = self.index(y + padding, phase + padding);
                let values = row[phase..].iter().step_by(stride);
                padded[start..].iter_mut().zip(values).for_each(|(to, from)| *to = *from);
            }
        }
    }

    /// The inverse of [`Self::pad`].
    fn unpad(&self, padded: &[f32], plane: &mut [f32]) {
        let Geometry { stride, padding, .. } = self.geometry;
        for (y, row) in plane.chunks_exact_mut(self.input.width).enumerate() {
            for phase in 0..stride.min(row.len()) {
                let start = self.index(y + padding, phase + padding);
                let values = row[phase..].iter_mut().step_by(stride);
                values.zip(&padded[start..]).for_each(|(to, from)| *to = *from);
            }
        }
    }

    /// Copies an output plane to the pitch; what lies between its rows stays 0.
    fn spread(&self, plane: &[f32], run: &mut [f32]) {
        let rows = plane.chunks_exact(self.output.width).zip(run.chunks_mut(self.pitch));
        rows.for_each(|(row, target)| target[..self.output.width].copy_from_slice(row));
    }

    /// The inverse of [`Self::spread`].
    fn gather(&self, run: &[f32], plane: &mut [f32]) {
        let rows = plane.chunks_exact_mut(self.output.width).zip(run.chunks(self.pitch));
        rows.for_each(|(row, source)| row.copy_from_slice(&source[..self.output.width]));
    }

    fn scratch(&self) -> Scratch {
        Scratch { padded: vec![0.0; self.padded()], run: vec![0.0; self.run()] }
    }
}

/// Rows or columns of one phase: those that some tap reads, and those that padding alone reaches.
fn phase_side(geometry: Geometry, pixels: usize, outputs: usize, taps: usize) -> usize {
    let Geometry { stride, padding, dilation, .. } = geometry;
    let read = (outputs - 1) * stride + (taps - 1) * dilation + 1;
    (pixels + padding).max(read).div_ceil(stride)
}

/// A padded input plane and an output plane at its pitch, used again for plane after plane.
struct Scratch {
    padded: Vec<f32>,
    run: Vec<f32>,
}

/// `[batch, channels, height, width]`.
pub(super) fn forward(input: &FlexTensor, weight: &FlexTensor, geometry: Geometry) -> FlexTensor {
    let layout = Depthwise::new(input, weight, geometry);
    let (inputs, weights, starts) = (values(input), values(weight), layout.starts());
    let mut output = layout.output.zeros();
    let planes = output.par_chunks_mut(layout.output.plane()).enumerate();
    planes.for_each_init(
        || layout.scratch(),
        |Scratch { padded, run }, (plane, output)| {
            let kernel = &weights[plane % layout.input.channels * layout.taps()..][..layout.taps()];
            // The zeros around the plane are never written to, and are there for the next plane.
            layout.pad(&inputs[plane * layout.input.plane()..][..layout.input.plane()], padded);
            Arch::new().dispatch(Filter { starts: &starts, kernel, padded, run });
            layout.gather(run, output);
        },
    );
    tensor(output, layout.output.shape())
}

/// Each value of the run from all taps; a struct, since a closure would not be compiled for the
/// vector unit.
struct Filter<'a> {
    starts: &'a [usize],
    kernel: &'a [f32],
    padded: &'a [f32],
    run: &'a mut [f32],
}

impl NullaryFnOnce for Filter<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (block, target) in self.run.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            // The sums of a block stay in registers over all taps, and every value is written once.
            let mut sums = [0.0; LANES];
            for (&start, &weight) in self.starts.iter().zip(self.kernel) {
                let source: &[f32; LANES] =
                    self.padded[start + block * LANES..].first_chunk().expect("padded to blocks");
                for lane in 0..LANES {
                    sums[lane] += weight * source[lane];
                }
            }
            *target = sums;
        }
    }
}

/// Gradient to the input, of the input's shape.
pub(super) fn to_input(
    input: &FlexTensor,
    weight: &FlexTensor,
    gradient: &FlexTensor,
    geometry: Geometry,
) -> FlexTensor {
    let layout = Depthwise::new(input, weight, geometry);
    let (weights, gradients, starts) = (values(weight), values(gradient), layout.starts());
    let mut result = layout.input.zeros();
    let planes = result.par_chunks_mut(layout.input.plane()).enumerate();
    planes.for_each_init(
        || layout.scratch(),
        |Scratch { padded, run }, (plane, result)| {
            let kernel = &weights[plane % layout.input.channels * layout.taps()..][..layout.taps()];
            // Values between the rows of the run stay 0, so they add nothing where their taps wrap round.
            layout
                .spread(&gradients[plane * layout.output.plane()..][..layout.output.plane()], run);
            // Every tap adds to it, and it has the sums of the plane before.
            padded.fill(0.0);
            Arch::new().dispatch(Spray { starts: &starts, kernel, padded, run });
            layout.unpad(padded, result);
        },
    );
    tensor(result, layout.input.shape())
}

/// Adds each value of the run, weighted, to where every tap read.
struct Spray<'a> {
    starts: &'a [usize],
    kernel: &'a [f32],
    padded: &'a mut [f32],
    run: &'a [f32],
}

impl NullaryFnOnce for Spray<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (&start, &weight) in self.starts.iter().zip(self.kernel) {
            let target = &mut self.padded[start..start + self.run.len()];
            target.iter_mut().zip(self.run).for_each(|(to, from)| *to += weight * from);
        }
    }
}

/// Gradient to the kernels, summed over images in their order.
pub(super) fn to_weight(
    input: &FlexTensor,
    weight: &FlexTensor,
    gradient: &FlexTensor,
    geometry: Geometry,
) -> FlexTensor {
    let layout = Depthwise::new(input, weight, geometry);
    let (inputs, gradients, starts) = (values(input), values(gradient), layout.starts());
    let mut result = vec![0.0; layout.input.channels * layout.taps()];
    result.par_chunks_mut(layout.taps()).enumerate().for_each_init(
        || layout.scratch(),
        |Scratch { padded, run }, (channel, kernel)| {
            for image in 0..layout.input.batch {
                let plane = image * layout.input.channels + channel;
                let input = &inputs[plane * layout.input.plane()..][..layout.input.plane()];
                let gradient = &gradients[plane * layout.output.plane()..][..layout.output.plane()];
                layout.pad(input, padded);
                layout.spread(gradient, run);
                Arch::new().dispatch(Correlate { starts: &starts, kernel, padded, run });
            }
        },
    );
    tensor(result, weight.shape().dims::<4>())
}

/// Adds the product of the run with what each tap read to the tap.
struct Correlate<'a> {
    starts: &'a [usize],
    kernel: &'a mut [f32],
    padded: &'a [f32],
    run: &'a [f32],
}

impl NullaryFnOnce for Correlate<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (&start, sum) in self.starts.iter().zip(self.kernel) {
            // What lies between rows of the gradient is 0, so that taps may run over the ends of rows.
            let mut lanes = [0.0; LANES];
            let source = &self.padded[start..start + self.run.len()];
            let blocks = self.run.as_chunks::<LANES>().0.iter().zip(source.as_chunks::<LANES>().0);
            for (gradient, source) in blocks {
                for lane in 0..LANES {
                    lanes[lane] += gradient[lane] * source[lane];
                }
            }
            // A fixed number of lanes, added in their order: the same bits in registers of any width.
            *sum += lanes.iter().sum::<f32>();
        }
    }
}
