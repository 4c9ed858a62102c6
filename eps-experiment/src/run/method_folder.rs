//! What a folder has of a method: a run, its part, or masks or class maps of any program.

use super::RunFolder;
use super::folder::{MAPS, MASKS, part_of};
use anyhow::{Result, ensure};
use eps_eval::Predictions;
use std::path::{Path, PathBuf};

/// A run, a part of one, or a folder of masks or class maps of any program.
#[derive(Clone, Debug)]
pub struct MethodFolder {
    /// In tables and charts.
    pub name: String,
    /// The folder, which is that of a run where it has what a run leaves.
    pub run: RunFolder,
    /// Folder of class maps, if there are any.
    pub maps: Option<PathBuf>,
    /// Folder of masks, if there are any.
    pub masks: Option<PathBuf>,
}

impl MethodFolder {
    /// Looks for masks and maps: in the folder itself, or in its `masks` and `cams` as a run has them.
    ///
    /// # Errors
    ///
    /// If the folder is not there, or has neither.
    pub fn open(name: Option<&str>, path: &Path) -> Result<Self> {
        ensure!(
            path.is_dir(),
            "{}: is not there, expected a run or a folder of masks or class maps",
            path.display()
        );
        let (masks, maps) = (part_of(path, MASKS), part_of(path, MAPS));
        let run = RunFolder::at(path);
        ensure!(
            masks.is_some() || maps.is_some(),
            "{}: has neither masks (.png) nor class maps (.npz, .npy){}",
            path.display(),
            if run.recipe_file().exists() { "; run `eps infer` first" } else { "" }
        );
        let name = name.map_or_else(|| folder_name(path), str::to_owned);
        Ok(Self { name, run, maps, masks })
    }

    /// Its masks, or those that this threshold makes of its maps where it has no masks.
    pub fn predictions(&self, threshold: f32) -> Predictions {
        match (&self.masks, &self.maps) {
            (None, Some(maps)) => Predictions::Maps { folder: maps.clone(), threshold },
            (masks, _) => Predictions::Masks(masks.clone().unwrap_or_else(|| self.run.masks())),
        }
    }
}

/// The name of a folder, or of the run that a folder of masks or maps is in.
pub fn folder_name(folder: &Path) -> String {
    let named = holder_of(folder).file_name().or(folder.file_name());
    named.unwrap_or(folder.as_os_str()).to_string_lossy().into_owned()
}

/// The folder that a run's masks or maps are in; another folder itself.
pub(crate) fn holder_of(folder: &Path) -> &Path {
    let is_part = folder.file_name().is_some_and(|name| name == "masks" || name == "cams");
    let holder = if is_part { folder.parent() } else { None };
    holder.unwrap_or(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A folder with these files.
    fn with(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    fn found(files: &[&str]) -> (Option<PathBuf>, Option<PathBuf>) {
        let folder = with(files);
        let found = MethodFolder::open(None, folder.path()).unwrap();
        let inside = |path: PathBuf| path.strip_prefix(folder.path()).unwrap().to_owned();
        (found.masks.map(inside), found.maps.map(inside))
    }

    #[test]
    fn masks_and_maps_are_found_in_a_folder_and_in_the_parts_of_a_run() {
        let path = |name: &str| Some(PathBuf::from(name));
        assert_eq!(found(&["a.png"]), (path(""), None));
        assert_eq!(found(&["a.npy"]), (None, path("")));
        assert_eq!(found(&["a.npz"]), (None, path("")));
        assert_eq!(
            found(&["recipe.toml", "masks/a.png", "cams/a.npz"]),
            (path("masks"), path("cams"))
        );
        assert_eq!(found(&["recipe.toml", "cams/a.npz"]), (None, path("cams")));
        assert_eq!(found(&["masks/a.png"]), (path("masks"), None));
    }

    #[test]
    fn what_has_neither_is_refused() {
        let refused = |folder: &Path| MethodFolder::open(None, folder).unwrap_err().to_string();
        let empty = with(&["notes.txt"]);
        let error = refused(empty.path());
        assert!(error.ends_with("has neither masks (.png) nor class maps (.npz, .npy)"), "{error}");
        let run = with(&["recipe.toml"]);
        assert!(refused(run.path()).ends_with("; run `eps infer` first"));
        assert!(refused(&empty.path().join("no")).contains("no: is not there, expected a run or"));
    }

    #[test]
    fn a_folder_of_a_run_has_the_name_of_the_run_unless_it_is_given_one() {
        let folder = with(&["eps/masks/a.png"]);
        let open = |name| MethodFolder::open(name, &folder.path().join("eps/masks")).unwrap().name;
        assert_eq!([open(None), open(Some("EPS"))], ["eps", "EPS"]);
    }

    #[test]
    fn masks_come_before_maps() {
        let run = with(&["recipe.toml", "masks/a.png", "cams/a.npz"]);
        let masks = MethodFolder::open(None, run.path()).unwrap().predictions(0.2);
        assert_eq!(masks, Predictions::Masks(run.path().join("masks")));
        let maps = with(&["a.npy"]);
        let cut = MethodFolder::open(None, maps.path()).unwrap().predictions(0.2);
        assert_eq!(cut, Predictions::Maps { folder: maps.path().into(), threshold: 0.2 });
    }
}
