//! Everything that is counted about a folder of predictions, image by image.

use crate::{
    Anatomy, ConfusionMatrix, Cooccurrence, Details, EvalError, ImageCounts, LabelPairs,
    MaskedImage, Predictions,
    boundary::{BoundaryIou, Contours, Trimap},
    files::ImageFiles,
    fit::{check_mask, check_size},
    fold::Fold,
};
use eps_data::{Item, LabelMap, Observer, codec};
use std::path::{Path, PathBuf};

/// What is counted besides the pixels of each class.
#[derive(Clone, Debug)]
pub struct AnalysisPlan {
    /// Number of classes with background.
    pub classes: usize,
    /// Folder of maps of the stuff that comes with each class, `<id>.png`.
    pub stuff: Option<PathBuf>,
    /// What is counted besides the pixels of each class; every image is added to each.
    pub metrics: Details,
}

impl AnalysisPlan {
    /// All metrics: an [`Anatomy`] with a boundary band of `band` pixels, a [`Trimap`] of these widths,
    /// which must ascend, a [`ConfusionMatrix`], and with maps of stuff the confusion with it.
    pub fn new(classes: usize, band: u32, widths: Vec<u32>, stuff: Option<PathBuf>) -> Self {
        let metrics = Details::default()
            .with(Anatomy::new(classes, band))
            .with(BoundaryIou::new(classes))
            .with(Contours::new(classes))
            .with(Trimap::new(classes, widths))
            .with(LabelPairs::default())
            .with(ConfusionMatrix::new(classes));
        let metrics = match stuff {
            Some(_) => metrics.with(Cooccurrence::new(classes)),
            None => metrics,
        };
        Self { classes, stuff, metrics }
    }
}

/// A folder of predictions, counted.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Pixels of each class, in the order of the items.
    pub images: Vec<ImageCounts>,
    /// Of all images.
    pub details: Details,
}

/// Counts the masks of a folder, or those that its maps give, against the ground truth of the items, each
/// image a step of the observer. Image labels are those of the item, or where it has none the classes of its
/// mask.
///
/// # Errors
///
/// As [`MaskFolder::count`](crate::MaskFolder::count), also for a map of stuff.
pub fn analyse_folder(
    items: &[Item],
    predictions: &Predictions,
    plan: &AnalysisPlan,
    observer: &dyn Observer,
) -> Result<Analysis, EvalError> {
    let files = predictions.kind().complete_files(items, predictions.folder())?;
    Fold::over(&files, observer).sum(
        || Analysis { images: Vec::new(), details: plan.metrics.clone() },
        |analysis, image| analysis.add(image, plan),
        Analysis::merge,
    )
}

/// Everything that keeps [`analyse_folder`] from counting, in the order of the items.
pub fn analysis_faults(
    items: &[Item],
    predictions: &Predictions,
    plan: &AnalysisPlan,
) -> Vec<EvalError> {
    let (kind, folder) = (predictions.kind(), predictions.folder());
    kind.faults(items, folder, |image| plan.read(image).map(drop))
}

impl Analysis {
    fn add(&mut self, image: &ImageFiles<'_>, plan: &AnalysisPlan) -> Result<(), EvalError> {
        let (truth, predicted, stuff) = plan.read(image)?;
        let item = image.item;
        let matrix = ConfusionMatrix::of(plan.classes, truth.classes(), predicted.classes());
        self.details.count(&MaskedImage {
            labels: if item.classes.is_empty() { truth.present() } else { item.classes },
            truth: &truth,
            predicted: &predicted,
            matrix: &matrix,
            stuff: stuff.as_ref(),
        });
        self.images.push(ImageCounts::of_matrix(&item.id, &matrix));
        Ok(())
    }

    /// Adds the images after these.
    fn merge(mut self, mut next: Self) -> Self {
        self.images.append(&mut next.images);
        Self { images: self.images, details: self.details.merge(&next.details) }
    }
}

/// The maps of an image: truth, prediction and stuff.
type Maps = (LabelMap, LabelMap, Option<LabelMap>);

impl AnalysisPlan {
    fn read(&self, image: &ImageFiles<'_>) -> Result<Maps, EvalError> {
        let truth = codec::read_mask(image.mask()?, self.classes)?;
        let predicted = image.kind.read(&image.prediction, self.classes)?;
        check_mask(&truth, &predicted, &image.prediction, self.classes)?;
        let stuff = self.stuff.as_ref();
        let stuff = stuff.map(|folder| self.read_stuff(folder, &truth, &image.item.id));
        Ok((truth, predicted, stuff.transpose()?))
    }

    /// The map of stuff, of the size of the truth and without ignored pixels.
    fn read_stuff(&self, folder: &Path, truth: &LabelMap, id: &str) -> Result<LabelMap, EvalError> {
        let path = folder.join(format!("{id}.png"));
        let stuff = codec::read_mask(&path, self.classes)?;
        check_size(truth.size(), stuff.size(), &path, "map of stuff")?;
        // Pixels that the map ignores are no stuff; as 255 they would be counted as a class.
        let classes = stuff.classes().iter().map(|&class| match class {
            eps_data::IGNORE => eps_data::BACKGROUND,
            class => class,
        });
        Ok(LabelMap::new(stuff.size(), classes.collect()))
    }
}
