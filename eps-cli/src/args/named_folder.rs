//! Folders that an argument may give a name.

use std::path::Path;

/// The name and the folder of `NAME=DIR`, or of a folder alone, which may have `=` in its path.
pub(crate) fn named_folder(argument: &str) -> (Option<&str>, &Path) {
    match argument.split_once('=') {
        Some((name, folder)) if !name.is_empty() && !Path::new(argument).is_dir() => {
            (Some(name), Path::new(folder))
        }
        _ => (None, Path::new(argument)),
    }
}

/// The name of a folder, or of the run that a folder of masks is in.
pub(crate) fn folder_name(folder: &Path) -> String {
    let is_of_run = folder.file_name().is_some_and(|name| name == "masks" || name == "cams");
    let named = if is_of_run { folder.parent().and_then(Path::file_name) } else { None };
    let named = named.or(folder.file_name()).unwrap_or(folder.as_os_str());
    named.to_string_lossy().into_owned()
}
