//! Losses against updates.

use super::{Chart, legend, style};
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

/// The total loss and its parts, smoothed by a centred moving mean.
#[derive(Clone, Debug)]
pub struct TrainingChart<'a> {
    pub method: &'a str,
    pub steps: &'a [TrainingStep],
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
        Size::new(style::WIDTH, legend::head_height(&keys(&self.lines())) + style::PLOT_HEIGHT)
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let lines = self.lines();
        let area = legend::titled(area, &self.title(), &keys(&lines))?;
        let points = || lines.iter().flat_map(|line| &line.points);
        let last = points().map(|&(step, _)| step).fold(1.0, f64::max);
        let highest = points().map(|&(_, loss)| loss).fold(0.0, f64::max);
        let top = if highest > 0.0 { 1.05 * highest } else { 1.0 };
        let digits = (1.0 - top.log10().floor()).clamp(0.0, 6.0) as usize;
        let layout = style::AxesLayout {
            x: 0.0..last,
            y: 0.0..top,
            x_title: "update",
            y_title: "loss",
            x_format: &|step| format!("{step:.0}"),
            y_format: &|loss| format!("{loss:.digits$}"),
        };
        let mut chart = style::axes(&area, &layout)?;
        for line in lines {
            let stroke = style::color(line.color).stroke_width(style::STROKE);
            chart.draw_series(LineSeries::new(line.points, stroke))?;
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
        let line = |name, color, loss: Loss| Line { name, color, points: self.smoothed(loss) };
        let total = line("total", 0, |step| Some(step.loss));
        let classification = line("classification", 1, |step| Some(step.loss_cls));
        let saliency = line("saliency", 2, |step| step.loss_sal);
        match saliency.points.is_empty() {
            true => vec![classification],
            false => vec![total, classification, saliency],
        }
    }

    /// Points of one loss; values that are absent or not finite are left out.
    fn smoothed(&self, loss: Loss) -> Vec<(f64, f64)> {
        let known = |step: &TrainingStep| {
            loss(step).filter(|loss| loss.is_finite()).map(|loss| (step.step as f64, loss))
        };
        let points: Vec<(f64, f64)> = self.steps.iter().filter_map(known).collect();
        moving_mean(&points, self.window() / 2)
    }
}

/// Each value replaced by the mean of those up to `reach` before and after it, fewer at the ends.
fn moving_mean(points: &[(f64, f64)], reach: usize) -> Vec<(f64, f64)> {
    let mean = |(index, &(step, _)): (usize, &(f64, f64))| {
        let reach = reach.min(index).min(points.len() - 1 - index);
        let around = &points[index - reach..=index + reach];
        (step, around.iter().map(|&(_, value)| value).sum::<f64>() / around.len() as f64)
    };
    points.iter().enumerate().map(mean).collect()
}

fn keys(lines: &[Line]) -> Vec<legend::Key> {
    let key = |line: &Line| legend::Key {
        text: line.name.to_owned(),
        sign: legend::Sign::Line(style::color(line.color)),
    };
    lines.iter().map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let chart = TrainingChart { method: "CAM", steps: &steps };
        assert_eq!(chart.lines()[0].points, [(1.0, 1.0), (3.0, 0.5)]);
        assert_eq!(chart.lines().len(), 1, "without saliency there is one loss");
        assert_eq!(chart.title(), "CAM: training losses, as logged");
    }
}
