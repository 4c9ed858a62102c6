//! Predicted masks, and what they are counted against.

use super::{MapThresholdArgs, TruthArgs, named_folder};
use clap::Args;
use eps_experiment::evaluate::MaskSource;

/// Predicted masks and what they are counted against.
#[derive(Args, Clone, Debug)]
pub(crate) struct PredictionArgs {
    /// Run, folder of predicted masks, `<id>.png`, or of class maps, `<id>.npz` or another program's `<id>.npy`, or
    /// an archive of `eps freeze`
    #[arg(value_name = "[NAME=]DIR", required_unless_present = "flagged", value_parser = crate::args::named_path)]
    masks: Option<String>,
    #[command(flatten)]
    truth: TruthArgs,
    /// The same as a flag
    #[arg(
        long = "predictions",
        id = "flagged",
        value_name = "[NAME=]DIR",
        conflicts_with = "masks",
        value_parser = crate::args::named_path
    )]
    flagged: Option<String>,
    #[command(flatten)]
    maps: MapThresholdArgs,
}

impl PredictionArgs {
    /// The masks as they are named, a folder, which may be a run, or an archive; and their ground truth.
    pub(crate) fn source(&self) -> MaskSource<'_> {
        let argument = self.masks.as_ref().or(self.flagged.as_ref());
        let (name, path) = named_folder(argument.map_or("", String::as_str));
        MaskSource { name, path, threshold: self.maps.threshold, truth: self.truth.source() }
    }
}
