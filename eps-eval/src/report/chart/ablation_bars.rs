//! Mean IoU of each row of an ablation.

use super::{
    Chart,
    bars::{self, Bars, Rows, Tick},
    legend,
    style::{self, px},
};
use crate::report::{ablation::Spread, export::percent};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{PathElement, Rectangle},
    style::Color,
};

// Lengths in pixels.

const BAR: i32 = 14;
/// Distance between the bars of two rows.
const GAP: i32 = 10;
/// Right of the bars: room for a value.
const RIGHT: i32 = 100;

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
        self.places().size(&self.legend())
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, self.title, &self.legend())?;
        let plot = Plot { rows: self.places(), end: self.end() };
        plot.rows.draw_axis(&area, &plot.ticks(), "mean IoU [%]")?;
        for (row, (_, values)) in self.rows.iter().enumerate() {
            plot.rows.draw_name(&area, row)?;
            for (measure, spread) in values.iter().enumerate() {
                let span = plot.rows.bar(row, measure, values.len());
                plot.draw_bar(&area, span, *spread, measure)?;
            }
        }
        plot.rows.draw_origin(&area, 0.0)
    }
}

impl AblationBarsChart<'_> {
    fn legend(&self) -> Vec<legend::Key> {
        let mut keys = bars::keys(self.measures.iter().copied());
        if self.spreads().any(|spread| spread.std.is_some()) {
            keys.push(legend::Key::line("line: ± standard deviation over seeds", style::TEXT));
        }
        keys
    }

    fn spreads(&self) -> impl Iterator<Item = &Spread> {
        self.rows.iter().flat_map(|(_, values)| values)
    }

    fn places(&self) -> Rows {
        let names = self.rows.iter().map(|(name, _)| name.as_str());
        Rows::of_bars(names, &Bars { count: self.measures.len(), height: BAR, gap: GAP }, RIGHT)
    }

    /// Percent at the right end of the axis.
    fn end(&self) -> f64 {
        let ends = self
            .spreads()
            .map(|spread| 100.0 * (spread.mean.unwrap_or(0.0) + spread.std.unwrap_or(0.0)));
        style::up_to(ends.fold(0.0, f64::max), 10.0)
    }
}

/// Rows above an axis from 0 to some percent.
struct Plot {
    rows: Rows,
    end: f64,
}

impl Plot {
    fn x(&self, percent: f64) -> i32 {
        self.rows.x(percent / self.end)
    }

    fn ticks(&self) -> Vec<Tick> {
        let places = (0..=5).map(|step| f64::from(step) / 5.0);
        places.map(|place| (place, format!("{:.0}", self.end * place))).collect()
    }

    fn draw_bar<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        [top, bottom]: [i32; 2],
        spread: Spread,
        measure: usize,
    ) -> style::Drawn<B> {
        let middle = top + px(BAR) / 2;
        let mean = 100.0 * spread.mean.unwrap_or(0.0);
        if spread.mean.is_some() {
            let corners = [(self.x(0.0), top), (self.x(mean), bottom)];
            area.draw(&Rectangle::new(corners, style::color(measure).filled()))?;
        }
        let std = 100.0 * spread.std.unwrap_or(0.0);
        if std > 0.0 {
            let line = [mean - std, mean + std].map(|end| (self.x(end.max(0.0)), middle));
            let stroke = style::TEXT.stroke_width(style::THIN + style::THIN / 2);
            area.draw(&PathElement::new(line.to_vec(), stroke))?;
        }
        bars::draw_value(area, &shown(spread), (self.x(mean + std), middle))
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
    use crate::report::chart::{Sheet, svg};

    #[test]
    fn every_row_has_its_values() {
        let spread = |mean, std| Spread { mean, std, runs: 2 };
        let rows = vec![
            ("naive".to_owned(), vec![spread(Some(0.4), Some(0.01)), spread(None, None)]),
            ("overlap".to_owned(), vec![spread(Some(0.44), None), spread(Some(0.45), None)]),
        ];
        let chart = AblationBarsChart { title: "t", measures: vec!["fixed", "best"], rows };
        let document = svg(&chart, Sheet::Screen).unwrap();
        for text in ["naive", "overlap", "40.0 ± 1.0", "–", "44.0", "45.0"] {
            assert!(document.contains(&format!(">\n{text}\n<")), "no `{text}` in {document}");
        }
        assert_eq!(chart.end(), 50.0);
    }
}
