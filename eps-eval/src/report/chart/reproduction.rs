//! Published numbers and yours on one axis, row by row.

use super::{
    Chart,
    bars::{Rows, Tick},
    legend,
    style::{self, px},
};
use crate::report::reproduction::{ReproducedCell, Reproduction};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{Circle, PathElement, Rectangle},
    style::{Color, RGBColor, WHITE},
};

// Lengths in pixels.

const ROW: i32 = 24;
/// Right of the axis.
const RIGHT: i32 = 30;
const RADIUS: i32 = 5;

/// A line for each cell with a number: published as a dot, hollow where it was not checked against a
/// source; yours as a square on its interval, hollow where there is no verdict on it.
#[derive(Clone, Debug)]
pub struct ReproductionChart<'a> {
    pub reproduction: &'a Reproduction,
}

impl Chart for ReproductionChart<'_> {
    fn size(&self) -> Size {
        rows(&self.cells()).size(&legend())
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, self.reproduction.title, &legend())?;
        let cells = self.cells();
        let plot = Plot { rows: rows(&cells), axis: Axis::of(&cells) };
        plot.rows.draw_axis(&area, &plot.axis.ticks(), "IoU [%]")?;
        for (row, cell) in cells.iter().enumerate() {
            plot.rows.draw_name(&area, row)?;
            plot.draw_cell(&area, row, cell)?;
        }
        Ok(())
    }
}

impl ReproductionChart<'_> {
    /// IoU that was published or scored; ratios have another axis and stay in the table.
    fn cells(&self) -> Vec<&ReproducedCell> {
        let ious = self.reproduction.cells.iter().filter(|cell| !cell.is_ratio);
        ious.filter(|cell| cell.published.is_some() || cell.ours.is_some()).collect()
    }
}

fn rows(cells: &[&ReproducedCell]) -> Rows {
    Rows::new(cells.iter().map(|cell| name(cell)), ROW, RIGHT)
}

/// A horizontal axis in percent.
struct Axis {
    lowest: f64,
    highest: f64,
}

impl Axis {
    /// Around all numbers of some cells.
    fn of(cells: &[&ReproducedCell]) -> Self {
        let mut percents = Vec::new();
        for cell in cells {
            let ours = cell.ours.map_or([None; 3], |ours| [ours.value, ours.lower, ours.upper]);
            let numbers = ours.into_iter().chain([cell.published_value()]).flatten();
            percents.extend(numbers.map(|fraction| 100.0 * fraction));
        }
        let percents = percents.into_iter();
        Self {
            lowest: (percents.clone().fold(100.0, f64::min) / 10.0).floor() * 10.0,
            highest: style::up_to(percents.fold(0.0, f64::max), 10.0),
        }
    }

    /// Where a percentage is: 0 at the left, 1 at the right.
    fn place(&self, percent: f64) -> f64 {
        (percent - self.lowest) / (self.highest - self.lowest).max(1.0)
    }

    fn ticks(&self) -> Vec<Tick> {
        let percents = (0..).map(|step| self.lowest + 10.0 * f64::from(step));
        let percents = percents.take_while(|&percent| percent <= self.highest);
        percents.map(|percent| (self.place(percent), format!("{percent:.0}"))).collect()
    }
}

/// Rows above their axis.
struct Plot {
    rows: Rows,
    axis: Axis,
}

impl Plot {
    fn x(&self, fraction: f64) -> i32 {
        self.rows.x(self.axis.place(100.0 * fraction))
    }

    fn draw_cell<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        row: usize,
        cell: &ReproducedCell,
    ) -> style::Drawn<B> {
        let y = self.rows.middle(row);
        if let Some(ours) = cell.ours {
            if let Some((lower, upper)) = ours.lower.zip(ours.upper) {
                let ends = vec![(self.x(lower), y), (self.x(upper), y)];
                area.draw(&PathElement::new(ends, ours_color().stroke_width(style::STROKE)))?;
            }
            if let Some(value) = ours.value {
                let is_hollow = !cell.verdict.is_held();
                draw_square(area, (self.x(value), y), is_hollow)?;
            }
        }
        if let Some(value) = cell.published_value() {
            let (center, inside) = ((self.x(value), y), px(RADIUS) - style::STROKE as i32);
            area.draw(&Circle::new(center, px(RADIUS), published_color().filled()))?;
            if !cell.sure.is_target() {
                area.draw(&Circle::new(center, inside, WHITE.filled()))?;
            }
        }
        Ok(())
    }
}

fn draw_square<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    (x, y): (i32, i32),
    is_hollow: bool,
) -> style::Drawn<B> {
    let half = px(RADIUS) - px(1);
    let square = |half: i32| [(x - half, y - half), (x + half, y + half)];
    area.draw(&Rectangle::new(square(half), ours_color().filled()))?;
    if is_hollow {
        area.draw(&Rectangle::new(square(half - style::STROKE as i32), WHITE.filled()))?;
    }
    Ok(())
}

fn name(cell: &ReproducedCell) -> String {
    format!("{}, {}", cell.row, cell.column)
}

fn published_color() -> RGBColor {
    style::color(0)
}

fn ours_color() -> RGBColor {
    style::color(1)
}

fn legend() -> Vec<legend::Key> {
    vec![
        legend::Key::bar("published (hollow: recalled, not checked)", published_color()),
        legend::Key::bar("yours with image interval (hollow: no verdict)", ours_color()),
    ]
}
