//! What charts of curves have in common: size, legend, axes in percent, a curve and its marks.

use super::{
    Curve,
    dashes::dashes,
    legend,
    names::Pixel,
    scale::{ACROSS, Scale, UP},
    sheet::Sheet,
    style,
};
use crate::SweepPoint;
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    element::PathElement,
    series::LineSeries,
    style::{Color, RGBColor},
};

/// Size of a chart with the plot below its legend.
pub(super) fn wide(legend: &[legend::Key]) -> Size {
    let sheet = Sheet::current();
    Size::new(sheet.width(), legend::head_height(legend) + sheet.plot_height())
}

/// As [`wide`] and a fifth taller, for two axes that are fractions of the same pixels.
pub(super) fn tall(legend: &[legend::Key]) -> Size {
    let Size { width, height } = wide(legend);
    Size::new(width, height + Sheet::current().plot_height() * 4 / 19)
}

/// A line in the colour of each index, with its text.
pub(super) fn keys(texts: impl Iterator<Item = String>) -> Vec<legend::Key> {
    texts.enumerate().map(|(index, text)| legend::Key::line(text, style::color(index))).collect()
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
    draw_in(chart, line, style::color(index))
}

/// Draws a curve in a colour, on paper also with the dashes of the colour.
pub(super) fn draw_in<B: DrawingBackend>(
    chart: &mut style::Axes<'_, B>,
    line: impl IntoIterator<Item = (f64, f64)>,
    color: RGBColor,
) -> style::Drawn<B> {
    let (stroke, lengths) = (color.stroke_width(style::STROKE), style::dash_lengths(color));
    if lengths.is_empty() {
        chart.draw_series(LineSeries::new(line, stroke))?;
        return Ok(());
    }
    let line: Vec<Pixel> = line.into_iter().map(|point| chart.backend_coord(&point)).collect();
    // Dashes are pixels of the whole area; the plot counts from its corner.
    let plot = chart.plotting_area().strip_coord_spec();
    let (left, top) = plot.get_base_pixel();
    for dash in dashes(&line, &lengths) {
        let dash: Vec<Pixel> = dash.into_iter().map(|(x, y)| (x - left, y - top)).collect();
        plot.draw(&PathElement::new(dash, stroke))?;
    }
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
