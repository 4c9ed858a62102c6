//! Precision against recall of every class map, over all thresholds.

use super::{Chart, legend, lines, style};
use crate::report::export::percent;
use crate::{
    AveragePrecisions,
    ranking::{PrecisionRecall, ScoreHistogram},
};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    series::LineSeries,
    style::Color,
};

/// A pale curve for each class and a strong one for their mean.
#[derive(Clone, Debug)]
pub struct ClassMapsChart<'a> {
    pub histogram: &'a ScoreHistogram,
    pub average_precision: &'a AveragePrecisions,
}

impl Chart for ClassMapsChart<'_> {
    fn size(&self) -> Size {
        lines::tall(&self.legend())
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, "Per-class precision–recall", &self.legend())?;
        let layout = lines::to_100(100.0, "recall [%]", "precision [%]");
        let mut chart = style::axes(&area, &layout)?;
        for class in 1..self.histogram.classes() {
            let stroke = style::mixed(style::QUIET, 1).stroke_width(style::THIN);
            chart.draw_series(LineSeries::new(line(&self.histogram.curve(class)), stroke))?;
        }
        lines::draw(&mut chart, line(&self.histogram.mean_curve()), 0)
    }
}

impl ClassMapsChart<'_> {
    fn legend(&self) -> Vec<legend::Key> {
        let mean = percent(self.average_precision.mean);
        let key = |text, sign| legend::Key { text, sign };
        let classes = self.average_precision.classes.iter().filter(|class| class.1.is_some());
        let classes = classes
            .map(|(name, value)| key(format!("{name} {}", percent(*value)), legend::Sign::Nothing));
        let strong = legend::Sign::Line(style::color(0));
        let pale = legend::Sign::Line(style::mixed(style::QUIET, 1));
        [
            key(format!("mean over classes (mAP {mean} %)"), strong),
            key("the classes, with their average precision [%]:".into(), pale),
        ]
        .into_iter()
        .chain(classes)
        .collect()
    }
}

/// Recall and precision in percent, where both exist.
fn line(curve: &[PrecisionRecall]) -> Vec<(f64, f64)> {
    let place = |at: &PrecisionRecall| Some((100.0 * at.recall?, 100.0 * at.precision?));
    curve.iter().filter_map(place).collect()
}
