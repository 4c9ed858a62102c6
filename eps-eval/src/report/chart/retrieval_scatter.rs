//! Precision against recall of every class, methods by colour.

use super::{
    Chart, bars, legend, lines,
    names::{Names, around},
    style,
};
use crate::{ClassRetrieval, MethodDetails};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{EmptyElement, PathElement, Text},
    series::LineSeries,
    style::{
        Color,
        text_anchor::{HPos, VPos},
    },
};

/// A dot for each class and method, joined from the first method to each other, and curves of equal
/// IoU: a mask may lack precision, recall, or both. Of more than two methods the largest changes alone are
/// joined, and their classes have names first.
#[derive(Clone, Copy, Debug)]
pub struct RetrievalScatterChart<'a> {
    pub methods: &'a [MethodDetails],
    /// Background first.
    pub classes: &'a [String],
}

/// Curves of equal IoU that are drawn.
const IOUS: [f64; 4] = [0.2, 0.4, 0.6, 0.8];

/// The most changes that are joined where there are more than two methods.
const JOINED: usize = 8;

/// Points of a curve of equal IoU.
const POINTS: usize = 60;

/// Recall and precision in percent.
type Place = (f64, f64);

/// Of each class.
type Places = Vec<Option<Place>>;

impl Chart for RetrievalScatterChart<'_> {
    fn size(&self) -> Size {
        lines::tall(&self.legend())
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, "Precision and recall of each class", &self.legend())?;
        let mut chart = style::axes(&area, &lines::to_100(100.0, "recall [%]", "precision [%]"))?;
        for iou in IOUS {
            let stroke = style::mixed(style::QUIET, 1).stroke_width(style::THIN);
            chart.draw_series(LineSeries::new(curve(iou), stroke))?;
        }
        let points: Vec<Places> = self
            .methods
            .iter()
            .map(|method| method.retrieval.iter().map(place).collect())
            .collect();
        let changes = changes(&points);
        for Change { method, ends, .. } in &changes {
            let stroke = style::mixed(style::color(*method), 2).stroke_width(style::THIN);
            chart.draw_series([PathElement::new(ends.to_vec(), stroke)])?;
        }
        for (index, places) in points.iter().enumerate() {
            for &point in places.iter().flatten() {
                style::mark(&mut chart, point, style::color(index), true)?;
            }
        }
        self.draw_names(&mut chart, &points, &changes)
    }
}

impl RetrievalScatterChart<'_> {
    /// Writes the names of the classes beside the dots of the last method.
    fn draw_names<B: DrawingBackend>(
        &self,
        chart: &mut style::Axes<'_, B>,
        points: &[Places],
        changes: &[Change],
    ) -> style::Drawn<B> {
        let marks = points.iter().flatten().flatten().map(|point| chart.backend_coord(point));
        let ends = changes.iter().map(|change| change.ends);
        let (columns, rows) = chart.plotting_area().get_pixel_range();
        let mut names = Names {
            plot: [columns.start, rows.start, columns.end, rows.end],
            taken: marks.map(around).collect(),
            lines: ends.map(|ends| ends.map(|end| chart.backend_coord(&end))).collect(),
        };
        let last = points.last().map_or(&[][..], Vec::as_slice);
        let others =
            (0..last.len()).filter(|class| !changes.iter().any(|change| change.class == *class));
        let mut named = vec![false; last.len()];
        for class in changes.iter().map(|change| change.class).chain(others) {
            let Some((point, name)) = last[class].zip(self.classes.get(class)) else { continue };
            // A class may have changed under several methods, and is named once.
            if std::mem::replace(&mut named[class], true) {
                continue;
            }
            let width = style::small_width(name);
            let Some(at) = names.place(chart.backend_coord(&point), width) else { continue };
            let style = style::small(style::TEXT, HPos::Left, VPos::Center);
            let text = Text::new(name.clone(), at, style);
            chart.draw_series([EmptyElement::at(point) + text])?;
        }
        Ok(())
    }

    fn legend(&self) -> Vec<legend::Key> {
        let mut keys = bars::keys(self.methods.iter().map(|method| method.name.as_str()));
        let curves = IOUS.map(|iou| format!("{:.0}", 100.0 * iou)).join(", ");
        keys.push(legend::Key::note(format!("grey: IoU of {curves} %")));
        if self.methods.len() > 2 {
            keys.push(legend::Key::note(format!("lines: the {JOINED} largest changes of IoU")));
        }
        keys
    }
}

/// A class that has a place under the first method and under another.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Change {
    class: usize,
    /// Index of the other method.
    method: usize,
    ends: [Place; 2],
}

impl Change {
    /// Difference of IoU without its sign, a fraction.
    fn size(&self) -> f64 {
        let [from, to] = self.ends.map(iou);
        (to - from).abs()
    }
}

/// IoU of a place: `1 / IoU = 1 / precision + 1 / recall - 1`.
fn iou((recall, precision): Place) -> f64 {
    if recall <= 0.0 || precision <= 0.0 {
        return 0.0;
    }
    1.0 / (100.0 / recall + 100.0 / precision - 1.0)
}

/// The changes that are joined: of two methods all, of more the largest, largest first.
fn changes(points: &[Places]) -> Vec<Change> {
    let Some((first, others)) = points.split_first() else { return vec![] };
    let mut changes = Vec::new();
    for (method, other) in (1..).zip(others) {
        for (class, (from, to)) in first.iter().zip(other).enumerate() {
            if let (&Some(from), &Some(to)) = (from, to) {
                changes.push(Change { class, method, ends: [from, to] });
            }
        }
    }
    changes.sort_by(|a, b| b.size().total_cmp(&a.size()));
    if others.len() > 1 {
        changes.truncate(JOINED);
    }
    changes
}

/// `None` for a class that the truth lacks or that was never predicted.
fn place(class: &ClassRetrieval) -> Option<Place> {
    Some((100.0 * class.recall?, 100.0 * class.precision?))
}

/// Places of one IoU: `1 / IoU = 1 / precision + 1 / recall - 1`.
fn curve(iou: f64) -> impl Iterator<Item = Place> {
    (0..=POINTS).map(move |index| {
        // From recall = IoU, where precision is 1, to recall 1, where precision = IoU.
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
        let is_near = |(a, b): Place, (c, d): Place| (a - c).abs() < 1e-9 && (b - d).abs() < 1e-9;
        assert!(is_near(points[0], (40.0, 100.0)), "{:?}", points[0]);
        assert!(is_near(points[POINTS], (100.0, 40.0)), "{:?}", points[POINTS]);
    }

    #[test]
    fn a_class_without_precision_has_no_place() {
        let class = ClassRetrieval { precision: Some(0.5), recall: Some(0.25) };
        assert_eq!(place(&class), Some((25.0, 50.0)));
        assert_eq!(place(&ClassRetrieval { precision: None, ..class }), None);
    }

    #[test]
    fn of_two_methods_all_changes_are_joined_and_of_three_the_largest() {
        let places = |recall: f64| -> Places { (0..20).map(|_| Some((recall, 50.0))).collect() };
        let mut moved = places(50.0);
        moved[7] = Some((90.0, 90.0));
        assert_eq!(changes(&[places(50.0), moved.clone()]).len(), 20);
        let joined = changes(&[places(50.0), places(55.0), moved]);
        assert_eq!(joined.len(), JOINED);
        assert_eq!((joined[0].class, joined[0].method), (7, 2));
        assert!((iou((50.0, 50.0)) - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(iou((0.0, 50.0)), 0.0);
    }
}
