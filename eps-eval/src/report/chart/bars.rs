//! Rows of horizontal bars or marks: a name at the left of each row, and an axis below them.

use super::{
    legend,
    sheet::Sheet,
    style::{self, px},
};
use eps_data::Size;
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
/// The least part of the width that the axis has; long names make the chart wider.
const LEAST: f64 = 0.42;

/// Where rows are, as they are drawn below the legend.
pub(super) struct Rows {
    names: Vec<String>,
    /// Heights of a row and of a bar in pixels.
    row: i32,
    bar: i32,
    left: i32,
    right: i32,
    /// Of the chart in pixels.
    width: usize,
}

/// The bars of a row.
pub(super) struct Bars {
    pub(super) count: usize,
    /// Pixels of a bar, usually [`BAR`], and between the bars of two rows.
    pub(super) height: i32,
    pub(super) gap: i32,
}

/// A label of the axis, and where it is: 0 at the left, 1 at the right.
pub(super) type Tick = (f64, String);

impl Rows {
    /// Rows of some pixels, with `beside` pixels at the right of the axis.
    pub(super) fn new(
        names: impl Iterator<Item = impl Into<String>>,
        row: i32,
        beside: i32,
    ) -> Self {
        let names: Vec<String> = names.map(Into::into).collect();
        let widest = names.iter().map(|name| style::text_width(name)).max().unwrap_or(0);
        let left = widest + px(26);
        let sheet = Sheet::current().width() as i32;
        let least = (LEAST * f64::from(sheet)).ceil() as i32;
        let width = (left / px(1) + least + beside).max(sheet);
        Self { names, row, bar: BAR, left, right: px(width - beside), width: width as usize }
    }

    /// As [`new`](Self::new), each row as high as its bars and the gap after them.
    pub(super) fn of_bars(
        names: impl Iterator<Item = impl Into<String>>,
        bars: &Bars,
        beside: i32,
    ) -> Self {
        // A single bar needs the height of its label.
        let row = (bars.height * bars.count as i32).max(16) + bars.gap;
        Self { bar: bars.height, ..Self::new(names, row, beside) }
    }

    /// Size of a chart of these rows below a legend.
    pub(super) fn size(&self, legend: &[legend::Key]) -> Size {
        let rows = TOP + self.row * self.names.len() as i32 + FOOT;
        Size::new(self.width, legend::head_height(legend) + rows as usize)
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
        let top = self.middle(row) - px(self.bar) * bars as i32 / 2 + px(self.bar) * bar as i32;
        [top, top + px(self.bar - 1)]
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
        area.draw_text(&self.names[row], &style, (self.left - px(8), self.middle(row)))
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

/// A bar in the colour of each index, with its text.
pub(super) fn keys(texts: impl Iterator<Item = impl Into<String>>) -> Vec<legend::Key> {
    texts.enumerate().map(|(index, text)| legend::Key::bar(text, style::color(index))).collect()
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
