//! Rows of horizontal bars: a name at the left of each row, and an axis below them.

use super::style::{self, px};
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::DrawingArea,
    element::PathElement,
    style::{
        Color,
        text_anchor::{HPos, VPos},
    },
};

/// Height of a bar in pixels.
pub(super) const BAR: i32 = 13;
/// Pixels between the legend and the first row.
const TOP: i32 = 12;
/// Pixels below the rows: labels and title of the axis.
const FOOT: i32 = 58;

/// Where rows are, as they are drawn below the legend.
pub(super) struct Rows<'a> {
    names: Vec<&'a str>,
    /// Height of a row in pixels.
    row: i32,
    left: i32,
    right: i32,
}

/// A label of the axis, and where it is: 0 at the left, 1 at the right.
pub(super) type Tick = (f64, String);

impl<'a> Rows<'a> {
    /// Rows of some pixels, with `beside` pixels at the right of the axis.
    pub(super) fn new(names: impl Iterator<Item = &'a str>, row: i32, beside: i32) -> Self {
        let names: Vec<&str> = names.collect();
        let widest = names.iter().map(|name| style::text_width(name)).max().unwrap_or(0);
        Self { names, row, left: widest + px(26), right: px(style::WIDTH as i32 - beside) }
    }

    /// As [`new`](Self::new), each row as high as some bars and the gap after them.
    pub(super) fn of_bars(
        names: impl Iterator<Item = &'a str>,
        (bars, gap): (usize, i32),
        beside: i32,
    ) -> Self {
        // A single bar needs the height of its label.
        Self::new(names, (BAR * bars as i32).max(16) + gap, beside)
    }

    /// Height of rows and axis in pixels.
    pub(super) fn height(&self) -> usize {
        (TOP + self.row * self.names.len() as i32 + FOOT) as usize
    }

    /// The place of a fraction of the axis.
    pub(super) fn x(&self, fraction: f64) -> i32 {
        self.left + (f64::from(self.right - self.left) * fraction).round() as i32
    }

    /// The middle of a row.
    pub(super) fn middle(&self, row: usize) -> i32 {
        px(TOP + self.row * row as i32) + px(self.row) / 2
    }

    /// Top and bottom of one of the bars of a row.
    pub(super) fn bar(&self, row: usize, bar: usize, bars: usize) -> [i32; 2] {
        let top = self.middle(row) - px(BAR) * bars as i32 / 2 + px(BAR) * bar as i32;
        [top, top + px(BAR - 1)]
    }

    fn bottom(&self) -> i32 {
        px(TOP + self.row * self.names.len() as i32)
    }

    pub(super) fn draw_axis<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        ticks: &[Tick],
        title: &str,
    ) -> style::Drawn<B> {
        let (bottom, style) = (self.bottom(), style::label(style::QUIET, HPos::Center, VPos::Top));
        for (place, text) in ticks {
            let x = self.x(*place);
            let line = vec![(x, px(TOP)), (x, bottom)];
            area.draw(&PathElement::new(line, style::GRID.stroke_width(style::THIN)))?;
            area.draw_text(text, &style, (x, bottom + px(6)))?;
        }
        let style = style::label(style::TEXT, HPos::Center, VPos::Top);
        area.draw_text(title, &style, (self.x(0.5), bottom + px(27)))
    }

    pub(super) fn draw_name<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        row: usize,
    ) -> style::Drawn<B> {
        let style = style::label(style::TEXT, HPos::Right, VPos::Center);
        area.draw_text(self.names[row], &style, (self.left - px(8), self.middle(row)))
    }

    /// The line that bars begin at.
    pub(super) fn draw_origin<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        place: f64,
    ) -> style::Drawn<B> {
        let ends = vec![(self.x(place), px(TOP)), (self.x(place), self.bottom())];
        area.draw(&PathElement::new(ends, style::QUIET.stroke_width(style::THIN)))
    }
}

/// The labels of an axis from 0 to 100 %.
pub(super) fn percent_ticks() -> Vec<Tick> {
    (0..=5).map(|step| (f64::from(step) / 5.0, (20 * step).to_string())).collect()
}

/// Writes a value beside the end of its bar.
pub(super) fn draw_value<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    text: &str,
    (end, middle): (i32, i32),
) -> style::Drawn<B> {
    let style = style::small(style::QUIET, HPos::Left, VPos::Center);
    area.draw_text(text, &style, (end + px(5), middle))
}
