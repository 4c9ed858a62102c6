//! Title and legend above a chart, where they cover no data.

use super::style::{self, px};
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{PathElement, Rectangle},
    style::{
        Color, RGBColor, WHITE,
        text_anchor::{HPos, VPos},
    },
};

const TITLE_HEIGHT: i32 = px(26);
const LEGEND_LINE: i32 = px(22);
/// Width of the line or bar before the text of a legend, and the gap after it.
const SIGN_WIDTH: i32 = px(24);
const SIGN_GAP: i32 = px(6);
/// Gap between two entries of a legend.
const KEY_GAP: i32 = px(22);

/// What a legend says about one colour.
pub(super) struct Key {
    pub(super) text: String,
    pub(super) sign: Sign,
}

/// The picture before the text of a legend.
pub(super) enum Sign {
    Line(RGBColor),
    Bar(RGBColor),
    /// Only text.
    Nothing,
}

/// Height in pixels of title and legend.
pub(super) fn head_height(legend: &[Key]) -> usize {
    let below_title = style::MARGIN + TITLE_HEIGHT;
    let end = places(legend).last().map_or(below_title, |&(_, y)| y + LEGEND_LINE / 2);
    (end / px(1)) as usize
}

/// Width in pixels that title and legend need.
pub(super) fn head_width(title: &str, legend: &[Key]) -> usize {
    let end = |(key, (x, _)): (&Key, (i32, i32))| x + key.indent() + style::text_width(&key.text);
    let ends = legend.iter().zip(places(legend)).map(end);
    let widest = ends.chain([style::MARGIN + style::title_width(title)]).max().unwrap_or(0);
    ((widest + style::MARGIN) / px(1) + 1) as usize
}

/// Fills the background, writes title and legend, and returns the area that is left below.
pub(super) fn titled<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    title: &str,
    legend: &[Key],
) -> Result<DrawingArea<B, Shift>, DrawingAreaErrorKind<B::ErrorType>> {
    area.fill(&WHITE)?;
    area.draw_text(title, &style::title(), (style::MARGIN, style::MARGIN + TITLE_HEIGHT / 2))?;
    for (key, (x, y)) in legend.iter().zip(places(legend)) {
        draw_sign(area, &key.sign, (x, y))?;
        let style = style::label(style::TEXT, HPos::Left, VPos::Center);
        area.draw_text(&key.text, &style, (x + key.indent(), y))?;
    }
    Ok(area.split_vertically(px(head_height(legend) as i32)).1)
}

/// Where the entries of a legend begin, in as many lines as they need.
fn places(legend: &[Key]) -> Vec<(i32, i32)> {
    let right = px(style::WIDTH as i32) - style::MARGIN;
    let (mut x, mut y) = (style::MARGIN, first_line());
    let mut place = |key: &Key| {
        let width = key.indent() + style::text_width(&key.text);
        if x > style::MARGIN && x + width > right {
            (x, y) = (style::MARGIN, y + LEGEND_LINE);
        }
        let place = (x, y);
        x += width + KEY_GAP;
        place
    };
    legend.iter().map(&mut place).collect()
}

const fn first_line() -> i32 {
    style::MARGIN + TITLE_HEIGHT + LEGEND_LINE / 2
}

impl Key {
    /// From the begin of the entry to its text.
    fn indent(&self) -> i32 {
        if matches!(self.sign, Sign::Nothing) { 0 } else { SIGN_WIDTH + SIGN_GAP }
    }
}

fn draw_sign<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    sign: &Sign,
    (x, y): (i32, i32),
) -> style::Drawn<B> {
    match sign {
        Sign::Line(color) => {
            let ends = vec![(x, y), (x + SIGN_WIDTH, y)];
            area.draw(&PathElement::new(ends, color.stroke_width(style::STROKE + style::THIN)))
        }
        Sign::Bar(color) => {
            let corners = [(x, y - px(6)), (x + SIGN_WIDTH, y + px(6))];
            area.draw(&Rectangle::new(corners, color.filled()))
        }
        Sign::Nothing => Ok(()),
    }
}
