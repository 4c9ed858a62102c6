//! Where the lost IoU of each class goes, as stacked bars.

use super::{
    Chart, legend,
    style::{self, px},
};
use crate::{Loss, LossShares, MethodDetails, export::percent};
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

/// Height of a bar.
const BAR: i32 = 13;
/// Distance between the bars of two classes.
const GAP: i32 = 10;
/// Between the legend and the first bar.
const TOP: i32 = 12;
/// Below the bars: labels and title of the axis.
const FOOT: i32 = 58;
/// Right of the bars: room for a value.
const RIGHT: i32 = 56;

/// A bar for each class and method, from 0 to `1 - IoU`, in parts by cause; the mean comes first.
#[derive(Clone, Debug)]
pub struct AnatomyChart<'a> {
    pub methods: &'a [MethodDetails],
    /// Names of the classes, background first.
    pub classes: &'a [String],
}

impl Chart for AnatomyChart<'_> {
    fn size(&self) -> Size {
        let plot = (TOP + self.group() * self.groups() as i32 + FOOT) as usize;
        Size::new(style::WIDTH, legend::head_height(&self.legend()) + plot)
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, "Where the lost IoU goes", &self.legend())?;
        let names = || ["mean"].into_iter().chain(self.classes.iter().map(String::as_str));
        let left = names().map(style::text_width).max().unwrap_or(0) + px(26);
        let plot = Plot { left, length: px(style::WIDTH as i32 - RIGHT) - left };
        let bottom = px(TOP + self.group() * self.groups() as i32);
        plot.draw_axis(&area, bottom)?;
        for (index, name) in names().enumerate() {
            let top = TOP + self.group() * index as i32;
            let middle = px(top) + px(self.group()) / 2;
            let style = style::label(style::TEXT, HPos::Right, VPos::Center);
            area.draw_text(name, &style, (left - px(8), middle))?;
            for (method, details) in self.methods.iter().enumerate() {
                let first = middle - px(BAR) * self.methods.len() as i32 / 2;
                let top = first + px(BAR) * method as i32;
                plot.draw_bar(&area, top, shares(details, index))?;
            }
        }
        let axis = vec![(left, px(TOP)), (left, bottom)];
        area.draw(&PathElement::new(axis, style::QUIET.stroke_width(style::THIN)))
    }
}

impl AnatomyChart<'_> {
    /// Height of the bars of one class with the gap.
    fn group(&self) -> i32 {
        (BAR * self.methods.len() as i32).max(16) + GAP
    }

    /// Classes and the mean.
    fn groups(&self) -> usize {
        self.classes.len() + 1
    }

    fn legend(&self) -> Vec<legend::Key> {
        let cause = |(index, loss): (usize, &Loss)| legend::Key {
            text: loss.title().into(),
            sign: legend::Sign::Bar(style::color(index)),
        };
        let mut keys: Vec<_> = Loss::ALL.iter().enumerate().map(cause).collect();
        if self.methods.len() > 1 {
            let names: Vec<&str> = self.methods.iter().map(|own| own.name.as_str()).collect();
            let text = format!("from top to bottom: {}", names.join(", "));
            keys.push(legend::Key { text, sign: legend::Sign::Nothing });
        }
        keys
    }
}

/// The parts of the mean (group 0) or of class `group - 1`.
fn shares(details: &MethodDetails, group: usize) -> Option<LossShares> {
    match group.checked_sub(1) {
        None => Some(details.anatomy.mean),
        Some(class) => details.anatomy.classes[class],
    }
}

/// Where the bars are, as they are drawn below the legend.
struct Plot {
    left: i32,
    /// Of a bar of 100 %.
    length: i32,
}

impl Plot {
    fn x(&self, fraction: f64) -> i32 {
        self.left + (f64::from(self.length) * fraction).round() as i32
    }

    fn draw_bar<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        top: i32,
        shares: Option<LossShares>,
    ) -> style::Drawn<B> {
        let mut end = 0.0;
        for (index, &loss) in Loss::ALL.iter().enumerate() {
            let part = shares.map_or(0.0, |shares| shares.of(loss));
            let corners = [(self.x(end), top), (self.x(end + part), top + px(BAR - 1))];
            if part > 0.0 {
                area.draw(&Rectangle::new(corners, style::color(index).filled()))?;
            }
            end += part;
        }
        let lost = percent(shares.map(|shares| 1.0 - shares.iou));
        let style = style::small(style::QUIET, HPos::Left, VPos::Center);
        area.draw_text(&lost, &style, (self.x(end) + px(5), top + px(BAR) / 2))
    }

    fn draw_axis<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        bottom: i32,
    ) -> style::Drawn<B> {
        let style = style::label(style::QUIET, HPos::Center, VPos::Top);
        for step in 0..=5 {
            let x = self.x(f64::from(step) / 5.0);
            let line = vec![(x, px(TOP)), (x, bottom)];
            area.draw(&PathElement::new(line, style::GRID.stroke_width(style::THIN)))?;
            area.draw_text(&format!("{}", step * 20), &style, (x, bottom + px(6)))?;
        }
        let style = style::label(style::TEXT, HPos::Center, VPos::Top);
        area.draw_text("lost IoU [%]", &style, (self.x(0.5), bottom + px(27)))
    }
}
