//! Folders and the files in them.

use anyhow::{Context as _, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder that a file or folder is in; the current one for a name alone.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Everything in a folder, in no order.
pub(crate) fn paths_in(folder: &Path) -> Result<Vec<PathBuf>> {
    fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .with_context(|| format!("{}: cannot be read", folder.display()))
}

/// The files with this ending by their names without it; hidden ones are passed over.
pub(crate) fn files_by_id(folder: &Path, ending: &str) -> Result<BTreeMap<String, PathBuf>> {
    let mut files = BTreeMap::new();
    for path in paths_in(folder)? {
        let id = path.file_stem().and_then(|stem| stem.to_str());
        let id = id.filter(|id| !id.starts_with('.'));
        if let Some(id) =
            id.filter(|_| path.extension().is_some_and(|extension| extension == ending))
        {
            files.insert(id.to_owned(), path);
        }
    }
    Ok(files)
}
