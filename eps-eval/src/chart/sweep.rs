//! Mean IoU against the background threshold of the class maps.

use super::{Chart, Curve, legend, style};
use crate::{
    LabelledPoint, SweepPoint,
    export::{percent, values},
};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{DashedPathElement, Rectangle},
    series::LineSeries,
    style::Color,
};

/// A curve for each method, with rings at the fixed threshold, dots at the best one, diamonds at
/// those chosen on other images, and the plateau as a band.
#[derive(Clone, Debug)]
pub struct SweepChart<'a> {
    pub curves: &'a [Curve],
}

impl Chart for SweepChart<'_> {
    fn size(&self) -> Size {
        Size::new(style::WIDTH, legend::head_height(&self.legend()) + style::PLOT_HEIGHT)
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let title = "Mean IoU against background threshold";
        let area = legend::titled(area, title, &self.legend())?;
        let ious = self.curves.iter().flat_map(|curve| &curve.points);
        let top = style::up_to(ious.map(|point| 100.0 * point.mean_iou).fold(0.0, f64::max), 10.0);
        let layout = style::AxesLayout {
            x: 0.0..1.0,
            y: 0.0..top,
            x_title: "background threshold",
            y_title: "mean IoU [%]",
            x_format: &|threshold| format!("{threshold:.1}"),
            y_format: &|iou| format!("{iou:.0}"),
        };
        let mut chart = style::axes(&area, &layout)?;
        for (index, curve) in self.curves.iter().enumerate() {
            draw_plateau(&mut chart, curve, index, top)?;
        }
        let stroke = style::QUIET.stroke_width(style::THIN);
        for fixed in fixed_thresholds(self.curves) {
            let ends = [(fixed, 0.0), (fixed, top)];
            let line = DashedPathElement::new(ends, style::px(5), style::px(4), stroke);
            chart.draw_series([line])?;
        }
        let curves = || self.curves.iter().enumerate();
        curves().try_for_each(|(index, curve)| draw_curve(&mut chart, curve, index))?;
        // Marks come last, so that no curve covers them.
        curves().try_for_each(|(index, curve)| draw_marks(&mut chart, curve, index))
    }
}

impl SweepChart<'_> {
    fn legend(&self) -> Vec<legend::Key> {
        let key = |(index, curve): (usize, &Curve)| legend::Key {
            text: describe(curve),
            sign: legend::Sign::Line(style::color(index)),
        };
        self.curves.iter().enumerate().map(key).collect()
    }
}

/// The method with the values of its marked points.
fn describe(curve: &Curve) -> String {
    let value = |iou| percent(Some(iou));
    let fixed = curve
        .at_fixed()
        .map(|point| format!("○ {} % at {:.2}", value(point.mean_iou), point.parameter));
    let best = curve
        .best()
        .map(|point| format!("● best {} % at {:.3}", value(point.mean_iou), point.parameter));
    let held_out = curve
        .held_out
        .as_ref()
        .map(|point| format!("◆ held out {} % at {}", value(point.mean_iou), values(point)));
    let values: Vec<String> = fixed.into_iter().chain(held_out).chain(best).collect();
    format!("{}: {}", curve.method, values.join(", "))
}

/// Fixed thresholds, each once.
fn fixed_thresholds(curves: &[Curve]) -> Vec<f64> {
    let mut thresholds: Vec<f64> = curves.iter().filter_map(|curve| curve.fixed).collect();
    thresholds.sort_by(f64::total_cmp);
    thresholds.dedup();
    thresholds
}

/// Threshold and mean IoU in percent.
fn place(point: SweepPoint) -> (f64, f64) {
    (point.parameter, 100.0 * point.mean_iou)
}

fn draw_curve<B: DrawingBackend>(
    chart: &mut style::Axes<'_, B>,
    curve: &Curve,
    index: usize,
) -> style::Drawn<B> {
    let line = curve.points.iter().copied().map(place);
    let stroke = style::color(index).stroke_width(style::STROKE);
    chart.draw_series(LineSeries::new(line, stroke))?;
    Ok(())
}

fn draw_plateau<B: DrawingBackend>(
    chart: &mut style::Axes<'_, B>,
    curve: &Curve,
    index: usize,
    top: f64,
) -> style::Drawn<B> {
    let Some(plateau) = curve.plateau else { return Ok(()) };
    let corners = [(plateau.lowest, 0.0), (plateau.highest, top)];
    chart.draw_series([Rectangle::new(corners, style::pale(index).filled())])?;
    Ok(())
}

/// The mean of the folds' thresholds, and mean IoU in percent.
fn middle(point: &LabelledPoint) -> (f64, f64) {
    let sum: f64 = point.parameters.iter().sum();
    (sum / point.parameters.len() as f64, 100.0 * point.mean_iou)
}

fn draw_marks<B: DrawingBackend>(
    chart: &mut style::Axes<'_, B>,
    curve: &Curve,
    index: usize,
) -> style::Drawn<B> {
    if let Some(point) = &curve.held_out {
        style::diamond(chart, middle(point), style::color(index))?;
    }
    let marks = [(curve.at_fixed(), false), (curve.best(), true)];
    marks.into_iter().try_for_each(|(point, filled)| {
        let place = point.map(place);
        place.map_or(Ok(()), |place| style::mark(chart, place, style::color(index), filled))
    })
}
