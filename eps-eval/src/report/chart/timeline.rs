//! The field's methods by year and supervision, with yours among them.

use super::{
    Chart, legend,
    scale::{ACROSS, Scale, UP},
    sheet::Sheet,
    stack::stacked,
    style::{self, px},
};
use crate::report::published::{FieldMethod, FieldQuantity, Supervision, field_methods};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{EmptyElement, PathElement, Text},
    style::{
        Color, RGBColor,
        text_anchor::{HPos, VPos},
    },
};

/// Published mean IoU, each method in its year beside its name, a colour for each supervision; yours as
/// diamonds.
#[derive(Clone, Debug)]
pub struct TimelineChart<'a> {
    pub quantity: FieldQuantity,
    /// Year in which yours are drawn.
    pub year: u16,
    /// Names and mean IoU as fractions.
    pub ours: &'a [(String, f64)],
}

/// Colour of yours; the supervisions have those before it.
const OURS: usize = 6;

// Lengths in pixels.

/// Height of the plot: many methods of a year are within a few points.
const HEIGHT: usize = 520;
/// Of a name, and the most of its width that a column makes room for.
const LINE: i32 = 14;
const WIDEST: i32 = 150;
/// From a point to its name.
const REACH: i32 = 24;
/// Between a name and the points of the next year.
const GAP: i32 = 14;
/// Left and right of the plot.
const BESIDE: i32 = 110;

/// A point of the chart.
struct Entry {
    name: String,
    year: u16,
    /// Mean IoU in percent.
    miou: f64,
    color: RGBColor,
    is_ours: bool,
}

impl Entry {
    fn place(&self) -> (f64, f64) {
        (f64::from(self.year), self.miou)
    }
}

impl Chart for TimelineChart<'_> {
    fn size(&self) -> Size {
        let entries = self.entries();
        let width = BESIDE + column(&entries) * years(&entries).count() as i32;
        let width = (width as usize).max(Sheet::current().width());
        Size::new(width, legend::head_height(&self.legend()) + HEIGHT)
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let entries = self.entries();
        let title = format!("Published results: {}", self.quantity.name());
        let area = legend::titled(area, &title, &self.legend())?;
        let values = entries.iter().map(|entry| entry.miou);
        let lowest = (values.clone().fold(100.0, f64::min) / 5.0).floor() * 5.0;
        let highest = style::up_to(values.fold(0.0, f64::max), 5.0);
        let years = years(&entries);
        let layout = style::AxesLayout {
            // Names stand right of their points, so the axis goes on for most of a year after the last.
            x: Scale::whole(
                f64::from(*years.start()) - 0.25..f64::from(*years.end()) + 0.95,
                ACROSS,
            ),
            y: Scale::round(lowest..highest, UP),
            x_title: "year of publication",
            y_title: "mean IoU [%]",
        };
        let mut chart = style::axes(&area, &layout)?;
        for year in years {
            let of_year: Vec<&Entry> = entries.iter().filter(|entry| entry.year == year).collect();
            draw_year(&mut chart, &of_year)?;
        }
        Ok(())
    }
}

impl TimelineChart<'_> {
    fn entries(&self) -> Vec<Entry> {
        let published = methods(self.quantity).into_iter().map(|method| Entry {
            name: method.name.into(),
            year: method.year,
            miou: 100.0 * method.miou,
            color: color(method.supervision),
            is_ours: false,
        });
        let ours = self.ours.iter().map(|(name, miou)| Entry {
            name: name.clone(),
            year: self.year,
            miou: 100.0 * miou,
            color: style::color(OURS),
            is_ours: true,
        });
        published.chain(ours).collect()
    }

    fn legend(&self) -> Vec<legend::Key> {
        let methods = methods(self.quantity);
        let mut keys = Vec::new();
        for kind in Supervision::ALL {
            if methods.iter().any(|method| method.supervision == kind) {
                keys.push(legend::Key::bar(kind.name(), color(kind)));
            }
        }
        if !self.ours.is_empty() {
            keys.push(legend::Key::bar("yours, as scored here", style::color(OURS)));
        }
        keys
    }
}

/// Methods of every supervision but full, which bounds the others. Later re-runs of a method by others
/// are left out: they are no methods of their year.
fn methods(quantity: FieldQuantity) -> Vec<FieldMethod> {
    let all = field_methods(quantity).into_iter();
    all.filter(|method| method.supervision != Supervision::Full && !method.is_rerun()).collect()
}

