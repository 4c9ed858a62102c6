//! A comparison of masks as a page: tables, charts, and every image.

use super::{
    comparison_tables::{classes_table, extremes_table, methods_table},
    document::{VIEWER, document, facts, figures, section},
    element::escape,
    gallery::Gallery,
    tables::pixel_counts,
};
use crate::report::{ComparisonReport, chart::Figure, export};

const HOW_TO_READ: &str = include_str!("how_to_read_comparison.html");
/// What a reader sorts and filters images by.
const CONTROLS: &str = include_str!("gallery.html");
const SCRIPT: &str = include_str!("gallery.js");

/// Everything that the page of a comparison shows.
#[derive(Clone, Debug)]
pub struct ComparisonPage<'a> {
    pub title: &'a str,
    pub report: &'a ComparisonReport,
    pub figures: &'a [Figure],
    /// Absent where no image is to be shown.
    pub gallery: Option<&'a Gallery>,
    /// How the results were made.
    pub facts: &'a [(String, String)],
}

impl ComparisonPage<'_> {
    /// The page, `index.html`, and the files of thumbnails that it loads, by their paths beside it.
    pub fn files(&self) -> Vec<(String, String)> {
        let names: Vec<&str> =
            self.report.details.iter().map(|method| method.name.as_str()).collect();
        let scripts = self.gallery.map(|gallery| gallery.scripts(&self.report.classes, &names));
        let (data, thumbnails) = scripts.unwrap_or_default();
        let script = match data.is_empty() {
            true => String::new(),
            false => {
                format!("<script>\n{SCRIPT}</script>\n{data}<script>startGallery();</script>\n")
            }
        };
        let page = document(self.title, &self.sections(&names), &script);
        [("index.html".into(), page)].into_iter().chain(thumbnails).collect()
    }

    fn pixel_counts(&self) -> String {
        let details = self.report.details.iter();
        let matrices: Vec<_> =
            details.map(|method| (method.name.as_str(), &method.confusion)).collect();
        pixel_counts(&matrices, &self.report.classes)
    }

    fn sections(&self, names: &[&str]) -> String {
        let Self { report, figures: charts, gallery, .. } = *self;
        let images = gallery.map(|_| format!("{CONTROLS}{VIEWER}<div class=\"cards\"></div>\n<p><button type=\"button\" class=\"more\" hidden></button></p>\n"));
        let extremes = gallery.map(|gallery| extremes_table(&report.classes, names, gallery));
        [
            summary(report),
            section("Results", &(counted(report) + &methods_table(report))),
            section("Images", &images.unwrap_or_default()),
            section("Best and worst image of each class", &extremes.unwrap_or_default()),
            section("Charts", &(figures(charts) + &self.pixel_counts())),
            section("Every class", &classes_table(report)),
            section("How to read this", HOW_TO_READ),
            section("How it was made", &facts(self.facts)),
        ]
        .concat()
    }
}

/// A sentence for each method.
fn summary(report: &ComparisonReport) -> String {
    let text = export::comparison_sentences(report);
    text.iter().map(|line| format!("<p class=\"summary\">{}</p>\n", escape(line))).collect()
}

/// What the numbers were counted on.
fn counted(report: &ComparisonReport) -> String {
    let comparison = &report.comparison;
    format!(
        "<p>{} of the list “{}”, protocol “{}”. Intervals hold {:.0} % of {} paired bootstrap resamples of \
         the images (seed {}). {}</p>\n",
        export::counted(report.list.images, "image"),
        escape(&report.list.name),
        report.protocol,
        100.0 * comparison.level,
        comparison.resamples,
        comparison.seed,
        escape(export::MARKS)
    )
}
