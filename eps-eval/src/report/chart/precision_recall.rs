//! Mean precision against mean recall, a point for each background threshold.

use super::{Chart, Curve, legend, lines, style};
use crate::SweepPoint;
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
};

/// A curve for each method, with rings at the fixed threshold and dots at that of the best IoU.
#[derive(Clone, Debug)]
pub struct PrecisionRecallChart<'a> {
    pub curves: &'a [Curve],
}

impl Chart for PrecisionRecallChart<'_> {
    fn size(&self) -> Size {
        lines::tall(&self.legend())
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let title = "Precision and recall at every background threshold";
        let area = legend::titled(area, title, &self.legend())?;
        let titles = ["recall, mean over classes [%]", "precision, mean over classes [%]"];
        let layout = lines::to_100(100.0, titles[0], titles[1]);
        let mut chart = style::axes(&area, &layout)?;
        for (index, curve) in self.curves.iter().enumerate() {
            lines::draw(&mut chart, curve.points.iter().copied().filter_map(place), index)?;
        }
        // Marks come last, so that no curve covers them.
        for (index, curve) in self.curves.iter().enumerate() {
            lines::draw_marks(&mut chart, curve, index, place)?;
        }
        Ok(())
    }
}

impl PrecisionRecallChart<'_> {
    fn legend(&self) -> Vec<legend::Key> {
        let signs =
            ["○ fixed threshold", "● threshold of the best mean IoU"].map(legend::Key::note);
        let names = self.curves.iter().map(|curve| curve.method.clone());
        lines::keys(names).into_iter().chain(signs).collect()
    }
}

/// Recall and precision in percent.
fn place(point: SweepPoint) -> Option<(f64, f64)> {
    Some((100.0 * point.mean_recall?, 100.0 * point.mean_precision?))
}
