//! Runs on one page, and the files of it.

use super::masks::{self, ShownRun};
use super::pictures::Choice;
use super::runs::{Comparison, FIXED_THRESHOLD};
use crate::output::{Inputs, ResultFolder, seen_from, with_slashes};
use crate::run::RunFolder;
use anyhow::{Result, ensure};
use eps_data::Split;
use eps_eval::Scores;
use eps_eval::report::export::{self, percent};
use eps_eval::report::page::Method;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Runs that a page compares, and what it shows of them.
pub struct RunReport<'a> {
    pub runs: &'a [RunFolder],
    pub split: &'a Split,
    pub title: &'a str,
    /// Rows of pictures.
    pub pictures: usize,
    pub choose: &'a Choice,
    /// Whether masks at the threshold that is best on the ground truth are shown, not the runs' own.
    pub with_best_masks: bool,
    /// A second mean over background and the classes with at least this many images.
    pub minimum_images: Option<usize>,
}

/// One run of `scores.json`.
#[derive(Serialize)]
struct RunScores {
    name: String,
    fixed: Scores,
    best: Scores,
}

impl RunReport<'_> {
    /// What the page is made from, as seen from the folder that it goes to.
    ///
    /// # Errors
    ///
    /// If a run is not there.
    pub fn inputs(&self, out: &Path, truth: &Path) -> Result<Inputs> {
        let mut inputs = vec![("command".to_owned(), "report".to_owned())];
        for run in self.runs {
            inputs.push(("run".into(), seen_from(out, &run.root)?));
        }
        let truth = truth.file_name().unwrap_or_default().to_string_lossy().into_owned();
        inputs.push(("ground truth".into(), truth));
        inputs.push(("list SHA-256".into(), self.split.list.sha256.clone()));
        Ok(inputs)
    }

    /// Scores the runs and writes the page, its charts and `scores.json`.
    ///
    /// # Errors
    ///
    /// If a run has no maps, two runs have one name, or a map or a mask cannot be read.
    pub fn write(&self, out: ResultFolder) -> Result<()> {
        self.check()?;
        let facts = self.facts()?;
        let Self { runs, split, .. } = *self;
        let comparison = Comparison { split, stuff: None, minimum_images: self.minimum_images };
        let methods: Vec<Method> =
            runs.iter().map(|run| comparison.method(&run.name(), run)).collect::<Result<_>>()?;
        let shown = runs.iter().zip(&methods).map(|(run, method)| match self.with_best_masks {
            true => Ok(ShownRun::at_best(method, run)),
            false => ShownRun::of_run(&method.name, run, &split.items),
        });
        let shown: Vec<_> = shown.collect::<Result<_>>()?;
        let report = eps_eval::report::page::Report {
            title: self.title.into(),
            summary: methods.iter().map(summary).collect(),
            picture_header: comparison.picture_header(&shown),
            picture_caption: masks::caption(&shown),
            pictures: comparison.pictures(&shown, self.choose, self.pictures)?,
            facts,
            methods,
        };
        // Without its record or recipe, a run that was removed meanwhile would be shown without a word.
        self.check()?;
        let files = report.files()?;
        let scores: Vec<RunScores> = report.methods.into_iter().map(RunScores::from).collect();
        write(out, files, &export::json(&scores))
    }

    /// Every run has maps and a name of its own.
    ///
    /// # Errors
    ///
    /// If one has not.
    pub fn check(&self) -> Result<()> {
        for (index, run) in self.runs.iter().enumerate() {
            let (cams, name) = (run.cams(), run.name());
            ensure!(
                cams.is_dir(),
                "{}: is not there, expected the maps of `eps infer`",
                cams.display()
            );
            ensure!(
                self.runs[..index].iter().all(|other| other.name() != name),
                "{}: another run is named `{name}` too, expected a name of its own",
                run.root.display()
            );
        }
        Ok(())
    }

    fn facts(&self) -> Result<Vec<(String, String)>> {
        let list = &self.split.list;
        let images = if list.ids.len() == 1 { "image" } else { "images" };
        let mut facts = vec![
            ("images".into(), format!("{} {images} of list {}", list.ids.len(), list.name)),
            ("list SHA-256".into(), list.sha256.clone()),
        ];
        for run in self.runs.iter().filter(|run| run.is_begun()) {
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

impl From<Method> for RunScores {
    fn from(method: Method) -> Self {
        Self { name: method.name, fixed: method.fixed, best: method.best }
    }
}

/// The file of a report that is always there.
pub const MAIN: &str = "index.html";

/// Writes the files of a report, and its scores.
pub fn write(mut out: ResultFolder, files: Vec<(PathBuf, Vec<u8>)>, scores: &str) -> Result<()> {
    for (path, bytes) in files {
        out.write(&with_slashes(&path), bytes)?;
    }
    out.write("scores.json", scores)?;
    out.finish()
}

/// A method's headline in a sentence.
pub fn summary(method: &Method) -> String {
    format!(
        "{}: {} % mIoU at the fixed threshold {FIXED_THRESHOLD:.2}; at most {} %, at the threshold that \
         is best on this ground truth ({:.3}).",
        method.name,
        percent(method.fixed.miou),
        percent(method.best.miou),
        method.best.threshold.map_or(FIXED_THRESHOLD, |threshold| threshold.value)
    )
}
