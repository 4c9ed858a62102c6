//! The masks that are scored.

use crate::frozen::FrozenResult;
use crate::output::ReadFiles;
use crate::run::MethodFolder;
use crate::{GroundTruth, Session, TruthSource};
use anyhow::Result;
use eps_eval::{Audit, Counts, Predictions, Protocol, Scores, Threshold, ThresholdChoice, decimal};
use std::path::Path;

/// Masks to be scored, as a call names them, and their ground truth.
#[derive(Clone, Debug)]
pub struct MaskSource<'a> {
    /// What tables call them [as an archive says, else `predictions`].
    pub name: Option<&'a str>,
    /// Run, folder of masks or of class maps, or an archive of [`frozen`](crate::frozen).
    pub path: &'a Path,
    /// Background threshold at which class maps are scored.
    pub threshold: f32,
    pub truth: TruthSource,
}

/// What is scored: masks, or the maps that give them.
#[derive(Debug)]
pub struct ScoredMasks {
    /// What tables call them.
    pub name: String,
    pub predictions: Predictions,
    /// What they were frozen with, if they are of an archive, which they leave with.
    pub frozen: Option<FrozenResult>,
}

impl MaskSource<'_> {
    /// The masks, and the ground truth of the images that count: those of an archive, where the source names no
    /// others. Maps are noted.
    ///
    /// # Errors
    ///
    /// If masks, archive or ground truth are not there.
    pub fn open(&self, session: &Session<'_>) -> Result<(ScoredMasks, GroundTruth)> {
        let named = |default: &str| self.name.unwrap_or(default).to_owned();
        if self.path.is_file() {
            let frozen = FrozenResult::open(self.path)?;
            let truth = self.truth.clone().or_list(&frozen.list()).open(session)?;
            let predictions = Predictions::Masks(frozen.masks());
            let name = named(&frozen.name);
            return Ok((ScoredMasks { name, predictions, frozen: Some(frozen) }, truth));
        }
        let truth = self.truth.open(session)?;
        let predictions = MethodFolder::open(self.name, self.path)?.predictions(self.threshold);
        note_maps([&predictions], session);
        Ok((ScoredMasks { name: named("predictions"), predictions, frozen: None }, truth))
    }

    /// The files that are read, which no output may replace.
    pub fn inputs(&self) -> ReadFiles {
        self.truth.inputs().run(self.path).file(self.path)
    }
}

impl ScoredMasks {
    /// The scores that follow from counts of these masks, with the threshold that made masks of maps.
    pub fn scores(&self, counts: &Counts) -> Scores {
        let threshold = self.predictions.threshold().map(|threshold| Threshold {
            value: decimal(threshold),
            chosen: ThresholdChoice::Fixed,
        });
        Scores { threshold, ..counts.scores() }
    }

    /// The scores under every protocol.
    ///
    /// # Errors
    ///
    /// If a file cannot be read; what one protocol refuses is part of the audit.
    pub fn audit(&self, truth: &GroundTruth, session: &Session<'_>) -> Result<Audit> {
        let folder = truth.folder(&self.predictions, None);
        session.observer.begin("masks", folder.len(), 0);
        let outcomes = folder.audit(&Protocol::ALL, session.observer);
        let outcomes = outcomes.map_err(|error| truth.explain(error))?;
        session.observer.end();
        Ok(Audit::new(folder.scored_list(), Protocol::ALL.into_iter().zip(outcomes)))
    }
}

/// Notes which folders have class maps, at which threshold they are scored, and what shows all thresholds.
pub fn note_maps<'a>(
    predictions: impl IntoIterator<Item = &'a Predictions>,
    session: &Session<'_>,
) {
    let of_maps: Vec<_> = predictions
        .into_iter()
        .filter_map(|predictions| Some((predictions.folder(), predictions.threshold()?)))
        .collect();
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
