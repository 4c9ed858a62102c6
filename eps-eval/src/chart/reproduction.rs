//! Published numbers and ours on one axis, row by row.

use super::{
    Chart, legend,
    style::{self, px},
};
use crate::reproduction::{ReproducedCell, Reproduction, Verdict};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{Circle, PathElement, Rectangle},
    style::{
        Color, RGBColor, WHITE,
        text_anchor::{HPos, VPos},
    },
};

// Lengths in pixels.

const ROW: i32 = 24;
/// Between the legend and the first row.
const TOP: i32 = 8;
/// Below the rows: labels and title of the axis.
const FOOT: i32 = 52;
/// Right of the axis.
const RIGHT: i32 = 30;
/// Room for names at most.
const NAMES: i32 = 300;
const RADIUS: i32 = 5;

/// A line for each cell with a number: published as a dot, hollow where it was not read in any source;
/// ours as a square on its interval, hollow where it may not be compared.
#[derive(Clone, Debug)]
pub struct ReproductionChart<'a> {
    pub reproduction: &'a Reproduction,
}

impl Chart for ReproductionChart<'_> {
    fn size(&self) -> Size {
        let height = TOP + ROW * self.cells().len() as i32 + FOOT;
        Size::new(style::WIDTH, legend::head_height(&legend()) + height as usize)
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, self.reproduction.title, &legend())?;
        let axis = self.axis();
        let cells = self.cells();
        let bottom = px(TOP + ROW * cells.len() as i32);
        axis.draw(&area, bottom)?;
        for (index, cell) in cells.iter().enumerate() {
            draw_cell(&area, &axis, cell, px(TOP + ROW * index as i32 + ROW / 2))?;
        }
        Ok(())
    }
}

impl ReproductionChart<'_> {
    /// IoU that was published or scored; ratios have another axis and stay in the table.
    fn cells(&self) -> Vec<&ReproducedCell> {
        let has_number = |cell: &&ReproducedCell| {
            !cell.is_ratio && (cell.published.is_some() || cell.ours.is_some())
        };
        self.reproduction.cells.iter().filter(has_number).collect()
    }

    fn axis(&self) -> Axis {
        let cells = self.cells();
        let ends = |cell: &&ReproducedCell| {
            let ours = cell.ours.map(|ours| [ours.value, ours.lower, ours.upper]);
            let ours = ours.into_iter().flatten().flatten();
            cell.published_value().into_iter().chain(ours).collect::<Vec<_>>()
        };
        let values = || cells.iter().flat_map(ends).map(|fraction| 100.0 * fraction);
        let widest = cells.iter().map(|cell| style::text_width(&name(cell))).max().unwrap_or(0);
        Axis {
            left: px(16) + widest.min(px(NAMES)),
            right: px(style::WIDTH as i32 - RIGHT),
            lowest: (values().fold(100.0, f64::min) / 10.0).floor() * 10.0,
            highest: style::up_to(values().fold(0.0, f64::max), 10.0),
        }
    }
}

/// A horizontal axis in percent, in lengths as they are drawn.
struct Axis {
    left: i32,
    right: i32,
    lowest: f64,
    highest: f64,
}

impl Axis {
    fn x(&self, fraction: f64) -> i32 {
        let share = (100.0 * fraction - self.lowest) / (self.highest - self.lowest).max(1.0);
        self.left + (share * f64::from(self.right - self.left)).round() as i32
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        bottom: i32,
    ) -> style::Drawn<B> {
        let mut percent = self.lowest;
        while percent <= self.highest {
            let x = self.x(percent / 100.0);
            let line = vec![(x, px(TOP)), (x, bottom)];
            area.draw(&PathElement::new(line, style::GRID.stroke_width(style::THIN)))?;
            let label = style::label(style::QUIET, HPos::Center, VPos::Top);
            area.draw_text(&format!("{percent:.0}"), &label, (x, bottom + px(6)))?;
            percent += 10.0;
        }
        let title = style::label(style::TEXT, HPos::Center, VPos::Top);
        area.draw_text("IoU [%]", &title, ((self.left + self.right) / 2, bottom + px(28)))
    }
}

fn draw_cell<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    axis: &Axis,
    cell: &ReproducedCell,
    y: i32,
) -> style::Drawn<B> {
    let names = style::label(style::TEXT, HPos::Right, VPos::Center);
    area.draw_text(&name(cell), &names, (axis.left - px(8), y))?;
    if let Some(ours) = cell.ours {
        if let Some((lower, upper)) = ours.lower.zip(ours.upper) {
            let ends = vec![(axis.x(lower), y), (axis.x(upper), y)];
            area.draw(&PathElement::new(ends, ours_color().stroke_width(style::STROKE)))?;
        }
        if let Some(value) = ours.value {
            let (x, half) = (axis.x(value), px(RADIUS) - px(1));
            let corners = [(x - half, y - half), (x + half, y + half)];
            area.draw(&Rectangle::new(corners, ours_color().filled()))?;
            if matches!(cell.verdict, Verdict::NotComparable(_)) {
                let inside = half - style::STROKE as i32;
                let corners = [(x - inside, y - inside), (x + inside, y + inside)];
                area.draw(&Rectangle::new(corners, WHITE.filled()))?;
            }
        }
    }
    if let Some(value) = cell.published_value() {
        let (center, inside) = ((axis.x(value), y), px(RADIUS) - style::STROKE as i32);
        area.draw(&Circle::new(center, px(RADIUS), published_color().filled()))?;
        if !cell.sure.is_target() {
            area.draw(&Circle::new(center, inside, WHITE.filled()))?;
        }
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
    let key = |text: &str, sign| legend::Key { text: text.into(), sign };
    vec![
        key("published (hollow: not read in any source)", legend::Sign::Bar(published_color())),
        key("ours with interval (hollow: not comparable)", legend::Sign::Bar(ours_color())),
    ]
}
