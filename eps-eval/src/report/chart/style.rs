//! Lengths, colours, fonts, axes and marks; with the legend the only place that styles charts.

use super::dashes;
use super::scale::Scale;
use super::sheet::Sheet;
use plotters::{
    backend::DrawingBackend,
    chart::{ChartBuilder, ChartContext},
    coord::{Shift, cartesian::Cartesian2d},
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{Circle, EmptyElement, Polygon},
    style::{
        Color, FontStyle, IntoFont, RGBColor, ShapeStyle, TextStyle, WHITE,
        register_font as register,
        text_anchor::{HPos, Pos, VPos},
    },
};
use std::sync::Once;

/// What drawing on a backend gives.
pub(super) type Drawn<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

/// A chart with two linear axes.
pub(super) type Axes<'a, B> = ChartContext<'a, B, Cartesian2d<Scale, Scale>>;

/// Lengths in pixels as they are drawn; see [`Chart::draw`](super::Chart::draw).
pub(super) const fn px(pixels: i32) -> i32 {
    4 * pixels
}

/// Width of thin lines as it is drawn.
pub(super) const THIN: u32 = px(1) as u32;
/// Width of a curve as it is drawn.
pub(super) const STROKE: u32 = px(2) as u32;
/// Radius of a marked point as it is drawn.
const MARK: i32 = px(5);

/// Colours that stay apart for colour-blind readers, darkest first; yellow is left out, as it
/// does not show on white. Source: Okabe and Ito, Color Universal Design.
const COLORS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];

/// The same in an order in which the first four also differ where they are printed in grey.
const ON_PAPER: [RGBColor; 7] =
    [COLORS[0], COLORS[4], COLORS[6], COLORS[1], COLORS[5], COLORS[2], COLORS[3]];

pub(super) const TEXT: RGBColor = RGBColor(45, 45, 45);
pub(super) const QUIET: RGBColor = RGBColor(110, 110, 110);
pub(super) const GRID: RGBColor = RGBColor(228, 228, 228);

pub(super) const MARGIN: i32 = px(14);
const TITLE_SIZE: i32 = px(20);
const LABEL_SIZE: i32 = px(16);
const SMALL_SIZE: i32 = px(13);

/// Makes the font of charts known to plotters; further calls do nothing.
pub(super) fn register_font() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        let fonts =
            [(FontStyle::Normal, dejavu::sans::regular()), (FontStyle::Bold, dejavu::sans::bold())];
        for (style, font) in fonts {
            assert!(register("sans-serif", style, font).is_ok(), "the packaged font is valid");
        }
    });
}

/// Colour of the method or quantity with this index; colours repeat after seven.
pub(super) fn color(index: usize) -> RGBColor {
    colors()[index % COLORS.len()]
}

fn colors() -> [RGBColor; 7] {
    if Sheet::current().is_paper() { ON_PAPER } else { COLORS }
}

/// Dashes and gaps of a line of this colour as they are drawn; none on a screen.
pub(super) fn dash_lengths(color: RGBColor) -> Vec<i32> {
    let index = colors().iter().position(|other| *other == color);
    let index = index.filter(|_| Sheet::current().is_paper());
    index.map_or(&[][..], dashes::pattern).iter().map(|&length| px(length)).collect()
}

/// A pale tone of [`color`], for areas behind curves.
pub(super) fn pale(index: usize) -> RGBColor {
    mixed(color(index), 7)
}

/// A colour with some parts of white.
pub(super) fn mixed(RGBColor(red, green, blue): RGBColor, white: u16) -> RGBColor {
    let [red, green, blue] =
        [red, green, blue].map(|value| ((u16::from(value) + white * 255) / (white + 1)) as u8);
    RGBColor(red, green, blue)
}

/// The darkest tone of a heat map.
const FULL: RGBColor = RGBColor(0, 82, 140);

/// The tone of a heat map: white at 0, a dark blue at 1.
pub(super) fn tone(value: f64) -> RGBColor {
    let value = value.clamp(0.0, 1.0);
    let [red, green, blue] = [FULL.0, FULL.1, FULL.2]
        .map(|full| (255.0 + (f64::from(full) - 255.0) * value).round() as u8);
    RGBColor(red, green, blue)
}

/// Style of a chart's title, anchored at its left.
pub(super) fn title() -> TextStyle<'static> {
    let font = ("sans-serif", TITLE_SIZE, FontStyle::Bold).into_font();
    TextStyle::from(font).color(&TEXT).pos(Pos::new(HPos::Left, VPos::Center))
}

/// Style of ordinary text, anchored at a position.
pub(super) fn label(color: RGBColor, horizontal: HPos, vertical: VPos) -> TextStyle<'static> {
    text(LABEL_SIZE, color, Pos::new(horizontal, vertical))
}

