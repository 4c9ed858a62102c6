//! What the details of a method come to: ratios of the counts, for files and charts.

use crate::{
    Anatomy, ClassCounts, Column, ConfusionMatrix, Cooccurrence, Details, LabelPair, LabelPairs,
    Loss, TotalCounts,
    boundary::{BoundaryIou, ContourCounts, Contours, Trimap},
};
use serde::{Serialize, Serializer};

/// Retrieval, anatomy, boundary scores and co-occurrence of one method.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MethodDetails {
    pub name: String,
    /// By class, background first.
    pub retrieval: Vec<ClassRetrieval>,
    pub anatomy: AnatomyShares,
    pub boundary: BoundaryScores,
    pub cooccurrence: CooccurrenceRatios,
    /// Pixels by true class (row) and predicted class (column), of all images and runs.
    pub confusion: ConfusionMatrix,
    /// The scores of all metrics; as JSON those that are in no form above.
    #[serde(skip_serializing_if = "is_told_above", serialize_with = "serialize_others")]
    pub columns: Vec<Column>,
}

/// Precision and recall of one class.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClassRetrieval {
    /// Absent where the class was never predicted.
    pub precision: Option<f64>,
    /// Absent where the truth does not have the class.
    pub recall: Option<f64>,
}

impl From<&ClassCounts> for ClassRetrieval {
    fn from(counts: &ClassCounts) -> Self {
        Self { precision: counts.precision(), recall: counts.recall() }
    }
}

/// IoU that is lost, by cause.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnatomyShares {
    /// Width of the boundary band in pixels.
    pub band: u32,
    /// Mean over the classes that occur in truth or prediction.
    pub mean: LossShares,
    /// By class, background first; absent where the class does not occur.
    pub classes: Vec<Option<LossShares>>,
}

/// The IoU of a class and what it loses to each cause; they add up to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LossShares {
    pub iou: f64,
    pub hallucinated: f64,
    pub boundary: f64,
    pub swap: f64,
    pub over_expansion: f64,
    pub missed: f64,
}

impl LossShares {
    /// The shares of all causes; `None` if one does not exist.
    fn new(iou: Option<f64>, share: impl Fn(Loss) -> Option<f64>) -> Option<Self> {
        Some(Self {
            iou: iou?,
            hallucinated: share(Loss::Hallucinated)?,
            boundary: share(Loss::Boundary)?,
            swap: share(Loss::Swap)?,
            over_expansion: share(Loss::OverExpansion)?,
            missed: share(Loss::Missed)?,
        })
    }

    /// The share of one cause.
    pub fn of(&self, loss: Loss) -> f64 {
        match loss {
            Loss::Hallucinated => self.hallucinated,
            Loss::Boundary => self.boundary,
            Loss::Swap => self.swap,
            Loss::OverExpansion => self.over_expansion,
            Loss::Missed => self.missed,
        }
    }
}

/// Scores near boundaries.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BoundaryScores {
    /// Mean boundary IoU over the classes that have a border in truth or prediction.
    pub mean_iou: Option<f64>,
    /// Mean boundary F over the same.
    pub mean_f: Option<f64>,
    /// By class, background first.
    pub classes: Vec<ClassBoundary>,
    /// Mean IoU by the width of the band around the true boundaries.
    pub trimap: Vec<TrimapPoint>,
}

/// Boundary scores of one class; absent where it has no boundary.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClassBoundary {
    pub iou: Option<f64>,
    pub f: Option<f64>,
    pub precision: Option<f64>,
    pub recall: Option<f64>,
}

/// Mean IoU of the pixels in a band.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TrimapPoint {
    /// In pixels.
    pub width: u32,
    /// Over the classes that occur in the band.
    pub mean_iou: Option<f64>,
}

/// Confusion of classes that come together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CooccurrenceRatios {
    /// Of the stuff that comes with each class, pooled; absent without maps of it.
    pub stuff: Option<f64>,
    /// The same by class, background first; empty without maps.
    pub stuff_by_class: Vec<Option<f64>>,
    /// Of classes that image labels have together.
    pub pairs: Vec<LabelPair>,
}

impl MethodDetails {
    /// Computes all ratios of two counts of the same pixels; `None` if no pixel was counted, or if the
    /// metrics are not those of [`AnalysisPlan::new`](crate::AnalysisPlan::new).
    pub fn new(name: &str, totals: &TotalCounts, details: &Details) -> Option<Self> {
        Some(Self {
            name: name.into(),
            retrieval: totals.classes().iter().map(ClassRetrieval::from).collect(),
            anatomy: AnatomyShares::new(details.get()?)?,
            boundary: BoundaryScores::new(details.get()?, details.get()?, details.get()?),
            cooccurrence: CooccurrenceRatios::new(details.get()?, details.get()),
            confusion: details.get::<ConfusionMatrix>()?.clone(),
            columns: details.columns(),
        })
    }

    /// The scores that every table shows.
    pub fn table_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.is_in_tables())
    }
}

fn is_told_above(columns: &[Column]) -> bool {
    !columns.iter().any(Column::is_in_tables)
}

fn serialize_others<S: Serializer>(columns: &[Column], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(columns.iter().filter(|column| column.is_in_tables()))
}

impl AnatomyShares {
    fn new(anatomy: &Anatomy) -> Option<Self> {
        let mean = LossShares::new(anatomy.mean_iou(), |loss| anatomy.mean_share(loss))?;
        let classes = (0..anatomy.classes())
            .map(|class| LossShares::new(anatomy.iou(class), |loss| anatomy.share(class, loss)));
        Some(Self { band: anatomy.band(), mean, classes: classes.collect() })
    }
}

impl BoundaryScores {
    fn new(borders: &BoundaryIou, contours: &Contours, trimap: &Trimap) -> Self {
        let borders = borders.totals();
        let classes = borders.classes().iter().zip(contours.classes());
        Self {
            mean_iou: borders.mean_iou(),
            mean_f: contours.mean_f(),
            classes: classes.map(|(border, line)| ClassBoundary::new(border, line)).collect(),
            trimap: trimap
                .bands()
                .map(|(width, counts)| TrimapPoint { width, mean_iou: counts.mean_iou() })
                .collect(),
        }
    }
}

impl ClassBoundary {
    fn new(border: &ClassCounts, line: &ContourCounts) -> Self {
        let (precision, recall) = (line.precision(), line.recall());
        Self { iou: border.iou(), f: line.f(), precision, recall }
    }
}

impl CooccurrenceRatios {
    fn new(pairs: &LabelPairs, stuff: Option<&Cooccurrence>) -> Self {
        Self {
            stuff: stuff.and_then(Cooccurrence::ratio),
            stuff_by_class: stuff.map(Cooccurrence::ratios).unwrap_or_default(),
            pairs: pairs.pairs().collect(),
        }
    }
}
