//! Mean IoU over two numeric settings.

use super::{
    Chart, legend,
    style::{self, px},
};
use crate::{ablation::Spread, export::percent};
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

const CELL_HEIGHT: i32 = 46;
/// Width of a cell where there is room.
const CELL_WIDTH: i32 = 92;
/// Width from which on a cell has the standard deviation in it.
const ROOMY: i32 = 60;
const TOP: i32 = 10;
/// Below the cells: values and name of the axis.
const FOOT: i32 = 58;
/// Left of the values of the rows: name of the axis.
const TITLE: i32 = 34;
const GAP: i32 = 8;
/// Right of the cells: the bar of colours with its ends.
const RIGHT: i32 = 100;
const BAR: i32 = 16;
/// Tones of the bar of colours.
const TONES: i32 = 40;

/// Tone of the lowest value: apart from white, and from a cell without a value.
const LOWEST: f64 = 0.06;
/// From this tone on numbers are white.
const DARK: f64 = 0.55;

/// A heat map with the value in each cell; a cell without a value is grey, the baseline has a frame.
#[derive(Clone, Debug)]
pub struct AblationMapChart<'a> {
    /// What the cells show.
    pub title: &'a str,
    /// Name of the axis, and its values from left to right.
    pub columns: (&'a str, Vec<String>),
    /// Name of the axis, and its values from top to bottom.
    pub rows: (&'a str, Vec<String>),
    /// Mean IoU, `[row][column]`.
    pub cells: Vec<Vec<Option<Spread>>>,
    /// Row and column of the baseline.
    pub baseline: Option<(usize, usize)>,
}

impl Chart for AblationMapChart<'_> {
    fn size(&self) -> Size {
        let plot = TOP + CELL_HEIGHT * self.rows.1.len() as i32 + FOOT;
        Size::new(style::WIDTH, legend::head_height(&self.legend()) + plot as usize)
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, self.title, &self.legend())?;
        let plot = self.plot();
        self.draw_names(&area, &plot)?;
        for (row, cells) in self.cells.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                plot.draw_cell(&area, (row, column), *cell)?;
            }
        }
        if let Some((row, column)) = self.baseline {
            let (left, top) = plot.corner(row, column);
            let corners = [(left, top), (left + plot.width, top + px(CELL_HEIGHT))];
            let frame = style::TEXT.stroke_width(style::STROKE);
            area.draw(&Rectangle::new(corners, frame))?;
        }
        plot.draw_bar(&area, self.rows.1.len() as i32)
    }
}

impl AblationMapChart<'_> {
    fn legend(&self) -> Vec<legend::Key> {
        let key = |text: &str| legend::Key { text: text.into(), sign: legend::Sign::Nothing };
        let mut keys = vec![];
        if self.values().any(|spread| spread.std.is_some()) {
            keys.push(key("± standard deviation over seeds"));
        }
        if self.baseline.is_some() {
            keys.push(key("framed: the baseline"));
        }
        keys
    }

    fn values(&self) -> impl Iterator<Item = Spread> {
        self.cells.iter().flatten().copied().flatten()
    }

    fn plot(&self) -> Plot {
        let widths = self.rows.1.iter().map(|value| style::text_width(value));
        let left = px(TITLE + GAP) + widths.max().unwrap_or(0);
        let room = (px(style::WIDTH as i32 - RIGHT) - left) / self.columns.1.len().max(1) as i32;
        let means = || self.values().filter_map(|spread| spread.mean);
        Plot {
            left,
            width: room.min(px(CELL_WIDTH)),
            columns: self.columns.1.len() as i32,
            lowest: means().fold(f64::INFINITY, f64::min),
            highest: means().fold(f64::NEG_INFINITY, f64::max),
        }
    }

    fn draw_names<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        plot: &Plot,
    ) -> style::Drawn<B> {
        let row_style = style::label(style::QUIET, HPos::Right, VPos::Center);
        for (row, value) in self.rows.1.iter().enumerate() {
            let middle = plot.corner(row, 0).1 + px(CELL_HEIGHT) / 2;
            area.draw_text(value, &row_style, (plot.left - px(GAP), middle))?;
        }
        let bottom = plot.corner(self.rows.1.len(), 0).1;
        let column_style = style::label(style::QUIET, HPos::Center, VPos::Top);
        for (column, value) in self.columns.1.iter().enumerate() {
            let middle = plot.corner(0, column).0 + plot.width / 2;
            area.draw_text(value, &column_style, (middle, bottom + px(6)))?;
        }
        let name_style = style::label(style::TEXT, HPos::Center, VPos::Top);
        let middle = plot.left + plot.width * plot.columns / 2;
        area.draw_text(self.columns.0, &name_style, (middle, bottom + px(28)))?;
        let upright = style::label(style::TEXT, HPos::Center, VPos::Center)
            .transform(FontTransform::Rotate270);
        area.draw_text(self.rows.0, &upright, (px(TITLE) / 2, (px(TOP) + bottom) / 2))
    }
}

