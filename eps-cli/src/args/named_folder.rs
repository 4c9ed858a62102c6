//! Folders that an argument may give a name.

use eps_experiment::run::MethodFolder;
use std::path::Path;

/// The name and the path of `NAME=PATH`, or of a path alone, which may have `=` in it if it is there.
pub(crate) fn named_folder(argument: &str) -> (Option<&str>, &Path) {
    match argument.split_once('=') {
        Some((name, folder)) if !name.is_empty() && !Path::new(argument).exists() => {
            (Some(name), Path::new(folder))
        }
        _ => (None, Path::new(argument)),
    }
}

/// An argument that [`named_folder`] finds a path in.
pub(crate) fn named_path(text: &str) -> Result<String, &'static str> {
    match named_folder(text).1.as_os_str().is_empty() {
        true => Err("expected a path, or NAME= and a path"),
        false => Ok(text.into()),
    }
}

/// The method that an argument names, `[NAME=]PATH`: a run, its part, or masks or class maps of any program.
pub(crate) fn method_folder(argument: &str) -> anyhow::Result<MethodFolder> {
    let (name, folder) = named_folder(argument);
    MethodFolder::open(name, folder)
}
