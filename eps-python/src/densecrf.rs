//! Fields that are put together term by term, as pydensecrf's.

use crate::guard::{released, wrong};
use eps_crf::{Compatibility, Costs, CrfError, Marginals, Normalisation, TermField};
use numpy::{PyArray2, PyArrayMethods, PyReadonlyArray2, PyReadonlyArray3, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A field; calls of several threads wait for each other.
#[pyclass(frozen, module = "eps_wsss._native")]
pub(crate) struct Field(Mutex<TermField>);

/// Costs by the number of dimensions that they have in Python: a number, one a label, one a pair.
#[derive(FromPyObject)]
enum CostValues<'py> {
    Number(f32),
    Values(Vec<f32>),
    Matrix(PyReadonlyArray2<'py, f32>),
}

impl CostValues<'_> {
    fn costs(self) -> PyResult<Costs> {
        match self {
            Self::Number(weight) => Ok(Costs::Potts(weight)),
            Self::Values(costs) => Ok(Costs::Diagonal(costs)),
            Self::Matrix(costs) => {
                let labels = costs.shape()[0];
                let costs = Compatibility::new(labels, costs.as_slice()?);
                costs.map(Costs::Matrix).map_err(wrong)
            }
        }
    }
}

/// By pydensecrf's numbers.
fn normalisation(number: u8) -> PyResult<Normalisation> {
    match number {
        0 => Ok(Normalisation::None),
        1 => Ok(Normalisation::Before),
        2 => Ok(Normalisation::After),
        3 => Ok(Normalisation::Symmetric),
        _ => Err(PyValueError::new_err(format!("normalization {number}, expected 0 to 3"))),
    }
}

impl Field {
    fn lock(&self) -> MutexGuard<'_, TermField> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Probabilities that a field infers, as `[labels, points]`.
    fn inferred<'py>(
        &self,
        py: Python<'py>,
        infer: impl FnOnce(&TermField) -> Result<Marginals, CrfError> + Send,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let (shape, marginals) = released(py, || {
            let field = self.lock();
            infer(&field).map(|marginals| ([field.labels(), field.points()], marginals))
        })?;
        let array = PyArray2::zeros(py, shape, false);
        array.try_readwrite()?.as_slice_mut()?.copy_from_slice(marginals.probabilities());
        Ok(array)
    }
}

#[pymethods]
impl Field {
    /// A field over points, or over a picture if it has a width.
    #[new]
    #[pyo3(signature = (points, labels, width=None))]
    fn new(points: usize, labels: usize, width: Option<usize>) -> PyResult<Self> {
        let field = match width {
            None => TermField::of_points(points, labels),
            Some(width) => TermField::of_picture(width, points / width.max(1), labels),
        };
        field.map(|field| Self(Mutex::new(field))).map_err(wrong)
    }

    fn set_energies(&self, py: Python<'_>, energies: PyReadonlyArray2<'_, f32>) -> PyResult<()> {
        let energies = energies.as_slice()?;
        released(py, || self.lock().set_energies(energies.to_vec()))
    }

    fn add_gaussian(&self, place: [f32; 2], costs: CostValues<'_>, norm: u8) -> PyResult<()> {
        let (costs, norm) = (costs.costs()?, normalisation(norm)?);
        self.lock().add_gaussian(place, costs, norm).map_err(wrong)
    }

    fn add_bilateral(
        &self,
        place: [f32; 2],
        colour: [f32; 3],
        picture: PyReadonlyArray3<'_, u8>,
        costs: CostValues<'_>,
        norm: u8,
    ) -> PyResult<()> {
        let (costs, norm) = (costs.costs()?, normalisation(norm)?);
        let channels = picture.as_slice()?.to_vec();
        self.lock().add_bilateral(place, colour, channels, costs, norm).map_err(wrong)
    }

    fn add_features(
        &self,
        features: PyReadonlyArray2<'_, f32>,
        costs: CostValues<'_>,
        norm: u8,
    ) -> PyResult<()> {
        let (costs, norm) = (costs.costs()?, normalisation(norm)?);
        let (dimensions, values) = (features.shape()[0], features.as_slice()?.to_vec());
        self.lock().add_features(dimensions, values, costs, norm).map_err(wrong)
    }

    fn infer<'py>(&self, py: Python<'py>, steps: usize) -> PyResult<Bound<'py, PyArray2<f32>>> {
        self.inferred(py, |field| field.infer(steps))
    }

    fn start<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        self.inferred(py, |field| Ok(field.start()))
    }

    fn step<'py>(
        &self,
        py: Python<'py>,
        probabilities: PyReadonlyArray2<'_, f32>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let probabilities = probabilities.as_slice()?;
        self.inferred(py, |field| field.step(probabilities))
    }

    fn divergence(
        &self,
        py: Python<'_>,
        probabilities: PyReadonlyArray2<'_, f32>,
    ) -> PyResult<f64> {
        let probabilities = probabilities.as_slice()?;
        released(py, || self.lock().divergence(probabilities))
    }
}
