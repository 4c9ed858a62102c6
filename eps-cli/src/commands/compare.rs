//! `eps compare`

use super::End;
use crate::args::{RenamedArgs, ResultFiles, TruthArgs, fraction, named_folder};
use crate::faults;
use crate::folder_lock::FolderLock;
use crate::outputs::Outputs;
use crate::progress::Progress;
use crate::result_folder::{ForceArgs, Inputs, ResultFolder, seen_from};
use crate::run_folder::{RunFolder, write_asked};
use crate::same_masks;
use anyhow::{Context as _, Result, ensure};
use eps_data::{ClassNames, ImageList, Item};
use eps_eval::paired::{Bootstrap, Difference, MethodRuns, compare};
use eps_eval::report::chart::{
    AnatomyChart, Chart, ConfusionBarsChart, DifferenceChart, RetrievalScatterChart, TrimapChart,
};
use eps_eval::report::{ComparisonReport, export};
use eps_eval::{
    AnalysisPlan, EvalError, MethodDetails, ScoredList, TotalCounts, analyse_folder,
    analysis_faults,
};
use std::path::{Path, PathBuf};

/// Compare folders of predicted masks on the same images: how sure a difference is, and what makes it
///
/// The first method is the baseline of the others. Intervals and p-values come from a paired bootstrap
/// over images. Folders with the same NAME are runs of one method that differ in their seed: it has the
/// mean of their scores, and a standard deviation. The same folder or the same masks twice are refused. One folder alone gets intervals, the anatomy of its
/// errors and boundary scores too.
#[derive(clap::Args)]
pub(crate) struct Compare {
    /// Folders of predicted masks, `<id>.png`, or of runs with the masks of `eps infer`; names are those of
    /// the folders, or of the runs they are in
    #[arg(required = true, value_name = "[NAME=]DIR")]
    methods: Vec<String>,
    #[command(flatten)]
    truth: TruthArgs,
    /// Image labels, by which hallucinated classes are told: a CSV table, a `cls_labels.npy`, or a folder
    /// of VOC annotations [default: the classes of the masks]
    #[arg(long, value_name = "FILE|DIR")]
    labels: Option<String>,
    /// Folder of maps of the stuff that comes with each class, `<id>.png`: the class where
    /// its stuff is, 0 elsewhere
    #[arg(long, value_name = "DIR")]
    stuff: Option<PathBuf>,
    #[command(flatten)]
    _renamed: RenamedArgs,
    /// Resamples of the images
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    resamples: u32,
    /// Seed of the resamples
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Fraction of the resamples inside an interval
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    level: f64,
    /// Width of the boundary band of the anatomy in pixels; 0 makes none
    #[arg(long, value_name = "PIXELS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=1000))]
    band: u32,
    /// Widths of the bands around true boundaries in which mean IoU is given, in pixels
    #[arg(long, value_name = "PIXELS,..", value_delimiter = ',', default_value = "1,2,3,5,8,12,20", value_parser = clap::value_parser!(u32).range(1..=1000))]
    widths: Vec<u32>,
    /// Report all unreadable images instead of stopping at the first
    #[arg(long)]
    keep_going: bool,
    #[command(flatten)]
    files: ResultFiles,
    /// Write all of that, every image, and charts: compare.md, .json, .csv, images.csv, charts/
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    force: ForceArgs,
}

/// The folders of one method.
struct Method {
    name: String,
    folders: Vec<PathBuf>,
}

impl Compare {
    pub(crate) fn run(self) -> Result<End> {
        let methods = methods(&self.methods)?;
        let outputs = self.outputs(&methods).check()?;
        let (list, items, names) = match &self.labels {
            Some(source) => self.truth.open_with_labels(source)?,
            None => self.truth.open()?,
        };
        let out = match &self.out {
            Some(out) => {
                let inputs = self.inputs(out, &methods, &list)?;
                let lock = FolderLock::take_for_results(out)?;
                Some(self.force.open(lock, out, "compare.json", inputs)?)
            }
            None => None,
        };
        for method in &methods {
            same_masks::refuse_copies(&method.folders, &items, names.len())?;
        }
        let (runs, details) = self.count(&methods, &items, &names)?;
        let bootstrap = Bootstrap { resamples: self.resamples as usize, seed: self.seed };
        let report = ComparisonReport {
            protocol: "voc".into(),
            list: ScoredList { name: list.name, images: items.len(), sha256: list.sha256 },
            classes: names.iter().map(str::to_owned).collect(),
            comparison: compare(&runs, names.len(), bootstrap, self.level),
            details,
        };
        self.write(&report, out)?;
        outputs.keep();
        print!("{}", export::comparison_text(&report));
        Ok(End::Done)
    }

    fn outputs(&self, methods: &[Method]) -> Outputs {
        let in_out = |folder: &PathBuf| {
            ["json", "csv", "md"].map(|end| Some(folder.join(format!("compare.{end}"))))
        };
        let in_out: Vec<Option<PathBuf>> = self.out.iter().flat_map(in_out).collect();
        let images = self.out.as_ref().map(|folder| folder.join("images.csv"));
        let folders = methods.iter().flat_map(|method| &method.folders);
        let read = folders.fold(self.truth.inputs(), |read, folder| read.folder(folder, &["png"]));
        let read = self.labels.iter().fold(read, |read, labels| read.file(labels));
        Outputs::of(self.files.paths()).and(&in_out).and([&images]).reading(read)
    }

