//! Mean IoU near the true boundaries by the width of the band.

use super::{
    Chart, legend, lines,
    scale::{ACROSS, Scale, UP},
    style,
};
use crate::MethodDetails;
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
};

/// A curve for each method, with a mark at each width.
#[derive(Clone, Debug)]
pub struct TrimapChart<'a> {
    pub methods: &'a [MethodDetails],
}

impl Chart for TrimapChart<'_> {
    fn size(&self) -> Size {
        lines::wide(&self.legend())
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let title = "Mean IoU in a band around the true boundaries";
        let area = legend::titled(area, title, &self.legend())?;
        let curves: Vec<_> = self.methods.iter().map(curve).collect();
        let (widths, ious): (Vec<f64>, Vec<f64>) = curves.iter().flatten().copied().unzip();
        let highest = ious.iter().copied().fold(0.0, f64::max);
        let lowest = ious.iter().copied().fold(f64::INFINITY, f64::min).min(highest);
        let widest = widths.into_iter().fold(1.0, f64::max);
        let layout = style::AxesLayout {
            x: Scale::whole(0.0..widest, ACROSS),
            y: Scale::round((lowest / 10.0).floor() * 10.0..style::up_to(highest, 10.0), UP),
            x_title: "width of the band [pixels]",
            y_title: "mean IoU [%]",
        };
        let mut chart = style::axes(&area, &layout)?;
        for (index, curve) in curves.iter().enumerate() {
            lines::draw(&mut chart, curve.iter().copied(), index)?;
            for &point in curve {
                style::mark(&mut chart, point, style::color(index), true)?;
            }
        }
        Ok(())
    }
}

impl TrimapChart<'_> {
    fn legend(&self) -> Vec<legend::Key> {
        lines::keys(self.methods.iter().map(|method| method.name.clone()))
    }
}

/// Widths and mean IoU in percent.
fn curve(method: &MethodDetails) -> Vec<(f64, f64)> {
    let points = method.boundary.trimap.iter();
    points.filter_map(|point| Some((f64::from(point.width), 100.0 * point.mean_iou?))).collect()
}
