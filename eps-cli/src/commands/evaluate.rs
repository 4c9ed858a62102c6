//! `eps evaluate`

use super::Exit;
use crate::args::{self, PredictionArgs, ScoreFiles, threshold_of, write_asked};
use crate::faults;
use crate::outputs::Outputs;
use anyhow::{Result, anyhow};
use eps_data::{IGNORE, Shard};
use eps_eval::report::export;
use eps_eval::{Counts, EvalError, Protocol, Scores, Threshold};
use eps_experiment::{GroundTruth, Session};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps evaluate runs/eps --data VOC2012 --csv -
  eps evaluate EPS=runs/eps/masks --data VOC2012 --latex eps.tex --json eps.json
  eps evaluate runs/eps --data VOC2012 --shard 1/2 --counts part-1.json
  eps evaluate runs/eps --data VOC2012 --shard 2/2 --counts part-2.json";

/// Score predicted masks against the ground truth: IoU, precision and recall of each class
///
/// Protocols differ in what they make of a predicted 255, of other labels that are no class, of
/// classes that never occur, and of masks of another size; `eps audit` shows them side by side.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Evaluate {
    #[command(flatten)]
    masks: PredictionArgs,
    /// Evaluation protocol: voc, eps, seam, irn, deeplab, toco or mmseg
    #[arg(long, default_value = "voc")]
    protocol: Protocol,
    /// Report all unreadable images instead of stopping at the first
    #[arg(long)]
    keep_going: bool,
    /// Count one part of the images, such as 1/4 or in a job array `auto`, and leave its counts for
    /// `eps merge`
    #[arg(
        long, value_name = "I/N|auto", value_parser = args::shard, requires = "counts",
        conflicts_with_all = ["json", "csv", "markdown", "latex", "confusion", "confusion_chart"]
    )]
    shard: Option<Shard>,
    /// Write the pixels of each class in each image, from which all scores follow
    #[arg(long, value_name = "FILE")]
    counts: Option<PathBuf>,
    /// Write the scores as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    files: ScoreFiles,
}

impl Evaluate {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let outputs = Outputs::of([&self.counts, &self.json]).and(&self.files.paths());
        let outputs = outputs.reading(self.masks.inputs()).check()?;
        let (counts, threshold) = self.count(session)?;
        if let Some(path) = &self.counts {
            counts.write(path)?;
        }
        if let Some(shard) = self.shard {
            outputs.keep(session);
            let (counted, all) = (counts.images.len(), counts.list.images);
            println!("part {shard}: {counted} of {all} images of list {}", counts.list.name);
            return Ok(Exit::Done);
        }
        let scores = Scores { threshold, ..counts.scores() };
        write_asked(&self.json, || Ok(export::json(&scores)))?;
        self.files.write(self.masks.name(), &counts, &scores, &outputs, session.observer)?;
        outputs.keep(session);
        Ok(Exit::Done)
    }

    /// The counts, and at which threshold masks were made of maps.
    fn count(&self, session: &Session<'_>) -> Result<(Counts, Option<Threshold>)> {
        let truth = self.masks.truth.open(session)?;
        let predictions = self.masks.predictions(session)?;
        let threshold = threshold_of(&predictions);
        let folder = truth.folder(&predictions, self.shard);
        let observer = session.observer;
        observer.begin("masks", folder.len(), 0);
        if self.keep_going {
            let counts = folder.count_all(self.protocol, observer);
            return match counts {
                Ok(counts) => Ok((counts, threshold)),
                Err(faults) => faults::list(faults, folder.len(), &truth),
            };
        }
        let counts =
            folder.count(self.protocol, observer).map_err(|error| with_hint(error, &truth))?;
        observer.end();
        Ok((counts, threshold))
    }
}

/// Says how a predicted 255 can be counted.
fn with_hint(error: EvalError, truth: &GroundTruth) -> anyhow::Error {
    match error {
        EvalError::PredictedClass { class: IGNORE, .. } => anyhow!(
            "{error}\nhint: `--protocol eps` drops such pixels, `seam` and `mmseg` count them as \
             missed, `irn` as background; `eps audit` shows all of them"
        ),
        other => truth.explain(other),
    }
}
