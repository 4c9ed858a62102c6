//! Predicted masks, and what they are counted against.

use super::{MapThresholdArgs, TruthArgs, method_folder, named_folder, note_maps};
use clap::Args;
use eps_eval::Predictions;
use eps_experiment::frozen::FrozenResult;
use eps_experiment::output::ReadFiles;
use eps_experiment::{GroundTruth, Session};
use std::path::Path;

/// Predicted masks and what they are counted against.
#[derive(Args, Clone, Debug)]
pub(crate) struct PredictionArgs {
    /// Run, folder of predicted masks, `<id>.png`, or of class maps, `<id>.npz` or another program's `<id>.npy`, or
    /// an archive of `eps freeze`
    #[arg(value_name = "[NAME=]DIR", required_unless_present = "flagged", value_parser = crate::args::not_empty)]
    masks: Option<String>,
    #[command(flatten)]
    truth: TruthArgs,
    /// The same as a flag
    #[arg(
        long = "predictions",
        id = "flagged",
        value_name = "[NAME=]DIR",
        conflicts_with = "masks",
        value_parser = crate::args::not_empty
    )]
    flagged: Option<String>,
    #[command(flatten)]
    maps: MapThresholdArgs,
}

/// What is scored: masks, or the maps that give them.
pub(crate) struct ScoredMasks {
    pub(crate) predictions: Predictions,
    /// What they were frozen with, if they are of an archive, which they leave with.
    pub(crate) frozen: Option<FrozenResult>,
}

impl PredictionArgs {
    fn argument(&self) -> &str {
        self.masks.as_ref().or(self.flagged.as_ref()).map_or("", String::as_str)
    }

    /// The masks as they are named: a folder, which may be a run, or an archive.
    fn named(&self) -> (Option<&str>, &Path) {
        named_folder(self.argument())
    }

    /// The masks, and the ground truth of the images that count: those of an archive, where no flag says others.
    /// Maps are noted.
    pub(crate) fn open(&self, session: &Session<'_>) -> anyhow::Result<(ScoredMasks, GroundTruth)> {
        let path = self.named().1;
        if path.is_file() {
            let frozen = FrozenResult::open(path)?;
            let truth = self.truth.or_list(&frozen.list()).open(session)?;
            let predictions = Predictions::Masks(frozen.masks());
            return Ok((ScoredMasks { predictions, frozen: Some(frozen) }, truth));
        }
        let truth = self.truth.open(session)?;
        let predictions = self.maps.of(&method_folder(self.argument())?);
        note_maps([&predictions], session);
        Ok((ScoredMasks { predictions, frozen: None }, truth))
    }

    /// What tables call the masks.
    pub(crate) fn name<'a>(&'a self, masks: &'a ScoredMasks) -> &'a str {
        let frozen = || masks.frozen.as_ref().map_or("predictions", |result| &result.name);
        self.named().0.unwrap_or_else(frozen)
    }

    /// The files that are read, which no output may replace.
    pub(crate) fn inputs(&self) -> ReadFiles {
        let path = self.named().1;
        self.truth.inputs().run(path).file(path)
    }
}
