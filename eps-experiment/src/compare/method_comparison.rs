//! Methods on the same images: how sure a difference is, and what makes it.

use super::{MethodMasks, count_methods, faults_of, gallery, refuse_copies};
use crate::evaluate::ImageFaults;
use crate::output::{FolderLock, ResultFolder, seen_from};
use crate::{GroundTruth, Session};
use anyhow::Result;
use eps_eval::paired::{Bootstrap, compare};
use eps_eval::report::ComparisonReport;
use eps_eval::report::page::Gallery;
use eps_eval::{AnalysisPlan, Predictions, Protocol};
use std::path::{Path, PathBuf};

/// The methods, their ground truth, and what is to be known of them.
#[derive(Clone, Copy, Debug)]
pub struct MethodComparison<'a> {
    /// The first is the baseline of the others.
    pub methods: &'a [MethodMasks],
    pub truth: &'a GroundTruth,
    /// Width of the boundary band of the anatomy in pixels; 0 makes none.
    pub band: u32,
    /// Widths of the bands around true boundaries in which mean IoU is given, in pixels.
    pub widths: &'a [u32],
    /// Folder of maps of the stuff that comes with each class, `<id>.png`.
    pub stuff: Option<&'a PathBuf>,
    pub bootstrap: Bootstrap,
    /// Fraction of the resamples inside an interval, between 0 and 1.
    pub level: f64,
    /// Whether all faults are looked for instead of the first.
    pub keep_going: bool,
}

impl MethodComparison<'_> {
    /// Counts every mask, and compares the methods.
    ///
    /// # Errors
    ///
    /// If two runs of one method have the same masks; the first mask that cannot be scored, or with `keep_going`
    /// all of them as [`ImageFaults`].
    pub fn run(&self, session: &Session<'_>) -> Result<ComparisonReport> {
        let Self { methods, truth, .. } = *self;
        let (items, classes) = (&truth.items[..], truth.names.len());
        for method in methods {
            refuse_copies(&method.folders, items, classes)?;
        }
        let plan = self.plan(classes);
        let counted = count_methods(methods, items, &plan, session.observer);
        let (runs, details) = counted.map_err(|error| match self.keep_going {
            true => ImageFaults::new(faults_of(methods, items, &plan), items.len(), truth).into(),
            false => truth.explain(error),
        })?;
        Ok(ComparisonReport {
            protocol: Protocol::Voc,
            list: truth.list.id(),
            classes: truth.names.iter().map(str::to_owned).collect(),
            comparison: compare(&runs, classes, self.bootstrap, self.level),
            details,
        })
    }

    /// The images with the masks of every method.
    ///
    /// # Errors
    ///
    /// If a file can no longer be read, or a mask no longer fits its ground truth.
    pub fn gallery(&self, session: &Session<'_>) -> Result<Gallery> {
        let GroundTruth { items, names, .. } = self.truth;
        gallery(self.methods, items, (names.len(), self.band), session.observer)
    }

    /// Takes the folder of the page, whose results must be of the same methods and images unless `force` replaces
    /// them; nothing is written yet.
    ///
    /// # Errors
    ///
    /// If another process writes to it, or it has results of other inputs.
    pub fn open(&self, out: &Path, force: bool, session: &Session<'_>) -> Result<ResultFolder> {
        let mut inputs = vec![("command".to_owned(), "compare".to_owned())];
        for MethodMasks { name, folders } in self.methods {
            for folder in folders {
                inputs.push((name.clone(), seen_from(out, folder.folder())?));
            }
        }
        inputs.push(("ground truth".into(), self.truth.folder.clone()));
        inputs.push(("list SHA-256".into(), self.truth.list.sha256.clone()));
        let lock = FolderLock::take_for_results(out, session)?;
        ResultFolder::open(lock, out, "compare.json", inputs, force)
    }

    /// How the comparison was made, for its page.
    pub fn facts(&self, session: &Session<'_>) -> Vec<(String, String)> {
        let folders = self.methods.iter().flat_map(|method| {
            method.folders.iter().map(|masks| (method.name.clone(), described(masks)))
        });
        let command = session.command.get(1..).unwrap_or_default().join(" ");
        let list = &self.truth.list;
        folders
            .chain([
                ("ground truth".into(), self.truth.folder.clone()),
                ("list".into(), list.name.clone()),
                ("list SHA-256".into(), list.sha256.clone()),
                ("boundary band".into(), format!("{} pixels", self.band)),
                ("command".into(), format!("eps {command}")),
                ("version".into(), env!("CARGO_PKG_VERSION").into()),
            ])
            .collect()
    }

    fn plan(&self, classes: usize) -> AnalysisPlan {
        let mut widths = self.widths.to_vec();
        widths.sort_unstable();
        widths.dedup();
        AnalysisPlan::new(classes, self.band, widths, self.stuff.cloned())
    }
}

/// A folder, and how masks were made of its maps.
fn described(masks: &Predictions) -> String {
    let folder = masks.folder().display();
    match masks.threshold() {
        Some(threshold) => format!("{folder}, maps at background threshold {threshold}"),
        None => folder.to_string(),
    }
}