    fn inputs(&self, out: &Path, methods: &[Method], list: &ImageList) -> Result<Inputs> {
        let mut inputs = vec![("command".to_owned(), "compare".to_owned())];
        for Method { name, folders } in methods {
            for folder in folders {
                inputs.push((name.clone(), seen_from(out, folder)?));
            }
        }
        inputs.push(("ground truth".into(), self.truth.folder_name()));
        inputs.push(("list SHA-256".into(), list.sha256.clone()));
        Ok(inputs)
    }

    /// The counts of every image and the details of every method.
    fn count(
        &self,
        methods: &[Method],
        items: &[Item],
        names: &ClassNames,
    ) -> Result<(Vec<MethodRuns>, Vec<MethodDetails>)> {
        let plan = self.plan(names.len());
        let folders: usize = methods.iter().map(|method| method.folders.len()).sum();
        let progress = Progress::new("masks", folders * items.len()).shared();
        let counted = || progress.step();
        let (mut all, mut details) = (Vec::new(), Vec::new());
        for Method { name, folders } in methods {
            let (mut runs, mut sum) = (Vec::new(), plan.metrics.clone());
            for folder in folders {
                let analysis = match analyse_folder(items, folder, &plan, &counted) {
                    Err(_) if self.keep_going => {
                        return faults::list(faults_of(methods, items, &plan), items.len());
                    }
                    analysis => analysis?,
                };
                sum = sum.merge(&analysis.details);
                runs.push(analysis.images);
            }
            let totals = TotalCounts::of(names.len(), runs.iter().flatten());
            let own = MethodDetails::new(name, &totals, &sum);
            details.push(own.context("no pixel of the truth counts")?);
            all.push(MethodRuns { name: name.clone(), runs });
        }
        progress.finish();
        Ok((all, details))
    }

    fn plan(&self, classes: usize) -> AnalysisPlan {
        let mut widths = self.widths.clone();
        widths.sort_unstable();
        widths.dedup();
        AnalysisPlan::new(classes, self.band, widths, self.stuff.clone())
    }

    fn write(&self, report: &ComparisonReport, out: Option<ResultFolder>) -> Result<()> {
        write_asked(&self.files.json, || Ok(export::json(report)))?;
        write_asked(&self.files.csv, || export::comparison_csv(report))?;
        write_asked(&self.files.markdown, || Ok(export::comparison_markdown(report, &[])))?;
        if let Some((mut out, folder)) = out.zip(self.out.as_ref()) {
            let charts = write_charts(&mut out, report)?;
            out.write("compare.json", export::json(report))?;
            out.write("compare.csv", export::comparison_csv(report)?)?;
            out.write("images.csv", export::image_differences_csv(report)?)?;
            out.write("compare.md", export::comparison_markdown(report, &charts))?;
            out.finish()?;
            eprintln!("{}", folder.join("compare.md").display());
        }
        Ok(())
    }
}

/// Everything that keeps the images from being counted, method by method.
fn faults_of(methods: &[Method], items: &[Item], plan: &AnalysisPlan) -> Vec<EvalError> {
    let folders = methods.iter().flat_map(|method| &method.folders);
    folders.flat_map(|folder| analysis_faults(items, folder, plan)).collect()
}

/// Writes every chart as SVG, PNG and PDF; the titles and files of the PNG, relative to the folder.
fn write_charts(
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

/// Folders by name, in the order in which the names first come.
fn methods(arguments: &[String]) -> Result<Vec<Method>> {
    let mut methods: Vec<Method> = Vec::new();
    for argument in arguments {
        let (given, folder) = named_folder(argument);
        ensure!(folder.is_dir(), "{}: is not there, expected a folder of masks", folder.display());
        let name = given.map_or_else(|| folder_name(folder), str::to_owned);
        let masks = RunFolder::masks_in(folder)?;
        match methods.iter_mut().find(|method| method.name == name) {
            Some(_) if given.is_none() => anyhow::bail!(
                "{}: another folder is named `{name}` too; write NAME={} to tell them apart, or to make them runs of one method",
                folder.display(),
                folder.display()
            ),
            Some(method) => method.folders.push(masks),
            None => methods.push(Method { name, folders: vec![masks] }),
        }
    }
    same_masks::refuse_twice(
        methods.iter().flat_map(|method| &method.folders).map(PathBuf::as_path),
    )?;
    Ok(methods)
}

/// The name of a folder, or of the run that a folder of masks is in.
pub(super) fn folder_name(folder: &Path) -> String {
    let is_of_run = folder.file_name().is_some_and(|name| name == "masks" || name == "cams");
    let named = if is_of_run { folder.parent().and_then(Path::file_name) } else { None };
    let named = named.or(folder.file_name()).unwrap_or(folder.as_os_str());
    named.to_string_lossy().into_owned()
}

/// A fraction between 0 and 1.
pub(super) fn level(text: &str) -> Result<f64, String> {
    match fraction(text) {
        Ok(level) if level > 0.0 && level < 1.0 => text.parse().map_err(|_| String::new()),
        _ => Err("expected a fraction between 0 and 1".into()),
    }
}