/// Style of the values beside bars.
pub(super) fn small(color: RGBColor, horizontal: HPos, vertical: VPos) -> TextStyle<'static> {
    // Type that is smaller still cannot be read on paper.
    let size = if Sheet::current().is_paper() { LABEL_SIZE } else { SMALL_SIZE };
    text(size, color, Pos::new(horizontal, vertical))
}

fn text(size: i32, color: RGBColor, anchor: Pos) -> TextStyle<'static> {
    let font = ("sans-serif", size).into_font();
    TextStyle { font, color: color.to_backend_color(), pos: anchor }
}

/// Width of ordinary text as it is drawn; 0 if the font does not know it.
pub(super) fn text_width(text: &str) -> i32 {
    width(text, &label(TEXT, HPos::Left, VPos::Center))
}

/// As [`text_width`], of a chart's title.
pub(super) fn title_width(text: &str) -> i32 {
    width(text, &title())
}

/// As [`text_width`], of the values beside bars.
pub(super) fn small_width(text: &str) -> i32 {
    width(text, &small(TEXT, HPos::Left, VPos::Center))
}

/// As much of a small text as fits into a width as it is drawn, with an ellipsis where it is cut.
pub(super) fn small_cut(text: &str, width: i32) -> String {
    if small_width(text) <= width {
        return text.to_owned();
    }
    let mut short = text.to_owned();
    while short.pop().is_some() && small_width(&format!("{}…", short.trim_end())) > width {}
    format!("{}…", short.trim_end())
}

fn width(text: &str, style: &TextStyle<'_>) -> i32 {
    style.font.box_size(text).map_or(0, |(width, _)| width as i32)
}

/// Scales and titles of two axes.
pub(super) struct AxesLayout<'a> {
    pub(super) x: Scale,
    pub(super) y: Scale,
    /// With its unit in brackets, if it has one.
    pub(super) x_title: &'a str,
    pub(super) y_title: &'a str,
}

/// Grey axes at the left and at the bottom, with pale lines at their labels.
pub(super) fn axes<'a, B: DrawingBackend>(
    area: &'a DrawingArea<B, Shift>,
    layout: &AxesLayout<'_>,
) -> Result<Axes<'a, B>, DrawingAreaErrorKind<B::ErrorType>> {
    let mut chart = ChartBuilder::on(area)
        .margin(MARGIN)
        .margin_right(MARGIN + px(10))
        .x_label_area_size(px(50))
        .y_label_area_size(px(66))
        .build_cartesian_2d(layout.x.clone(), layout.y.clone())?;
    chart
        .configure_mesh()
        .max_light_lines(0)
        .bold_line_style(GRID.stroke_width(THIN))
        .axis_style(QUIET.stroke_width(THIN))
        .set_all_tick_mark_size(px(4))
        .x_desc(layout.x_title)
        .y_desc(layout.y_title)
        .label_style(label(QUIET, HPos::Center, VPos::Center))
        .axis_desc_style(label(TEXT, HPos::Center, VPos::Center))
        .draw()?;
    Ok(chart)
}

/// Marks a point of a curve: filled, or as a ring.
pub(super) fn mark<B: DrawingBackend>(
    chart: &mut Axes<'_, B>,
    point: (f64, f64),
    color: RGBColor,
    filled: bool,
) -> Drawn<B> {
    let inside: ShapeStyle = if filled { color.filled() } else { WHITE.filled() };
    chart.draw_series([
        Circle::new(point, MARK, color.filled()),
        Circle::new(point, MARK - STROKE as i32, inside),
    ])?;
    Ok(())
}

/// Marks a point that is on no curve.
pub(super) fn diamond<B: DrawingBackend>(
    chart: &mut Axes<'_, B>,
    point: (f64, f64),
    color: RGBColor,
) -> Drawn<B> {
    let corners = [(-MARK - px(1), 0), (0, -MARK - px(1)), (MARK + px(1), 0), (0, MARK + px(1))];
    let shape = EmptyElement::at(point) + Polygon::new(corners.to_vec(), color.filled());
    chart.draw_series([shape])?;
    Ok(())
}

/// The smallest multiple of `step` that is not below `value`, and at least one step.
pub(super) fn up_to(value: f64, step: f64) -> f64 {
    (value / step).ceil().max(1.0) * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_darken_with_their_value() {
        assert_eq!((tone(0.0), tone(1.0)), (WHITE, FULL));
        assert!(tone(0.3).0 > tone(0.6).0);
    }

    #[test]
    fn axes_end_at_a_whole_step() {
        assert_eq!(up_to(61.3, 10.0), 70.0);
        assert_eq!(up_to(60.0, 10.0), 60.0);
        assert_eq!(up_to(0.0, 10.0), 10.0);
    }
}
