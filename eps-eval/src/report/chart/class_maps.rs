//! Precision against recall of every class map, over all thresholds.

use super::{
    Chart, legend, lines,
    names::{Names, Pixel},
    style,
};
use crate::report::export::percent;
use crate::{
    AveragePrecisions,
    ranking::{PrecisionRecall, ScoreHistogram},
};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{EmptyElement, Text},
    series::LineSeries,
    style::{
        Color,
        text_anchor::{HPos, VPos},
    },
};

/// A pale curve for each class with its name, and a strong one for their mean.
#[derive(Clone, Debug)]
pub struct ClassMapsChart<'a> {
    pub histogram: &'a ScoreHistogram,
    pub average_precision: &'a AveragePrecisions,
}

impl Chart for ClassMapsChart<'_> {
    fn size(&self) -> Size {
        lines::tall(&self.legend())
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, "Per-class precision–recall", &self.legend())?;
        let layout = lines::to_100(100.0, "recall [%]", "precision [%]");
        let mut chart = style::axes(&area, &layout)?;
        let curves: Vec<Vec<(f64, f64)>> =
            (1..self.histogram.classes()).map(|class| line(&self.histogram.curve(class))).collect();
        for curve in &curves {
            let stroke = style::mixed(style::QUIET, 1).stroke_width(style::THIN);
            chart.draw_series(LineSeries::new(curve.iter().copied(), stroke))?;
        }
        // The mean comes last, over the pale curves.
        let mean = line(&self.histogram.mean_curve());
        lines::draw(&mut chart, mean.iter().copied(), 0)?;
        self.draw_names(&mut chart, &curves, &mean)
    }
}

/// Places along a curve at which its name may stand.
const PLACES: usize = 40;

impl ClassMapsChart<'_> {
    /// Writes the name of each class beside its curve, where no other name is and the fewest lines are.
    fn draw_names<B: DrawingBackend>(
        &self,
        chart: &mut style::Axes<'_, B>,
        curves: &[Vec<(f64, f64)>],
        mean: &[(f64, f64)],
    ) -> style::Drawn<B> {
        let (columns, rows) = chart.plotting_area().get_pixel_range();
        let lines = curves.iter().map(Vec::as_slice).chain([mean]);
        let drawn_curves: Vec<Vec<Pixel>> = lines
            .map(|line| spread(line).map(|point| chart.backend_coord(&point)).collect())
            .collect();
        let pieces = drawn_curves.iter().flat_map(|curve| curve.windows(2));
        let mut names = Names {
            plot: [columns.start, rows.start, columns.end, rows.end],
            taken: vec![],
            lines: pieces.map(|piece| [piece[0], piece[1]]).collect(),
        };
        let style = style::small(style::QUIET, HPos::Left, VPos::Center);
        let classes = &self.average_precision.classes;
        for ((curve, places), (name, _)) in curves.iter().zip(&drawn_curves).zip(classes) {
            let found = names.place_beside(places, style::small_width(name));
            let Some((index, at)) = found else { continue };
            let Some(point) = spread(curve).nth(index) else { continue };
            let text = Text::new(name.clone(), at, style.clone());
            chart.draw_series([EmptyElement::at(point) + text])?;
        }
        Ok(())
    }

    fn legend(&self) -> Vec<legend::Key> {
        let mean = format!("mean over classes (mAP {} %)", percent(self.average_precision.mean));
        let classes = "the classes, with their average precision [%]:";
        let mut keys = vec![
            legend::Key::line(mean, style::color(0)),
            legend::Key::line(classes, style::mixed(style::QUIET, 1)),
        ];
        for (name, value) in &self.average_precision.classes {
            if value.is_some() {
                keys.push(legend::Key::note(format!("{name} {}", percent(*value))));
            }
        }
        keys
    }
}

/// Points of a curve at nearly equal distances along its list.
fn spread(curve: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
    let last = curve.len().saturating_sub(1);
    let count = if curve.is_empty() { 0 } else { PLACES };
    (0..count).map(move |place| curve[place * last / (PLACES - 1)])
}

/// Recall and precision in percent, where both exist.
fn line(curve: &[PrecisionRecall]) -> Vec<(f64, f64)> {
    curve.iter().filter_map(|at| Some((100.0 * at.recall?, 100.0 * at.precision?))).collect()
}