/// From the first to the last year with a point.
fn years(entries: &[Entry]) -> std::ops::RangeInclusive<u16> {
    let years = entries.iter().map(|entry| entry.year);
    years.clone().min().unwrap_or(0)..=years.max().unwrap_or(0)
}

/// Pixels from one year to the next.
fn column(entries: &[Entry]) -> i32 {
    let widths = entries.iter().map(|entry| style::small_width(&entry.name) / px(1));
    let widest = widths.max().unwrap_or(0);
    REACH + widest.min(WIDEST) + GAP
}

fn color(supervision: Supervision) -> RGBColor {
    style::color(match supervision {
        Supervision::Images => 0,
        Supervision::Saliency => 1,
        Supervision::More => 2,
        Supervision::Full => 3,
    })
}

/// Draws the points of a year, and their names at the right with a line to each point.
fn draw_year<B: DrawingBackend>(
    chart: &mut style::Axes<'_, B>,
    entries: &[&Entry],
) -> style::Drawn<B> {
    let (_, rows) = chart.plotting_area().get_pixel_range();
    let heights: Vec<i32> =
        entries.iter().map(|entry| chart.backend_coord(&entry.place()).1).collect();
    let room = [rows.start + px(LINE) / 2, rows.end - px(LINE) / 2];
    let names = stacked(&heights, px(LINE), room);
    for ((entry, height), name) in entries.iter().zip(&heights).zip(names) {
        let shift = name - height;
        let line = [(0, 0), (px(REACH - 4), shift)];
        let stroke = style::mixed(entry.color, 2).stroke_width(style::THIN);
        let line = EmptyElement::at(entry.place()) + PathElement::new(line.to_vec(), stroke);
        chart.draw_series([line])?;
        let ink = if entry.is_ours { entry.color } else { style::TEXT };
        let label = style::small(ink, HPos::Left, VPos::Center);
        let text = style::small_cut(&entry.name, px(WIDEST));
        let text = EmptyElement::at(entry.place()) + Text::new(text, (px(REACH), shift), label);
        chart.draw_series([text])?;
    }
    entries.iter().try_for_each(|entry| match entry.is_ours {
        true => style::diamond(chart, entry.place(), entry.color),
        false => style::mark(chart, entry.place(), entry.color, true),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::{Sheet, svg};

    /// The middles of the circles of a document that are as large as a mark, left to right.
    fn columns(document: &str) -> Vec<i32> {
        let circles = document.split("<circle cx=\"").skip(1);
        let mut lefts: Vec<i32> =
            circles.filter_map(|text| text.split('"').next()?.parse().ok()).collect();
        lefts.sort_unstable();
        lefts.dedup();
        lefts
    }

    #[test]
    fn methods_of_a_year_stand_at_it_with_their_names() {
        for quantity in [FieldQuantity::VocTrain, FieldQuantity::VocVal, FieldQuantity::CocoVal] {
            let chart = TimelineChart { quantity, year: 2026, ours: &[] };
            let document = svg(&chart, Sheet::Screen).unwrap();
            let mut years: Vec<u16> = methods(quantity).iter().map(|method| method.year).collect();
            years.sort_unstable();
            years.dedup();
            let columns = columns(&document);
            assert_eq!(columns.len(), years.len(), "{years:?}");
            // Years are at equal distances.
            let pitch = f64::from(columns[columns.len() - 1] - columns[0])
                / f64::from(years[years.len() - 1] - years[0]);
            for (left, year) in columns.iter().zip(&years) {
                let expected = f64::from(columns[0]) + pitch * f64::from(year - years[0]);
                assert!((f64::from(*left) - expected).abs() < 2.0, "{year} at {left}");
            }
            for name in
                methods(quantity).iter().map(|method| method.name).filter(|name| name.len() < 20)
            {
                assert!(document.contains(&format!(">\n{name}\n<")), "no `{name}`");
            }
        }
    }

    #[test]
    fn yours_are_named_in_their_year() {
        let ours = [("EPS, no CRF".to_owned(), 0.5)];
        let quantity = FieldQuantity::VocTrain;
        let document =
            svg(&TimelineChart { quantity, year: 2026, ours: &ours }, Sheet::Screen).unwrap();
        assert!(document.contains(">\nEPS, no CRF\n<") && document.contains("yours, as scored"));
        assert!(document.contains(">\n2026\n<"));
        let without =
            svg(&TimelineChart { quantity, year: 2026, ours: &[] }, Sheet::Screen).unwrap();
        assert!(!without.contains("yours"));
    }
}
