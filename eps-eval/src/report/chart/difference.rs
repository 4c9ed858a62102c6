//! Difference of two methods in every class, with its interval.

use super::{
    Chart,
    bars::{BAR, Rows, Tick},
    legend,
    style::{self, px},
};
use crate::paired::Effect;
use crate::report::export::is_sure;
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{PathElement, Rectangle},
    style::{Color, RGBColor},
};

// Lengths in pixels.

/// Height of a row.
const ROW: i32 = 22;
/// Right of the bars.
const RIGHT: i32 = 30;

/// A bar for each class and one for the mean, from 0 to the difference, with the interval as a line;
/// what is not significant after correction is pale.
#[derive(Clone, Debug)]
pub struct DifferenceChart<'a> {
    pub baseline: &'a str,
    pub method: &'a str,
    /// Names with their differences.
    pub rows: Vec<(&'a str, Effect)>,
}

impl Chart for DifferenceChart<'_> {
    fn size(&self) -> Size {
        self.lines().size(&legend())
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let title = format!("IoU difference, {} − {}", self.method, self.baseline);
        let area = legend::titled(area, &title, &legend())?;
        let plot = Plot { rows: self.lines(), axis: self.axis() };
        plot.rows.draw_axis(&area, &plot.axis.ticks(), "difference of IoU [percentage points]")?;
        for (row, (_, effect)) in self.rows.iter().enumerate() {
            plot.rows.draw_name(&area, row)?;
            plot.draw_effect(&area, plot.rows.middle(row), effect)?;
        }
        plot.rows.draw_origin(&area, plot.axis.place(0.0))
    }
}

fn legend() -> Vec<legend::Key> {
    vec![
        legend::Key::bar("better", BETTER),
        legend::Key::bar("worse", WORSE),
        legend::Key::note("pale: not significant (p ≥ 0.05 after Holm)"),
        legend::Key::line("line: interval", style::TEXT),
    ]
}

const BETTER: RGBColor = RGBColor(0, 114, 178);
const WORSE: RGBColor = RGBColor(213, 94, 0);

impl DifferenceChart<'_> {
    fn lines(&self) -> Rows {
        Rows::new(self.rows.iter().map(|(name, _)| *name), ROW, RIGHT)
    }

    fn axis(&self) -> Axis {
        let ends = self
            .rows
            .iter()
            .flat_map(|(_, effect)| [effect.lower, effect.upper, effect.difference]);
        let ends: Vec<f64> = ends.flatten().map(|end| 100.0 * end).collect();
        let step = step(ends.iter().fold(0.0, |widest: f64, end| widest.max(end.abs())));
        let lowest = ends.iter().copied().fold(0.0, f64::min);
        let highest = ends.iter().copied().fold(0.0, f64::max);
        Axis { step, first: (lowest / step).floor(), last: (highest / step).ceil().max(1.0) }
    }
}

/// Distance of two labels of an axis that reaches to `widest`, about five of them.
fn step(widest: f64) -> f64 {
    let steps = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0];
    steps.into_iter().find(|step| widest / step <= 5.0).unwrap_or(50.0)
}

/// An axis in percentage points.
struct Axis {
    /// Distance of two labels.
    step: f64,
    /// Ends in steps.
    first: f64,
    last: f64,
}

impl Axis {
    /// Where a percentage is: 0 at the left, 1 at the right.
    fn place(&self, percent: f64) -> f64 {
        (percent / self.step - self.first) / (self.last - self.first)
    }

    fn ticks(&self) -> Vec<Tick> {
        let decimals = if self.step < 1.0 { 1 } else { 0 };
        let ticks = (self.first as i32..=self.last as i32).map(|mark| {
            let percent = f64::from(mark) * self.step;
            let text = match mark {
                0 => "0".into(),
                _ => format!("{percent:+.decimals$}"),
            };
            (self.place(percent), text)
        });
        ticks.collect()
    }
}

/// Rows above their axis.
struct Plot {
    rows: Rows,
    axis: Axis,
}

impl Plot {
    fn x(&self, percent: f64) -> i32 {
        self.rows.x(self.axis.place(percent))
    }

    fn draw_effect<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        middle: i32,
        effect: &Effect,
    ) -> style::Drawn<B> {
        if let Some(difference) = effect.difference {
            let color = if difference < 0.0 { WORSE } else { BETTER };
            let color = if is_sure(effect) { color } else { style::mixed(color, 3) };
            let (from, to) = (self.x(0.0), self.x(100.0 * difference));
            let corners =
                [(from.min(to), middle - px(BAR) / 2), (from.max(to), middle + px(BAR) / 2)];
            area.draw(&Rectangle::new(corners, color.filled()))?;
        }
        if let (Some(lower), Some(upper)) = (effect.lower, effect.upper) {
            self.draw_interval(area, middle, [lower, upper])?;
        }
        Ok(())
    }

    fn draw_interval<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        middle: i32,
        ends: [f64; 2],
    ) -> style::Drawn<B> {
        let stroke = style::TEXT.stroke_width(style::THIN + style::THIN / 2);
        let [lower, upper] = ends.map(|end| self.x(100.0 * end));
        area.draw(&PathElement::new(vec![(lower, middle), (upper, middle)], stroke))?;
        for end in [lower, upper] {
            let cap = vec![(end, middle - px(3)), (end, middle + px(3))];
            area.draw(&PathElement::new(cap, stroke))?;
        }
        Ok(())
    }
}
