//! Mean IoU against one numeric setting.

use super::{
    Chart, legend, lines,
    scale::{ACROSS, Scale, UP},
    style::{self, px},
};
use crate::report::ablation::Spread;
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{EmptyElement, PathElement},
    style::{Color, RGBColor},
};
use std::ops::Range;

/// Ratio of the ends from which on the axis of the setting is logarithmic.
const WIDE: f64 = 50.0;
/// Half of the line that ends an error bar.
const CAP: i32 = px(4);

/// A line for each series, with the standard deviation over seeds as error bars.
#[derive(Clone, Debug)]
pub struct AblationLinesChart<'a> {
    pub title: &'a str,
    /// Name of the setting.
    pub setting: &'a str,
    pub series: Vec<AblationSeries>,
    /// Whether points are on a line; those of random settings are not.
    pub is_connected: bool,
}

/// Mean IoU by ascending value of the setting.
#[derive(Clone, Debug)]
pub struct AblationSeries {
    pub name: String,
    pub points: Vec<(f64, Spread)>,
}

/// A point in the units of the chart: the setting or its logarithm, percent, and a deviation.
struct Point {
    x: f64,
    y: f64,
    std: Option<f64>,
}

impl Chart for AblationLinesChart<'_> {
    fn size(&self) -> Size {
        lines::wide(&self.legend())
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, self.title, &self.legend())?;
        let is_logarithmic = self.is_logarithmic();
        let series: Vec<Vec<Point>> =
            self.series.iter().map(|series| points(series, is_logarithmic)).collect();
        let all = series.iter().flatten();
        let y = percents(all.clone().flat_map(|point| ends(point, 1.0)));
        let x = padded(all.map(|point| point.x));
        let layout = style::AxesLayout {
            x: if is_logarithmic { decades(x) } else { Scale::round(x, ACROSS) },
            y: Scale::round(y, UP),
            x_title: self.setting,
            y_title: "mean IoU [%]",
        };
        let mut chart = style::axes(&area, &layout)?;
        for (index, points) in series.iter().enumerate() {
            self.draw_series(&mut chart, points, style::color(index))?;
        }
        Ok(())
    }
}

impl AblationLinesChart<'_> {
    fn legend(&self) -> Vec<legend::Key> {
        let mut keys = lines::keys(self.series.iter().map(|series| series.name.clone()));
        let mut points = self.series.iter().flat_map(|series| &series.points);
        if points.any(|(_, spread)| spread.std.is_some()) {
            keys.push(legend::Key::note("bars: ± standard deviation over seeds"));
        }
        keys
    }

    fn is_logarithmic(&self) -> bool {
        let points = self.series.iter().flat_map(|series| &series.points);
        let (lowest, highest) = extremes(points.map(|point| point.0));
        lowest > 0.0 && highest / lowest >= WIDE
    }

    fn draw_series<B: DrawingBackend>(
        &self,
        chart: &mut style::Axes<'_, B>,
        points: &[Point],
        color: RGBColor,
    ) -> style::Drawn<B> {
        if self.is_connected {
            let line = points.iter().map(|point| (point.x, point.y));
            lines::draw_in(chart, line, color)?;
        }
        for point in points {
            if point.std.is_some() {
                draw_error_bar(chart, point, color)?;
            }
            style::mark(chart, (point.x, point.y), color, true)?;
        }
        Ok(())
    }
}

fn points(series: &AblationSeries, is_logarithmic: bool) -> Vec<Point> {
    let points = series.points.iter().filter_map(|&(value, spread)| {
        Some(Point {
            x: if is_logarithmic { value.log10() } else { value },
            y: 100.0 * spread.mean?,
            std: spread.std.map(|std| 100.0 * std),
        })
    });
    points.collect()
}

/// Both ends of the error bar.
fn ends(point: &Point, factor: f64) -> [f64; 2] {
    let half = factor * point.std.unwrap_or(0.0);
    [point.y - half, point.y + half]
}

fn draw_error_bar<B: DrawingBackend>(
    chart: &mut style::Axes<'_, B>,
    point: &Point,
    color: RGBColor,
) -> style::Drawn<B> {
    let stroke = color.stroke_width(style::THIN + style::THIN / 2);
    let bar = ends(point, 1.0).map(|y| (point.x, y));
    chart.draw_series([PathElement::new(bar.to_vec(), stroke)])?;
    for end in bar {
        let cap = PathElement::new(vec![(-CAP, 0), (CAP, 0)], stroke);
        chart.draw_series([EmptyElement::at(end) + cap])?;
    }
    Ok(())
}

