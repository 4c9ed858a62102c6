//! Mean precision against mean recall, a point for each background threshold.

use super::{Chart, Curve, legend, style};
use crate::SweepPoint;
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    series::LineSeries,
    style::Color,
};

/// A curve for each method, with rings at the fixed threshold and dots at that of the best IoU.
#[derive(Clone, Debug)]
pub struct PrecisionRecallChart<'a> {
    pub curves: &'a [Curve],
}

impl Chart for PrecisionRecallChart<'_> {
    fn size(&self) -> Size {
        // Taller than the others: both axes are fractions of the same pixels.
        Size::new(style::WIDTH, legend::head_height(&self.legend()) + style::PLOT_HEIGHT + 80)
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let title = "Precision and recall at every background threshold";
        let area = legend::titled(area, title, &self.legend())?;
        let layout = style::AxesLayout {
            x: 0.0..100.0,
            y: 0.0..100.0,
            x_title: "recall, mean over classes [%]",
            y_title: "precision, mean over classes [%]",
            x_format: &|recall| format!("{recall:.0}"),
            y_format: &|precision| format!("{precision:.0}"),
        };
        let mut chart = style::axes(&area, &layout)?;
        let curves = || self.curves.iter().enumerate();
        curves().try_for_each(|(index, curve)| draw_curve(&mut chart, curve, index))?;
        // Marks come last, so that no curve covers them.
        curves().try_for_each(|(index, curve)| draw_marks(&mut chart, curve, index))
    }
}

impl PrecisionRecallChart<'_> {
    fn legend(&self) -> Vec<legend::Key> {
        let key = |(index, curve): (usize, &Curve)| legend::Key {
            text: curve.method.clone(),
            sign: legend::Sign::Line(style::color(index)),
        };
        let signs = ["○ fixed threshold", "● threshold of the best mean IoU"]
            .map(|text| legend::Key { text: text.into(), sign: legend::Sign::Nothing });
        self.curves.iter().enumerate().map(key).chain(signs).collect()
    }
}

/// Recall and precision in percent.
fn place(point: SweepPoint) -> Option<(f64, f64)> {
    Some((100.0 * point.mean_recall?, 100.0 * point.mean_precision?))
}

fn draw_curve<B: DrawingBackend>(
    chart: &mut style::Axes<'_, B>,
    curve: &Curve,
    index: usize,
) -> style::Drawn<B> {
    let line = curve.points.iter().copied().filter_map(place);
    let stroke = style::color(index).stroke_width(style::STROKE);
    chart.draw_series(LineSeries::new(line, stroke))?;
    Ok(())
}

fn draw_marks<B: DrawingBackend>(
    chart: &mut style::Axes<'_, B>,
    curve: &Curve,
    index: usize,
) -> style::Drawn<B> {
    let marks = [(curve.at_fixed(), false), (curve.best(), true)];
    marks.into_iter().try_for_each(|(point, filled)| {
        let place = point.and_then(place);
        place.map_or(Ok(()), |place| style::mark(chart, place, style::color(index), filled))
    })
}
