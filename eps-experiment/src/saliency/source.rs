//! A folder of saliency maps with a name.

use crate::output::ReadFiles;
use anyhow::{Result, ensure};
use eps_data::{DataSet, saliency_in};
use std::path::{Path, PathBuf};

/// Where saliency maps are, and what tables and charts call them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaliencySource {
    pub name: String,
    pub folder: PathBuf,
    /// Between image id and ending, as a data set may have it.
    suffix: String,
}

/// Endings of maps and of the masks that they are scored against.
const PICTURES: &[&str] = &["jpg", "jpeg", "png", "npy"];

impl SaliencySource {
    /// The maps of a folder, under its own name if none is given.
    pub fn new(name: Option<&str>, folder: &Path) -> Self {
        let name = name.map_or_else(|| own_name(folder), str::to_owned);
        Self { name, folder: folder.into(), suffix: String::new() }
    }

    /// The maps of a data set, named by their folder.
    pub fn of_data(data: &DataSet) -> Self {
        let (folder, suffix) = (data.saliency.clone(), data.saliency_suffix.clone());
        Self { name: own_name(&folder), folder, suffix }
    }

    /// The map of an image, under another suffix than the data set's if one is given.
    pub fn map_of(&self, id: &str, suffix: Option<&str>) -> PathBuf {
        saliency_in(&self.folder, &format!("{id}{}", suffix.unwrap_or(&self.suffix)))
    }
}

/// What is read of a folder of maps or of the masks that they are scored against.
pub fn reading(files: ReadFiles, folder: &Path) -> ReadFiles {
    files.folder(folder, PICTURES)
}

fn own_name(folder: &Path) -> String {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| folder.display().to_string())
}

/// Every source is a folder and has a name of its own.
///
/// # Errors
///
/// If one is no folder, or two have the same name.
pub fn check_sources(sources: &[SaliencySource]) -> Result<()> {
    for (index, source) in sources.iter().enumerate() {
        let (folder, name) = (source.folder.display(), &source.name);
        ensure!(
            source.folder.is_dir(),
            "{folder}: is not there, expected a folder of saliency maps"
        );
        ensure!(
            sources[..index].iter().all(|other| other.name != *name),
            "{folder}: another source is named `{name}` too; give each a name: NAME={folder}"
        );
    }
    Ok(())
}
