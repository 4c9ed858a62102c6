//! The filter of the dense energy loss of Tang et al. (rloss): Gaussian sums over places and colours.

use crate::guard::each_image;
use eps_crf::{CrfError, Features, Lattice};
use numpy::{PyReadonlyArray1, PyReadwriteArray1};
use pyo3::prelude::*;

/// Standard deviations of colours and of places.
#[derive(Clone, Copy)]
struct Deviations {
    colour: f32,
    place: f32,
}

/// An image, the values that are filtered over it, and where the result goes.
type Part<'a> = ((&'a [f32], &'a [f32]), &'a mut [f32]);

/// Filters `values`, `[images, planes, height, width]`, each over the image `[3, height, width]` that it is of.
#[pyfunction]
#[allow(
    clippy::too_many_arguments,
    reason = "called by one Python function, which has the defaults"
)]
pub(crate) fn bilateral_batch(
    py: Python<'_>,
    images: PyReadonlyArray1<'_, f32>,
    values: PyReadonlyArray1<'_, f32>,
    mut filtered: PyReadwriteArray1<'_, f32>,
    size: [usize; 4],
    colour: f32,
    place: f32,
    threads: usize,
) -> PyResult<()> {
    let [_, planes, height, width] = size;
    let pixels = height * width;
    let (images, values) = (images.as_slice()?, values.as_slice()?);
    let filtered = filtered.as_slice_mut()?;
    let deviations = Deviations { colour, place };
    let parts = images.chunks_exact(3 * pixels).zip(values.chunks_exact(planes * pixels));
    let parts = parts.zip(filtered.chunks_exact_mut(planes * pixels)).collect();
    each_image(py, threads, parts, |((image, values), filtered): Part<'_>| {
        lattice(image, width, deviations)?.filter(values, filtered)
    })
}

/// The lattice of an image `[3, height, width]`: columns and rows first, as rloss has them.
fn lattice(image: &[f32], width: usize, deviations: Deviations) -> Result<Lattice, CrfError> {
    let pixels = image.len() / 3;
    let columns = (0..pixels).map(|pixel| (pixel % width) as f32 / deviations.place);
    let rows = (0..pixels).map(|pixel| (pixel / width) as f32 / deviations.place);
    let colours = image.iter().map(|value| value / deviations.colour);
    let features: Vec<f32> = columns.chain(rows).chain(colours).collect();
    Ok(Lattice::new(&Features::new(5, pixels, &features)?))
}
