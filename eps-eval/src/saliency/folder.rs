//! A folder of saliency maps against a folder of masks.

use super::{
    Foreground, ImageScores, SaliencyScores, Stretch, TruthKind, saliency_scores::SaliencySums,
};
use crate::{EvalError, ListId, fold::Fold};
use eps_data::{DataError, Observer, SaliencyFit, codec};
use std::path::PathBuf;

/// Images scored in parallel before their results are added: bounds the curves in memory.
const AT_ONCE: usize = 64;

/// The files of one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaliencyPair {
    pub id: String,
    pub truth: PathBuf,
    pub map: PathBuf,
}

/// What to score, and how.
#[derive(Clone, Debug)]
pub struct SaliencyJob {
    /// Name of the maps' source.
    pub source: String,
    pub list: ListId,
    pub pairs: Vec<SaliencyPair>,
    pub truth: TruthKind,
    pub stretch: Stretch,
    /// Whether maps may differ in size from their masks.
    pub fit: SaliencyFit,
    /// Look at every image even if some cannot be scored, to name all of those.
    pub keep_going: bool,
}

/// The metrics of one image of a folder.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedImageScores {
    pub id: String,
    pub mae: f64,
    pub max_f: f64,
    pub adaptive_f: f64,
    pub weighted_f: f64,
    pub s_measure: Option<f64>,
    pub max_e: Option<f64>,
    pub adaptive_e: Option<f64>,
}

/// What came of a [`SaliencyJob`].
#[derive(Debug)]
pub struct ScoredSaliency {
    /// In the order of the pairs; curves are only in the means.
    pub images: Vec<NamedImageScores>,
    /// `None` without images.
    pub scores: Option<SaliencyScores>,
}

/// Scores every pair, on all threads, each a step of the observer.
///
/// The result does not depend on the number of threads. Memory holds a few numbers an image.
///
/// # Errors
///
/// What is wrong with pairs, in their order: a missing or unreadable file, a map of another size
/// than its mask, a mask without a pixel that counts. Only the first of them unless the job keeps
/// going.
pub fn score_saliency(
    job: &SaliencyJob,
    observer: &dyn Observer,
) -> Result<ScoredSaliency, Vec<EvalError>> {
    let mut sums = SaliencySums::default();
    let (mut images, mut faults) = (Vec::with_capacity(job.pairs.len()), Vec::new());
    for pairs in job.pairs.chunks(AT_ONCE) {
        let scored = Fold::over(pairs, observer).each(|pair| match score_pair(pair, job) {
            Err(fault) if !job.keep_going => Err(vec![fault]),
            scored => Ok(scored),
        })?;
        // Floats are added here, on one thread and in the order of the list, which fixes their bits.
        for (pair, scored) in pairs.iter().zip(scored) {
            match scored {
                Ok(image) => {
                    sums.add(&image);
                    images.push(NamedImageScores::of(&pair.id, &image));
                }
                Err(fault) => faults.push(fault),
            }
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let scores = sums.scores(&job.source, job.truth, job.stretch, job.list.clone());
    Ok(ScoredSaliency { images, scores })
}

fn score_pair(pair: &SaliencyPair, job: &SaliencyJob) -> Result<ImageScores, EvalError> {
    for (path, kind) in [(&pair.truth, "mask"), (&pair.map, "saliency map")] {
        if !path.is_file() {
            return Err(DataError::missing(path, kind).into());
        }
    }
    let truth = match job.truth {
        TruthKind::Grey => Foreground::of_grey(&codec::read_grey_mask(&pair.truth)?),
        TruthKind::Classes => Foreground::of_classes(&codec::read_mask(&pair.truth, 256)?),
    };
    let map = job.fit.read(&pair.map, truth.size())?;
    ImageScores::of(&map, &truth, job.stretch).ok_or_else(|| {
        let (path, found) = (pair.truth.clone(), "only ignored pixels".into());
        DataError::Content { path, found, expected: "a pixel that counts".into() }.into()
    })
}

impl NamedImageScores {
    fn of(id: &str, image: &ImageScores) -> Self {
        Self {
            id: id.into(),
            mae: image.mae,
            max_f: image.max_f(),
            adaptive_f: image.adaptive_f,
            weighted_f: image.weighted_f,
            s_measure: image.s_measure,
            max_e: image.max_e(),
            adaptive_e: image.adaptive_e,
        }
    }
}
