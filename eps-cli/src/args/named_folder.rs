//! Folders that an argument may give a name.

use anyhow::Result;
use eps_experiment::run::MethodFolder;
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

/// The method that an argument names, `[NAME=]PATH`: a run, its part, or masks or class maps of any program.
pub(crate) fn method_folder(argument: &str) -> Result<MethodFolder> {
    let (name, folder) = named_folder(argument);
    MethodFolder::open(name, folder)
}
