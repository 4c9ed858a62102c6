//! Folders of masks of several methods: their counts, image by image, and the charts of a comparison.

use super::refuse_twice;
use crate::run::MethodFolder;
use anyhow::{Context as _, Result, bail};
use eps_data::{Item, Observer};
use eps_eval::paired::{Difference, MethodRuns};
use eps_eval::report::ComparisonReport;
use eps_eval::report::chart::{
    AnatomyChart, ConfusionBarsChart, DifferenceChart, Figure, RetrievalScatterChart, Sheet,
    TrimapChart,
};
use eps_eval::report::page::confusion_figures;
use eps_eval::{
    AnalysisPlan, EvalError, MethodDetails, Predictions, TotalCounts, analyse_folder,
    analysis_faults,
};
use std::path::Path;

/// The folders of one method, of masks or of maps that give them; several are runs that differ in their
/// seed.
#[derive(Clone, Debug, PartialEq)]
pub struct MethodMasks {
    pub name: String,
    pub folders: Vec<Predictions>,
}

impl MethodMasks {
    /// The methods of folders and the names that they were given, in the order in which the names first come;
    /// folders with one name are its runs. Maps are scored at `threshold`.
    ///
    /// # Errors
    ///
    /// If a folder has neither masks nor maps, is given twice, or was given no name and has that of another.
    pub fn of(folders: &[(Option<&str>, &Path)], threshold: f32) -> Result<Vec<Self>> {
        let mut methods: Vec<Self> = Vec::new();
        for &(name, path) in folders {
            let folder = MethodFolder::open(name, path)?;
            let masks = folder.predictions(threshold);
            match methods.iter_mut().find(|method| method.name == folder.name) {
                Some(_) if name.is_none() => bail!(
                    "{0}: another folder is named `{1}` too; write NAME={0} to tell them apart, or to make \
                     them runs of one method",
                    folder.run.root.display(),
                    folder.name
                ),
                Some(method) => method.folders.push(masks),
                None => methods.push(Self { name: folder.name, folders: vec![masks] }),
            }
        }
        let masks = methods.iter().flat_map(|method| &method.folders);
        refuse_twice(masks.map(Predictions::folder))?;
        Ok(methods)
    }
}

/// The counts of every image and the details of every method.
///
/// # Errors
///
/// If a mask is missing, damaged or of another size than the ground truth; the first in the order of
/// methods, folders and images.
pub(super) fn count_methods(
    methods: &[MethodMasks],
    items: &[Item],
    plan: &AnalysisPlan,
    observer: &dyn Observer,
) -> Result<(Vec<MethodRuns>, Vec<MethodDetails>)> {
    let folders: usize = methods.iter().map(|method| method.folders.len()).sum();
    observer.begin("masks", folders * items.len(), 0);
    let (mut all, mut details) = (Vec::new(), Vec::new());
    for MethodMasks { name, folders } in methods {
        let (mut runs, mut sum) = (Vec::new(), plan.metrics.clone());
        for folder in folders {
            let analysis = analyse_folder(items, folder, plan, observer)?;
            sum = sum.merge(&analysis.details);
            runs.push(analysis.images);
        }
        let totals = TotalCounts::of(plan.classes, runs.iter().flatten());
        let found = MethodDetails::new(name, &totals, &sum);
        details.push(found.context("no pixel of the truth counts")?);
        all.push(MethodRuns { name: name.clone(), runs });
    }
    observer.end();
    Ok((all, details))
}

/// Everything that keeps the images from being counted, method by method.
pub(super) fn faults_of(
    methods: &[MethodMasks],
    items: &[Item],
    plan: &AnalysisPlan,
) -> Vec<EvalError> {
    let folders = methods.iter().flat_map(|method| &method.folders);
    folders.flat_map(|folder| analysis_faults(items, folder, plan)).collect()
}

/// Every chart of a comparison; its caption says what it shows.
///
/// # Errors
///
/// If one cannot be drawn.
pub(super) fn figures(report: &ComparisonReport, sheet: Sheet) -> Result<Vec<Figure>, EvalError> {
    let mut figures = Vec::new();
    for (index, difference) in report.comparison.differences.iter().enumerate() {
        let title = format!("{} against {}", difference.method, difference.baseline);
        let file = format!("differences-{}", index + 1);
        figures.push(Figure::new(file, title, &difference_chart(report, difference), sheet)?);
    }
    let (methods, classes) = (&report.details[..], &report.classes[..]);
    let retrieval = RetrievalScatterChart { methods, classes };
    let title = "Precision and recall of each class";
    figures.push(Figure::new("precision-recall", title, &retrieval, sheet)?);
    let anatomy = AnatomyChart { methods, classes };
    figures.push(Figure::new("anatomy", "IoU loss by cause", &anatomy, sheet)?);
    if let Some(stuff) = ConfusionBarsChart::of_stuff(methods, classes) {
        let title = "Confusion with the background that comes with each class";
        figures.push(Figure::new("cooccurrence-stuff", title, &stuff, sheet)?);
    }
    if let Some(labels) = ConfusionBarsChart::of_labels(methods, classes) {
        let title = "Class confusion within images";
        figures.push(Figure::new("cooccurrence-labels", title, &labels, sheet)?);
    }
    let matrices: Vec<_> =
        methods.iter().map(|method| (method.name.as_str(), &method.confusion)).collect();
    figures.extend(confusion_figures(&matrices, classes, sheet)?);
    let title = "Mean IoU in a band around the true boundaries";
    figures.push(Figure::new("trimap", title, &TrimapChart { methods }, sheet)?);
    Ok(figures)
}

fn difference_chart<'a>(
    report: &'a ComparisonReport,
    difference: &'a Difference,
) -> DifferenceChart<'a> {
    let classes = report.classes.iter().map(String::as_str).zip(difference.classes.iter().copied());
    DifferenceChart {
        baseline: &difference.baseline,
        method: &difference.method,
        rows: [("mean", difference.miou)].into_iter().chain(classes).collect(),
    }
}
