//! Losses against updates.

use super::{
    Chart, legend, lines,
    scale::{ACROSS, Scale, UP},
    style,
};
use crate::report::ReferenceLoss;
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    series::LineSeries,
    style::Color,
};

/// What one logged update of the training reported.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainingStep {
    /// Number of the update, counted from 1.
    pub step: u64,
    pub loss: f64,
    pub loss_cls: f64,
    /// Absent where the method does not look at saliency.
    pub loss_sal: Option<f64>,
    /// Learning rate.
    pub lr: f64,
}

/// The total loss and its parts, smoothed by a centred moving mean, over those of the reference.
#[derive(Clone, Debug)]
pub struct TrainingChart<'a> {
    pub method: &'a str,
    pub steps: &'a [TrainingStep],
    /// Of the published run with this recipe; empty where there is none.
    pub reference: &'a [ReferenceLoss],
}

/// A loss of a logged update.
type Loss = fn(&TrainingStep) -> Option<f64>;

/// One of the losses: its name, the index of its colour, and its points, updates and losses.
#[derive(Debug, PartialEq)]
struct Line {
    name: &'static str,
    color: usize,
    points: Vec<(f64, f64)>,
}

impl Chart for TrainingChart<'_> {
    fn size(&self) -> Size {
        lines::wide(&self.keys(&self.lines()))
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let lines = self.lines();
        let area = legend::titled(area, &self.title(), &self.keys(&lines))?;
        let points = lines.iter().flat_map(|line| &line.points);
        let last = points.clone().map(|&(step, _)| step).fold(1.0, f64::max);
        let highest = points.map(|&(_, loss)| loss).fold(0.0, f64::max);
        let top = if highest > 0.0 { 1.05 * highest } else { 1.0 };
        let layout = style::AxesLayout {
            x: Scale::whole(0.0..last, ACROSS),
            y: Scale::round(0.0..top, UP),
            x_title: "update",
            y_title: "loss",
        };
        let mut chart = style::axes(&area, &layout)?;
        for (begin, end, loss) in self.reference_levels(last, top) {
            let stroke = style::QUIET.stroke_width(style::STROKE);
            chart.draw_series(LineSeries::new([(begin, loss), (end, loss)], stroke))?;
        }
        for line in lines {
            lines::draw(&mut chart, line.points, line.color)?;
        }
        Ok(())
    }
}

impl TrainingChart<'_> {
    /// Number of logged updates in a mean: about a fiftieth of them, and odd.
    fn window(&self) -> usize {
        self.steps.len() / 50 / 2 * 2 + 1
    }

    fn title(&self) -> String {
        match self.window() {
            1 => format!("{}: training losses, as logged", self.method),
            window => {
                format!("{}: training losses, moving mean of {window} logged updates", self.method)
            }
        }
    }

    /// The losses that were logged. Without saliency the total is the classification loss.
    fn lines(&self) -> Vec<Line> {
        let total = self.line("total", 0, |step| Some(step.loss));
        let classification = self.line("classification", 1, |step| Some(step.loss_cls));
        let saliency = self.line("saliency", 2, |step| step.loss_sal);
        match saliency.points.is_empty() {
            true => vec![classification],
            false => vec![total, classification, saliency],
        }
    }

    /// Begin, end and height of the reference's means, of each part of the loss, as far as the axes
    /// reach.
    fn reference_levels(&self, last: f64, top: f64) -> Vec<(f64, f64, f64)> {
        let mut levels = Vec::new();
        for reference in self.reference {
            let begin = reference.updates.start as f64;
            let end = (reference.updates.end as f64).min(last);
            let losses = [Some(reference.loss_cls), reference.loss_sal].into_iter().flatten();
            if begin < end {
                levels.extend(losses.filter(|&loss| loss <= top).map(|loss| (begin, end, loss)));
            }
        }
        levels
    }

    fn keys(&self, lines: &[Line]) -> Vec<legend::Key> {
        let lines = lines.iter().map(|line| legend::Key::line(line.name, style::color(line.color)));
        let mut keys: Vec<_> = lines.collect();
        if !self.reference.is_empty() {
            keys.push(legend::Key::line("as published", style::QUIET));
        }
        keys
    }

    /// One loss, smoothed; values that are absent or not finite are left out.
    fn line(&self, name: &'static str, color: usize, loss: Loss) -> Line {
        let known = self.steps.iter().filter_map(|step| {
            let loss = loss(step).filter(|loss| loss.is_finite())?;
            Some((step.step as f64, loss))
        });
        let points = moving_mean(&known.collect::<Vec<_>>(), self.window() / 2);
        Line { name, color, points }
    }
}

/// Each value replaced by the mean of those up to `reach` before and after it, fewer at the ends.
fn moving_mean(points: &[(f64, f64)], reach: usize) -> Vec<(f64, f64)> {
    let means = points.iter().enumerate().map(|(index, &(step, _))| {
        // As many before as after, also at the ends: the mean of one side would be off a curve that
        // falls.
        let reach = reach.min(index).min(points.len() - 1 - index);
        let around = &points[index - reach..=index + reach];
        (step, around.iter().map(|&(_, value)| value).sum::<f64>() / around.len() as f64)
    });
    means.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ReferenceRun, reference_losses};

    #[test]
    fn a_moving_mean_narrows_at_the_ends() {
        let points = [(0.0, 1.0), (1.0, 4.0), (2.0, 7.0), (3.0, 1.0)];
        assert_eq!(moving_mean(&points, 1), [(0.0, 1.0), (1.0, 4.0), (2.0, 4.0), (3.0, 1.0)]);
    }

    #[test]
    fn a_loss_that_is_not_finite_is_left_out() {
        let step =
            |step, loss| TrainingStep { step, loss, loss_cls: loss, loss_sal: None, lr: 0.1 };
        let steps = [step(1, 1.0), step(2, f64::NAN), step(3, 0.5)];
        let chart = TrainingChart { method: "CAM", steps: &steps, reference: &[] };
        assert_eq!(chart.lines()[0].points, [(1.0, 1.0), (3.0, 0.5)]);
        assert_eq!(chart.lines().len(), 1, "without saliency there is one loss");
        assert_eq!(chart.title(), "CAM: training losses, as logged");
    }

    #[test]
    fn the_references_means_end_where_the_run_does() {
        let reference = reference_losses(ReferenceRun::Voc12Eps);
        let chart = TrainingChart { method: "EPS", steps: &[], reference: &reference };
        let levels = chart.reference_levels(700.0, 0.2);
        // The first classification loss, 0.2067, is above the axis.
        assert_eq!(levels, [(1.0, 500.0, 0.0543), (500.0, 700.0, 0.1418), (500.0, 700.0, 0.0496)]);
        assert_eq!(chart.keys(&[]).len(), 1);
    }
}
