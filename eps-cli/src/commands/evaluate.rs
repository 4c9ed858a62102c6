//! `eps evaluate`

use super::Exit;
use crate::args::{self, PredictionArgs, ScoreFiles, write_asked};
use anyhow::Result;
use eps_data::Shard;
use eps_eval::Protocol;
use eps_eval::report::export;
use eps_experiment::Session;
use eps_experiment::evaluate::Evaluation;
use eps_experiment::output::OutputFiles;
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
        let source = self.masks.source();
        let outputs = OutputFiles::of([&self.counts, &self.json]).and(&self.files.paths());
        let outputs = outputs.reading(source.inputs()).check()?;
        let (masks, truth) = source.open(session)?;
        let Self { protocol, shard, keep_going, .. } = self;
        let evaluation = Evaluation { masks: &masks, truth: &truth, protocol, shard, keep_going };
        let counts = evaluation.count(session)?;
        if let Some(path) = &self.counts {
            counts.write(path)?;
        }
        if let Some(shard) = shard {
            outputs.keep(session);
            let (counted, all) = (counts.images.len(), counts.list.images);
            println!("part {shard}: {counted} of {all} images of list {}", counts.list.name);
            return Ok(Exit::Done);
        }
        let scores = masks.scores(&counts);
        write_asked(&self.json, || Ok(export::json(&scores)))?;
        self.files.write(&masks.name, &counts, &scores, &outputs, session.observer)?;
        outputs.keep(session);
        Ok(if evaluation.is_as_frozen(&counts, session)? { Exit::Done } else { Exit::Faulty })
    }
}
