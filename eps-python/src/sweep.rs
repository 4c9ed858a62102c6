//! Class maps in memory at every background, and the report of a sweep.

use crate::guard::json;
use eps_data::{ClassId, ImageList, Silent, Size, error_chain};
use eps_eval::{
    ImageArrays, ListId, Protocol, SweepPlan, SweepReport, SweepSummary, Swept, sweep_arrays,
};
use numpy::{PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// What is swept, as Python names it.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Plan {
    thresholds: Vec<f32>,
    powers: Vec<f32>,
    fixed: f32,
    folds: usize,
    plateau: f32,
}

impl Plan {
    /// The plan for so many classes, background included.
    pub(crate) fn of_classes(&self, classes: usize) -> SweepPlan {
        let (thresholds, powers) = (self.thresholds.clone(), self.powers.clone());
        SweepPlan::with_fixed(classes, thresholds, powers, self.fixed, self.folds)
    }

    /// What the program reports of a sweep by this plan.
    pub(crate) fn report(&self, swept: Swept, list: ListId) -> Result<SweepReport, String> {
        let tolerance = (f64::from(self.plateau) * 1e6).round() / 1e6;
        let rules = SweepSummary::beside_fixed(swept.rules, self.fixed, tolerance);
        Ok(SweepReport {
            protocol: Protocol::Voc,
            list,
            refinement: None,
            rules: rules.ok_or("no pixel of the truth counts")?,
            average_precision: None,
            classifier: None,
        })
    }
}

/// Mask of an image, and its class maps by ascending class.
type Image<'py> = (PyReadonlyArray2<'py, u8>, Vec<(ClassId, PyReadonlyArray2<'py, f32>)>);

/// Class maps in memory at every background; each map has the shape of its mask.
#[pyfunction]
pub(crate) fn sweep_images(
    py: Python<'_>,
    ids: Vec<String>,
    images: Vec<Image<'_>>,
    list: String,
    classes: usize,
    plan: Plan,
    threads: usize,
) -> PyResult<String> {
    let mut borrowed = Vec::with_capacity(images.len());
    for (id, (truth, maps)) in ids.iter().zip(&images) {
        let size = Size::new(truth.shape()[1], truth.shape()[0]);
        let maps = maps.iter().map(|(class, map)| Ok((*class, map.as_slice()?)));
        let maps = maps.collect::<PyResult<_>>()?;
        borrowed.push(ImageArrays { id: id.clone(), size, truth: truth.as_slice()?, maps });
    }
    json(py, threads, || {
        let swept = sweep_arrays(&borrowed, &plan.of_classes(classes), &Silent);
        plan.report(swept.map_err(|error| error_chain(&error))?, ImageList::new(&list, ids).id())
    })
}
