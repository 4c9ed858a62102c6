//! Charts, each drawn by one function and written as SVG, PNG and PDF.

mod ablation_bars;
mod ablation_lines;
mod ablation_map;
mod anatomy;
mod bars;
mod bitmap;
pub(crate) mod caption;
mod class_bars;
mod class_maps;
mod confusion_bars;
mod confusion_map;
mod cooccurrence;
mod dashes;
mod difference;
mod figure;
mod files;
mod heat_map;
mod legend;
mod lines;
mod names;
mod pdf;
mod per_class;
mod precision_recall;
mod reproduction;
mod retrieval_scatter;
mod saliency;
mod scale;
mod sheet;
mod stack;
mod style;
mod sweep;
mod timeline;
mod training;
mod trimap;

pub use ablation_bars::AblationBarsChart;
pub use ablation_lines::{AblationLinesChart, AblationSeries};
pub use ablation_map::AblationMapChart;
pub use anatomy::AnatomyChart;
pub use class_bars::{ClassBarsChart, Quantity};
pub use class_maps::ClassMapsChart;
pub use confusion_bars::ConfusionBarsChart;
pub use confusion_map::ConfusionMapChart;
pub use cooccurrence::CooccurrenceChart;
pub use difference::DifferenceChart;
pub use figure::Figure;
pub use files::ChartFiles;
pub use per_class::PerClassChart;
pub use precision_recall::PrecisionRecallChart;
pub use reproduction::ReproductionChart;
pub use retrieval_scatter::RetrievalScatterChart;
pub use saliency::{SaliencyFChart, SaliencyPrecisionRecallChart};
pub use sheet::Sheet;
pub use sweep::SweepChart;
pub use timeline::TimelineChart;
pub use training::{TrainingChart, TrainingStep};
pub use trimap::TrimapChart;

use crate::{EvalError, LabelledPoint, Plateau, SweepPoint};
use bitmap::Bitmap;
use eps_data::Size;
use image::{ImageFormat, RgbImage, imageops};
use krilla::{Document, page::PageSettings};
use pdf::Pdf;
use plotters::{
    backend::{BitMapBackend, DrawingBackend, SVGBackend},
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea},
};
use std::io::Cursor;

/// How much larger than its size a PNG is saved, for screens and print of high resolution.
const SAVED: u32 = 2;

/// Something that can be drawn on any of plotters' backends.
pub trait Chart {
    /// Size of the chart in pixels.
    fn size(&self) -> Size;

    /// Draws everything, the background included, on an area of four times its size: plotters
    /// places everything on whole pixels, and curves need finer ones.
    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>>;
}

/// A method's means at each threshold, and at the one that was fixed before looking.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub method: String,
    /// Ascending by threshold.
    pub points: Vec<SweepPoint>,
    /// At a threshold that did not depend on the truth, usually 0.2, whether or not it is a point.
    pub fixed: Option<SweepPoint>,
    /// The mean IoU of thresholds chosen on other images; not every chart shows it.
    pub held_out: Option<LabelledPoint>,
    /// Where the curve is almost at its best; not every chart shows it.
    pub plateau: Option<Plateau>,
}

impl Curve {
    fn best(&self) -> Option<SweepPoint> {
        crate::sweep::best(&self.points)
    }
}

/// The chart as an SVG document; texts stay texts.
pub fn svg(chart: &impl Chart, sheet: Sheet) -> Result<String, EvalError> {
    sheet.within(|| {
        let Size { width, height } = measured(chart);
        let (drawn_width, drawn_height) = drawn_size(chart);
        let mut document = String::new();
        let backend = SVGBackend::with_string(&mut document, (drawn_width, drawn_height));
        draw(chart, backend)?;
        // The view box keeps the size of the drawing, so that width and height alone scale it.
        let drawn = format!("width=\"{drawn_width}\" height=\"{drawn_height}\"");
        let size = if sheet.is_paper() {
            let [width, height] = points(chart).map(|points| format!("{points:.2}pt"));
            format!("width=\"{width}\" height=\"{height}\"")
        } else {
            format!("width=\"{width}\" height=\"{height}\"")
        };
        Ok(document.replacen(&drawn, &size, 1))
    })
}

