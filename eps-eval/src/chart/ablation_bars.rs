//! Mean IoU of each row of an ablation.

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
    element::{PathElement, Rectangle},
    style::{
        Color,
        text_anchor::{HPos, VPos},
    },
};

// Lengths in pixels.

const BAR: i32 = 14;
/// Distance between the bars of two rows.
const GAP: i32 = 10;
/// Between the legend and the first bar.
const TOP: i32 = 12;
/// Below the bars: labels and title of the axis.
const FOOT: i32 = 58;
/// Right of the bars: room for a value.
const RIGHT: i32 = 100;
/// The least length of the axis; long names make the chart wider.
const LEAST: i32 = 320;

/// Bars from 0 for each row, one for each measure, with the standard deviation over seeds as a line.
#[derive(Clone, Debug)]
pub struct AblationBarsChart<'a> {
    pub title: &'a str,
    pub measures: Vec<&'a str>,
    /// Name of the row, and the value of each measure.
    pub rows: Vec<(String, Vec<Spread>)>,
}

impl Chart for AblationBarsChart<'_> {
    fn size(&self) -> Size {
        let plot = TOP + self.group() * self.rows.len() as i32 + FOOT;
        let height = legend::head_height(&self.legend()) + plot as usize;
        Size::new(self.width() as usize, height)
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, self.title, &self.legend())?;
        let left = self.left();
        let plot = Plot { left, right: px(self.width() - RIGHT), end: self.end() };
        let bottom = px(TOP + self.group() * self.rows.len() as i32);
        plot.draw_axis(&area, bottom)?;
        for (row, (name, values)) in self.rows.iter().enumerate() {
            let middle = px(TOP + self.group() * row as i32) + px(self.group()) / 2;
            let style = style::label(style::TEXT, HPos::Right, VPos::Center);
            area.draw_text(name, &style, (left - px(8), middle))?;
            let first = middle - px(BAR) * values.len() as i32 / 2;
            for (measure, spread) in values.iter().enumerate() {
                let top = first + px(BAR) * measure as i32;
                plot.draw_bar(&area, top, *spread, measure)?;
            }
        }
        let axis = vec![(left, px(TOP)), (left, bottom)];
        area.draw(&PathElement::new(axis, style::QUIET.stroke_width(style::THIN)))
    }
}

impl AblationBarsChart<'_> {
    fn legend(&self) -> Vec<legend::Key> {
        let key = |(index, name): (usize, &&str)| legend::Key {
            text: (*name).into(),
            sign: legend::Sign::Bar(style::color(index)),
        };
        let mut keys: Vec<_> = self.measures.iter().enumerate().map(key).collect();
        if self.spreads().any(|spread| spread.std.is_some()) {
            let text = "line: ± standard deviation over seeds".into();
            keys.push(legend::Key { text, sign: legend::Sign::Line(style::TEXT) });
        }
        keys
    }

    fn spreads(&self) -> impl Iterator<Item = &Spread> {
        self.rows.iter().flat_map(|(_, values)| values)
    }

    /// Where the bars begin, as it is drawn.
    fn left(&self) -> i32 {
        let widths = self.rows.iter().map(|(name, _)| style::text_width(name));
        widths.max().unwrap_or(0) + px(26)
    }

    /// Of the chart in pixels.
    fn width(&self) -> i32 {
        (self.left() / px(1) + LEAST + RIGHT).max(style::WIDTH as i32)
    }

    /// Height of the bars of one row with the gap.
    fn group(&self) -> i32 {
        (BAR * self.measures.len() as i32).max(16) + GAP
    }

    /// Percent at the right end of the axis.
    fn end(&self) -> f64 {
        let reach = |own: &Spread| 100.0 * (own.mean.unwrap_or(0.0) + own.std.unwrap_or(0.0));
        style::up_to(self.spreads().map(reach).fold(0.0, f64::max), 10.0)
    }
}

/// Where percents are, as they are drawn below the legend.
struct Plot {
    left: i32,
    right: i32,
    end: f64,
}

impl Plot {
    fn x(&self, percent: f64) -> i32 {
        self.left + (f64::from(self.right - self.left) * percent / self.end).round() as i32
    }

    fn draw_bar<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        top: i32,
        spread: Spread,
        measure: usize,
    ) -> style::Drawn<B> {
        let middle = top + px(BAR) / 2;
        let mean = 100.0 * spread.mean.unwrap_or(0.0);
        let corners = [(self.left, top), (self.x(mean), top + px(BAR - 1))];
        if spread.mean.is_some() {
            area.draw(&Rectangle::new(corners, style::color(measure).filled()))?;
        }
        let std = 100.0 * spread.std.unwrap_or(0.0);
        if std > 0.0 {
            let line = [mean - std, mean + std].map(|end| (self.x(end.max(0.0)), middle));
            let stroke = style::TEXT.stroke_width(style::THIN + style::THIN / 2);
            area.draw(&PathElement::new(line.to_vec(), stroke))?;
        }
        let style = style::small(style::QUIET, HPos::Left, VPos::Center);
        area.draw_text(&shown(spread), &style, (self.x(mean + std) + px(5), middle))
    }

    fn draw_axis<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        bottom: i32,
    ) -> style::Drawn<B> {
        let style = style::label(style::QUIET, HPos::Center, VPos::Top);
        for step in 0..=5 {
            let percent = self.end * f64::from(step) / 5.0;
            let line = vec![(self.x(percent), px(TOP)), (self.x(percent), bottom)];
            area.draw(&PathElement::new(line, style::GRID.stroke_width(style::THIN)))?;
            area.draw_text(&format!("{percent:.0}"), &style, (self.x(percent), bottom + px(6)))?;
        }
        let style = style::label(style::TEXT, HPos::Center, VPos::Top);
        let middle = (self.left + self.right) / 2;
        area.draw_text("mean IoU [%]", &style, (middle, bottom + px(27)))
    }
}

/// Mean and deviation in percent.
fn shown(spread: Spread) -> String {
    let mean = percent(spread.mean);
    spread.std.map_or_else(|| mean.clone(), |std| format!("{mean} ± {}", percent(Some(std))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::svg;

    #[test]
    fn every_row_has_its_values() {
        let spread = |mean, std| Spread { mean, std, runs: 2 };
        let rows = vec![
            ("naive".to_owned(), vec![spread(Some(0.4), Some(0.01)), spread(None, None)]),
            ("overlap".to_owned(), vec![spread(Some(0.44), None), spread(Some(0.45), None)]),
        ];
        let chart = AblationBarsChart { title: "t", measures: vec!["fixed", "best"], rows };
        let document = svg(&chart).unwrap();
        for text in ["naive", "overlap", "40.0 ± 1.0", "–", "44.0", "45.0"] {
            assert!(document.contains(&format!(">\n{text}\n<")), "no `{text}` in {document}");
        }
        assert_eq!(chart.end(), 50.0);
    }
}
