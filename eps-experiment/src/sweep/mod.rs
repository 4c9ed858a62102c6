//! Class maps scored at every background threshold.

mod notes;
mod result;

use crate::evaluate::ImageFaults;
use crate::refine::RefinedSweep;
use crate::{GroundTruth, Session};
use anyhow::{Context as _, Result};
use eps_data::ClassId;
use eps_data::labels::read_image_scores;
use eps_eval::ranking::{ImageRanking, ScoreHistogram};
use eps_eval::{
    AveragePrecisions, BackgroundRule, Cuts, Protocol, SweepPlan, SweepReport, SweepSummary,
    sweep_faults, sweep_folder,
};
pub use result::SweepResult;
use std::path::Path;

/// A folder of class maps, and what of it is scored.
#[derive(Clone, Copy, Debug)]
pub struct MapSweep<'a> {
    /// Folder of class maps, `<id>.npz` or another program's `<id>.npy`.
    pub cams: &'a Path,
    /// The ground truth; with a classifier its items have the classes of their images.
    pub truth: &'a GroundTruth,
    /// Constant backgrounds, in `0..=1` [0, 0.001, .. 0.999; with a CRF those of `powers` alone].
    pub thresholds: &'a [f32],
    /// Powers α of a background (1 - max)^α [0.25, 0.5, .. 250; with a CRF 1, 2, 4, 8, 16, 32].
    pub powers: &'a [f32],
    /// The threshold that was fixed in advance, in `0..=1`; a CRF has none.
    pub fixed: f32,
    /// Folds of the cross-validation that chooses a threshold; 1 makes none.
    pub folds: usize,
    /// Mean IoU, as a fraction, that a threshold on the plateau may lose against the best.
    pub plateau: f64,
    /// Whether all faults are looked for instead of the first.
    pub keep_going: bool,
    /// Whether precision and recall of each class map are counted at every level; not with a CRF.
    pub with_levels: bool,
    /// Scores of whole images by a classifier, as CSV.
    pub classifier: Option<&'a Path>,
    /// The CRF that refines the maps with each background.
    pub crf: Option<RefinedSweep<'a>>,
}

impl MapSweep<'_> {
    /// Scores the maps, and notes what makes the scores doubtful: classes that are off by one, a best value at the
    /// end of those that were asked for.
    ///
    /// # Errors
    ///
    /// The first file that is missing, damaged or does not fit, or with `keep_going` all of them as
    /// [`ImageFaults`]; if no pixel of the ground truth counts.
    pub fn run(&self, session: &Session<'_>) -> Result<SweepResult> {
        let truth = self.truth;
        let classifier = self.classifier_precisions()?;
        let (rules, histogram) =
            self.count(session).map_err(|error| self.explained(error, session))?;
        let rules = rules.context("no pixel of the truth counts")?;
        let average_precision = histogram.as_ref().map(|scores| {
            AveragePrecisions::new(&truth.names, |class| scores.average_precision(class))
        });
        let report = SweepReport {
            protocol: Protocol::Voc,
            list: truth.list.id(),
            refinement: self.crf.map(|crf| crf.described()),
            rules,
            average_precision,
            classifier,
        };
        let shift = notes::shift(&truth.items, self.cams, &truth.names);
        let listed = report.rules.iter().filter(|summary| self.lists(summary.rule));
        let notes = shift.into_iter().chain(listed.filter_map(notes::edge)).collect();
        Ok(SweepResult { report, histogram, notes })
    }

    /// Whether the parameters of a rule were chosen, so that they may end too early.
    fn lists(&self, rule: BackgroundRule) -> bool {
        match rule {
            BackgroundRule::Constant => !self.thresholds.is_empty(),
            BackgroundRule::Power => !self.powers.is_empty() || self.crf.is_some(),
        }
    }

    /// Counts the maps, or the masks that a CRF makes of them, with each background.
    fn count(
        &self,
        session: &Session<'_>,
    ) -> Result<(Option<Vec<SweepSummary>>, Option<ScoreHistogram>)> {
        let (items, classes) = (&self.truth.items[..], self.truth.names.len());
        let (thresholds, powers) = (self.thresholds.to_vec(), self.powers.to_vec());
        let observer = session.observer;
        if let Some(crf) = self.crf {
            let plan = RefinedSweep::plan(classes, thresholds, powers, self.folds);
            let swept = crf.count(items, self.cams, &plan, observer)?;
            let summaries = swept.iter().map(|rule| SweepSummary::new(rule, None, self.plateau));
            return Ok((summaries.collect(), None));
        }
        let plan = SweepPlan::with_fixed(classes, thresholds, powers, self.fixed, self.folds);
        // Of precision and recall, whichever thresholds are swept: average precision depends on them.
        let levels = || Cuts::new(BackgroundRule::Constant.default_parameters());
        let plan = SweepPlan { levels: self.with_levels.then(levels), ..plan };
        observer.begin("class maps", items.len(), 0);
        let swept = sweep_folder(items, self.cams, &plan, observer)?;
        observer.end();
        let summaries = SweepSummary::beside_fixed(swept.rules, self.fixed, self.plateau);
        Ok((summaries, swept.histogram))
    }

    /// An error of the counting with all others like it where they are asked for.
    fn explained(&self, error: anyhow::Error, session: &Session<'_>) -> anyhow::Error {
        let GroundTruth { items, names, .. } = self.truth;
        if !self.keep_going {
            // A class beyond the last one may be off by one, and all others too.
            let shift = notes::shift(items, self.cams, names);
            shift.iter().for_each(|note| session.observer.note(note));
            return self.truth.explain(error);
        }
        // A fault of another kind, such as a missing image of the CRF, is the first one alone.
        let all = sweep_faults(items, self.cams, names.len());
        match all.is_empty() {
            true => self.truth.explain(error),
            false => ImageFaults::new(all, items.len(), self.truth).into(),
        }
    }

    /// Average precisions of the classifier's scores, if there are any.
    fn classifier_precisions(&self) -> Result<Option<AveragePrecisions>> {
        let GroundTruth { list, items, names, .. } = self.truth;
        let Some(path) = self.classifier else { return Ok(None) };
        let mut ranking = ImageRanking::new(names.objects());
        for (scores, item) in read_image_scores(path, list, names)?.iter().zip(items) {
            ranking.add(scores, item.classes);
        }
        let precision = |class: usize| ranking.average_precision(class as ClassId);
        Ok(Some(AveragePrecisions::new(names, precision)))
    }
}
