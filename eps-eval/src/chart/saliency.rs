//! Curves of saliency maps over 256 thresholds, a curve for each source.

use super::{Chart, legend, style};
use crate::{export::percent, saliency::SaliencyScores};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    series::LineSeries,
    style::Color,
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
        // Taller than wide ones: both axes are fractions of the same pixels.
        Size::new(style::WIDTH, legend::head_height(&self.legend()) + style::PLOT_HEIGHT + 80)
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, "Precision and recall of saliency maps", &self.legend())?;
        let layout = style::AxesLayout {
            x_title: "recall, mean over images [%]",
            y_title: "precision, mean over images [%]",
            ..layout(100.0)
        };
        let mut chart = style::axes(&area, &layout)?;
        self.scores.iter().enumerate().try_for_each(|(index, scores)| {
            let curves = &scores.curves;
            let points = curves.recall.iter().zip(&curves.precision);
            let line = points.map(|(recall, precision)| (100.0 * recall, 100.0 * precision));
            draw_line(&mut chart, line, index)
        })
    }
}

impl SaliencyPrecisionRecallChart<'_> {
    fn legend(&self) -> Vec<legend::Key> {
        keys(self.scores, |scores| scores.source.clone())
    }
}

impl Chart for SaliencyFChart<'_> {
    fn size(&self) -> Size {
        Size::new(style::WIDTH, legend::head_height(&self.legend()) + style::PLOT_HEIGHT)
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let title = "F-measure of saliency maps at each threshold";
        let area = legend::titled(area, title, &self.legend())?;
        let layout = style::AxesLayout {
            x_title: "threshold, grey value",
            y_title: "F-measure (β² = 0.3), mean over images [%]",
            ..layout(255.0)
        };
        let mut chart = style::axes(&area, &layout)?;
        self.scores.iter().enumerate().try_for_each(|(index, scores)| {
            let points = scores.curves.f.iter().enumerate();
            let line = points.map(|(threshold, f)| (threshold as f64, 100.0 * f));
            draw_line(&mut chart, line, index)
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
        keys(self.scores, |scores| {
            let (best, at) = (percent(Some(scores.max_f)), scores.best_threshold);
            format!("{}: ● best {best} % at {at}", scores.source)
        })
    }
}

/// Axes from 0 to `right` and to 100 %, still without titles.
fn layout(right: f64) -> style::AxesLayout<'static> {
    style::AxesLayout {
        x: 0.0..right,
        y: 0.0..100.0,
        x_title: "",
        y_title: "",
        x_format: &|value| format!("{value:.0}"),
        y_format: &|value| format!("{value:.0}"),
    }
}

fn keys(scores: &[SaliencyScores], text: fn(&SaliencyScores) -> String) -> Vec<legend::Key> {
    let key = |(index, scores): (usize, &SaliencyScores)| legend::Key {
        text: text(scores),
        sign: legend::Sign::Line(style::color(index)),
    };
    scores.iter().enumerate().map(key).collect()
}

fn draw_line<B: DrawingBackend>(
    chart: &mut style::Axes<'_, B>,
    line: impl Iterator<Item = (f64, f64)>,
    index: usize,
) -> style::Drawn<B> {
    let stroke = style::color(index).stroke_width(style::STROKE);
    chart.draw_series(LineSeries::new(line, stroke))?;
    Ok(())
}
