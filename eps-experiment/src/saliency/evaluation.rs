//! Saliency maps, scored against masks.

use super::{SaliencySource, SaliencyTruth};
use crate::Session;
use anyhow::{Error, Result, anyhow};
use eps_data::{DataError, SaliencyFit};
use eps_eval::EvalError;
use eps_eval::report::chart::{ChartFiles, SaliencyFChart, SaliencyPrecisionRecallChart, Sheet};
use eps_eval::report::export::{SaliencyTable, images_csv};
use eps_eval::saliency::{
    NamedImageScores, SaliencyJob, SaliencyPair, SaliencyScores, ScoredSaliency, Stretch,
    TruthKind, score_saliency,
};
use std::path::Path;

/// Saliency maps of one or more sources, and the masks that they are scored against.
#[derive(Clone, Debug)]
pub struct SaliencyEvaluation<'a> {
    pub sources: Vec<SaliencySource>,
    pub truth: &'a SaliencyTruth,
    /// Between image id and ending of the maps' names [that of the data set].
    pub suffix: Option<&'a str>,
    pub stretch: Stretch,
    pub fit: SaliencyFit,
    /// Whether every problem is looked for, not only the first.
    pub keep_going: bool,
}

/// The scores of each source, in their order.
#[derive(Clone, Debug, Default)]
pub struct SaliencyResults {
    pub scores: Vec<SaliencyScores>,
    images: Vec<Vec<NamedImageScores>>,
}

impl SaliencyEvaluation<'_> {
    /// Scores the maps of every source.
    ///
    /// # Errors
    ///
    /// What keeps the maps of a source from their scores, in the order of the images.
    pub fn run(&self, session: &Session<'_>) -> Result<SaliencyResults, Vec<Error>> {
        let mut results = SaliencyResults::default();
        for source in &self.sources {
            let job = self.job(source);
            session.observer.begin(&source.name, job.pairs.len(), 0);
            let ScoredSaliency { images, scores } =
                score_saliency(&job, session.observer).map_err(|faults| self.explain(faults))?;
            session.observer.end();
            results.scores.push(scores.ok_or_else(|| vec![anyhow!("no image to score")])?);
            results.images.push(images);
        }
        Ok(results)
    }

    fn job(&self, source: &SaliencySource) -> SaliencyJob {
        let pair = |id: &String| SaliencyPair {
            id: id.clone(),
            truth: self.truth.mask_of(id),
            map: source.map_of(id, self.suffix),
        };
        SaliencyJob {
            source: source.name.clone(),
            list: self.truth.list.id(),
            pairs: self.truth.list.ids.iter().map(pair).collect(),
            truth: self.truth.kind,
            stretch: self.stretch,
            fit: self.fit,
            keep_going: self.keep_going,
        }
    }

    /// The faults with what they do not say of the files that were given.
    fn explain(&self, faults: Vec<EvalError>) -> Vec<Error> {
        let with_hint = |fault| match fault {
            EvalError::Data(fault @ DataError::Missing { .. }) => {
                self.truth.list.explain(fault).into()
            }
            EvalError::Data(DataError::Colours { .. }) => {
                anyhow!("{fault}, or `--truth-as classes`")
            }
            _ => Error::from(fault),
        };
        faults.into_iter().map(with_hint).collect()
    }
}

impl SaliencyResults {
    /// The sources beside each other.
    pub fn table(&self) -> SaliencyTable<'_> {
        SaliencyTable::of(&self.scores)
    }

    /// The scores of every image as CSV.
    ///
    /// # Errors
    ///
    /// If the table cannot be made.
    pub fn images_csv(&self) -> Result<String, EvalError> {
        let names = self.scores.iter().map(|scores| scores.source.as_str());
        images_csv(&names.zip(self.images.iter().map(Vec::as_slice)).collect::<Vec<_>>())
    }

    /// Writes precision-recall and F-measure curves as SVG, PNG and PDF.
    ///
    /// # Errors
    ///
    /// If a chart cannot be drawn or written.
    pub fn write_charts(&self, folder: &Path, sheet: Sheet) -> Result<()> {
        let scores = &self.scores[..];
        let retrieval = SaliencyPrecisionRecallChart { scores };
        ChartFiles::of(&retrieval, sheet)?.write(&folder.join("precision_recall"))?;
        ChartFiles::of(&SaliencyFChart { scores }, sheet)?.write(&folder.join("f_measure"))?;
        Ok(())
    }

    /// Notes what should be known when the means are read.
    pub fn remark(&self, session: &Session<'_>) {
        self.scores.iter().for_each(|scores| remark(scores, session));
    }
}

fn remark(scores: &SaliencyScores, session: &Session<'_>) {
    let SaliencyScores { source, list, counts, .. } = scores;
    let note = |images: usize, what: &str| {
        if images > 0 {
            let all = list.images;
            session.observer.note(&format!("{source}: {images} of {all} images {what}"));
        }
    };
    let hint = match scores.truth {
        TruthKind::Grey => "; `--truth-as classes` if the masks hold classes",
        TruthKind::Classes => "; `--truth-as grey` if objects are 255 in the masks",
    };
    note(counts.without_objects, &format!("have no object: F and weighted F are 0 there{hint}"));
    note(counts.without_s_measure, "have no S-measure, which counts as 0 as in PySODMetrics");
    note(counts.binary, "have a binary map");
    note(counts.constant, "have a constant map");
}
