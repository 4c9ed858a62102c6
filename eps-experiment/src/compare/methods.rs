//! Folders of masks of several methods: their counts, image by image, and the charts of a comparison.

use crate::output::ResultFolder;
use anyhow::{Context as _, Result};
use eps_data::{Item, Observer};
use eps_eval::paired::{Difference, MethodRuns};
use eps_eval::report::ComparisonReport;
use eps_eval::report::chart::{
    AnatomyChart, Chart, ConfusionBarsChart, DifferenceChart, RetrievalScatterChart, TrimapChart,
};
use eps_eval::{
    AnalysisPlan, EvalError, MethodDetails, TotalCounts, analyse_folder, analysis_faults,
};
use std::path::PathBuf;

/// The folders of masks of one method; several are runs that differ in their seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodMasks {
    pub name: String,
    pub folders: Vec<PathBuf>,
}

/// The counts of every image and the details of every method.
///
/// # Errors
///
/// If a mask is missing, damaged or of another size than the ground truth; the first in the order of
/// methods, folders and images.
pub fn count_methods(
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
pub fn faults_of(methods: &[MethodMasks], items: &[Item], plan: &AnalysisPlan) -> Vec<EvalError> {
    let folders = methods.iter().flat_map(|method| &method.folders);
    folders.flat_map(|folder| analysis_faults(items, folder, plan)).collect()
}

/// Writes every chart as SVG, PNG and PDF; the titles and files of the PNG, relative to the folder.
pub fn write_charts(
    out: &mut ResultFolder,
    report: &ComparisonReport,
) -> Result<Vec<(String, String)>> {
    let mut charts = Charts { out, written: vec![] };
    for (index, difference) in report.comparison.differences.iter().enumerate() {
        let title = format!("{} against {}", difference.method, difference.baseline);
        let file = format!("differences-{}", index + 1);
        charts.write(&title, &file, &difference_chart(report, difference))?;
    }
    let (methods, classes) = (&report.details[..], &report.classes[..]);
    let retrieval = RetrievalScatterChart { methods, classes };
    charts.write("Precision and recall of each class", "precision-recall", &retrieval)?;
    charts.write("IoU loss by cause", "anatomy", &AnatomyChart { methods, classes })?;
    if let Some(stuff) = ConfusionBarsChart::of_stuff(methods, classes) {
        let title = "Confusion with the background that comes with each class";
        charts.write(title, "cooccurrence-stuff", &stuff)?;
    }
    if let Some(labels) = ConfusionBarsChart::of_labels(methods, classes) {
        let title = "Class confusion within images";
        charts.write(title, "cooccurrence-labels", &labels)?;
    }
    let title = "Mean IoU in a band around the true boundaries";
    charts.write(title, "trimap", &TrimapChart { methods })?;
    Ok(charts.written)
}

/// The charts of a comparison on their way into a folder.
struct Charts<'a> {
    out: &'a mut ResultFolder,
    /// Titles, and files of the PNG.
    written: Vec<(String, String)>,
}

impl Charts<'_> {
    fn write(&mut self, title: &str, file: &str, chart: &impl Chart) -> Result<()> {
        self.written.push((title.into(), self.out.write_chart(file, chart)?));
        Ok(())
    }
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
