//! Precision against recall of every class, methods by colour.

use super::{Chart, legend, style};
use crate::ClassCounts;
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::PathElement,
    series::LineSeries,
    style::Color,
};

/// A dot for each class and method, joined from the first method to each other, and curves of equal
/// IoU: a mask may lack precision, recall, or both.
#[derive(Clone, Debug)]
pub struct RetrievalScatterChart<'a> {
    /// Names and pixels of each class.
    pub methods: &'a [(String, Vec<ClassCounts>)],
}

/// Curves of equal IoU that are drawn.
const IOUS: [f64; 4] = [0.2, 0.4, 0.6, 0.8];

/// Points of a curve of equal IoU.
const POINTS: usize = 60;

impl Chart for RetrievalScatterChart<'_> {
    fn size(&self) -> Size {
        Size::new(style::WIDTH, legend::head_height(&self.legend()) + style::PLOT_HEIGHT + 120)
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, "Precision and recall of each class", &self.legend())?;
        let layout = style::AxesLayout {
            x: 0.0..100.0,
            y: 0.0..100.0,
            x_title: "recall [%]",
            y_title: "precision [%]",
            x_format: &|recall| format!("{recall:.0}"),
            y_format: &|precision| format!("{precision:.0}"),
        };
        let mut chart = style::axes(&area, &layout)?;
        for iou in IOUS {
            let stroke = style::GRID.stroke_width(style::STROKE);
            chart.draw_series(LineSeries::new(curve(iou), stroke))?;
        }
        let points: Vec<Vec<Option<(f64, f64)>>> =
            self.methods.iter().map(|(_, counts)| counts.iter().map(place).collect()).collect();
        let Some((first, others)) = points.split_first() else { return Ok(()) };
        for (index, other) in others.iter().enumerate() {
            let stroke = style::pale(index + 1).stroke_width(style::THIN);
            let ends = first.iter().zip(other).filter_map(|(from, to)| from.zip(*to));
            let lines = ends.map(|(from, to)| PathElement::new(vec![from, to], stroke));
            chart.draw_series(lines)?;
        }
        for (index, own) in points.iter().enumerate() {
            for &point in own.iter().flatten() {
                style::mark(&mut chart, point, style::color(index), true)?;
            }
        }
        Ok(())
    }
}

impl RetrievalScatterChart<'_> {
    fn legend(&self) -> Vec<legend::Key> {
        let key = |(index, (name, _)): (usize, &(String, Vec<ClassCounts>))| legend::Key {
            text: name.clone(),
            sign: legend::Sign::Bar(style::color(index)),
        };
        let curves = IOUS.map(|iou| format!("{:.0}", 100.0 * iou)).join(", ");
        let text = format!("grey: IoU of {curves} %");
        let methods = self.methods.iter().enumerate().map(key);
        methods.chain([legend::Key { text, sign: legend::Sign::Nothing }]).collect()
    }
}

/// Recall and precision in percent; `None` for a class that the truth lacks or that was never predicted.
fn place(counts: &ClassCounts) -> Option<(f64, f64)> {
    Some((100.0 * counts.recall()?, 100.0 * counts.precision()?))
}

/// Recall and precision of one IoU: `1 / IoU = 1 / precision + 1 / recall - 1`.
fn curve(iou: f64) -> impl Iterator<Item = (f64, f64)> {
    (0..=POINTS).map(move |index| {
        let recall = iou + (1.0 - iou) * index as f64 / POINTS as f64;
        let precision = 1.0 / (1.0 / iou + 1.0 - 1.0 / recall);
        (100.0 * recall, 100.0 * precision)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_of_equal_iou_begins_and_ends_at_a_perfect_ratio() {
        let points: Vec<_> = curve(0.4).collect();
        let is_near = |(a, b): (f64, f64), (c, d): (f64, f64)| {
            (a - c).abs() < 1e-9 && (b - d).abs() < 1e-9
        };
        assert!(is_near(points[0], (40.0, 100.0)), "{:?}", points[0]);
        assert!(is_near(points[POINTS], (100.0, 40.0)), "{:?}", points[POINTS]);
    }

    #[test]
    fn pixels_give_recall_and_precision() {
        let counts = ClassCounts { intersection: 2, truth: 8, predicted: 4 };
        assert_eq!(place(&counts), Some((25.0, 50.0)));
        assert_eq!(place(&ClassCounts { intersection: 0, truth: 8, predicted: 0 }), None);
    }
}
