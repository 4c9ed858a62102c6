//! Probabilities of many pictures by the fields of published code.

use crate::guard::{each_image, wrong};
use eps_crf::{Bilateral, CrfError, DenseCrf, Gaussian, Kernels, Picture, Preset, Unary};
use numpy::{PyReadonlyArray3, PyReadwriteArray3, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// What [`presets`] says of one: place and weight of the Gaussian kernel; place, colour and weight of the
/// bilateral one; confidence of a label, if the field is one over labels.
type Spelled = ((f32, f32), (f32, f32, f32), Option<f32>);

/// Parameters of every preset by its name.
#[pyfunction]
pub(crate) fn presets() -> Vec<(&'static str, Spelled)> {
    let spelled = |preset: &Preset| {
        let Kernels { gaussian: g, bilateral: b } = preset.kernels();
        let kernels = ((g.place, g.weight), (b.place, b.colour, b.weight));
        (preset.name(), (kernels.0, kernels.1, preset.label_confidence()))
    };
    Preset::ALL.iter().map(spelled).collect()
}

/// One picture to be refined, and where the result goes.
struct Job<'a> {
    size: [usize; 3],
    probabilities: &'a [f32],
    picture: &'a [u8],
    refined: &'a mut [f32],
}

/// Sets each array of `refined` to what the field over its picture makes of its probabilities.
#[pyfunction]
#[pyo3(signature = (probabilities, pictures, refined, preset, gaussian, bilateral, steps, threads))]
#[allow(
    clippy::too_many_arguments,
    reason = "called by one Python function, which has the defaults"
)]
pub(crate) fn refine_batch(
    py: Python<'_>,
    probabilities: Vec<PyReadonlyArray3<'_, f32>>,
    pictures: Vec<PyReadonlyArray3<'_, u8>>,
    mut refined: Vec<PyReadwriteArray3<'_, f32>>,
    preset: &str,
    gaussian: Option<(f32, f32)>,
    bilateral: Option<(f32, f32, f32)>,
    steps: usize,
    threads: usize,
) -> PyResult<()> {
    let preset: Preset = preset.parse().map_err(wrong)?;
    let mut kernels = preset.kernels();
    if let Some((place, weight)) = gaussian {
        kernels.gaussian = Gaussian { place, weight };
    }
    if let Some((place, colour, weight)) = bilateral {
        kernels.bilateral = Bilateral { place, colour, weight };
    }
    let mut jobs = Vec::with_capacity(refined.len());
    for ((given, picture), refined) in probabilities.iter().zip(&pictures).zip(&mut refined) {
        let size = [given.shape()[0], given.shape()[1], given.shape()[2]];
        let refined = refined.as_slice_mut()?;
        jobs.push(Job {
            size,
            probabilities: given.as_slice()?,
            picture: picture.as_slice()?,
            refined,
        });
    }
    each_image(py, threads, jobs, |job| job.run(preset, &kernels, steps))
}

impl Job<'_> {
    fn run(self, preset: Preset, kernels: &Kernels, steps: usize) -> Result<(), CrfError> {
        let [labels, height, width] = self.size;
        let channels = preset.channels(self.picture);
        let crf = DenseCrf::new(&Picture::new(width, height, &channels)?, kernels)?;
        let unary = Unary::from_probabilities(labels, self.probabilities)?;
        let unary = match preset.label_confidence() {
            None => unary,
            Some(confidence) => Unary::from_labels(labels, &self.best(), confidence)?,
        };
        let marginals = crf.infer(&unary, steps)?;
        self.refined.copy_from_slice(marginals.probabilities());
        Ok(())
    }

    /// The most probable label of each pixel; the first of several.
    fn best(&self) -> Vec<u8> {
        let pixels = self.size[1] * self.size[2];
        let mut best = self.probabilities[..pixels].to_vec();
        let mut labels = vec![0; pixels];
        for (map, label) in self.probabilities.chunks_exact(pixels).zip(0..=u8::MAX).skip(1) {
            for ((best, best_label), &probability) in best.iter_mut().zip(&mut labels).zip(map) {
                if probability > *best {
                    (*best, *best_label) = (probability, label);
                }
            }
        }
        labels
    }
}
