//! One page about one or more methods: tables, charts, pictures, and how they were made.

mod comparison;
mod comparison_tables;
mod contact_sheet;
mod document;
mod element;
mod gallery;
mod html;
mod picture;
mod sheet;
mod status;
mod tables;

use sheet::sheet;

pub use comparison::ComparisonPage;
pub use contact_sheet::{ContactSheet, ContactSheetEntry};
pub use gallery::{Gallery, GalleryImage, ImageClass, ImageScores};
pub use picture::{colour_mask, heat};
pub use status::{StatusCell, StatusPage, StatusState};

use crate::report::{
    ReferenceLoss,
    chart::{
        ConfusionMapChart, Curve, Figure, PerClassChart, PrecisionRecallChart, Sheet, SweepChart,
        TrainingChart, TrainingStep,
    },
    export,
};
use crate::{BackgroundRule, ConfusionMatrix, EvalError, Scores, SweepPoint};
use eps_data::codec::write_atomically;
use image::RgbImage;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Everything that a report shows.
#[derive(Clone, Debug)]
pub struct Report {
    pub title: String,
    /// What was found, a sentence or more each.
    pub summary: Vec<String>,
    pub methods: Vec<Method>,
    /// What the columns of pictures show, such as image, ground truth, saliency, CAM mask at 0.20.
    pub picture_header: Vec<String>,
    /// What the masks among the pictures are.
    pub picture_caption: String,
    /// Examples; without any there is no such section.
    pub pictures: Vec<PictureRow>,
    /// Further pictures, each under a heading of its own.
    pub sections: Vec<Section>,
    /// How the results were made: names and values such as seed, updates, command line.
    pub facts: Vec<(String, String)>,
    /// What charts are drawn for.
    pub sheet: Sheet,
}

/// One method and what is known about it.
#[derive(Clone, Debug)]
pub struct Method {
    pub name: String,
    /// Of masks as they are, or of maps at a threshold that did not depend on the truth.
    pub fixed: Scores,
    /// At the threshold of the highest mean IoU on this truth; absent where there are masks alone.
    pub best: Option<Scores>,
    /// Pixels by true and predicted class, of [`fixed`](Self::fixed).
    pub matrix: ConfusionMatrix,
    /// Means at every threshold; may be empty.
    pub sweep: Vec<SweepPoint>,
    /// Logged updates; may be empty.
    pub training: Vec<TrainingStep>,
    /// Losses of the published run with this recipe; may be empty.
    pub reference: Vec<ReferenceLoss>,
    /// Absent where there are no maps of the background that comes with each class.
    pub confusion: Option<ConfusionRatios>,
}

/// False positives on the co-occurring background over true positives, pooled over classes; absent
/// without true positives.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ConfusionRatios {
    /// At the threshold of [`Method::fixed`].
    pub fixed: Option<f64>,
    /// At the threshold of [`Method::best`].
    pub best: Option<f64>,
}

/// Pictures under a heading.
#[derive(Clone, Debug)]
pub struct Section {
    pub heading: String,
    /// What the pictures show.
    pub caption: String,
    pub picture_header: Vec<String>,
    pub pictures: Vec<PictureRow>,
}

/// Pictures of one image.
#[derive(Clone, Debug)]
pub struct PictureRow {
    pub id: String,
    pub cells: Vec<RgbImage>,
}

impl Report {
    /// The files of a report by their paths in its folder: `index.html`, which needs no other file,
    /// `scores.csv`, `scores.md`, `scores.tex`, each chart as `charts/<name>.svg`, `.png` and `.pdf`, and
    /// the rows of pictures as `pictures.png`. The same report gives the same bytes.
    ///
    /// # Errors
    ///
    /// If the methods differ in classes or share a name, or a chart cannot be drawn.
    pub fn files(&self) -> Result<Vec<(PathBuf, Vec<u8>)>, EvalError> {
        let columns = self.columns();
        let columns: Vec<_> =
            columns.iter().map(|(name, scores)| (name.as_str(), *scores)).collect();
        let figures = self.figures()?;
        let mut files: Vec<(PathBuf, Vec<u8>)> = vec![
            ("scores.csv".into(), export::csv(&columns)?.into()),
            ("scores.md".into(), export::markdown(&columns)?.into()),
            ("scores.tex".into(), self.latex()?.into()),
            ("index.html".into(), html::html(self, &figures)?.into()),
        ];
        files.extend(figures.into_iter().flat_map(Figure::into_files));
        if let Some(rows) = sheet(&self.pictures, &self.picture_header)? {
            files.push(("pictures.png".into(), picture::encoded(&rows)?));
        }
        Ok(files)
    }

