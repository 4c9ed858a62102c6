//! Difference of two methods in every class, with its interval.

use super::{
    Chart, legend,
    style::{self, px},
};
use crate::{export::is_sure, paired::Effect};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{PathElement, Rectangle},
    style::{
        Color, RGBColor,
        text_anchor::{HPos, VPos},
    },
};

// Lengths in pixels.

/// Height of a row, and of its bar.
const ROW: i32 = 22;
const BAR: i32 = 13;
/// Between the legend and the first row.
const TOP: i32 = 12;
/// Below the rows: labels and title of the axis.
const FOOT: i32 = 58;
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
        let plot = (TOP + ROW * self.rows.len() as i32 + FOOT) as usize;
        Size::new(style::WIDTH, legend::head_height(&legend()) + plot)
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let title = format!("IoU of {} less that of {}", self.method, self.baseline);
        let area = legend::titled(area, &title, &legend())?;
        let plot = self.plot();
        plot.draw_axis(&area, self.rows.len())?;
        for (index, (name, effect)) in self.rows.iter().enumerate() {
            plot.draw_row(&area, index, name, effect)?;
        }
        let zero = vec![(plot.x(0.0), px(TOP)), (plot.x(0.0), plot.bottom(self.rows.len()))];
        area.draw(&PathElement::new(zero, style::QUIET.stroke_width(style::THIN)))
    }
}

fn legend() -> Vec<legend::Key> {
    let key = |text: &str, sign| legend::Key { text: text.into(), sign };
    vec![
        key("better", legend::Sign::Bar(BETTER)),
        key("worse", legend::Sign::Bar(WORSE)),
        key("pale: p ≥ 0.05 after Holm", legend::Sign::Nothing),
        key("line: interval", legend::Sign::Line(style::TEXT)),
    ]
}

const BETTER: RGBColor = RGBColor(0, 114, 178);
const WORSE: RGBColor = RGBColor(213, 94, 0);

impl DifferenceChart<'_> {
    fn plot(&self) -> Plot {
        let widths = self.rows.iter().map(|(name, _)| style::text_width(name));
        let left = widths.max().unwrap_or(0) + px(26);
        let ends = self.rows.iter().flat_map(|(_, own)| [own.lower, own.upper, own.difference]);
        let ends: Vec<f64> = ends.flatten().map(|end| 100.0 * end).collect();
        let step = step(ends.iter().fold(0.0, |widest: f64, end| widest.max(end.abs())));
        let lowest = ends.iter().copied().fold(0.0, f64::min);
        let highest = ends.iter().copied().fold(0.0, f64::max);
        let (first, last) = ((lowest / step).floor(), (highest / step).ceil().max(1.0));
        Plot { left, right: px(style::WIDTH as i32 - RIGHT), step, first, last }
    }
}

/// Distance of two labels of an axis that reaches to `widest`, about five of them.
fn step(widest: f64) -> f64 {
    let steps = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0];
    steps.into_iter().find(|step| widest / step <= 5.0).unwrap_or(50.0)
}

/// Where percents are, as they are drawn below the legend.
struct Plot {
    left: i32,
    right: i32,
    step: f64,
    /// Ends of the axis in steps.
    first: f64,
    last: f64,
}

impl Plot {
    fn x(&self, percent: f64) -> i32 {
        let part = (percent / self.step - self.first) / (self.last - self.first);
        self.left + (f64::from(self.right - self.left) * part).round() as i32
    }

    fn bottom(&self, rows: usize) -> i32 {
        px(TOP + ROW * rows as i32)
    }

    fn draw_axis<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        rows: usize,
    ) -> style::Drawn<B> {
        let bottom = self.bottom(rows);
        let style = style::label(style::QUIET, HPos::Center, VPos::Top);
        let decimals = if self.step < 1.0 { 1 } else { 0 };
        for mark in self.first as i32..=self.last as i32 {
            let percent = f64::from(mark) * self.step;
            let line = vec![(self.x(percent), px(TOP)), (self.x(percent), bottom)];
            area.draw(&PathElement::new(line, style::GRID.stroke_width(style::THIN)))?;
            let text = match mark {
                0 => "0".into(),
                _ => format!("{percent:+.decimals$}"),
            };
            area.draw_text(&text, &style, (self.x(percent), bottom + px(6)))?;
        }
        let style = style::label(style::TEXT, HPos::Center, VPos::Top);
        let middle = (self.left + self.right) / 2;
        area.draw_text("difference of IoU [percentage points]", &style, (middle, bottom + px(27)))
    }

    fn draw_row<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        index: usize,
        name: &str,
        effect: &Effect,
    ) -> style::Drawn<B> {
        let middle = px(TOP + ROW * index as i32 + ROW / 2);
        let style = style::label(style::TEXT, HPos::Right, VPos::Center);
        area.draw_text(name, &style, (self.left - px(8), middle))?;
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
