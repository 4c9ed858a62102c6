//! The field's methods by year and supervision, with ours among them.

use super::{
    Chart, legend, lines,
    style::{self, px},
};
use crate::published::{FieldMethod, FieldQuantity, Supervision, field_methods};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{EmptyElement, Text},
    style::{
        RGBColor,
        text_anchor::{HPos, VPos},
    },
};

/// Published mean IoU by year, a colour for each supervision; ours as diamonds with their names.
#[derive(Clone, Debug)]
pub struct TimelineChart<'a> {
    pub quantity: FieldQuantity,
    /// Year in which ours are drawn.
    pub year: u16,
    /// Names and mean IoU as fractions.
    pub ours: &'a [(String, f64)],
}

/// Colour of ours; the supervisions have those before it.
const OURS: usize = 6;

/// Width of the column of a year that its methods spread over, in years.
const SPREAD: f64 = 0.7;

impl Chart for TimelineChart<'_> {
    fn size(&self) -> Size {
        lines::wide(&self.legend())
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let methods = self.methods();
        let title = format!("Published results: {}", self.quantity.name());
        let area = legend::titled(area, &title, &self.legend())?;
        let years = || methods.iter().map(|own| own.year).chain([self.year]);
        let values = || {
            let ours = self.ours.iter().map(|own| own.1);
            methods.iter().map(|own| own.miou).chain(ours).map(|miou| 100.0 * miou)
        };
        let (first, last) = (years().min().unwrap_or(0), years().max().unwrap_or(0));
        let lowest = values().fold(100.0, f64::min);
        let layout = style::AxesLayout {
            x: f64::from(first) - 0.5..f64::from(last) + 0.9,
            y: (lowest / 10.0).floor() * 10.0..style::up_to(values().fold(0.0, f64::max), 10.0),
            x_title: "year of publication",
            y_title: "mean IoU [%]",
            x_format: &|year| {
                if year.fract() == 0.0 { format!("{year:.0}") } else { String::new() }
            },
            y_format: &|iou| format!("{iou:.0}"),
        };
        let mut chart = style::axes(&area, &layout)?;
        for (place, method) in places(&methods) {
            style::mark(&mut chart, place, color(method.supervision), true)?;
        }
        for (name, miou) in self.ours {
            let place = (f64::from(self.year), 100.0 * miou);
            style::diamond(&mut chart, place, style::color(OURS))?;
            let label = style::small(style::color(OURS), HPos::Right, VPos::Center);
            let text = EmptyElement::at(place) + Text::new(name.clone(), (-px(9), 0), label);
            chart.draw_series([text])?;
        }
        Ok(())
    }
}

impl TimelineChart<'_> {
    /// Methods of every supervision but full, which bounds the others and is said in the legend.
    fn methods(&self) -> Vec<FieldMethod> {
        let all = field_methods(self.quantity).into_iter();
        all.filter(|own| own.supervision != Supervision::Full).collect()
    }

    fn legend(&self) -> Vec<legend::Key> {
        let methods = self.methods();
        let is_there = |own: &Supervision| methods.iter().any(|method| method.supervision == *own);
        let key = |own: Supervision| legend::Key {
            text: own.name().into(),
            sign: legend::Sign::Bar(color(own)),
        };
        let mut keys: Vec<_> = Supervision::ALL.into_iter().filter(is_there).map(key).collect();
        if !self.ours.is_empty() {
            let sign = legend::Sign::Bar(style::color(OURS));
            keys.push(legend::Key { text: "ours, as scored here".into(), sign });
        }
        keys
    }
}

fn color(supervision: Supervision) -> RGBColor {
    style::color(match supervision {
        Supervision::Images => 0,
        Supervision::Saliency => 1,
        Supervision::More => 2,
        Supervision::Full => 3,
    })
}

/// Places of the methods: those of one year side by side in the order of the file.
fn places(methods: &[FieldMethod]) -> Vec<((f64, f64), FieldMethod)> {
    let place = |(index, own): (usize, &FieldMethod)| {
        let same = |other: &&FieldMethod| other.year == own.year;
        let before = methods[..index].iter().filter(same).count() as f64;
        let all = methods.iter().filter(same).count() as f64;
        let shift = SPREAD * ((before + 0.5) / all - 0.5);
        ((f64::from(own.year) + shift, 100.0 * own.miou), *own)
    };
    methods.iter().enumerate().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_a_year_stand_side_by_side_around_it() {
        let method =
            |year, miou| FieldMethod { name: "a", year, supervision: Supervision::Images, miou };
        let found = places(&[method(2020, 0.5), method(2021, 0.6), method(2020, 0.7)]);
        let xs: Vec<f64> = found.iter().map(|((x, _), _)| *x).collect();
        assert_eq!(xs, [2020.0 - SPREAD / 4.0, 2021.0, 2020.0 + SPREAD / 4.0]);
        assert!((found[2].0.1 - 70.0).abs() < 1e-12);
    }
}
