//! Pixels by true and predicted label of images in memory.

use crate::guard::{json, protocol_named, released, wrong};
use crate::opened::named;
use eps_data::{ClassId, ClassNames, ImageList, Size, error_chain};
use eps_eval::paired::{Bootstrap, MethodRuns, compare};
use eps_eval::{Audit, Counts, EvalError, ImageCounts, ImagePairs, ListId, PairCounter, Protocol};
use numpy::{PyReadonlyArray3, PyUntypedArrayMethods};
use pyo3::prelude::*;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Pairs of labels of every image that was added, under no protocol yet.
#[pyclass(frozen, module = "eps_wsss._native")]
pub(crate) struct Pairs {
    names: ClassNames,
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    counter: PairCounter,
    images: Vec<ImagePairs>,
}

impl Pairs {
    /// Counts under a protocol.
    fn counts(&self, protocol: Protocol) -> Result<Counts, EvalError> {
        Counts::of_images(protocol, self.list(), &self.names, &self.lock().images)
    }

    fn list(&self) -> ListId {
        let ids = self.lock().images.iter().map(|image| image.id.clone()).collect();
        ImageList::new("arrays", ids).id()
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Pairs {
    #[new]
    fn new(objects: Vec<String>) -> PyResult<Self> {
        let names = named(objects).map_err(wrong)?;
        Ok(Self { names, counted: Mutex::default() })
    }

    /// Adds images; both stacks of masks have the same shape.
    fn add(
        &self,
        py: Python<'_>,
        truth: PyReadonlyArray3<'_, u8>,
        predicted: PyReadonlyArray3<'_, u8>,
    ) -> PyResult<()> {
        let size = Size::new(truth.shape()[2], truth.shape()[1]);
        let (truth, predicted) = (truth.as_slice()?, predicted.as_slice()?);
        released(py, || {
            let mut counted = self.lock();
            let Counted { counter, images } = &mut *counted;
            let pixels = size.pixels();
            for (truth, predicted) in truth.chunks_exact(pixels).zip(predicted.chunks_exact(pixels))
            {
                let id = format!("image {}", images.len());
                images.push(counter.count(id, size, truth, predicted));
            }
            Ok::<_, String>(())
        })
    }

    /// Adds the images of another one with the same classes.
    fn merge(&self, other: &Self) {
        // One lock at a time, so that merging both ways at once cannot stop.
        let images = other.lock().images.clone();
        let mut counted = self.lock();
        let first = counted.images.len();
        counted.images.extend(images);
        for (at, image) in counted.images.iter_mut().enumerate().skip(first) {
            image.id = format!("image {at}");
        }
    }

    fn images(&self) -> usize {
        self.lock().images.len()
    }

    /// Scores and counts under a protocol, as JSON: the scores, the matrix, what protocols disagree about.
    fn scores(&self, py: Python<'_>, protocol: &str) -> PyResult<(String, String, String)> {
        let protocol = protocol_named(protocol)?;
        released(py, || {
            let counts = self.counts(protocol).map_err(|error| error_chain(&error))?;
            let json = |error: serde_json::Error| error.to_string();
            Ok::<_, String>((
                serde_json::to_string(&counts.scores()).map_err(json)?,
                serde_json::to_string(&counts.matrix).map_err(json)?,
                serde_json::to_string(&counts.oddities).map_err(json)?,
            ))
        })
    }

    /// Every protocol side by side, as the program's JSON.
    fn audit(&self, py: Python<'_>, threads: usize) -> PyResult<String> {
        json(py, threads, || {
            let outcomes = Protocol::ALL.map(|protocol| (protocol, self.counts(protocol)));
            Ok(Audit::new(self.list(), outcomes))
        })
    }
}

/// Methods on the same images, the first as the baseline; each has the pairs of its runs.
#[pyfunction]
pub(crate) fn compare_matrices(
    py: Python<'_>,
    methods: Vec<(String, Vec<Bound<'_, Pairs>>)>,
    resamples: usize,
    seed: u64,
    level: f64,
    threads: usize,
) -> PyResult<String> {
    let methods: Vec<(String, Vec<&Pairs>)> = methods
        .iter()
        .map(|(name, runs)| (name.clone(), runs.iter().map(Bound::get).collect()))
        .collect();
    json(py, threads, || {
        let mut compared: Vec<MethodRuns> = Vec::with_capacity(methods.len());
        for (name, runs) in &methods {
            let images = |pairs: &&Pairs| pairs.counts(Protocol::Voc).map(|counts| counts.images);
            let runs = runs.iter().map(images).collect::<Result<_, _>>();
            let runs = runs.map_err(|error| format!("{name}: {}", error_chain(&error)))?;
            compared.push(MethodRuns { name: name.clone(), runs });
        }
        check_same_truth(&compared)?;
        let classes = methods.first().map_or(0, |(_, runs)| runs[0].names.len());
        Ok(compare(&compared, classes, Bootstrap { resamples, seed }, level))
    })
}

/// Images of every method must have the pixels of the truth that those of the first have.
fn check_same_truth(methods: &[MethodRuns]) -> Result<(), String> {
    let truth = |image: &ImageCounts| -> Vec<(ClassId, u64)> {
        let present = image.classes().filter(|(_, counts)| counts.truth > 0);
        present.map(|(class, counts)| (class, counts.truth)).collect()
    };
    let runs = methods.iter().flat_map(|method| method.runs.iter().map(move |run| (method, run)));
    let Some((first, expected)) = runs.clone().next() else { return Ok(()) };
    for (method, run) in runs {
        let same = |(a, b): (&ImageCounts, &ImageCounts)| truth(a) == truth(b);
        let other = match run.len() == expected.len() {
            true => run.iter().zip(expected).position(|pair| !same(pair)),
            false => Some(run.len().min(expected.len())),
        };
        if let Some(other) = other {
            return Err(format!(
                "{}: image {other} has not the truth that {} has, expected the same images in the same order",
                method.name, first.name
            ));
        }
    }
    Ok(())
}
