//! Mean IoU over two numeric settings.

use super::{
    Chart, legend,
    sheet::Sheet,
    style::{self, px},
};
use crate::report::{ablation::Spread, export::percent, reproduction::TOLERANCE};
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

/// Standard deviation over seeds, a fraction, where no cell has one.
const UNKNOWN_STD: f64 = TOLERANCE;

/// A heat map with the value in each cell; a cell without a value is grey, the baseline has a frame.
///
/// Tones go from the lowest to the highest value, but over no less than four standard deviations over
/// seeds (the cells' root mean square, or half a point where no cell has one), around the middle of the
/// values. Within two of them on either side seeds alone put nearly all runs, so values that another
/// seed may exchange never have tones that are far apart.
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
        let cells = self.plot();
        let content = (cells.left + cells.width * cells.columns) / px(1) + RIGHT;
        let head = legend::head_width(self.title, &self.legend());
        Size::new(head.max(content as usize), legend::head_height(&self.legend()) + plot as usize)
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
        let mut keys = vec![];
        if self.values().any(|spread| spread.std.is_some()) {
            keys.push(legend::Key::note("± standard deviation over seeds"));
        }
        if self.is_within_spread() {
            let text = "all values lie within four standard deviations of one another";
            keys.push(legend::Key::note(text));
        }
        if self.baseline.is_some() {
            keys.push(legend::Key::note("framed: the baseline"));
        }
        keys
    }

    fn values(&self) -> impl Iterator<Item = Spread> {
        self.cells.iter().flatten().copied().flatten()
    }

    fn plot(&self) -> Plot {
        let widths = self.rows.1.iter().map(|value| style::text_width(value));
        let left = px(TITLE + GAP) + widths.max().unwrap_or(0);
        let room = (px(Sheet::current().width() as i32 - RIGHT) - left)
            / self.columns.1.len().max(1) as i32;
        let tones = self.tones();
        let (width, columns) = (room.min(px(CELL_WIDTH)), self.columns.1.len() as i32);
        Plot { left, width, columns, tones }
    }

    /// Whether another seed may exchange any two of the values.
    fn is_within_spread(&self) -> bool {
        let Some([lowest, highest]) = self.ends() else { return false };
        self.values().count() > 1 && highest - lowest <= 4.0 * self.std()
    }

    /// The lowest and the highest value.
    fn ends(&self) -> Option<[f64; 2]> {
        let means: Vec<f64> = self.values().filter_map(|spread| spread.mean).collect();
        let means = means.into_iter();
        Some([means.clone().reduce(f64::min)?, means.reduce(f64::max)?])
    }

    /// The cells' root mean square of the standard deviation over seeds.
    fn std(&self) -> f64 {
        let squares: Vec<f64> =
            self.values().filter_map(|spread| spread.std).map(|std| std * std).collect();
        match squares.is_empty() {
            true => UNKNOWN_STD,
            false => (squares.iter().sum::<f64>() / squares.len() as f64).sqrt(),
        }
    }

    /// The values of the palest and of the darkest tone; `None` without values.
    fn tones(&self) -> Option<[f64; 2]> {
        let ([lowest, highest], std) = (self.ends()?, self.std());
        let missing = (4.0 * std - (highest - lowest)).max(0.0);
        // Mean IoU is not below 0.
        let lowest = (lowest - missing / 2.0).max(0.0);
        // What was cut off there is added on top, so that the range is as wide as it must be.
        Some([lowest, highest.max(lowest + 4.0 * std)])
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
    /// Values of the palest and of the darkest tone.
    tones: Option<[f64; 2]>,
}

impl Plot {
    /// Left and top of a cell.
    fn corner(&self, row: usize, column: usize) -> (i32, i32) {
        (self.left + self.width * column as i32, px(TOP + CELL_HEIGHT * row as i32))
    }

