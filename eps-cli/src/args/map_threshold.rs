//! The threshold that makes masks of class maps.

use super::fraction;
use clap::Args;
use eps_eval::{Predictions, Threshold, ThresholdChoice, decimal};
use eps_experiment::Session;
use eps_experiment::compare::FIXED_THRESHOLD;
use eps_experiment::run::MethodFolder;

/// The threshold that makes masks of class maps.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct MapThresholdArgs {
    /// Background threshold at which folders of class maps are scored; masks are scored as they are
    #[arg(long, value_name = "T", default_value_t = FIXED_THRESHOLD as f32, value_parser = fraction)]
    pub(crate) threshold: f32,
}

impl MapThresholdArgs {
    /// The masks of a folder, or those of its maps.
    pub(crate) fn of(self, folder: &MethodFolder) -> Predictions {
        folder.predictions(self.threshold)
    }
}

/// How the masks of a folder were made, if they were made of its maps.
pub(crate) fn threshold_of(predictions: &Predictions) -> Option<Threshold> {
    let value = decimal(predictions.threshold()?);
    Some(Threshold { value, chosen: ThresholdChoice::Fixed })
}

/// Says which folders have class maps, at which threshold they are scored, and what shows all thresholds.
pub(crate) fn note_maps<'a>(
    predictions: impl IntoIterator<Item = &'a Predictions>,
    session: &Session<'_>,
) {
    let of_maps = predictions
        .into_iter()
        .filter_map(|predictions| Some((predictions.folder(), predictions.threshold()?)));
    let of_maps: Vec<_> = of_maps.collect();
    let Some((folder, threshold)) = of_maps.first() else { return };
    let more = match of_maps.len() - 1 {
        0 => String::new(),
        1 => " (and 1 more folder)".into(),
        more => format!(" (and {more} more folders)"),
    };
    session.observer.note(&format!(
        "{}{more}: class maps, scored at background threshold {threshold}; `eps sweep` shows every threshold",
        folder.display()
    ));
}
