//! `eps compare`

use super::Exit;
use crate::args::{
    ForceArgs, MapThresholdArgs, PaperArgs, RenamedArgs, ResultFiles, TruthArgs, level,
    method_folder, named_folder, note_maps, write_asked,
};
use crate::faults;
use crate::stdout::show;
use anyhow::Result;
use eps_eval::paired::{Bootstrap, compare};
use eps_eval::report::page::Gallery;
use eps_eval::report::{ComparisonReport, export};
use eps_eval::{AnalysisPlan, Predictions, Protocol};
use eps_experiment::compare::{
    ComparisonFiles, MAIN, MethodMasks, count_methods, facts, faults_of, gallery, refuse_copies,
    refuse_twice,
};
use eps_experiment::output::{self, FolderLock, OutputFiles, ReadFiles, ResultFolder, seen_from};
use eps_experiment::{GroundTruth, Session};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  eps compare CAM=runs/cam EPS=runs/eps --data VOC2012 --out comparison
  eps compare EPS=runs/eps --data VOC2012 --json -";

/// Compare predicted masks of several methods on the same images: how sure a difference is, and what makes it
///
/// The first method is the baseline of the others. Intervals and p-values come from a paired bootstrap
/// over images. Folders with the same NAME are runs of one method that differ in their seed: it has the
/// mean of their scores, and a standard deviation. The same folder or the same masks twice are refused. One folder alone gets intervals, the anatomy of its
/// errors and boundary scores too.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Compare {
    /// Runs, or folders of predicted masks, `<id>.png`, or of class maps, `<id>.npz` or another program's
    /// `<id>.npy`; names are those of the folders, or of the runs they are in
    #[arg(required = true, value_name = "[NAME=]DIR", value_parser = crate::args::not_empty)]
    methods: Vec<String>,
    #[command(flatten)]
    truth: TruthArgs,
    /// Image labels, by which hallucinated classes are told: a CSV table, a `cls_labels.npy`, or a folder
    /// of VOC annotations [default: the classes of the masks]
    #[arg(long, value_name = "FILE|DIR", value_parser = crate::args::not_empty)]
    labels: Option<String>,
    /// Folder of maps of the stuff that comes with each class, `<id>.png`: the class where
    /// its stuff is, 0 elsewhere
    #[arg(long, value_name = "DIR")]
    stuff: Option<PathBuf>,
    #[command(flatten)]
    maps: MapThresholdArgs,
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
    /// Write the IoU of each class as a LaTeX table (booktabs), with stars for significance
    #[arg(long, value_name = "FILE")]
    latex: Option<PathBuf>,
    /// Write a page of all of that with every image, to sort and filter: index.html, compare.json, .csv,
    /// .md, .tex, images.csv, charts/; thumbnails of many images lie in images/
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Leave the images out of the page
    #[arg(long, requires = "out")]
    without_images: bool,
    #[arg(long, requires = "out", default_value = "Comparison of masks")]
    title: String,
    #[command(flatten)]
    paper: PaperArgs,
    #[command(flatten)]
    force: ForceArgs,
}

