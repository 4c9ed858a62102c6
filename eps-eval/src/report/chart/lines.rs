//! What charts of curves have in common: size, legend, axes in percent, a curve and its marks.

use super::{
    Curve, legend,
    scale::{ACROSS, Scale, UP},
    style,
};
use crate::SweepPoint;
use eps_data::Size;
use plotters::{backend::DrawingBackend, series::LineSeries, style::Color};

/// Pixels by which a chart is taller whose axes are both fractions of the same pixels.
const TALLER: usize = 80;

/// Size of a chart with the plot below its legend.
pub(super) fn wide(legend: &[legend::Key]) -> Size {
    Size::new(style::WIDTH, legend::head_height(legend) + style::PLOT_HEIGHT)
}

/// As [`wide`], for two axes that are fractions of the same pixels.
pub(super) fn tall(legend: &[legend::Key]) -> Size {
    let Size { width, height } = wide(legend);
    Size::new(width, height + TALLER)
}

/// A line in the colour of each index, with its text.
pub(super) fn keys(texts: impl Iterator<Item = String>) -> Vec<legend::Key> {
    let key = |(index, text)| legend::Key { text, sign: legend::Sign::Line(style::color(index)) };
    texts.enumerate().map(key).collect()
}

/// Axes from 0 to `right` and to 100 %, in whole numbers.
pub(super) fn to_100<'a>(right: f64, x_title: &'a str, y_title: &'a str) -> style::AxesLayout<'a> {
    let (x, y) = (Scale::whole(0.0..right, ACROSS), Scale::whole(0.0..100.0, UP));
    style::AxesLayout { x, y, x_title, y_title }
}

/// Draws a curve in the colour of its index.
pub(super) fn draw<B: DrawingBackend>(
    chart: &mut style::Axes<'_, B>,
    line: impl IntoIterator<Item = (f64, f64)>,
    index: usize,
) -> style::Drawn<B> {
    let stroke = style::color(index).stroke_width(style::STROKE);
    chart.draw_series(LineSeries::new(line, stroke))?;
    Ok(())
}

/// Marks the fixed threshold with a ring and the best one with a dot, where `place` puts them.
pub(super) fn draw_marks<B: DrawingBackend>(
    chart: &mut style::Axes<'_, B>,
    curve: &Curve,
    index: usize,
    place: impl Fn(SweepPoint) -> Option<(f64, f64)>,
) -> style::Drawn<B> {
    let marks = [(curve.fixed, false), (curve.best(), true)];
    marks.into_iter().try_for_each(|(point, filled)| {
        let place = point.and_then(&place);
        place.map_or(Ok(()), |place| style::mark(chart, place, style::color(index), filled))
    })
}