    fn tone(&self, value: f64) -> f64 {
        let [lowest, highest] = self.tones.unwrap_or_default();
        let range = highest - lowest;
        let part = if range > 0.0 { (value - lowest) / range } else { 0.5 };
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
        let Some([lowest, highest]) = self.tones else { return Ok(()) };
        let left = self.left + self.width * self.columns + px(22);
        let (top, height) = (px(TOP), px(CELL_HEIGHT) * rows - px(1));
        for step in 0..TONES {
            let part = 1.0 - (f64::from(step) + 0.5) / f64::from(TONES);
            let color = style::tone(LOWEST + (1.0 - LOWEST) * part);
            let [from, to] = [step, step + 1].map(|step| top + height * step / TONES);
            let corners = [(left, from), (left + px(BAR), to)];
            area.draw(&Rectangle::new(corners, color.filled()))?;
        }
        let ends = [(highest, top, VPos::Top), (lowest, top + height, VPos::Bottom)];
        ends.into_iter().try_for_each(|(value, y, anchor)| {
            let style = style::small(style::QUIET, HPos::Left, anchor);
            area.draw_text(&percent(Some(value)), &style, (left + px(BAR + 6), y))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::{Sheet, svg};

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
        let document = svg(&chart, Sheet::Screen).unwrap();
        for text in ["tau", "lambda", "0.2", "0.4", "0.1", "25.0", "± 1.2", "–"] {
            assert!(document.contains(&format!(">\n{text}\n<")), "no `{text}` in {document}");
        }
    }

    fn tones(cells: Vec<Option<Spread>>) -> Option<[f64; 2]> {
        let names = vec![String::new(); cells.len()];
        let chart = AblationMapChart {
            title: "t",
            columns: ("tau", names),
            rows: ("lambda", vec![String::new()]),
            cells: vec![cells],
            baseline: None,
        };
        chart.tones()
    }

    fn is_near(found: Option<[f64; 2]>, expected: [f64; 2]) -> bool {
        let found = found.expect("there are values");
        found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12)
    }

    #[test]
    fn values_that_are_nearly_equal_have_tones_that_are_nearly_equal() {
        // 16.6 and 16.7 % of single runs: a scale of two points around 16.65 %.
        let ends = tones(vec![spread(0.166, None), spread(0.167, None)]);
        assert!(is_near(ends, [0.1565, 0.1765]), "{ends:?}");
        let plot = Plot { left: 0, width: 1, columns: 2, tones: ends };
        assert!((plot.tone(0.167) - plot.tone(0.166)).abs() < 0.05);
        assert!((plot.tone(0.1665) - (LOWEST + (1.0 - LOWEST) / 2.0)).abs() < 1e-12);
    }

    #[test]
    fn a_map_says_where_seeds_may_exchange_all_of_its_values() {
        let chart = |values: [f64; 2]| AblationMapChart {
            title: "t",
            columns: ("tau", vec!["0.2".into(), "0.4".into()]),
            rows: ("lambda", vec!["0.1".into()]),
            cells: vec![values.map(|value| spread(value, Some(0.01))).to_vec()],
            baseline: None,
        };
        let says = |values| {
            svg(&chart(values), Sheet::Screen).unwrap().contains("all values lie within four")
        };
        assert!(says([0.166, 0.167]) && says([0.2, 0.239]) && !says([0.2, 0.241]));
    }

    #[test]
    fn the_scale_spans_four_deviations_or_all_values() {
        // Root mean square of 0.3 and 0.4 points: 4 · 0.35355 points.
        let ends = tones(vec![spread(0.5, Some(0.003)), spread(0.504, Some(0.004)), None]);
        let half = 2.0 * 0.000_012_5_f64.sqrt();
        assert!(is_near(ends, [0.502 - half, 0.502 + half]), "{ends:?}");
        let ends = tones(vec![spread(0.2, Some(0.01)), spread(0.6, Some(0.01))]);
        assert!(is_near(ends, [0.2, 0.6]), "{ends:?}");
        assert!(is_near(tones(vec![spread(0.002, None)]), [0.0, 0.02]));
        assert_eq!(tones(vec![None]), None);
    }
}