impl Compare {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let methods = self.methods()?;
        let outputs = self.outputs(&methods).check()?;
        note_maps(methods.iter().flat_map(|method| &method.folders), session);
        let truth = match &self.labels {
            Some(source) => self.truth.open_with_labels(source, session)?,
            None => self.truth.open(session)?,
        };
        let out = match &self.out {
            Some(out) => {
                let inputs = self.inputs(out, &methods, &truth)?;
                let (lock, force) = (FolderLock::take_for_results(out, session)?, self.force.force);
                Some(ResultFolder::open(lock, out, "compare.json", inputs, force)?)
            }
            None => None,
        };
        let (items, classes) = (&truth.items[..], truth.names.len());
        for method in &methods {
            refuse_copies(&method.folders, items, classes)?;
        }
        let plan = self.plan(classes);
        let (runs, details) = match count_methods(&methods, items, &plan, session.observer) {
            Err(_) if self.keep_going => {
                return faults::list(faults_of(&methods, items, &plan), items.len(), &truth);
            }
            counted => counted.map_err(|error| truth.explain(error))?,
        };
        let bootstrap = Bootstrap { resamples: self.resamples as usize, seed: self.seed };
        let gallery = match self.out.is_some() && !self.without_images {
            true => Some(gallery(&methods, items, (classes, self.band), session.observer)?),
            false => None,
        };
        let report = ComparisonReport {
            protocol: Protocol::Voc,
            list: truth.list.id(),
            classes: truth.names.iter().map(str::to_owned).collect(),
            comparison: compare(&runs, classes, bootstrap, self.level),
            details,
        };
        let images = Images { gallery, facts: facts(&methods, &truth, self.band, session) };
        self.write(&report, &images, out, session)?;
        show(&outputs, &export::comparison_text(&report));
        outputs.keep(session);
        Ok(Exit::Done)
    }

    /// Folders by name, in the order in which the names first come.
    fn methods(&self) -> Result<Vec<MethodMasks>> {
        let mut methods: Vec<MethodMasks> = Vec::new();
        for argument in &self.methods {
            let folder = method_folder(argument)?;
            let masks = self.maps.of(&folder);
            match methods.iter_mut().find(|method| method.name == folder.name) {
                Some(_) if named_folder(argument).0.is_none() => anyhow::bail!(
                    "{0}: another folder is named `{1}` too; write NAME={0} to tell them apart, or to make \
                     them runs of one method",
                    folder.run.root.display(),
                    folder.name
                ),
                Some(method) => method.folders.push(masks),
                None => methods.push(MethodMasks { name: folder.name, folders: vec![masks] }),
            }
        }
        let folders = methods.iter().flat_map(|method| &method.folders);
        refuse_twice(folders.map(Predictions::folder))?;
        Ok(methods)
    }

    fn outputs(&self, methods: &[MethodMasks]) -> OutputFiles {
        let in_out = |folder: &PathBuf| {
            ["json", "csv", "md", "tex"].map(|end| Some(folder.join(format!("compare.{end}"))))
        };
        let in_out: Vec<Option<PathBuf>> = self.out.iter().flat_map(in_out).collect();
        let images = self.out.as_ref().map(|folder| folder.join("images.csv"));
        let page = self.out.as_ref().map(|folder| folder.join(MAIN));
        let folders = methods.iter().flat_map(|method| &method.folders);
        let folders = folders.map(Predictions::folder);
        let named = self.methods.iter().map(|argument| named_folder(argument).1);
        let folders = folders.chain(named).chain(self.stuff.as_deref());
        let read = folders.fold(self.truth.inputs(), ReadFiles::run);
        let read = self.labels.iter().fold(read, |read, labels| read.file(labels));
        OutputFiles::of(self.files.paths())
            .and([&self.latex])
            .and(&in_out)
            .and([&images, &page])
            .reading(read)
    }

    fn inputs(
        &self,
        out: &Path,
        methods: &[MethodMasks],
        truth: &GroundTruth,
    ) -> Result<output::Inputs> {
        let mut inputs = vec![("command".to_owned(), "compare".to_owned())];
        for MethodMasks { name, folders } in methods {
            for folder in folders {
                inputs.push((name.clone(), seen_from(out, folder.folder())?));
            }
        }
        inputs.push(("ground truth".into(), truth.folder.clone()));
        inputs.push(("list SHA-256".into(), truth.list.sha256.clone()));
        Ok(inputs)
    }

    fn plan(&self, classes: usize) -> AnalysisPlan {
        let mut widths = self.widths.clone();
        widths.sort_unstable();
        widths.dedup();
        AnalysisPlan::new(classes, self.band, widths, self.stuff.clone())
    }

    fn write(
        &self,
        report: &ComparisonReport,
        images: &Images,
        out: Option<ResultFolder>,
        session: &Session<'_>,
    ) -> Result<()> {
        write_asked(&self.files.json, || Ok(export::json(report)))?;
        write_asked(&self.files.csv, || export::comparison_csv(report))?;
        write_asked(&self.files.markdown, || Ok(export::comparison_markdown(report, &[])))?;
        write_asked(&self.latex, || Ok(export::comparison_latex(report)))?;
        let Some((out, folder)) = out.zip(self.out.as_ref()) else { return Ok(()) };
        let sheet = self.paper.sheet();
        let Images { gallery, facts } = images;
        ComparisonFiles { title: &self.title, report, gallery: gallery.as_ref(), facts, sheet }
            .write(out)?;
        session.observer.say(&format!("look at {}", folder.join(MAIN).display()));
        Ok(())
    }
}

/// What the page shows beside the numbers.
struct Images {
    gallery: Option<Gallery>,
    facts: Vec<(String, String)>,
}