/// Where the cells are, as they are drawn below the title, and what their colours mean.
struct Plot {
    left: i32,
    /// Of a cell.
    width: i32,
    columns: i32,
    lowest: f64,
    highest: f64,
}

impl Plot {
    /// Left and top of a cell.
    fn corner(&self, row: usize, column: usize) -> (i32, i32) {
        (self.left + self.width * column as i32, px(TOP + CELL_HEIGHT * row as i32))
    }

    fn tone(&self, value: f64) -> f64 {
        let range = self.highest - self.lowest;
        let part = if range > 0.0 { (value - self.lowest) / range } else { 0.5 };
        LOWEST + (1.0 - LOWEST) * part
    }

    fn draw_cell<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        (row, column): (usize, usize),
        cell: Option<Spread>,
    ) -> style::Drawn<B> {
        let (left, top) = self.corner(row, column);
        let mean = cell.and_then(|spread| spread.mean);
        let tone = mean.map(|mean| self.tone(mean));
        let color = tone.map_or(style::GRID, style::tone);
        let corners = [(left, top), (left + self.width - px(1), top + px(CELL_HEIGHT) - px(1))];
        area.draw(&Rectangle::new(corners, color.filled()))?;
        let ink = if tone.is_some_and(|tone| tone >= DARK) { WHITE } else { style::TEXT };
        let std = cell.and_then(|spread| spread.std).filter(|_| self.width >= px(ROOMY));
        let (x, y) = (left + self.width / 2, top + px(CELL_HEIGHT) / 2);
        let shift = if std.is_some() { px(8) } else { 0 };
        let value_style = style::label(ink, HPos::Center, VPos::Center);
        area.draw_text(&percent(mean), &value_style, (x, y - shift))?;
        match std {
            Some(std) => {
                let text = format!("± {}", percent(Some(std)));
                let std_style = style::small(ink, HPos::Center, VPos::Center);
                area.draw_text(&text, &std_style, (x, y + px(10)))
            }
            None => Ok(()),
        }
    }

    /// Tones from the lowest value at the bottom to the highest at the top.
    fn draw_bar<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        rows: i32,
    ) -> style::Drawn<B> {
        if self.highest < self.lowest {
            return Ok(());
        }
        let left = self.left + self.width * self.columns + px(22);
        let (top, height) = (px(TOP), px(CELL_HEIGHT) * rows - px(1));
        for step in 0..TONES {
            let part = 1.0 - (f64::from(step) + 0.5) / f64::from(TONES);
            let color = style::tone(LOWEST + (1.0 - LOWEST) * part);
            let [from, to] = [step, step + 1].map(|step| top + height * step / TONES);
            let corners = [(left, from), (left + px(BAR), to)];
            area.draw(&Rectangle::new(corners, color.filled()))?;
        }
        let ends = [(self.highest, top, VPos::Top), (self.lowest, top + height, VPos::Bottom)];
        ends.into_iter().try_for_each(|(value, y, anchor)| {
            let style = style::small(style::QUIET, HPos::Left, anchor);
            area.draw_text(&percent(Some(value)), &style, (left + px(BAR + 6), y))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::svg;

    fn spread(mean: f64, std: Option<f64>) -> Option<Spread> {
        Some(Spread { mean: Some(mean), std, runs: 1 })
    }

    #[test]
    fn cells_have_their_values_and_axes_their_names() {
        let chart = AblationMapChart {
            title: "mean IoU [%]",
            columns: ("tau", vec!["0.2".into(), "0.4".into()]),
            rows: ("lambda", vec!["0.1".into()]),
            cells: vec![vec![spread(0.25, Some(0.0125)), None]],
            baseline: Some((0, 1)),
        };
        let document = svg(&chart).unwrap();
        for text in ["tau", "lambda", "0.2", "0.4", "0.1", "25.0", "± 1.2", "–"] {
            assert!(document.contains(&format!(">\n{text}\n<")), "no `{text}` in {document}");
        }
    }

    #[test]
    fn equal_values_have_a_tone_in_the_middle() {
        let plot = Plot { left: 0, width: 1, columns: 1, lowest: 0.5, highest: 0.5 };
        assert_eq!(plot.tone(0.5), LOWEST + (1.0 - LOWEST) / 2.0);
    }
}
