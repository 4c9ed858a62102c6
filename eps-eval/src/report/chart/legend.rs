//! Title and legend above a chart, where they cover no data.

use super::dashes::dashes;
use super::sheet::Sheet;
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
#[derive(Clone, Copy)]
pub(super) enum Sign {
    Line(RGBColor),
    Bar(RGBColor),
    /// The room of a sign, below that of the entry that goes on.
    Room,
    /// Only text.
    Nothing,
}

/// Height in pixels of title and legend.
pub(super) fn head_height(legend: &[Key]) -> usize {
    let legend = &wrapped(legend);
    // Laid out as `titled` does, so that the size has room for what is drawn.
    let below_title = style::MARGIN + title_height();
    let end = places(legend).last().map_or(below_title, |&(_, y)| y + LEGEND_LINE / 2);
    (end / px(1)) as usize
}

/// Width in pixels that title and legend need.
pub(super) fn head_width(title: &str, legend: &[Key]) -> usize {
    let legend = &wrapped(legend);
    let places = places(legend).into_iter();
    let ends = legend
        .iter()
        .zip(places)
        .map(|(key, (x, _))| x + key.indent() + style::text_width(&key.text));
    let title_width = if title_height() > 0 { style::title_width(title) } else { 0 };
    let widest = ends.chain([style::MARGIN + title_width]).max().unwrap_or(0);
    ((widest + style::MARGIN) / px(1) + 1) as usize
}

/// Fills the background, writes title and legend, and returns the area that is left below.
pub(super) fn titled<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    title: &str,
    legend: &[Key],
) -> Result<DrawingArea<B, Shift>, DrawingAreaErrorKind<B::ErrorType>> {
    let (legend, height) = (&wrapped(legend), head_height(legend));
    area.fill(&WHITE)?;
    if title_height() > 0 {
        let place = (style::MARGIN, style::MARGIN + title_height() / 2);
        area.draw_text(title, &style::title(), place)?;
    }
    for (key, (x, y)) in legend.iter().zip(places(legend)) {
        draw_sign(area, &key.sign, (x, y))?;
        let style = style::label(style::TEXT, HPos::Left, VPos::Center);
        area.draw_text(&key.text, &style, (x + key.indent(), y))?;
    }
    Ok(area.split_vertically(px(height as i32)).1)
}

/// The entries of a legend; one that is wider than the chart goes on below.
fn wrapped(legend: &[Key]) -> Vec<Key> {
    let room = px(Sheet::current().width() as i32) - 2 * style::MARGIN;
    legend.iter().flat_map(|key| lines(key, room)).collect()
}

/// An entry in as many lines as it needs where there is so much room.
fn lines(key: &Key, room: i32) -> Vec<Key> {
    let mut lines = vec![Key { text: String::new(), sign: key.sign }];
    for word in key.text.split(' ') {
        let line = lines.last_mut().expect("a first line");
        let text = format!("{} {word}", line.text).trim_start().to_owned();
        if line.text.is_empty() || key.indent() + style::text_width(&text) <= room {
            line.text = text;
        } else {
            let sign = if key.indent() > 0 { Sign::Room } else { Sign::Nothing };
            lines.push(Key { text: word.into(), sign });
        }
    }
    lines
}

/// Where the entries of a legend begin, in as many lines as they need.
fn places(legend: &[Key]) -> Vec<(i32, i32)> {
    let right = px(Sheet::current().width() as i32) - style::MARGIN;
    let (mut x, mut y) = (style::MARGIN, first_line());
    let mut places = Vec::with_capacity(legend.len());
    for key in legend {
        let width = key.indent() + style::text_width(&key.text);
        if x > style::MARGIN && x + width > right {
            (x, y) = (style::MARGIN, y + LEGEND_LINE);
        }
        places.push((x, y));
        x += width + KEY_GAP;
    }
    places
}

fn first_line() -> i32 {
    style::MARGIN + title_height() + LEGEND_LINE / 2
}

/// A figure of a paper has its title below it.
fn title_height() -> i32 {
    if Sheet::current().is_paper() { 0 } else { px(26) }
}

impl Key {
    pub(super) fn line(text: impl Into<String>, color: RGBColor) -> Self {
        Self { text: text.into(), sign: Sign::Line(color) }
    }

    pub(super) fn bar(text: impl Into<String>, color: RGBColor) -> Self {
        Self { text: text.into(), sign: Sign::Bar(color) }
    }

    /// A text without a sign.
    pub(super) fn note(text: impl Into<String>) -> Self {
        Self { text: text.into(), sign: Sign::Nothing }
    }

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
            let stroke = color.stroke_width(style::STROKE + style::THIN);
            let ends = [(x, y), (x + SIGN_WIDTH, y)];
            let mut dashes = dashes(&ends, &style::dash_lengths(*color)).into_iter();
            dashes.try_for_each(|dash| area.draw(&PathElement::new(dash, stroke)))
        }
        Sign::Bar(color) => {
            let corners = [(x, y - px(6)), (x + SIGN_WIDTH, y + px(6))];
            area.draw(&Rectangle::new(corners, color.filled()))
        }
        Sign::Room | Sign::Nothing => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_that_is_wider_than_the_chart_goes_on_below() {
        style::register_font();
        let text = "CAM: 39.6 % at 0.20, held out 76.9 % at 0.500, best 77.0 % at 0.497";
        let legend = [Key { text: text.into(), sign: Sign::Line(style::color(0)) }];
        let lines = |sheet: Sheet| sheet.within(|| wrapped(&legend));
        assert_eq!(lines(Sheet::Screen).len(), 1);
        let narrow = lines(Sheet::SingleColumn);
        assert!(narrow.len() > 1 && matches!(narrow[1].sign, Sign::Room));
        let texts: Vec<&str> = narrow.iter().map(|key| key.text.as_str()).collect();
        assert_eq!(texts.join(" "), text);
        let height = |sheet: Sheet| sheet.within(|| head_height(&legend));
        // Another line, but no title.
        assert_eq!(
            height(Sheet::SingleColumn),
            height(Sheet::Screen) + 22 * (narrow.len() - 1) - 26
        );
    }
}
