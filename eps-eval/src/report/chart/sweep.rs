//! Mean IoU against the background threshold of the class maps.

use super::{
    Chart, Curve, legend, lines,
    scale::{ACROSS, Scale, UP},
    style,
};
use crate::report::export::{percent, values};
use crate::{BackgroundRule, LabelledPoint, SweepPoint};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{DashedPathElement, Rectangle},
    style::Color,
};
use std::ops::Range;

/// A curve for each method, with rings at the fixed threshold, dots at the best one, diamonds at
/// those chosen on other images, and the plateau as a band.
#[derive(Clone, Debug)]
pub struct SweepChart<'a> {
    pub curves: &'a [Curve],
    /// Of all curves; powers double from mark to mark of their axis.
    pub rule: BackgroundRule,
}

impl Chart for SweepChart<'_> {
    fn size(&self) -> Size {
        lines::wide(&self.legend())
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, self.title(), &self.legend())?;
        let top = self.top();
        let layout = style::AxesLayout {
            x: self.scale(),
            y: Scale::round(0.0..top, UP),
            x_title: match self.rule {
                BackgroundRule::Constant => "background threshold",
                BackgroundRule::Power => "power α of the background (1 - max)^α",
            },
            y_title: "mean IoU [%]",
        };
        let mut chart = style::axes(&area, &layout)?;
        for (index, curve) in self.curves.iter().enumerate() {
            self.draw_plateau(&mut chart, curve, index, top)?;
        }
        let stroke = style::QUIET.stroke_width(style::THIN);
        for fixed in fixed_thresholds(self.curves) {
            let ends = [0.0, top].map(|iou| (self.along(fixed), iou));
            let line = DashedPathElement::new(ends, style::px(5), style::px(4), stroke);
            chart.draw_series([line])?;
        }
        for (index, curve) in self.curves.iter().enumerate() {
            let line = curve.points.iter().map(|&point| self.place(point));
            lines::draw(&mut chart, line, index)?;
        }
        // Marks come last, so that no curve covers them.
        for (index, curve) in self.curves.iter().enumerate() {
            self.draw_marks(&mut chart, curve, index)?;
        }
        Ok(())
    }
}

impl SweepChart<'_> {
    fn legend(&self) -> Vec<legend::Key> {
        lines::keys(self.curves.iter().map(describe))
    }

    fn title(&self) -> &'static str {
        match self.rule {
            BackgroundRule::Constant => "Mean IoU against background threshold",
            BackgroundRule::Power => "Mean IoU against the power of the background",
        }
    }

    /// Percent at the top of the axis, above all curves and marks.
    fn top(&self) -> f64 {
        let mut highest = 0.0_f64;
        for curve in self.curves {
            let points = curve.points.iter().chain(&curve.fixed).map(|point| point.mean_iou);
            let held_out = curve.held_out.iter().map(|point| point.mean_iou);
            highest = points.chain(held_out).fold(highest, f64::max);
        }
        style::up_to(100.0 * highest, 10.0)
    }

    /// The place of a parameter on its axis.
    fn along(&self, parameter: f64) -> f64 {
        match self.rule {
            BackgroundRule::Constant => parameter,
            BackgroundRule::Power => parameter.log2(),
        }
    }

    fn scale(&self) -> Scale {
        match self.rule {
            BackgroundRule::Constant => Scale::round(self.range(), ACROSS),
            BackgroundRule::Power => {
                Scale::whole(self.range(), ACROSS).named(|place| place.exp2().to_string())
            }
        }
    }

    /// The places of all parameters: thresholds from 0 to 1, powers between whole places.
    fn range(&self) -> Range<f64> {
        if self.rule == BackgroundRule::Constant {
            return 0.0..1.0;
        }
        let points = self.curves.iter().flat_map(|curve| &curve.points);
        let (low, high) = points
            .map(|point| self.along(point.parameter))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |ends, at| (ends.0.min(at), ends.1.max(at)));
        // Without points the ends are still infinite.
        if low > high { 0.0..1.0 } else { low.floor()..high.ceil().max(low.floor() + 1.0) }
    }

    /// Place of the parameter, and mean IoU in percent.
    fn place(&self, point: SweepPoint) -> (f64, f64) {
        (self.along(point.parameter), 100.0 * point.mean_iou)
    }

    /// The mean of the folds' places, and mean IoU in percent.
    fn middle(&self, point: &LabelledPoint) -> (f64, f64) {
        let sum: f64 = point.parameters.iter().map(|&parameter| self.along(parameter)).sum();
        (sum / point.parameters.len() as f64, 100.0 * point.mean_iou)
    }

    fn draw_plateau<B: DrawingBackend>(
        &self,
        chart: &mut style::Axes<'_, B>,
        curve: &Curve,
        index: usize,
        top: f64,
    ) -> style::Drawn<B> {
        let Some(plateau) = curve.plateau else { return Ok(()) };
        let corners = [(self.along(plateau.lowest), 0.0), (self.along(plateau.highest), top)];
        chart.draw_series([Rectangle::new(corners, style::pale(index).filled())])?;
        Ok(())
    }

    fn draw_marks<B: DrawingBackend>(
        &self,
        chart: &mut style::Axes<'_, B>,
        curve: &Curve,
        index: usize,
    ) -> style::Drawn<B> {
        if let Some(point) = &curve.held_out {
            style::diamond(chart, self.middle(point), style::color(index))?;
        }
        lines::draw_marks(chart, curve, index, |point| Some(self.place(point)))
    }
}

/// The method with the values of its marked points.
fn describe(curve: &Curve) -> String {
    let mut marks = Vec::new();
    if let Some(SweepPoint { parameter, mean_iou, .. }) = curve.fixed {
        marks.push(format!("○ {} % at {parameter:.2}", percent(Some(mean_iou))));
    }
    if let Some(point) = &curve.held_out {
        let (iou, thresholds) = (percent(Some(point.mean_iou)), values(point));
        marks.push(format!("◆ held out {iou} % at {thresholds}"));
    }
    if let Some(SweepPoint { parameter, mean_iou, .. }) = curve.best() {
        marks.push(format!("● best {} % at {parameter:.3}", percent(Some(mean_iou))));
    }
    format!("{}: {}", curve.method, marks.join(", "))
}

/// Fixed thresholds, each once.
fn fixed_thresholds(curves: &[Curve]) -> Vec<f64> {
    let mut thresholds: Vec<f64> =
        curves.iter().filter_map(|curve| curve.fixed).map(|point| point.parameter).collect();
    thresholds.sort_by(f64::total_cmp);
    thresholds.dedup();
    thresholds
}
