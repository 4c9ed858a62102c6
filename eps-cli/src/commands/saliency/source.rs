//! A folder of saliency maps with a name.

use crate::args::named_folder;
use anyhow::{Result, ensure};
use eps_data::{DataSet, saliency_in};
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where saliency maps are, and what tables and charts call them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) folder: PathBuf,
    /// Between image id and ending, as a data set may have it.
    suffix: String,
}

/// Endings of maps and of the masks that they are scored against.
pub(super) const PICTURES: &[&str] = &["jpg", "jpeg", "png", "npy"];

impl Source {
    /// The maps of a data set, named by their folder.
    pub(super) fn of_data(data: &DataSet) -> Self {
        let (folder, suffix) = (data.saliency.clone(), data.saliency_suffix.clone());
        Self { name: own_name(&folder), folder, suffix }
    }

    /// The map of an image, under another suffix than the data set's if one is given.
    pub(super) fn map_of(&self, id: &str, suffix: Option<&str>) -> PathBuf {
        saliency_in(&self.folder, &format!("{id}{}", suffix.unwrap_or(&self.suffix)))
    }
}

impl FromStr for Source {
    type Err = Infallible;

    /// `NAME=DIR`, or a folder that gives its own name; a folder with `=` in its name is found.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let (name, folder) = named_folder(text);
        let name = name.map_or_else(|| own_name(folder), str::to_owned);
        Ok(Self { name, folder: folder.into(), suffix: String::new() })
    }
}

fn own_name(folder: &Path) -> String {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| folder.display().to_string())
}

/// Every source is a folder and has a name of its own.
pub(super) fn check_sources(sources: &[Source]) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_has_a_given_name_or_that_of_its_folder() {
        let source = |text: &str| text.parse::<Source>().expect("anything is a source");
        let expected =
            Source { name: "PFAN".into(), folder: "maps/a".into(), suffix: String::new() };
        assert_eq!(source("PFAN=maps/a"), expected);
        assert_eq!(source("maps/u2net").name, "u2net");
        assert_eq!(source("=maps").folder, Path::new("=maps"));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let strange = folder.path().join("a=b");
        std::fs::create_dir(&strange).expect("a writable folder");
        assert_eq!(source(&strange.display().to_string()).name, "a=b");
    }
}
