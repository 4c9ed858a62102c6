//! `eps evaluate`

use super::Exit;
use crate::args::{self, PredictionArgs, ScoreFiles, ScoredMasks, threshold_of, write_asked};
use crate::faults;
use anyhow::Result;
use eps_data::Shard;
use eps_eval::report::export;
use eps_eval::{Counts, Protocol, Scores};
use eps_experiment::frozen::{Difference, FrozenResult};
use eps_experiment::output::OutputFiles;
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
///
/// An archive of `eps freeze` is scored under its own protocol and list, and the scores must be those that were
/// frozen: if an image has other counts, the status is 1.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Evaluate {
    #[command(flatten)]
    masks: PredictionArgs,
    /// Evaluation protocol: voc, eps, seam, irn, deeplab, toco or mmseg [default: that of an archive, else voc]
    #[arg(long)]
    protocol: Option<Protocol>,
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
        let outputs = OutputFiles::of([&self.counts, &self.json]).and(&self.files.paths());
        let outputs = outputs.reading(self.masks.inputs()).check()?;
        let (masks, truth) = self.masks.open(session)?;
        let counts = self.count(&masks, &truth, session)?;
        if let Some(path) = &self.counts {
            counts.write(path)?;
        }
        if let Some(shard) = self.shard {
            outputs.keep(session);
            let (counted, all) = (counts.images.len(), counts.list.images);
            println!("part {shard}: {counted} of {all} images of list {}", counts.list.name);
            return Ok(Exit::Done);
        }
        let threshold = threshold_of(&masks.predictions);
        let scores = Scores { threshold, ..counts.scores() };
        write_asked(&self.json, || Ok(export::json(&scores)))?;
        let name = self.masks.name(&masks);
        self.files.write(name, &counts, &scores, &outputs, session.observer)?;
        outputs.keep(session);
        match masks.frozen.as_ref().filter(|frozen| frozen.counts.protocol == counts.protocol) {
            Some(frozen) => verdict(frozen, &counts, &truth, session),
            None => Ok(Exit::Done),
        }
    }

    fn count(
        &self,
        masks: &ScoredMasks,
        truth: &GroundTruth,
        session: &Session<'_>,
    ) -> Result<Counts> {
        let frozen = masks.frozen.as_ref().map(|frozen| frozen.counts.protocol);
        let protocol = self.protocol.or(frozen).unwrap_or(Protocol::Voc);
        let folder = truth.folder(&masks.predictions, self.shard);
        let observer = session.observer;
        observer.begin("masks", folder.len(), 0);
        if self.keep_going {
            let counts = folder.count_all(protocol, observer);
            return counts.or_else(|faults| faults::list(faults, folder.len(), truth));
        }
        let counts = folder.count(protocol, observer).map_err(|error| truth.explain(error))?;
        observer.end();
        Ok(counts)
    }
}

/// Says whether an archive's masks have the scores that were frozen.
fn verdict(
    frozen: &FrozenResult,
    counts: &Counts,
    truth: &GroundTruth,
    session: &Session<'_>,
) -> Result<Exit> {
    let Some(difference) = frozen.difference(counts, truth)? else {
        session.observer.say("as frozen: every image has the counts that were packed");
        return Ok(Exit::Done);
    };
    let Difference { images, with_other_truth } = difference;
    session.observer.note(&format!(
        "not as frozen: {} of {} images have other counts, such as `{}`; the ground truth of {with_other_truth} \
         of them is another file than the one that was scored",
        images.len(),
        counts.images.len(),
        images[0]
    ));
    Ok(Exit::Faulty)
}
