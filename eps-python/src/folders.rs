//! Folders of masks and of class maps against the truth; results are the program's JSON.

use crate::guard::{json, protocol_named};
use crate::opened::{Ids, Methods, Opened};
use crate::sweep::Plan;
use eps_data::{Silent, error_chain};
use eps_eval::paired::{Bootstrap, MethodRuns, compare as compare_paired};
use eps_eval::{Audit, EvalError, MaskFolder, Predictions, Protocol, sweep_folder};
use pyo3::prelude::*;
use serde::Serialize;
use std::path::PathBuf;

/// Where the truth is, and whose: folder of masks, images, object classes.
type Truth = (PathBuf, Ids, Option<Vec<String>>);

/// Works on the truth and makes JSON of the result, on some threads.
fn json_of<T: Send + Serialize>(
    py: Python<'_>,
    truth: Truth,
    threads: usize,
    work: impl FnOnce(&Opened) -> Result<T, String> + Send,
) -> PyResult<String> {
    json(py, threads, || {
        let (folder, ids, objects) = truth;
        work(&Opened::new(&folder, ids, objects)?)
    })
}

fn masks<'a>(opened: &'a Opened, predictions: &'a Predictions) -> MaskFolder<'a> {
    let Opened { list, items, names } = opened;
    MaskFolder { list, items, predictions, names, shard: None }
}

fn in_words(error: EvalError) -> String {
    error_chain(&error)
}

/// Scores of a folder under a protocol.
#[pyfunction]
pub(crate) fn evaluate(
    py: Python<'_>,
    truth: Truth,
    predictions: PathBuf,
    protocol: &str,
    threads: usize,
) -> PyResult<String> {
    let protocol = protocol_named(protocol)?;
    json_of(py, truth, threads, |opened| {
        let predictions = Predictions::Masks(predictions);
        let counts = masks(opened, &predictions).count(protocol, &Silent).map_err(in_words)?;
        Ok(counts.scores())
    })
}

/// A folder under every protocol.
#[pyfunction]
pub(crate) fn audit(
    py: Python<'_>,
    truth: Truth,
    predictions: PathBuf,
    threads: usize,
) -> PyResult<String> {
    json_of(py, truth, threads, |opened| {
        let predictions = Predictions::Masks(predictions);
        let folder = masks(opened, &predictions);
        let outcomes = folder.audit(&Protocol::ALL, &Silent).map_err(in_words)?;
        let outcomes = Protocol::ALL.into_iter().zip(outcomes);
        Ok(Audit::new(folder.scored_list(), outcomes))
    })
}

/// Methods on the same images, the first as the baseline.
#[pyfunction]
pub(crate) fn compare(
    py: Python<'_>,
    truth: Truth,
    methods: Methods,
    resamples: usize,
    seed: u64,
    level: f64,
    threads: usize,
) -> PyResult<String> {
    json_of(py, truth, threads, |opened| {
        let runs = |(name, folders): (String, Vec<PathBuf>)| {
            let count = |folder: PathBuf| {
                masks(opened, &Predictions::Masks(folder)).count(Protocol::Voc, &Silent)
            };
            let images =
                folders.into_iter().map(|folder| count(folder).map(|counts| counts.images));
            Ok(MethodRuns {
                name,
                runs: images.collect::<Result<_, EvalError>>().map_err(in_words)?,
            })
        };
        let methods = methods.into_iter().map(runs).collect::<Result<Vec<_>, String>>()?;
        let bootstrap = Bootstrap { resamples, seed };
        Ok(compare_paired(&methods, opened.names.len(), bootstrap, level))
    })
}

/// A folder of class maps at every background.
#[pyfunction]
pub(crate) fn sweep(
    py: Python<'_>,
    truth: Truth,
    maps: PathBuf,
    plan: Plan,
    threads: usize,
) -> PyResult<String> {
    json_of(py, truth, threads, |opened| {
        let of_classes = plan.of_classes(opened.names.len());
        let swept = sweep_folder(&opened.items, &maps, &of_classes, &Silent).map_err(in_words)?;
        plan.report(swept, opened.list.id())
    })
}
