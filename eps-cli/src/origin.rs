//! What the results of a folder were made of, so that a call that goes on keeps its own only.

use crate::arguments;
use crate::folder_lock::FolderLock;
use crate::run_folder::write_text;
use anyhow::{Context as _, Result, bail};
use eps_data::codec::read_text;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

/// What a folder has: the name for messages, where they are, and the ending of their files.
pub(crate) struct Results<'a> {
    pub(crate) name: &'a str,
    pub(crate) folder: &'a Path,
    pub(crate) ending: &'a str,
}

impl Results<'_> {
    fn exist(&self) -> bool {
        let ending = Some(OsStr::new(self.ending));
        let mut entries = fs::read_dir(self.folder).into_iter().flatten().flatten();
        entries.any(|entry| entry.path().extension() == ending)
    }
}

/// Refuses a folder with results that were made otherwise than `own` says, and marks one without.
///
/// `file` holds the origin as JSON. A part beside others does not mark a folder: the first of them has.
pub(crate) fn claim<T>(file: &Path, own: &T, results: &Results<'_>, lock: &FolderLock) -> Result<()>
where
    T: PartialEq + Serialize + DeserializeOwned,
{
    match read::<T>(file)? {
        Some(found) if found == *own => Ok(()),
        Some(_) if results.exist() || !lock.is_alone() => bail!(
            "{}: {} of another source or with other settings are there, expected another --out",
            file.display(),
            results.name
        ),
        None if results.exist() || !lock.is_alone() => bail!(
            "{}: {} of unknown origin are there, expected another --out",
            results.folder.display(),
            results.name
        ),
        _ => write(file, own),
    }
}

/// The origin in a file; `None` if there is no file.
pub(crate) fn read<T: DeserializeOwned>(file: &Path) -> Result<Option<T>> {
    if !file.exists() {
        return Ok(None);
    }
    let text = read_text(file)?;
    let origin = serde_json::from_str(&text)
        .with_context(|| format!("{}: not the origin of results", file.display()))?;
    Ok(Some(origin))
}

pub(crate) fn write<T: Serialize>(file: &Path, origin: &T) -> Result<()> {
    write_text(file, &(serde_json::to_string_pretty(origin)? + "\n"))
}

/// The whole path of a folder that results come from, which tells it from others.
pub(crate) fn whole_path(folder: &Path) -> Result<String> {
    let whole = folder.canonicalize();
    let whole = whole.with_context(|| format!("{}: cannot be read", folder.display()))?;
    Ok(arguments::text(whole.as_os_str()))
}