/// The range of the values with room at both ends.
fn padded(values: impl Iterator<Item = f64>) -> Range<f64> {
    let (lowest, highest) = extremes(values);
    let room = if highest > lowest { 0.06 * (highest - lowest) } else { 0.5 };
    lowest - room..highest + room
}

/// The range of percents in whole steps, with room at both ends.
fn percents(values: impl Iterator<Item = f64>) -> Range<f64> {
    let (lowest, highest) = extremes(values);
    let step = match highest - lowest {
        range if range < 2.0 => 0.5,
        range if range < 12.0 => 1.0,
        _ => 5.0,
    };
    let start = ((lowest / step).floor() - 1.0).max(0.0) * step;
    start..((highest / step).ceil() + 1.0) * step
}

/// The lowest and the highest; 0 and 1 without values.
fn extremes(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (lowest, highest) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |ends, value| {
        (ends.0.min(value), ends.1.max(value))
    });
    if lowest <= highest { (lowest, highest) } else { (0.0, 1.0) }
}

/// A logarithmic axis with labels at 1, 2 and 5 times the powers of ten, or at these alone where there
/// are many.
fn decades(range: Range<f64>) -> Scale {
    let close = ticks(&range, &[1.0, 2.0, 5.0]);
    let ticks = if close.len() <= ACROSS { close } else { ticks(&range, &[1.0]) };
    Scale { range, ticks }
}

/// Labels of a logarithmic axis at some digits times the powers of ten.
fn ticks(range: &Range<f64>, digits: &[f64]) -> Vec<(f64, String)> {
    let powers = range.start.floor() as i32..=range.end.floor() as i32;
    let values = powers.flat_map(|power| digits.iter().map(move |&digit| (digit, power)));
    let ticks = values.map(|(digit, power)| (f64::from(power) + digit.log10(), text(digit, power)));
    ticks.filter(|(place, _)| range.contains(place)).collect()
}

/// A digit times a power of ten.
fn text(digit: f64, power: i32) -> String {
    match power {
        -2..=-1 => format!("{:.1$}", digit * 10_f64.powi(power), power.unsigned_abs() as usize),
        0..=3 => format!("{:.0}", digit * 10_f64.powi(power)),
        _ => format!("{digit}e{power}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::{Sheet, svg};

    fn chart(values: [f64; 2]) -> AblationLinesChart<'static> {
        let spread = |mean, std| Spread { mean: Some(mean), std, runs: 3 };
        let points = vec![(values[0], spread(0.4, Some(0.01))), (values[1], spread(0.42, None))];
        let series = vec![AblationSeries { name: "fixed".into(), points }];
        AblationLinesChart { title: "t", setting: "lambda", series, is_connected: true }
    }

    #[test]
    fn error_bars_are_explained() {
        let document = svg(&chart([0.1, 0.5]), Sheet::Screen).unwrap();
        assert!(
            document.contains("± standard deviation over seeds") && document.contains("lambda")
        );
    }

    #[test]
    fn values_over_decades_have_a_logarithmic_axis() {
        assert!(!chart([0.1, 0.5]).is_logarithmic() && !chart([0.0, 0.5]).is_logarithmic());
        assert!(chart([0.001, 0.1]).is_logarithmic());
        let texts = |range| decades(range).ticks.into_iter().map(|(_, text)| text);
        let expected = ["1e-3", "2e-3", "5e-3", "0.01", "0.02", "0.05", "0.1"];
        assert_eq!(texts(-3.1..-0.9).collect::<Vec<_>>(), expected);
        assert_eq!(texts(-1.0..4.5).collect::<Vec<_>>(), ["0.1", "1", "10", "100", "1000", "1e4"]);
    }

    #[test]
    fn the_axis_holds_every_bar() {
        assert_eq!(percents([40.2, 43.9].into_iter()), 39.0..45.0);
        assert_eq!(percents([0.2].into_iter()), 0.0..1.0);
        assert_eq!(percents([].into_iter()), 0.0..1.5);
    }
}
