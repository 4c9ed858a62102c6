//! Saliency maps against masks.

use crate::guard::{json, released, wrong};
use crate::opened::{Ids, Opened};
use eps_data::{
    LabelMap, SaliencyFit, SaliencyMap, Silent, Size, error_chain, picture_in, saliency_in,
};
use eps_eval::saliency::{
    Foreground, ImageScores, SaliencyJob, SaliencyPair, Stretch, TruthKind, score_saliency,
};
use numpy::{PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use std::path::PathBuf;

fn kind(name: &str) -> PyResult<TruthKind> {
    match name {
        "grey" => Ok(TruthKind::Grey),
        "classes" => Ok(TruthKind::Classes),
        other => Err(wrong(format!("kind `{other}`, expected grey or classes"))),
    }
}

fn stretched(stretch: bool) -> Stretch {
    if stretch { Stretch::WholeRange } else { Stretch::Nothing }
}

/// Scores of a folder of maps, as the program's JSON.
#[pyfunction]
#[allow(
    clippy::too_many_arguments,
    reason = "called by one Python function, which has the defaults"
)]
pub(crate) fn saliency_folder(
    py: Python<'_>,
    truth: PathBuf,
    maps: PathBuf,
    source: String,
    ids: Ids,
    of: &str,
    stretch: bool,
    resize: bool,
    threads: usize,
) -> PyResult<String> {
    let truth_kind = kind(of)?;
    json(py, threads, || {
        let list = Opened::new(&truth, ids, None)?.list;
        let pair = |id: &String| SaliencyPair {
            id: id.clone(),
            truth: picture_in(&truth, id),
            map: saliency_in(&maps, id),
        };
        let job = SaliencyJob {
            source,
            list: list.id(),
            pairs: list.ids.iter().map(pair).collect(),
            truth: truth_kind,
            stretch: stretched(stretch),
            fit: if resize { SaliencyFit::Resized } else { SaliencyFit::Exact },
            keep_going: false,
        };
        let found = score_saliency(&job, &Silent)
            .map_err(|faults| faults.first().map_or(String::new(), |fault| error_chain(fault)))?;
        Ok(found.scores.ok_or("no image to score")?)
    })
}

/// The measures of one map; those that do not exist are `None`.
type Measures = (f64, f64, f64, f64, Option<f64>, Option<f64>, Option<f64>);

/// Measures of one map in memory: MAE, highest, adaptive and weighted F, S, highest and adaptive E.
#[pyfunction]
pub(crate) fn saliency_image(
    py: Python<'_>,
    map: PyReadonlyArray2<'_, u8>,
    truth: PyReadonlyArray2<'_, u8>,
    of: &str,
    stretch: bool,
) -> PyResult<Measures> {
    let size = Size::new(map.shape()[1], map.shape()[0]);
    let kind = kind(of)?;
    let (map, truth) = (map.as_slice()?, truth.as_slice()?);
    released(py, || {
        let truth = match kind {
            TruthKind::Grey => Foreground::of_grey(&SaliencyMap::new(size, truth.to_vec())),
            TruthKind::Classes => Foreground::of_classes(&LabelMap::new(size, truth.to_vec())),
        };
        let map = SaliencyMap::new(size, map.to_vec());
        let scores = ImageScores::of(&map, &truth, stretched(stretch))
            .ok_or("truth has only ignored pixels, expected one that counts")?;
        let (max_f, max_e) = (scores.max_f(), scores.max_e());
        let f = (scores.mae, max_f, scores.adaptive_f, scores.weighted_f);
        Ok::<_, &str>((f.0, f.1, f.2, f.3, scores.s_measure, max_e, scores.adaptive_e))
    })
}