/// The chart as a PNG file of twice its size; for a paper with all pixels that are drawn, some 460 an inch.
pub fn png(chart: &impl Chart, sheet: Sheet) -> Result<Vec<u8>, EvalError> {
    sheet.within(|| {
        let Size { width, height } = measured(chart);
        let (drawn_width, drawn_height) = drawn_size(chart);
        let mut drawn = RgbImage::new(drawn_width, drawn_height);
        let backend = BitMapBackend::with_buffer(&mut drawn, (drawn_width, drawn_height));
        draw(chart, Bitmap::new(backend))?;
        // A pixel is the mean of two by two that were drawn, which smooths edges.
        if !sheet.is_paper() {
            drawn = imageops::thumbnail(&drawn, width as u32 * SAVED, height as u32 * SAVED);
        }
        let mut file = Cursor::new(Vec::new());
        drawn.write_to(&mut file, ImageFormat::Png)?;
        Ok(file.into_inner())
    })
}

/// The chart as a PDF of one page, a point a pixel or as wide as its column; texts stay texts, their fonts are
/// embedded.
pub fn pdf(chart: &impl Chart, sheet: Sheet) -> Result<Vec<u8>, EvalError> {
    sheet.within(|| {
        let [width, height] = points(chart);
        let page = PageSettings::from_wh(width, height);
        let page = page.ok_or_else(|| EvalError::chart("a page without extent"))?;
        let mut document = Document::new();
        let mut page = document.start_page_with(page);
        let drawn = drawn_size(chart);
        draw(chart, Pdf::new(page.surface(), drawn, width / drawn.0 as f32))?;
        page.finish();
        document.finish().map_err(|error| EvalError::chart(format!("{error:?}")))
    })
}

/// Width and height of the chart in points.
fn points(chart: &impl Chart) -> [f32; 2] {
    let Size { width, height } = measured(chart);
    let scale = Sheet::current().points_per_pixel(width);
    [width, height].map(|pixels| pixels as f32 * scale)
}

/// Size of the chart; texts can be measured once the font is known.
fn measured(chart: &impl Chart) -> Size {
    style::register_font();
    chart.size()
}

fn drawn_size(chart: &impl Chart) -> (u32, u32) {
    let Size { width, height } = measured(chart);
    (style::px(width as i32) as u32, style::px(height as i32) as u32)
}

fn draw<B: DrawingBackend>(chart: &impl Chart, backend: B) -> Result<(), EvalError> {
    let area = backend.into_drawing_area();
    let drawn = chart.draw(&area).and_then(|()| area.present());
    drawn.map_err(EvalError::chart)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BackgroundRule;

    /// Two methods whose curves cross.
    fn curves() -> Vec<Curve> {
        let point = |parameter: f64, mean_iou| SweepPoint {
            parameter,
            mean_iou,
            mean_precision: None,
            mean_recall: None,
        };
        let curve = |method: &str, slope: f64| Curve {
            method: method.into(),
            points: (0..10)
                .map(|step| point(0.1 * f64::from(step), 0.3 + slope * f64::from(step)))
                .collect(),
            fixed: None,
            held_out: None,
            plateau: None,
        };
        vec![curve("CAM", 0.01), curve("EPS", -0.01)]
    }

    #[test]
    fn a_chart_for_a_paper_has_its_column_and_dashes_and_no_title() {
        let curves = curves();
        let chart = SweepChart { curves: &curves, rule: BackgroundRule::Constant };
        let count = |document: &str, part: &str| document.matches(part).count();
        let screen = svg(&chart, Sheet::Screen).unwrap();
        let title = "Mean IoU against background threshold";
        assert!(screen.contains(title) && screen.contains("width=\"760\""), "{screen}");
        for (sheet, width) in [(Sheet::SingleColumn, "237.46pt"), (Sheet::DoubleColumn, "496.62pt")]
        {
            let document = svg(&chart, sheet).unwrap();
            assert!(document.contains(&format!("width=\"{width}\"")), "{document}");
            assert!(!document.contains(title) && document.contains("background threshold"));
            // The first curve is one line, as on the screen; the second has a line for each dash.
            assert!(count(&document, "<polyline") > 10 + count(&screen, "<polyline"));
        }
        assert!(pdf(&chart, Sheet::SingleColumn).unwrap().starts_with(b"%PDF-1."));
    }
}
