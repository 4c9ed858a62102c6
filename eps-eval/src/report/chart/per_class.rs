//! IoU of each class, methods side by side.

use super::{
    Chart,
    bars::{self, BAR, Bars, Rows},
    legend,
    style::{self, px},
};
use crate::report::export::percent;
use crate::{ClassScores, Scores};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::Rectangle,
    style::Color,
};

// Lengths in pixels.

/// Distance between the bars of two classes.
const GAP: i32 = 9;
/// Right of the bars: room for a value beyond 100 %.
const RIGHT: i32 = 56;

/// A group of bars for each class, one bar a method; all methods have the same classes.
#[derive(Clone, Debug)]
pub struct PerClassChart<'a> {
    pub methods: &'a [(&'a str, &'a Scores)],
}

impl Chart for PerClassChart<'_> {
    fn size(&self) -> Size {
        self.rows().size(&self.legend())
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, "IoU of each class", &self.legend())?;
        let rows = self.rows();
        rows.draw_axis(&area, &bars::percent_ticks(), "IoU [%]")?;
        for row in 0..self.classes().len() {
            rows.draw_name(&area, row)?;
            for (method, (_, scores)) in self.methods.iter().enumerate() {
                let [top, bottom] = rows.bar(row, method, self.methods.len());
                let iou = scores.classes.get(row).and_then(|class| class.iou);
                let end = rows.x(iou.unwrap_or(0.0));
                if iou.is_some() {
                    let corners = [(rows.x(0.0), top), (end, bottom)];
                    area.draw(&Rectangle::new(corners, style::color(method).filled()))?;
                }
                bars::draw_value(&area, &percent(iou), (end, top + px(BAR) / 2))?;
            }
        }
        rows.draw_origin(&area, 0.0)
    }
}

impl PerClassChart<'_> {
    fn classes(&self) -> &[ClassScores] {
        self.methods.first().map_or(&[], |(_, scores)| &scores.classes)
    }

    fn rows(&self) -> Rows {
        let names = self.classes().iter().map(|class| class.name.as_str());
        let bars = Bars { count: self.methods.len(), height: BAR, gap: GAP };
        Rows::of_bars(names, &bars, RIGHT)
    }

    fn legend(&self) -> Vec<legend::Key> {
        bars::keys(self.methods.iter().map(|(name, _)| *name))
    }
}
