//! The IoU that each class loses by cause, as stacked bars.

use super::{
    Chart,
    bars::{self, BAR, Bars, Rows},
    legend,
    style::{self, px},
};
use crate::report::export::percent;
use crate::{Loss, LossShares, MethodDetails};
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
const GAP: i32 = 10;
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
        self.rows().size(&self.legend())
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, "IoU loss by cause", &self.legend())?;
        let rows = self.rows();
        rows.draw_axis(&area, &bars::percent_ticks(), "lost IoU [%]")?;
        for row in 0..=self.classes.len() {
            rows.draw_name(&area, row)?;
            for (method, details) in self.methods.iter().enumerate() {
                let span = rows.bar(row, method, self.methods.len());
                draw_bar(&area, &rows, span, shares(details, row))?;
            }
        }
        rows.draw_origin(&area, 0.0)
    }
}

impl AnatomyChart<'_> {
    /// A row for the mean and one for each class.
    fn rows(&self) -> Rows {
        let names = ["mean"].into_iter().chain(self.classes.iter().map(String::as_str));
        let bars = Bars { count: self.methods.len(), height: BAR, gap: GAP };
        Rows::of_bars(names, &bars, RIGHT)
    }

    fn legend(&self) -> Vec<legend::Key> {
        let mut keys = bars::keys(Loss::ALL.into_iter().map(Loss::title));
        if self.methods.len() > 1 {
            let names: Vec<&str> = self.methods.iter().map(|method| method.name.as_str()).collect();
            keys.push(legend::Key::note(format!("from top to bottom: {}", names.join(", "))));
        }
        keys
    }
}

/// The parts of the mean (row 0) or of class `row - 1`.
fn shares(details: &MethodDetails, row: usize) -> Option<LossShares> {
    match row.checked_sub(1) {
        None => Some(details.anatomy.mean),
        Some(class) => details.anatomy.classes[class],
    }
}

fn draw_bar<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    rows: &Rows,
    [top, bottom]: [i32; 2],
    shares: Option<LossShares>,
) -> style::Drawn<B> {
    let mut end = 0.0;
    for (index, &loss) in Loss::ALL.iter().enumerate() {
        let part = shares.map_or(0.0, |shares| shares.of(loss));
        let corners = [(rows.x(end), top), (rows.x(end + part), bottom)];
        if part > 0.0 {
            area.draw(&Rectangle::new(corners, style::color(index).filled()))?;
        }
        end += part;
    }
    let lost = percent(shares.map(|shares| 1.0 - shares.iou));
    bars::draw_value(area, &lost, (rows.x(end), top + px(BAR) / 2))
}
