//! One value of each class.

use super::{
    Chart,
    bars::{self, BAR, Rows, Tick},
    legend,
    style::{self, px},
};
use crate::report::export::percent;
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::Rectangle,
    style::Color,
};

// Lengths in pixels.

/// Distance between two bars.
const GAP: i32 = 9;
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
        self.rows().size(&[])
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, self.title, &[])?;
        let (rows, end) = (self.rows(), self.end());
        rows.draw_axis(&area, &self.ticks(end), self.axis)?;
        for (row, &value) in self.values.iter().enumerate() {
            rows.draw_name(&area, row)?;
            let bar_end = rows.x(value.unwrap_or(0.0) / end);
            let (middle, half) = (rows.middle(row), px(BAR - 1) / 2);
            if value.is_some() {
                let corners = [(rows.x(0.0), middle - half), (bar_end, middle + half)];
                area.draw(&Rectangle::new(corners, style::color(0).filled()))?;
            }
            bars::draw_value(&area, &self.text(value), (bar_end, middle))?;
        }
        rows.draw_origin(&area, 0.0)
    }
}

impl ClassBarsChart<'_> {
    fn rows(&self) -> Rows {
        Rows::new(self.names.iter().copied(), BAR + GAP, RIGHT)
    }

    /// The end of the axis: a round number that no value exceeds.
    fn end(&self) -> f64 {
        let largest = self.values.iter().copied().flatten().fold(0.0, f64::max);
        match self.quantity {
            Quantity::Count => round_up(largest),
            Quantity::Fraction => round_up(100.0 * largest).min(100.0) / 100.0,
        }
    }

    fn text(&self, value: Option<f64>) -> String {
        match (self.quantity, value) {
            (Quantity::Count, Some(count)) => format!("{count:.0}"),
            (_, fraction) => percent(fraction),
        }
    }

    fn ticks(&self, end: f64) -> Vec<Tick> {
        let unit = match self.quantity {
            Quantity::Count => 1.0,
            Quantity::Fraction => 100.0,
        };
        let places = (0..=STEPS).map(|step| f64::from(step) / f64::from(STEPS));
        places.map(|place| (place, number(unit * end * place))).collect()
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
    use crate::report::chart::{Sheet, svg};

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
        let document = svg(&chart, Sheet::Screen).unwrap();
        for text in ["boat", "cow", "12.3", "–", "pixels [%]", "20"] {
            assert!(document.contains(&format!(">\n{text}\n<")), "no `{text}` in {document}");
        }
        let counts = ClassBarsChart {
            quantity: Quantity::Count,
            values: vec![Some(7.0), Some(0.0)],
            ..chart
        };
        assert!(svg(&counts, Sheet::Screen).unwrap().contains(">\n7\n<"));
    }
}
