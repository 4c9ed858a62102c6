//! Pixels by true and predicted label of images in memory.

use crate::guard::{released, wrong};
use crate::opened::named;
use eps_data::{ClassNames, ImageList, Size, error_chain};
use eps_eval::{Counts, ImagePairs, PairCounter, Protocol};
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
        let protocol: Protocol = protocol
            .parse()
            .map_err(|expected| wrong(format!("protocol `{protocol}`, {expected}")))?;
        released(py, || {
            let counted = self.lock();
            let ids = counted.images.iter().map(|image| image.id.clone()).collect();
            let list = ImageList::new("arrays", ids).id();
            let counts = Counts::of_images(protocol, list, &self.names, &counted.images)
                .map_err(|error| error_chain(&error))?;
            let json = |error: serde_json::Error| error.to_string();
            Ok::<_, String>((
                serde_json::to_string(&counts.scores()).map_err(json)?,
                serde_json::to_string(&counts.matrix).map_err(json)?,
                serde_json::to_string(&counts.oddities).map_err(json)?,
            ))
        })
    }
}
