//! Precision against recall of every class, methods by colour.

use super::{
    Chart, legend, lines,
    style::{self, px},
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
/// IoU: a mask may lack precision, recall, or both.
#[derive(Clone, Copy, Debug)]
pub struct RetrievalScatterChart<'a> {
    pub methods: &'a [MethodDetails],
    /// Background first.
    pub classes: &'a [String],
}

/// Curves of equal IoU that are drawn.
const IOUS: [f64; 4] = [0.2, 0.4, 0.6, 0.8];

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
        let Some((first, others)) = points.split_first() else { return Ok(()) };
        for (index, other) in others.iter().enumerate() {
            let stroke = style::mixed(style::color(index + 1), 2).stroke_width(style::THIN);
            let ends = joined(first, other);
            chart.draw_series(ends.map(|ends| PathElement::new(ends.to_vec(), stroke)))?;
        }
        for (index, places) in points.iter().enumerate() {
            for &point in places.iter().flatten() {
                style::mark(&mut chart, point, style::color(index), true)?;
            }
        }
        self.draw_names(&mut chart, &points)
    }
}

impl RetrievalScatterChart<'_> {
    /// Writes the names of the classes beside the dots of the last method.
    fn draw_names<B: DrawingBackend>(
        &self,
        chart: &mut style::Axes<'_, B>,
        points: &[Places],
    ) -> style::Drawn<B> {
        let marks = points.iter().flatten().flatten().map(|point| chart.backend_coord(point));
        let others = points.iter().skip(1);
        let ends = others.flat_map(|other| joined(&points[0], other));
        let (columns, rows) = chart.plotting_area().get_pixel_range();
        let mut names = Names {
            plot: [columns.start, rows.start, columns.end, rows.end],
            taken: marks.map(around).collect(),
            lines: ends.map(|ends| ends.map(|end| chart.backend_coord(&end))).collect(),
        };
        for (&point, name) in points.last().into_iter().flatten().zip(self.classes) {
            let Some(point) = point else { continue };
            let width = style::small_width(name);
            let Some(at) = names.place(chart.backend_coord(&point), width) else { continue };
            let style = style::small(style::TEXT, HPos::Left, VPos::Center);
            let text = Text::new(name.clone(), at, style);
            chart.draw_series([EmptyElement::at(point) + text])?;
        }
        Ok(())
    }

    fn legend(&self) -> Vec<legend::Key> {
        let key = |(index, method): (usize, &MethodDetails)| legend::Key {
            text: method.name.clone(),
            sign: legend::Sign::Bar(style::color(index)),
        };
        let curves = IOUS.map(|iou| format!("{:.0}", 100.0 * iou)).join(", ");
        let text = format!("grey: IoU of {curves} %");
        let methods = self.methods.iter().enumerate().map(key);
        methods.chain([legend::Key { text, sign: legend::Sign::Nothing }]).collect()
    }
}

/// The classes that have a place under both methods.
fn joined(first: &Places, other: &Places) -> impl Iterator<Item = [Place; 2]> {
    first.iter().zip(other).filter_map(|(from, to)| Some([(*from)?, (*to)?]))
}

/// A place on the area, as it is drawn.
type Pixel = (i32, i32);

/// Left, top, right and bottom, as they are drawn.
type Corners = [i32; 4];

/// Room that a mark takes around its middle.
fn around((x, y): Pixel) -> Corners {
    let radius = px(6);
    [x - radius, y - radius, x + radius, y + radius]
}

/// Names beside marks, none on another or on a mark; those without room are left out.
struct Names {
    /// To the left of it and below are the numbers of the axes.
    plot: Corners,
    taken: Vec<Corners>,
    /// Lines, on which names are only where there is no other room.
    lines: Vec<[Pixel; 2]>,
}

impl Names {
    /// Where a name of this width begins, relative to its mark.
    fn place(&mut self, (x, y): Pixel, width: i32) -> Option<Pixel> {
        let (gap, half) = (px(8), px(8));
        let beside = [(gap, 0), (-gap - width, 0), (-width / 2, -px(17)), (-width / 2, px(17))];
        let corners = |(dx, dy): Pixel| {
            let (left, middle) = (x + dx, y + dy);
            [left - px(2), middle - half, left + width + px(2), middle + half]
        };
        let is_free = |corners: &Corners| {
            let is_inside =
                corners[0] > self.plot[0] && corners[2] < self.plot[2] && corners[3] < self.plot[3];
            is_inside && !self.taken.iter().any(|other| overlap(corners, other))
        };
        let is_clear = |corners: &Corners| !self.lines.iter().any(|line| crosses(line, corners));
        let free = || beside.into_iter().filter(|&at| is_free(&corners(at)));
        let at = free().find(|&at| is_clear(&corners(at))).or_else(|| free().next())?;
        self.taken.push(corners(at));
        Some(at)
    }
}

fn overlap(a: &Corners, b: &Corners) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

/// Whether a line meets a box, seen at points that are nearer to each other than a name is high.
fn crosses(&[from, to]: &[Pixel; 2], corners: &Corners) -> bool {
    let steps = (from.0.abs_diff(to.0).max(from.1.abs_diff(to.1)) / px(4) as u32).max(1) as i32;
    let at = |step: i32| {
        (from.0 + (to.0 - from.0) * step / steps, from.1 + (to.1 - from.1) * step / steps)
    };
    let [left, top, right, bottom] = *corners;
    (0..=steps).map(at).any(|(x, y)| (left..right).contains(&x) && (top..bottom).contains(&y))
}

/// `None` for a class that the truth lacks or that was never predicted.
fn place(class: &ClassRetrieval) -> Option<Place> {
    Some((100.0 * class.recall?, 100.0 * class.precision?))
}

/// Places of one IoU: `1 / IoU = 1 / precision + 1 / recall - 1`.
fn curve(iou: f64) -> impl Iterator<Item = Place> {
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
    fn a_name_goes_where_nothing_is_or_is_left_out() {
        let mark = (px(100), px(100));
        let width = px(40);
        let (plot, taken) = ([0, 0, px(400), px(400)], vec![around(mark)]);
        let mut names = Names { plot, taken, lines: vec![[mark, (px(300), px(100))]] };
        let mut next = || names.place(mark, width);
        assert_eq!(next(), Some((-px(8) - width, 0)), "the right has a line");
        assert_eq!(next(), Some((-width / 2, -px(17))));
        assert_eq!(next(), Some((-width / 2, px(17))));
        assert_eq!(next(), Some((px(8), 0)), "no other room is left");
        assert_eq!(next(), None);
        let plot = [px(90), 0, px(400), px(105)];
        let mut names = Names { plot, taken: vec![], lines: vec![] };
        assert_eq!(names.place(mark, width), None, "no name is on the numbers of an axis");
    }
}
