//! Squares of tones with the same names at both sides.

use super::{
    legend,
    sheet::Sheet,
    style::{self, px},
};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::Rectangle,
    style::{
        Color, FontTransform, WHITE,
        text_anchor::{HPos, VPos},
    },
};

// Lengths in pixels.

/// Sides of a cell that has a number in it, as there is room, and of one that has not.
const CELL: std::ops::RangeInclusive<i32> = 30..=56;
const SMALL_CELL: i32 = 18;
/// The most classes whose cells have numbers.
const NUMBERED: usize = 30;
const MARGIN: i32 = 14;
/// Between names and cells.
const GAP: i32 = 6;
/// Above the names of the columns.
const TOP: i32 = 8;

/// From this share on numbers are white.
const DARK: f64 = 0.55;

/// A square of cells; what does not exist is grey. As wide as its cells or its legend need.
pub(super) struct HeatMap<'a> {
    pub(super) title: &'a str,
    /// What rows, columns and colours mean.
    pub(super) note: &'a str,
    pub(super) names: &'a [&'a str],
    /// `cells[row][column]`, in `0..=1`.
    pub(super) cells: &'a [Vec<Option<f64>>],
}

impl HeatMap<'_> {
    pub(super) fn size(&self) -> Size {
        let cells = self.cell() * self.names.len() as i32;
        let names = self.names_width() / px(1) + 1;
        let head = legend::head_width(self.title, &self.legend()) as i32;
        let width = (2 * MARGIN + names + GAP + cells).max(head);
        let height = TOP + names + GAP + cells + MARGIN;
        Size::new(width as usize, legend::head_height(&self.legend()) + height as usize)
    }

    pub(super) fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, self.title, &self.legend())?;
        let names = self.names_width();
        let (left, top) = (px(MARGIN + GAP) + names, px(TOP + GAP) + names);
        let side = px(self.cell());
        let row_style = style::label(style::TEXT, HPos::Right, VPos::Center);
        let column_style =
            style::label(style::TEXT, HPos::Left, VPos::Center).transform(FontTransform::Rotate270);
        for (index, name) in self.names.iter().enumerate() {
            let middle = side * index as i32 + side / 2;
            area.draw_text(name, &row_style, (left - px(GAP), top + middle))?;
            area.draw_text(name, &column_style, (left + middle, top - px(GAP)))?;
        }
        for (row, values) in self.cells.iter().enumerate() {
            for (column, &value) in values.iter().enumerate() {
                let corner = (left + side * column as i32, top + side * row as i32);
                self.draw_cell(&area, corner, value)?;
            }
        }
        Ok(())
    }

    fn legend(&self) -> [legend::Key; 1] {
        [legend::Key { text: self.note.into(), sign: legend::Sign::Nothing }]
    }

    fn is_numbered(&self) -> bool {
        self.names.len() <= NUMBERED
    }

    /// Side of a cell in pixels.
    fn cell(&self) -> i32 {
        if !self.is_numbered() {
            return SMALL_CELL;
        }
        let room =
            Sheet::current().width() as i32 - 2 * MARGIN - GAP - self.names_width() / px(1) - 1;
        (room / self.names.len().max(1) as i32).clamp(*CELL.start(), *CELL.end())
    }

    /// Room for the longest name, as it is drawn.
    fn names_width(&self) -> i32 {
        self.names.iter().map(|name| style::text_width(name)).max().unwrap_or(0)
    }

    fn draw_cell<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        (left, top): (i32, i32),
        value: Option<f64>,
    ) -> style::Drawn<B> {
        let side = px(self.cell());
        let color = value.map_or(style::GRID, style::tone);
        let corners = [(left, top), (left + side - px(1), top + side - px(1))];
        area.draw(&Rectangle::new(corners, color.filled()))?;
        let shown = value.filter(|&value| self.is_numbered() && value > 0.0);
        let Some(value) = shown else { return Ok(()) };
        let ink = if value >= DARK { WHITE } else { style::TEXT };
        let style = style::small(ink, HPos::Center, VPos::Center);
        area.draw_text(&whole_percent(value), &style, (left + side / 2, top + side / 2))
    }
}

/// Percent without decimals: cells are small.
fn whole_percent(value: f64) -> String {
    let percent = 100.0 * value;
    if percent < 0.5 { "<1".into() } else { format!("{percent:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_shares_are_not_none() {
        assert_eq!((whole_percent(0.004), whole_percent(0.126)), ("<1".into(), "13".into()));
    }

    #[test]
    fn a_chart_is_as_wide_as_its_cells_need() {
        style::register_font();
        let width = |count: usize| {
            let (names, cells) = (vec!["class"; count], vec![vec![None; count]; count]);
            HeatMap { title: "t", note: "n", names: &names, cells: &cells }.size().width
        };
        assert!(width(2) < 250 && width(2) < width(6), "{}", width(2));
        assert!(width(81) > Sheet::Screen.width());
    }
}
