//! The files that a command writes at its end: that they can be, before it counts for minutes.

use anyhow::{Context as _, Result, ensure};
use eps_data::codec::can_write;
use std::path::{Path, PathBuf};

/// # Errors
///
/// If a file that was asked for is something else than a file, or its folder cannot be made or
/// written to.
pub(crate) fn check<'a>(files: impl IntoIterator<Item = &'a Option<PathBuf>>) -> Result<()> {
    files.into_iter().flatten().try_for_each(|file| check_file(file))
}

/// # Errors
///
/// If the folder that was asked for cannot be made or written to.
pub(crate) fn check_folder(folder: &Option<PathBuf>) -> Result<()> {
    folder.as_ref().map_or(Ok(()), |folder| check_place(folder))
}

fn check_file(file: &Path) -> Result<()> {
    ensure!(!file.is_dir(), "{}: is a folder, expected the name of a file", file.display());
    // A result takes the place of what has its name.
    let is_other = file.exists() && !file.is_file();
    ensure!(!is_other, "{}: is a device or a pipe, expected the name of a file", file.display());
    file.parent().map_or(Ok(()), check_place)
}

/// Looks at the folder, or at what it would be made in; nothing is left there.
fn check_place(folder: &Path) -> Result<()> {
    let mut places = folder.ancestors().filter(|place| !place.as_os_str().is_empty());
    let there = places.find(|place| place.exists()).unwrap_or(Path::new("."));
    ensure!(there.is_dir(), "{}: is a file, expected a folder", there.display());
    can_write(there).with_context(|| format!("{}: cannot be written to", there.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

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
        if cfg!(unix) {
            assert!(error("/dev/null".into()).starts_with("/dev/null: is a device or a pipe"));
        }
    }
}
