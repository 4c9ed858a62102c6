//! Predicted masks, and what they are counted against.

use super::{TruthArgs, named_folder};
use crate::outputs::Inputs;
use clap::Args;
use eps_experiment::frozen::FrozenResult;
use eps_experiment::run::RunFolder;
use eps_experiment::{GroundTruth, Session};
use std::path::{Path, PathBuf};

/// Predicted masks and what they are counted against.
#[derive(Args, Clone, Debug)]
pub(crate) struct PredictionArgs {
    /// Folder of predicted masks, `<id>.png`, a run with the masks of `eps infer`, or an archive of `eps freeze`
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
}

/// Where predicted masks are.
pub(crate) enum Predictions {
    Folder(PathBuf),
    Frozen(FrozenResult),
}

impl Predictions {
    /// The folder of masks.
    pub(crate) fn folder(&self) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.clone(),
            Self::Frozen(result) => result.masks(),
        }
    }

    /// What they were frozen with.
    pub(crate) fn frozen(&self) -> Option<&FrozenResult> {
        match self {
            Self::Folder(_) => None,
            Self::Frozen(result) => Some(result),
        }
    }
}

impl PredictionArgs {
    /// The masks as they are named: a folder, which may be a run, or an archive.
    fn named(&self) -> (Option<&str>, &Path) {
        let argument = self.masks.as_ref().or(self.flagged.as_ref());
        named_folder(argument.map_or("", String::as_str))
    }

    /// The masks, and the ground truth of the images that count: those of an archive, where no flag says others.
    pub(crate) fn open(&self, session: &Session<'_>) -> anyhow::Result<(Predictions, GroundTruth)> {
        let path = self.named().1;
        if path.is_file() {
            let frozen = FrozenResult::open(path)?;
            let truth = self.truth.or_list(&frozen.list()).open(session)?;
            return Ok((Predictions::Frozen(frozen), truth));
        }
        let truth = self.truth.open(session)?;
        Ok((Predictions::Folder(RunFolder::masks_in(path)?), truth))
    }

    /// What tables call the masks.
    pub(crate) fn name<'a>(&'a self, predictions: &'a Predictions) -> &'a str {
        let frozen = || predictions.frozen().map_or("predictions", |result| &result.name);
        self.named().0.unwrap_or_else(frozen)
    }

    /// The files that are read, which no output may replace.
    pub(crate) fn inputs(&self) -> Inputs {
        let path = self.named().1;
        self.truth.inputs().run(path).file(path)
    }
}
