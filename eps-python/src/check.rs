//! What is wrong with a data set, before a run meets it.

use crate::guard::json;
use eps_data::check::Examination;
use eps_data::{DataSet, Needs, SaliencyFit, Silent, error_chain};
use pyo3::prelude::*;
use std::path::PathBuf;

/// The report of an examination, as the program's JSON.
#[pyfunction]
#[allow(
    clippy::too_many_arguments,
    reason = "called by one Python function, which has the defaults"
)]
pub(crate) fn check(
    py: Python<'_>,
    data: PathBuf,
    list: String,
    held_out: Option<String>,
    masks: bool,
    saliency: bool,
    resize_saliency: bool,
    worst: usize,
    threads: usize,
) -> PyResult<String> {
    let saliency_fit = if resize_saliency { SaliencyFit::Resized } else { SaliencyFit::Exact };
    json(py, threads, || {
        let folder = DataSet::open(&data, &list).map_err(|error| error_chain(&error))?;
        let needs = Needs { saliency, masks, saliency_fit };
        let examination =
            Examination { folder, list, held_out, labels: None, needs, space: None, worst };
        let begun = examination.begin().map_err(|error| error_chain(&error))?;
        Ok(begun.finish(&Silent))
    })
}
