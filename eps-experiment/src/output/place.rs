//! Whether files can be written in a place, before anything is counted for minutes.

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use eps_data::codec::can_write;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// Looks at the folder, or at what it would be made in; nothing is left there.
///
/// # Errors
///
/// If it is no folder, or cannot be made or written to.
pub fn check_place(folder: &Path) -> Result<()> {
    let there = first_there(folder)?;
    check_folder(there).map_err(|error| match there == folder {
        true => error,
        false => anyhow!("{}: cannot be made: {error:#}", folder.display()),
    })?;
    check_names(folder)
}

/// That files can be made in a folder that is there.
fn check_folder(folder: &Path) -> Result<()> {
    ensure!(folder.is_dir(), "{}: is a file, expected a folder", folder.display());
    can_write(folder).with_context(|| format!("{}: cannot be written to", folder.display()))
}

/// The folder, or the nearest one above it that is there.
fn first_there(folder: &Path) -> Result<&Path> {
    for place in folder.ancestors().filter(|place| !place.as_os_str().is_empty()) {
        if place.exists() {
            return Ok(place);
        }
        let is_broken_link = fs::symlink_metadata(place).is_ok();
        ensure!(!is_broken_link, "{}: is a link to nothing, expected a folder", place.display());
    }
    Ok(Path::new("."))
}

/// Asks the system for each name that is not there yet, since it refuses those that are too long.
pub fn check_names(path: &Path) -> Result<()> {
    let there = first_there(path)?;
    for name in path.strip_prefix(there).unwrap_or(path).components() {
        match fs::symlink_metadata(there.join(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                bail!("{}: cannot be made: {error}", path.display())
            }
            _ => {}
        }
    }
    Ok(())
}
