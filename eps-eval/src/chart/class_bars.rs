//! One value of each class.

use super::{
    Chart, legend,
    style::{self, px},
};
use crate::export::percent;
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{PathElement, Rectangle},
    style::{
        Color,
        text_anchor::{HPos, VPos},
    },
};

// Lengths in pixels.

/// Height of a bar, and distance between two of them.
const BAR: i32 = 13;
const GAP: i32 = 9;
/// Between the title and the first bar.
const TOP: i32 = 12;
/// Below the bars: labels and title of the axis.
const FOOT: i32 = 58;
/// Right of the bars: room for a value.
const RIGHT: i32 = 64;
/// Parts of the axis.
const STEPS: u32 = 5;

/// What bars show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    Count,
    /// In `0..=1`, shown in percent.
    Fraction,
}

/// A bar for each class, from the value 0.
#[derive(Clone, Debug)]
pub struct ClassBarsChart<'a> {
    pub title: &'a str,
    /// Title of the axis, with its unit in brackets, if it has one.
    pub axis: &'a str,
    pub quantity: Quantity,
    pub names: &'a [&'a str],
    /// One for each class.
    pub values: Vec<Option<f64>>,
}

impl Chart for ClassBarsChart<'_> {
    fn size(&self) -> Size {
        let bars = (BAR + GAP) * self.names.len() as i32;
        Size::new(style::WIDTH, legend::head_height(&[]) + (TOP + bars + FOOT) as usize)
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, self.title, &[])?;
        let widths = self.names.iter().map(|name| style::text_width(name));
        let left = widths.max().unwrap_or(0) + px(26);
        let plot = Plot { left, right: px(style::WIDTH as i32 - RIGHT), end: self.end() };
        let bottom = px(TOP + (BAR + GAP) * self.names.len() as i32);
        self.draw_axis(&area, &plot, bottom)?;
        for (index, (name, &value)) in self.names.iter().zip(&self.values).enumerate() {
            let middle = px(TOP + (BAR + GAP) * index as i32 + (BAR + GAP) / 2);
            let style = style::label(style::TEXT, HPos::Right, VPos::Center);
            area.draw_text(name, &style, (left - px(8), middle))?;
            self.draw_bar(&area, &plot, middle, value)?;
        }
        let ends = vec![(left, px(TOP)), (left, bottom)];
        area.draw(&PathElement::new(ends, style::QUIET.stroke_width(style::THIN)))
    }
}

/// Where the bars are, as they are drawn below the title.
struct Plot {
    left: i32,
    right: i32,
    /// Value at the right.
    end: f64,
}

impl Plot {
    fn x(&self, value: f64) -> i32 {
        self.left + (f64::from(self.right - self.left) * value / self.end).round() as i32
    }
}

impl ClassBarsChart<'_> {
    /// The end of the axis: a round number that no value exceeds.
    fn end(&self) -> f64 {
        let largest = self.values.iter().copied().flatten().fold(0.0, f64::max);
        match self.quantity {
            Quantity::Count => round_up(largest),
            Quantity::Fraction => round_up(100.0 * largest).min(100.0) / 100.0,
        }
    }

    fn draw_bar<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        plot: &Plot,
        middle: i32,
        value: Option<f64>,
    ) -> style::Drawn<B> {
        let end = plot.x(value.unwrap_or(0.0));
        if value.is_some() {
            let half = px(BAR - 1) / 2;
            let corners = [(plot.left, middle - half), (end, middle + half)];
            area.draw(&Rectangle::new(corners, style::color(0).filled()))?;
        }
        let style = style::small(style::QUIET, HPos::Left, VPos::Center);
        area.draw_text(&self.text(value), &style, (end + px(5), middle))
    }

    fn text(&self, value: Option<f64>) -> String {
        match (self.quantity, value) {
            (Quantity::Count, Some(count)) => format!("{count:.0}"),
            (_, fraction) => percent(fraction),
        }
    }

    fn draw_axis<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        plot: &Plot,
        bottom: i32,
    ) -> style::Drawn<B> {
        let style = style::label(style::QUIET, HPos::Center, VPos::Top);
        for step in 0..=STEPS {
            let value = plot.end * f64::from(step) / f64::from(STEPS);
            let x = plot.x(value);
            let grid = style::GRID.stroke_width(style::THIN);
            area.draw(&PathElement::new(vec![(x, px(TOP)), (x, bottom)], grid))?;
            let shown = match self.quantity {
                Quantity::Count => value,
                Quantity::Fraction => 100.0 * value,
            };
            area.draw_text(&number(shown), &style, (x, bottom + px(6)))?;
        }
        let style = style::label(style::TEXT, HPos::Center, VPos::Top);
        area.draw_text(self.axis, &style, (plot.x(plot.end / 2.0), bottom + px(27)))
    }
}

/// A label of the axis without needless digits.
fn number(value: f64) -> String {
    if (value - value.round()).abs() < 1e-9 { format!("{value:.0}") } else { format!("{value:.1}") }
}

/// The smallest of 5, 10, 20, 25, 50 times a power of ten that is not below `value`.
fn round_up(value: f64) -> f64 {
    let mut power = 1.0;
    loop {
        let fits = [5.0, 10.0, 20.0, 25.0, 50.0].map(|factor| factor * power);
        if let Some(end) = fits.into_iter().find(|&end| end >= value) {
            return end;
        }
        power *= 10.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::svg;

    #[test]
    fn the_axis_ends_at_a_round_number() {
        let cases =
            [(0.0, 5.0), (5.0, 5.0), (5.1, 10.0), (23.0, 25.0), (51.0, 100.0), (1430.0, 2000.0)];
        for (value, expected) in cases {
            assert_eq!(round_up(value), expected, "{value}");
        }
    }

    #[test]
    fn every_class_has_its_value_beside_its_bar() {
        let chart = ClassBarsChart {
            title: "Share",
            axis: "pixels [%]",
            quantity: Quantity::Fraction,
            names: &["boat", "cow"],
            values: vec![Some(0.123), None],
        };
        let document = svg(&chart).unwrap();
        for text in ["boat", "cow", "12.3", "–", "pixels [%]", "20"] {
            assert!(document.contains(&format!(">\n{text}\n<")), "no `{text}` in {document}");
        }
        let counts = ClassBarsChart {
            quantity: Quantity::Count,
            values: vec![Some(7.0), Some(0.0)],
            ..chart
        };
        assert!(svg(&counts).unwrap().contains(">\n7\n<"));
    }
}
