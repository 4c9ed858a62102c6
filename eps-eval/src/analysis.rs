//! Everything that is counted about a folder of predictions, image by image.

use crate::{
    Anatomy, ConfusionMatrix, Cooccurrence, EvalError, ImageCounts, LabelPairs,
    boundary::{BoundaryIou, Contours, Trimap},
    files::{ImageFiles, Prediction},
    fit::{check_prediction, check_size},
    fold::Fold,
};
use eps_data::{ClassSet, Item, LabelMap, codec};
use std::path::{Path, PathBuf};

/// What is counted besides the pixels of each class.
#[derive(Clone, Debug, PartialEq)]
pub struct AnalysisPlan {
    /// Number of classes with background.
    pub classes: usize,
    /// Width of the boundary band of the [`Anatomy`] in pixels.
    pub band: u32,
    /// Widths of the [`Trimap`] in pixels, ascending.
    pub widths: Vec<u32>,
    /// Folder of maps of the background things that come with each class, `<id>.png`.
    pub things: Option<PathBuf>,
}

/// Counts of a set of predictions that need more than the pixels of each class.
#[derive(Clone, Debug, PartialEq)]
pub struct Details {
    pub anatomy: Anatomy,
    pub boundary_iou: BoundaryIou,
    pub contours: Contours,
    pub trimap: Trimap,
    pub pairs: LabelPairs,
    /// Absent without maps of background things.
    pub things: Option<Cooccurrence>,
}

impl Details {
    /// Counts without pixels.
    pub fn new(plan: &AnalysisPlan) -> Self {
        Self {
            anatomy: Anatomy::new(plan.classes, plan.band),
            boundary_iou: BoundaryIou::new(plan.classes),
            contours: Contours::new(plan.classes),
            trimap: Trimap::new(plan.classes, plan.widths.clone()),
            pairs: LabelPairs::default(),
            things: plan.things.is_some().then(|| Cooccurrence::new(plan.classes)),
        }
    }

    fn add(&mut self, truth: &LabelMap, predicted: &LabelMap, labels: ClassSet) {
        self.anatomy.add(truth, predicted, labels);
        self.boundary_iou.add(truth, predicted);
        self.contours.add(truth, predicted);
        self.trimap.add(truth, predicted);
    }

    /// Adds what `other` counted.
    ///
    /// # Panics
    ///
    /// If they were made from different plans.
    pub fn merge(self, other: &Self) -> Self {
        let things = self.things.zip(other.things.as_ref());
        Self {
            anatomy: self.anatomy.merge(&other.anatomy),
            boundary_iou: self.boundary_iou.merge(&other.boundary_iou),
            contours: self.contours.merge(&other.contours),
            trimap: self.trimap.merge(&other.trimap),
            pairs: self.pairs.merge(&other.pairs),
            things: things.map(|(own, theirs)| own.merge(theirs)),
        }
    }
}

/// A folder of predictions, counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// Pixels of each class, in the order of the items.
    pub images: Vec<ImageCounts>,
    /// Of all images.
    pub details: Details,
}

/// Counts the masks `<id>.png` of a folder against the ground truth of the items; `counted` is called
/// after each image. Image labels are those of the item, or where it has none the classes of its
/// mask.
///
/// # Errors
///
/// As [`MaskFolder::count`](crate::MaskFolder::count), also for a map of background things.
pub fn analyse_folder(
    items: &[Item],
    predictions: &Path,
    plan: &AnalysisPlan,
    counted: &(dyn Fn() + Sync),
) -> Result<Analysis, EvalError> {
    let files = Prediction::Mask.complete_files(items, predictions)?;
    Fold::over(&files, counted).sum(
        || Analysis { images: Vec::new(), details: Details::new(plan) },
        |analysis, image| analysis.add(image, plan),
        Analysis::merge,
    )
}

/// Everything that keeps [`analyse_folder`] from counting, in the order of the items.
pub fn analysis_faults(items: &[Item], predictions: &Path, plan: &AnalysisPlan) -> Vec<EvalError> {
    Prediction::Mask.faults(items, predictions, |image| plan.read(image).map(drop))
}

impl Analysis {
    fn add(&mut self, image: &ImageFiles<'_>, plan: &AnalysisPlan) -> Result<(), EvalError> {
        let (truth, predicted, things) = plan.read(image)?;
        let item = image.item;
        let labels = if item.classes.is_empty() { truth.present() } else { item.classes };
        self.details.add(&truth, &predicted, labels);
        if let (Some(things), Some(counts)) = (&things, &mut self.details.things) {
            counts.add(things, &truth, &predicted);
        }
        let matrix = ConfusionMatrix::of(plan.classes, truth.classes(), predicted.classes());
        self.details.pairs.add(&matrix, labels);
        self.images.push(ImageCounts::of_matrix(&item.id, &matrix));
        Ok(())
    }

    /// Adds the images after these.
    fn merge(mut self, mut next: Self) -> Self {
        self.images.append(&mut next.images);
        Self { images: self.images, details: self.details.merge(&next.details) }
    }
}

/// The maps of an image: truth, prediction and background things.
type Maps = (LabelMap, LabelMap, Option<LabelMap>);

impl AnalysisPlan {
    fn read(&self, image: &ImageFiles<'_>) -> Result<Maps, EvalError> {
        let truth = codec::read_mask(image.mask()?, self.classes)?;
        let predicted = codec::read_mask(&image.prediction, self.classes)?;
        check_prediction(&truth, &predicted, &image.prediction, self.classes)?;
        let things = self.things.as_ref();
        let things = things.map(|folder| self.read_things(folder, &truth, &image.item.id));
        Ok((truth, predicted, things.transpose()?))
    }

    /// The map of background things, of the size of the truth and without ignored pixels.
    fn read_things(
        &self,
        folder: &Path,
        truth: &LabelMap,
        id: &str,
    ) -> Result<LabelMap, EvalError> {
        let path = folder.join(format!("{id}.png"));
        let things = codec::read_mask(&path, self.classes)?;
        check_size(truth.size(), things.size(), &path, "map of background things")?;
        let known =
            |&class: &u8| if class == eps_data::IGNORE { eps_data::BACKGROUND } else { class };
        Ok(LabelMap::new(things.size(), things.classes().iter().map(known).collect()))
    }
}
