//! What the results of a folder were made of, so that a call that goes on keeps its own only.

use super::FolderLock;
use crate::{Session, readable};
use anyhow::{Context as _, Result, bail};
use eps_data::codec::{read_text, write_file};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

/// What a folder has: the name for messages, where they are, and the ending of their files.
pub struct Results<'a> {
    pub name: &'a str,
    pub folder: &'a Path,
    pub ending: &'a str,
}

impl Results<'_> {
    fn exist(&self) -> bool {
        let ending = Some(OsStr::new(self.ending));
        let mut entries = fs::read_dir(self.folder).into_iter().flatten().flatten();
        entries.any(|entry| entry.path().extension() == ending)
    }
}

/// Takes a folder for results of this origin, or for a part of them beside other parts.
///
/// # Errors
///
/// If another call writes to the folder, or it has results of another origin.
pub fn take<T>(
    folder: &Path,
    is_part: bool,
    file: &Path,
    origin: &T,
    results: &Results<'_>,
    session: &Session<'_>,
) -> Result<FolderLock>
where
    T: PartialEq + Serialize + DeserializeOwned,
{
    let mut lock = match is_part {
        true => FolderLock::take_for_part(folder, session)?,
        false => FolderLock::take(folder, session)?,
    };
    claim(file, origin, results, &lock)?;
    // Only with the mark in place: those that come in beside this part do not set one, they compare
    // theirs with it.
    if is_part {
        lock.share()?;
    }
    Ok(lock)
}

/// Refuses a folder with results that were made otherwise than `origin` says, and marks one without.
///
/// `file` holds the origin as JSON. A part beside others does not mark a folder: the first of them has.
pub fn claim<T>(file: &Path, origin: &T, results: &Results<'_>, lock: &FolderLock) -> Result<()>
where
    T: PartialEq + Serialize + DeserializeOwned,
{
    match read::<T>(file)? {
        Some(found) if found == *origin => Ok(()),
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
        // Without results, and with nobody else at work, an origin binds nobody.
        _ => write(file, origin),
    }
}

/// The origin in a file; `None` if there is no file.
pub fn read<T: DeserializeOwned>(file: &Path) -> Result<Option<T>> {
    if !file.exists() {
        return Ok(None);
    }
    let text = read_text(file)?;
    let origin = serde_json::from_str(&text)
        .with_context(|| format!("{}: not the origin of results", file.display()))?;
    Ok(Some(origin))
}

pub fn write<T: Serialize>(file: &Path, origin: &T) -> Result<()> {
    Ok(write_file(file, serde_json::to_string_pretty(origin)? + "\n")?)
}

/// The whole path of a folder that results come from, which tells it from others.
pub fn whole_path(folder: &Path) -> Result<String> {
    let whole = folder.canonicalize();
    let whole = whole.with_context(|| format!("{}: cannot be read", folder.display()))?;
    Ok(readable(whole.as_os_str()))
}
