//! The files that a command writes at its end: that they can be, before it counts for minutes.

use anyhow::{Context as _, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// # Errors
///
/// If a file that was asked for is a folder, or its folder cannot be made or written to.
pub(crate) fn check<'a>(files: impl IntoIterator<Item = &'a Option<PathBuf>>) -> Result<()> {
    files.into_iter().flatten().try_for_each(|file| check_file(file))
}

/// # Errors
///
/// If the folder that was asked for cannot be made or written to.
pub(crate) fn check_folder(folder: &Option<PathBuf>) -> Result<()> {
    folder.as_ref().map_or(Ok(()), |folder| check_place(folder))
}

/// # Errors
///
/// If the folder of a chart, which is several files, cannot be made or written to.
pub(crate) fn check_chart(chart: &Option<PathBuf>) -> Result<()> {
    chart.as_ref().and_then(|chart| chart.parent()).map_or(Ok(()), check_place)
}

fn check_file(file: &Path) -> Result<()> {
    ensure!(!file.is_dir(), "{}: is a folder, expected the name of a file", file.display());
    file.parent().map_or(Ok(()), check_place)
}

/// Looks at the folder, or at what it would be made in; nothing is made yet.
fn check_place(folder: &Path) -> Result<()> {
    let Some(there) = folder.ancestors().find(|place| place.exists()) else { return Ok(()) };
    ensure!(there.is_dir(), "{}: is a file, expected a folder", there.display());
    let metadata =
        fs::metadata(there).with_context(|| format!("{}: cannot be read", there.display()))?;
    ensure!(!metadata.permissions().readonly(), "{}: cannot be written to", there.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_way_is_named_and_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("text"), "").unwrap();
        let error = |file: PathBuf| check([&Some(file)]).unwrap_err().to_string();
        assert!(error(path("")).ends_with(": is a folder, expected the name of a file"));
        assert!(error(path("text/a.json")).ends_with("text: is a file, expected a folder"));
        assert!(check_folder(&Some(path("text"))).is_err());
        check([&None, &Some(path("new/folder/a.json")), &Some("a.json".into())]).unwrap();
        assert!(!path("new").exists());
    }
}