    /// Writes the [`files`](Self::files) into a folder.
    ///
    /// # Errors
    ///
    /// As [`files`](Self::files), or if one cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), EvalError> {
        for (name, bytes) in self.files()? {
            write_atomically(&folder.join(name), |file| file.write_all(&bytes))?;
        }
        Ok(())
    }

    /// All scores, named by method and threshold.
    fn columns(&self) -> Vec<(String, &Scores)> {
        // Not method by method, which would separate what is compared.
        let mut columns = Vec::new();
        for method in &self.methods {
            columns.push((format!("{} {}", method.name, method.at_fixed()), &method.fixed));
        }
        for method in &self.methods {
            columns.extend(method.best.iter().map(|best| (format!("{} best", method.name), best)));
        }
        columns
    }

    /// The IoU of each class, a group of rows for each way to choose the threshold.
    fn latex(&self) -> Result<String, EvalError> {
        let fixed: Vec<_> =
            self.methods.iter().map(|method| (method.name.as_str(), &method.fixed)).collect();
        let best: Vec<_> = self
            .methods
            .iter()
            .filter_map(|method| Some((method.name.as_str(), method.best.as_ref()?)))
            .collect();
        export::latex(&[
            export::Group { title: fixed_group(&self.methods), methods: &fixed },
            export::Group { title: "at the threshold best on the ground truth", methods: &best },
        ])
    }

    /// Names of the classes, background first.
    fn classes(&self) -> Vec<String> {
        let first = self.methods.first().map_or(&[][..], |method| &method.fixed.classes);
        first.iter().map(|class| class.name.clone()).collect()
    }

    fn matrices(&self) -> Vec<(&str, &ConfusionMatrix)> {
        self.methods.iter().map(|method| (method.name.as_str(), &method.matrix)).collect()
    }

    fn figures(&self) -> Result<Vec<Figure>, EvalError> {
        let curves: Vec<Curve> = self.methods.iter().filter_map(Method::curve).collect();
        let bars: Vec<(&str, &Scores)> =
            self.methods.iter().map(|method| (method.name.as_str(), &method.fixed)).collect();
        let mut figures = Vec::new();
        if !curves.is_empty() {
            let chart = SweepChart { curves: &curves, rule: BackgroundRule::Constant };
            figures.push(Figure::new("sweep", SWEEP, &chart, self.sheet)?);
        }
        if !bars.is_empty() {
            let caption = per_class_caption(&self.methods);
            figures.push(Figure::new(
                "per-class",
                caption,
                &PerClassChart { methods: &bars },
                self.sheet,
            )?);
        }
        if !curves.is_empty() {
            let chart = PrecisionRecallChart { curves: &curves };
            figures.push(Figure::new("precision-recall", PRECISION_RECALL, &chart, self.sheet)?);
        }
        let matrices = self.matrices();
        figures.extend(confusion_figures(&matrices, &self.classes(), self.sheet)?);
        for (index, method) in self.methods.iter().enumerate() {
            if !method.training.is_empty() {
                figures.push(training_figure(index, method, self.sheet)?);
            }
        }
        Ok(figures)
    }
}

const SWEEP: &str = "Mean IoU at every background threshold. A pixel is an object where the score \
    of its best class exceeds the threshold. Hollow markers: fixed threshold; filled markers: the \
    threshold that is best on this ground truth.";

const PRECISION_RECALL: &str = "Precision and recall, each a mean over classes, from the lowest \
    threshold (lower right) to the highest (upper left). A class that is no longer predicted has no \
    precision and drops out of that mean.";

/// What the first scores of these methods are of.
fn fixed_group(methods: &[Method]) -> &'static str {
    match (methods.iter().all(Method::is_of_masks), methods.iter().any(Method::is_of_masks)) {
        (true, _) => "masks as they are",
        (false, true) => "masks as they are, maps at the fixed threshold",
        (false, false) => "at the fixed threshold",
    }
}

/// A heat map of the confusion of each method, `confusion-1` and so on.
///
/// # Errors
///
/// If one cannot be drawn.
pub fn confusion_figures(
    matrices: &[(&str, &ConfusionMatrix)],
    classes: &[String],
    sheet: Sheet,
) -> Result<Vec<Figure>, EvalError> {
    let figures = matrices.iter().enumerate().map(|(index, (name, matrix))| {
        let caption = format!(
            "Confusion of {name}: of the pixels of each class (row), the share that was given each class \
             (column). Grey: the ground truth lacks the class of the row."
        );
        let chart = ConfusionMapChart::new(name, matrix, classes);
        Figure::new(format!("confusion-{}", index + 1), caption, &chart, sheet)
    });
    figures.collect()
}

impl Method {
    /// The fixed threshold as a column says it.
    fn at_fixed(&self) -> String {
        let threshold = self.fixed.threshold;
        threshold.map_or_else(|| "masks".into(), |threshold| format!("at {:.2}", threshold.value))
    }

    /// Whether its masks were scored as they are, not made of maps.
    fn is_of_masks(&self) -> bool {
        self.fixed.threshold.is_none()
    }

    fn curve(&self) -> Option<Curve> {
        let (method, points) = (self.name.clone(), self.sweep.clone());
        let fixed = self.fixed.threshold.and_then(|threshold| {
            points.iter().copied().find(|point| (point.parameter - threshold.value).abs() < 1e-9)
        });
        let curve = Curve { method, points, fixed, held_out: None, plateau: None };
        (!curve.points.is_empty()).then_some(curve)
    }
}

fn per_class_caption(methods: &[Method]) -> String {
    let thresholds: Vec<String> = methods.iter().map(Method::at_fixed).collect();
    match thresholds.split_first() {
        _ if methods.iter().any(Method::is_of_masks) => format!(
            "IoU of each class: {}. A dash marks a class that does not occur.",
            fixed_group(methods)
        ),
        Some((first, others)) if others.iter().all(|other| other == first) => {
            format!("IoU of each class {first}. A dash marks a class that does not occur.")
        }
        _ => "IoU of each class, each method at its fixed threshold.".into(),
    }
}

fn training_figure(index: usize, method: &Method, sheet: Sheet) -> Result<Figure, EvalError> {
    let Method { name, training, reference, .. } = method;
    let chart = TrainingChart { method: name, steps: training, reference };
    let published = match reference.is_empty() {
        true => "",
        false => " Grey: the public implementation's log, averaged over the same updates.",
    };
    let caption = format!("Losses of {name} on the training batches.{published}");
    Figure::new(format!("training-{}", index + 1), caption, &chart, sheet)
}
