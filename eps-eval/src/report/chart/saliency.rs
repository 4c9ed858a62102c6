//! Curves of saliency maps over 256 thresholds, a curve for each source.

use super::{Chart, legend, lines, style};
use crate::report::export::percent;
use crate::saliency::SaliencyScores;
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
};

/// Precision against recall, means over images at each threshold.
#[derive(Clone, Copy, Debug)]
pub struct SaliencyPrecisionRecallChart<'a> {
    pub scores: &'a [SaliencyScores],
}

/// F-measure against the threshold, means over images, with dots where it is highest.
#[derive(Clone, Copy, Debug)]
pub struct SaliencyFChart<'a> {
    pub scores: &'a [SaliencyScores],
}

impl Chart for SaliencyPrecisionRecallChart<'_> {
    fn size(&self) -> Size {
        lines::tall(&self.legend())
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, "Precision and recall of saliency maps", &self.legend())?;
        let titles = ["recall, mean over images [%]", "precision, mean over images [%]"];
        let layout = lines::to_100(100.0, titles[0], titles[1]);
        let mut chart = style::axes(&area, &layout)?;
        self.scores.iter().enumerate().try_for_each(|(index, scores)| {
            let curves = &scores.curves;
            let points = curves.recall.iter().zip(&curves.precision);
            let line = points.map(|(recall, precision)| (100.0 * recall, 100.0 * precision));
            lines::draw(&mut chart, line, index)
        })
    }
}

impl SaliencyPrecisionRecallChart<'_> {
    fn legend(&self) -> Vec<legend::Key> {
        lines::keys(self.scores.iter().map(|scores| scores.source.clone()))
    }
}

impl Chart for SaliencyFChart<'_> {
    fn size(&self) -> Size {
        lines::wide(&self.legend())
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let title = "F-measure of saliency maps at each threshold";
        let area = legend::titled(area, title, &self.legend())?;
        let f = "F-measure (β² = 0.3), mean over images [%]";
        let layout = lines::to_100(255.0, "threshold, grey value", f);
        let mut chart = style::axes(&area, &layout)?;
        self.scores.iter().enumerate().try_for_each(|(index, scores)| {
            let points = scores.curves.f.iter().enumerate();
            let line = points.map(|(threshold, f)| (threshold as f64, 100.0 * f));
            lines::draw(&mut chart, line, index)
        })?;
        // Marks come last, so that no curve covers them.
        self.scores.iter().enumerate().try_for_each(|(index, scores)| {
            let best = (scores.best_threshold as f64, 100.0 * scores.max_f);
            style::mark(&mut chart, best, style::color(index), true)
        })
    }
}

impl SaliencyFChart<'_> {
    fn legend(&self) -> Vec<legend::Key> {
        lines::keys(self.scores.iter().map(|scores| {
            let (best, at) = (percent(Some(scores.max_f)), scores.best_threshold);
            format!("{}: ● best {best} % at {at}", scores.source)
        }))
    }
}
