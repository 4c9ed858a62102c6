//! Runs on one page, and the files of it.

use super::masks::{self, ShownRun};
use super::pictures::Choice;
use super::runs::{Comparison, FIXED_THRESHOLD};
use crate::Session;
use crate::output::{Inputs, ResultFolder, seen_from, with_slashes};
use crate::run::MethodFolder;
use anyhow::{Result, ensure};
use eps_data::Split;
use eps_data::codec::read_text;
use eps_eval::Scores;
use eps_eval::report::chart::Sheet;
use eps_eval::report::export::{self, percent};
use eps_eval::report::page::Method;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Runs and folders of masks or maps that a page compares, and what it shows of them.
pub struct RunReport<'a> {
    pub methods: &'a [MethodFolder],
    pub split: &'a Split,
    pub title: &'a str,
    /// Rows of pictures.
    pub pictures: usize,
    pub choose: &'a Choice,
    /// Whether masks at the threshold that is best on the ground truth are shown, not the runs' own.
    pub with_best_masks: bool,
    /// For each, a mean over background and the classes with at least so many images.
    pub minimum_images: &'a [usize],
    /// What charts are drawn for.
    pub sheet: Sheet,
}

/// One run of `scores.json`.
#[derive(Serialize)]
struct RunScores {
    name: String,
    /// Of masks as they are, or of maps at the fixed threshold.
    fixed: Scores,
    /// Absent where there are masks alone.
    best: Option<Scores>,
}

impl RunReport<'_> {
    /// What the page is made from, as seen from the folder that it goes to.
    ///
    /// # Errors
    ///
    /// If a folder is not there.
    pub fn inputs(&self, out: &Path, truth: &Path) -> Result<Inputs> {
        let mut inputs = vec![("command".to_owned(), "report".to_owned())];
        for method in self.methods {
            inputs.push((method.name.clone(), seen_from(out, &method.run.root)?));
        }
        let truth = truth.file_name().unwrap_or_default().to_string_lossy().into_owned();
        inputs.push(("ground truth".into(), truth));
        inputs.push(("list SHA-256".into(), self.split.list.sha256.clone()));
        Ok(inputs)
    }

    /// Scores the methods and writes the page, its charts and `scores.json`.
    ///
    /// # Errors
    ///
    /// If two methods have one name, or a map or a mask cannot be read.
    pub fn write(&self, out: ResultFolder, session: &Session<'_>) -> Result<()> {
        self.check()?;
        let facts = self.facts()?;
        let Self { methods: folders, split, .. } = *self;
        let comparison = Comparison { split, stuff: None, minimum_images: self.minimum_images };
        session.observer.begin("images", folders.len() * split.items.len(), 0);
        let scored = folders.iter().map(|folder| comparison.method(folder, session.observer));
        let methods: Vec<Method> = scored.collect::<Result<_>>()?;
        session.observer.end();
        let shown =
            folders.iter().zip(&methods).map(|(folder, method)| match self.with_best_masks {
                true => Ok(ShownRun::at_best(method, folder)),
                false => ShownRun::of_run(&method.name, folder, &split.items),
            });
        let shown: Vec<_> = shown.collect::<Result<_>>()?;
        let report = eps_eval::report::page::Report {
            title: self.title.into(),
            summary: methods.iter().map(summary).collect(),
            picture_header: comparison.picture_header(&shown),
            picture_caption: masks::caption(&shown),
            pictures: comparison.pictures(&shown, self.choose, self.pictures)?,
            sections: Vec::new(),
            facts,
            methods,
            sheet: self.sheet,
        };
        // Without its record or recipe, a run that was removed meanwhile would be shown without a word.
        for MethodFolder { run, .. } in folders {
            MethodFolder::open(None, &run.root)?;
        }
        let files = report.files()?;
        let scores: Vec<RunScores> = report.methods.into_iter().map(RunScores::from).collect();
        write(out, files, &export::json(&scores))
    }

    /// Every method has a name of its own.
    ///
    /// # Errors
    ///
    /// If one has not.
    pub fn check(&self) -> Result<()> {
        for (index, MethodFolder { name, run, .. }) in self.methods.iter().enumerate() {
            ensure!(
                self.methods[..index].iter().all(|other| other.name != *name),
                "{0}: another method is named `{name}` too; write NAME={0} to tell them apart",
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
        for MethodFolder { name, run, .. } in self.methods {
            if !run.is_begun() {
                facts.push((name.clone(), run.root.display().to_string()));
                continue;
            }
            let provenance = run.provenance()?;
            facts.push((
                format!("{name}: command"),
                provenance.command.get(1..).unwrap_or_default().join(" "),
            ));
            if let Some(weights) = provenance.weights {
                facts.push((format!("{name}: weights SHA-256"), weights));
            }
            facts.push((format!("{name}: recipe"), read_text(&run.recipe_file())?));
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
    let (name, miou) = (&method.name, percent(method.fixed.miou));
    let Some(best) = &method.best else { return format!("{name}: {miou} % mIoU of its masks.") };
    format!(
        "{name}: {miou} % mIoU at the fixed threshold {FIXED_THRESHOLD:.2}; at most {} %, at the threshold \
         that is best on this ground truth ({:.3}).",
        percent(best.miou),
        best.threshold.map_or(FIXED_THRESHOLD, |threshold| threshold.value)
    )
}
