//! Folders of masks and of class maps against the truth; results are the program's JSON.

use crate::guard::{released, wrong};
use crate::opened::{Ids, Methods, Opened, chain};
use crate::threads;
use eps_data::Silent;
use eps_eval::paired::{Bootstrap, MethodRuns, compare as compare_paired};
use eps_eval::{
    Audit, BackgroundRule, EvalError, MaskFolder, Protocol, SweepPlan, SweepReport, SweepSummary,
    SweptRule, sweep_folder,
};
use pyo3::prelude::*;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Where the truth is, and whose: folder of masks, images, object classes.
type Truth = (PathBuf, Ids, Option<Vec<String>>);

/// Works on the truth and makes JSON of the result, on some threads.
fn json_of<T: Serialize>(
    py: Python<'_>,
    truth: Truth,
    threads: usize,
    work: impl FnOnce(&Opened) -> Result<T, String> + Send,
) -> PyResult<String> {
    let pool = threads::pool(threads)?;
    released(py, || {
        pool.install(|| {
            let (folder, ids, objects) = truth;
            let result = work(&Opened::new(&folder, ids, objects)?)?;
            serde_json::to_string(&result).map_err(|error| error.to_string())
        })
    })
}

fn masks<'a>(opened: &'a Opened, predictions: &'a Path) -> MaskFolder<'a> {
    let Opened { list, items, names } = opened;
    MaskFolder { list, items, predictions, names, shard: None }
}

fn in_words(error: EvalError) -> String {
    chain(&error)
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
    let protocol: Protocol =
        protocol.parse().map_err(|expected| wrong(format!("protocol `{protocol}`, {expected}")))?;
    json_of(py, truth, threads, |opened| {
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
            let count = |folder: PathBuf| masks(opened, &folder).count(Protocol::Voc, &Silent);
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
    fn sweep(&self, classes: usize) -> SweepPlan {
        let of = |rule: BackgroundRule, given: &[f32]| {
            let given = if given.is_empty() { rule.default_parameters() } else { given.to_vec() };
            (rule, sorted(given))
        };
        let constant = of(BackgroundRule::Constant, &self.thresholds);
        let power = of(BackgroundRule::Power, &self.powers);
        // It is not among the thresholds of which the best is chosen, unless it was asked for there.
        let fixed = (BackgroundRule::Constant, vec![self.fixed]);
        let rules = vec![constant, power, fixed];
        SweepPlan { classes, rules, folds: self.folds, levels: None }
    }
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
        let swept = sweep_folder(&opened.items, &maps, &plan.sweep(opened.names.len()), &Silent);
        let mut rules = swept.map_err(in_words)?.rules;
        let fixed = rules.pop();
        let tolerance = (f64::from(plan.plateau) * 1e6).round() / 1e6;
        let summary = |swept: &SweptRule| {
            let is_constant = swept.whole.rule() == BackgroundRule::Constant;
            let fixed = fixed.as_ref().filter(|_| is_constant).map(|own| (own, plan.fixed));
            SweepSummary::new(swept, fixed, tolerance)
        };
        let rules: Option<Vec<_>> = rules.iter().map(summary).collect();
        Ok(SweepReport {
            protocol: Protocol::Voc,
            list: opened.scored_list(),
            refinement: None,
            rules: rules.ok_or("no pixel of the truth counts")?,
            average_precision: None,
            classifier: None,
        })
    })
}

/// Ascending, each once.
fn sorted(mut parameters: Vec<f32>) -> Vec<f32> {
    parameters.sort_by(f32::total_cmp);
    parameters.dedup();
    parameters
}
