//! What a sweep found.

use anyhow::Result;
use eps_eval::ranking::ScoreHistogram;
use eps_eval::report::chart::{ChartFiles, ClassMapsChart, Curve, Sheet, SweepChart};
use eps_eval::{SweepPoint, SweepReport, SweepSummary};
use std::path::Path;

/// The scores of a sweep.
#[derive(Clone, Debug)]
pub struct SweepResult {
    pub report: SweepReport,
    /// Precision and recall of each class map at every level, if they were counted.
    pub histogram: Option<ScoreHistogram>,
    /// What makes the scores doubtful.
    pub notes: Vec<String>,
}

impl SweepResult {
    /// Draws mean IoU against the threshold, as `<path>.svg`, `.png` and `.pdf`, and beside it the precision and
    /// recall of the class maps, as `<path>-precision-recall`, if they were counted. `name` is that of the maps.
    ///
    /// # Errors
    ///
    /// If a chart cannot be drawn or written.
    pub fn draw(&self, name: &str, path: &Path, sheet: Sheet) -> Result<()> {
        if let Some(summary) = self.report.rules.first() {
            let curves = [curve(name, summary)];
            let chart = SweepChart { curves: &curves, rule: summary.rule };
            ChartFiles::of(&chart, sheet)?.write(path)?;
        }
        if let Some((histogram, average_precision)) =
            self.histogram.as_ref().zip(self.report.average_precision.as_ref())
        {
            let chart = ClassMapsChart { histogram, average_precision };
            ChartFiles::of(&chart, sheet)?.write_beside(path, "-precision-recall")?;
        }
        Ok(())
    }
}

fn curve(method: &str, summary: &SweepSummary) -> Curve {
    Curve {
        method: method.into(),
        points: summary.points.clone(),
        fixed: summary.fixed.as_ref().map(|fixed| SweepPoint {
            parameter: fixed.parameters[0],
            mean_iou: fixed.mean_iou,
            mean_precision: fixed.mean_precision,
            mean_recall: fixed.mean_recall,
        }),
        held_out: summary.held_out.clone(),
        plateau: Some(summary.plateau),
    }
}
