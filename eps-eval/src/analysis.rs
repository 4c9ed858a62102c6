//! Everything that is counted about a folder of predictions, image by image.

use crate::{
    Anatomy, ConfusionMatrix, Cooccurrence, EvalError, ImageCounts, LabelPairs,
    boundary::{BoundaryIou, Contours, Trimap},
    score,
};
use eps_data::{ClassSet, DataError, Item, LabelMap, codec};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Of a prediction, and its name in errors.
const EXTENSION: &str = "png";
const KIND: &str = "prediction";

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
    let pairs = score::pairs(items, predictions, EXTENSION, KIND)?;
    let jobs: Vec<Job<'_>> = items
        .iter()
        .zip(&pairs)
        .map(|(item, (mask, prediction))| Job { item, mask, prediction, plan })
        .collect();
    // As many parts as keep every thread busy; each has one set of counts.
    let share = jobs.len().div_ceil(8 * rayon::current_num_threads()).max(1);
    let parts: Vec<Result<Analysis, EvalError>> =
        jobs.par_chunks(share).map(|jobs| analyse(jobs, plan, counted)).collect();
    let mut whole = Analysis { images: Vec::new(), details: Details::new(plan) };
    for part in parts {
        let Analysis { images, details } = part?;
        whole.images.extend(images);
        whole.details = whole.details.merge(&details);
    }
    Ok(whole)
}

/// Everything that keeps [`analyse_folder`] from counting, in the order of the items.
pub fn analysis_faults(items: &[Item], predictions: &Path, plan: &AnalysisPlan) -> Vec<EvalError> {
    score::faults(items, predictions, (EXTENSION, KIND), |item, mask, prediction| {
        Job { item, mask, prediction, plan }.read().map(drop)
    })
}

/// One image.
struct Job<'a> {
    item: &'a Item,
    mask: &'a Path,
    prediction: &'a Path,
    plan: &'a AnalysisPlan,
}

fn analyse(
    jobs: &[Job<'_>],
    plan: &AnalysisPlan,
    counted: &(dyn Fn() + Sync),
) -> Result<Analysis, EvalError> {
    let mut details = Details::new(plan);
    let mut images = Vec::with_capacity(jobs.len());
    for job in jobs {
        images.push(job.count(&mut details)?);
        counted();
    }
    Ok(Analysis { images, details })
}

/// The maps of an image: truth, prediction and background things.
type Maps = (LabelMap, LabelMap, Option<LabelMap>);

impl Job<'_> {
    fn count(&self, details: &mut Details) -> Result<ImageCounts, EvalError> {
        let (truth, predicted, things) = self.read()?;
        let (item, classes) = (self.item, self.plan.classes);
        let labels = if item.classes.is_empty() { truth.present() } else { item.classes };
        details.add(&truth, &predicted, labels);
        if let (Some(things), Some(counts)) = (&things, &mut details.things) {
            counts.add(things, &truth, &predicted);
        }
        let matrix = ConfusionMatrix::of(classes, truth.classes(), predicted.classes());
        details.pairs.add(&matrix, labels);
        Ok(ImageCounts::of_matrix(&item.id, &matrix))
    }

    fn read(&self) -> Result<Maps, EvalError> {
        let classes = self.plan.classes;
        let truth = codec::read_mask(self.mask, classes)?;
        let predicted = codec::read_mask(self.prediction, classes)?;
        score::check_prediction(&truth, &predicted, self.prediction, classes)?;
        let things = self.plan.things.as_ref();
        let things = things.map(|folder| self.things(folder, &truth)).transpose()?;
        Ok((truth, predicted, things))
    }

    /// The map of background things, of the size of the truth and without ignored pixels.
    fn things(&self, folder: &Path, truth: &LabelMap) -> Result<LabelMap, EvalError> {
        let path = folder.join(format!("{}.png", self.item.id));
        let things = codec::read_mask(&path, self.plan.classes)?;
        if things.size() != truth.size() {
            let (found, expected) = (things.size(), truth.size());
            let kind = "map of background things";
            return Err(DataError::SizeMismatch { path, kind, found, expected }.into());
        }
        let known =
            |&class: &u8| if class == eps_data::IGNORE { eps_data::BACKGROUND } else { class };
        Ok(LabelMap::new(things.size(), things.classes().iter().map(known).collect()))
    }
}
