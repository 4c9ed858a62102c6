//! `eps report`

use super::End;
use crate::args::DataArgs;
use crate::comparison::{Comparison, FIXED_THRESHOLD};
use crate::folder_lock::FolderLock;
use crate::pictures::Choice;
use crate::result_folder::{ForceArgs, Inputs, ResultFolder, seen_from, with_slashes};
use crate::run_folder::RunFolder;
use crate::shown_masks::{self, ShownRun};
use anyhow::{Result, ensure};
use eps_data::Needs;
use eps_eval::Scores;
use eps_eval::report::export::{self, percent};
use eps_eval::report::page::Method;
use serde::Serialize;
use std::path::PathBuf;

/// Compare runs on one page: scores at every threshold, charts, tables, pictures
///
/// Pictures show the masks that each run made, with their threshold. Files of an earlier report in the
/// folder that no longer belong to it are removed.
#[derive(clap::Args)]
pub(crate) struct Report {
    /// Run folders with the maps of `eps infer`; names are those of the folders
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[arg(long, default_value = "Pseudo-masks from image labels")]
    title: String,
    /// Rows of pictures; 0 leaves photographs out of the page
    #[arg(long, default_value_t = 12, value_name = "N")]
    pictures: usize,
    /// Which images: `even` over the list, at `random`, of the largest `gain` or `loss` of the last run
    /// against the first, the `best` or `worst` of the last, or ids separated by commas
    #[arg(long, default_value = "even", value_name = "RULE|ID,..")]
    choose: Choice,
    /// Show masks at the threshold that is best on the ground truth, labelled as such, instead of those
    /// of the runs
    #[arg(long)]
    best_masks: bool,
    /// Also give the mean over background and the classes with at least N images
    #[arg(long, value_name = "N")]
    minimum_images: Option<usize>,
    #[command(flatten)]
    force: ForceArgs,
}

/// One run of `scores.json`.
#[derive(Serialize)]
struct RunScores {
    name: String,
    fixed: Scores,
    best: Scores,
}

impl Report {
    pub(crate) fn run(self) -> Result<End> {
        let saliency = self.pictures > 0 && self.data.folder()?.saliency.is_dir();
        let split = self.data.open(Needs { saliency, masks: true, ..Needs::default() })?;
        let runs: Vec<RunFolder> = self.runs.iter().map(|run| RunFolder::at(run)).collect();
        check_runs(&runs)?;
        let lock = FolderLock::take_for_results(&self.out)?;
        let out = self.force.open(lock, &self.out, MAIN, self.inputs(&split)?)?;
        let facts = self.facts(&runs, &split)?;
        let comparison =
            Comparison { split: &split, stuff: None, minimum_images: self.minimum_images };
        let methods: Vec<Method> =
            runs.iter().map(|run| comparison.method(&run.name(), run)).collect::<Result<_>>()?;
        let shown = runs.iter().zip(&methods).map(|(run, method)| match self.best_masks {
            true => Ok(ShownRun::at_best(method, run)),
            false => ShownRun::of_run(&method.name, run, &split.items),
        });
        let shown: Vec<_> = shown.collect::<Result<_>>()?;
        let report = eps_eval::report::page::Report {
            title: self.title.clone(),
            summary: methods.iter().map(summary).collect(),
            picture_header: comparison.picture_header(&shown),
            picture_caption: shown_masks::caption(&shown),
            pictures: comparison.pictures(&shown, &self.choose, self.pictures)?,
            facts,
            methods,
        };
        // Without its record or recipe, a run that was removed meanwhile would be shown without a word.
        check_runs(&runs)?;
        let files = report.files()?;
        let scores: Vec<RunScores> = report.methods.into_iter().map(RunScores::from).collect();
        write(out, files, &export::json(&scores))?;
        println!("{}", self.out.join("index.html").display());
        Ok(End::Done)
    }

    fn inputs(&self, split: &eps_data::Split) -> Result<Inputs> {
        let mut inputs = vec![("command".to_owned(), "report".to_owned())];
        for run in &self.runs {
            inputs.push(("run".into(), seen_from(&self.out, run)?));
        }
        let truth = self.data.folder()?.masks;
        let truth = truth.file_name().unwrap_or_default().to_string_lossy().into_owned();
        inputs.push(("ground truth".into(), truth));
        inputs.push(("list SHA-256".into(), split.list.sha256.clone()));
        Ok(inputs)
    }

    fn facts(&self, runs: &[RunFolder], split: &eps_data::Split) -> Result<Vec<(String, String)>> {
        let list = &split.list;
        let images = if list.ids.len() == 1 { "image" } else { "images" };
        let mut facts = vec![
            ("images".into(), format!("{} {images} of list {}", list.ids.len(), list.name)),
            ("list SHA-256".into(), list.sha256.clone()),
        ];
        for run in runs.iter().filter(|run| run.is_begun()) {
            let (name, provenance) = (run.name(), run.provenance()?);
            facts.push((
                format!("{name}: command"),
                provenance.command.get(1..).unwrap_or_default().join(" "),
            ));
            if let Some(weights) = provenance.weights {
                facts.push((format!("{name}: weights SHA-256"), weights));
            }
            facts.push((format!("{name}: recipe"), run.recipe()?.to_toml()));
        }
        Ok(facts)
    }
}

/// The file of a report that is always there.
pub(crate) const MAIN: &str = "index.html";

/// Writes the files of a report, and its scores.
pub(crate) fn write(
    mut out: ResultFolder,
    files: Vec<(PathBuf, Vec<u8>)>,
    scores: &str,
) -> Result<()> {
    for (path, bytes) in files {
        out.write(&with_slashes(&path), bytes)?;
    }
    out.write("scores.json", scores)?;
    out.finish()
}

/// Every run has maps and a name of its own.
fn check_runs(runs: &[RunFolder]) -> Result<()> {
    for (index, run) in runs.iter().enumerate() {
        let (cams, name) = (run.cams(), run.name());
        ensure!(
            cams.is_dir(),
            "{}: is not there, expected the maps of `eps infer`",
            cams.display()
        );
        ensure!(
            runs[..index].iter().all(|other| other.name() != name),
            "{}: another run is named `{name}` too, expected a name of its own",
            run.root.display()
        );
    }
    Ok(())
}

impl From<Method> for RunScores {
    fn from(method: Method) -> Self {
        Self { name: method.name, fixed: method.fixed, best: method.best }
    }
}

/// A method's headline in a sentence.
pub(crate) fn summary(method: &Method) -> String {
    format!(
        "{}: {} % mIoU at the fixed threshold {FIXED_THRESHOLD:.2}; at most {} %, at the threshold that \
         is best on this ground truth ({:.3}).",
        method.name,
        percent(method.fixed.miou),
        percent(method.best.miou),
        method.best.threshold.map_or(FIXED_THRESHOLD, |threshold| threshold.value)
    )
}
