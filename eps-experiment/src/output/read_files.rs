//! The files that a call reads, none of which it may write.

use crate::run::RunFolder;
use eps_data::DataSet;
use std::path::{Path, PathBuf};

/// The files that one call reads.
#[derive(Clone, Debug, Default)]
pub struct ReadFiles {
    files: Vec<PathBuf>,
    /// Folders, and the endings of the files in them that are read.
    folders: Vec<(PathBuf, &'static [&'static str])>,
}

impl ReadFiles {
    /// A file that is read.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.files.push(path.into());
        self
    }

    /// The files of a folder with one of these endings.
    pub fn folder(mut self, path: impl Into<PathBuf>, endings: &'static [&'static str]) -> Self {
        self.folders.push((path.into(), endings));
        self
    }

    /// What a data set consists of but for its tables of labels, whichever part of it this call reads: none
    /// of it is a place for results.
    pub fn data_set(self, folder: &DataSet) -> Self {
        const PICTURES: &[&str] = &["jpg", "jpeg", "png"];
        let names = ["classes.txt", "dataset.toml"].map(|name| folder.root.join(name));
        let instances = folder.instances.iter().map(|instances| instances.path().to_owned());
        names
            .into_iter()
            .chain([folder.masks.join("classes.txt")])
            .chain(instances)
            .fold(self, Self::file)
            .folder(&folder.images, PICTURES)
            .folder(&folder.masks, &["png"])
            .folder(&folder.saliency, PICTURES)
            .folder(&folder.saliency, &["npy"])
            .folder(&folder.annotations, &["xml"])
            .folder(&folder.lists, &["txt"])
    }

    /// The files of a run, or of a folder of masks or maps.
    pub fn run(self, folder: &Path) -> Self {
        const MAPS: &[&str] = &["npz", "npy", "pkl", "pickle"];
        let run = RunFolder::at(folder);
        let parts = self.folder(run.masks(), &["png"]).folder(run.cams(), MAPS);
        let parts = parts.folder(folder, &["png"]).folder(folder, MAPS);
        ["inference.json", "refine.json"]
            .map(|name| folder.join(name))
            .into_iter()
            .chain([run.recipe_file(), run.provenance_file(), run.steps_file(), run.logits_file()])
            .fold(parts, Self::file)
    }

    /// Whether a file, by its whole path, is there and one of them.
    pub(super) fn have(&self, file: &Path) -> bool {
        if !file.exists() {
            return false;
        }
        let ending = file.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
        let mut folders = self.folders.iter().filter(|(_, endings)| {
            ending.as_deref().is_some_and(|ending| endings.contains(&ending))
        });
        self.files.iter().any(|path| is_at(path, Some(file)))
            || folders.any(|(folder, _)| is_at(folder, file.parent()))
    }
}

/// Whether a path leads to what is there by its whole path.
fn is_at(path: &Path, whole: Option<&Path>) -> bool {
    path.canonicalize().is_ok_and(|path| Some(&*path) == whole)
}
