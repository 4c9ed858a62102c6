//! The files that a call writes at its end: that they can be, before it counts for minutes.

use super::{ReadFiles, check_names, check_place};
use crate::{Session, folder_of};
use anyhow::{Context as _, Result, anyhow, ensure};
use eps_data::codec::Destination;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The files that one call writes, and those that it reads.
#[derive(Default)]
pub struct OutputFiles {
    files: Vec<PathBuf>,
    /// Whether one of the outputs goes to stdout.
    uses_stdout: bool,
    inputs: ReadFiles,
}

impl OutputFiles {
    /// These files, of which each may be absent.
    pub fn of<'a>(files: impl IntoIterator<Item = &'a Option<PathBuf>>) -> Self {
        Self::default().and(files)
    }

    /// More of them.
    pub fn and<'a>(mut self, files: impl IntoIterator<Item = &'a Option<PathBuf>>) -> Self {
        let (stdout, files): (Vec<&PathBuf>, Vec<&PathBuf>) =
            files.into_iter().flatten().partition(|file| is_stdout(file));
        self.uses_stdout |= !stdout.is_empty();
        self.files.extend(files.into_iter().cloned());
        self
    }

    /// Files that are written in any case, none of them stdout.
    pub fn and_files(mut self, files: impl IntoIterator<Item = PathBuf>) -> Self {
        self.files.extend(files);
        self
    }

    /// The files that the same call reads.
    pub fn reading(mut self, inputs: ReadFiles) -> Self {
        self.inputs = inputs;
        self
    }

    /// Looks at each place before anything is counted.
    ///
    /// # Errors
    ///
    /// If an output is a folder or cannot be made or written to, if two are one file, or if one is a
    /// file that is read.
    pub fn check(&self) -> Result<PendingFiles> {
        let (mut taken, mut new) = (BTreeSet::new(), Vec::new());
        for file in &self.files {
            let Some(place) = place(file)? else { continue };
            ensure!(
                !self.inputs.have(&place),
                "{}: is read by this command, expected another file to write",
                file.display()
            );
            // What was there before is never removed, however this call ends.
            if fs::symlink_metadata(&place).is_err() {
                new.push(place.clone());
            }
            ensure!(
                taken.insert(place),
                "{}: is named for two outputs, expected a file for each",
                file.display()
            );
        }
        Ok(PendingFiles { files: self.files.clone(), uses_stdout: self.uses_stdout, new })
    }
}

/// Whether an output is named `-`, which is stdout.
pub fn is_stdout(file: &Path) -> bool {
    file == Path::new("-")
}

/// Outputs of a call that has not ended well: those that were not there before are removed if it fails.
#[must_use]
pub struct PendingFiles {
    files: Vec<PathBuf>,
    uses_stdout: bool,
    new: Vec<PathBuf>,
}

impl PendingFiles {
    /// Whether an output takes the place of what people read on stdout.
    pub fn uses_stdout(&self) -> bool {
        self.uses_stdout
    }

    /// The call has ended well: says where the results are.
    pub fn keep(mut self, session: &Session<'_>) {
        self.new.clear();
        if !self.files.is_empty() {
            let files: Vec<_> = self.files.iter().map(|file| file.display().to_string()).collect();
            session.observer.say(&format!("wrote {}", files.join(", ")));
        }
    }
}

impl Drop for PendingFiles {
    fn drop(&mut self) {
        for file in &self.new {
            let _ = fs::remove_file(file);
        }
    }
}

/// The whole path of the file that would be written; `None` for what is no regular file, such as a
/// device, which may take several outputs.
fn place(file: &Path) -> Result<Option<PathBuf>> {
    let is_folder = file.is_dir() || file.as_os_str().as_encoded_bytes().ends_with(b"/");
    ensure!(!is_folder, "{}: is a folder, expected the name of a file", file.display());
    let destination =
        Destination::of(file).with_context(|| format!("{}: cannot be written", file.display()))?;
    let Destination::File(target) = destination else { return Ok(None) };
    let folder = folder_of(&target);
    check_place(folder)
        .map_err(|error| anyhow!("{}: cannot be written: {error:#}", file.display()))?;
    check_names(&target)?;
    // Links and `.` resolved, so that two names of one file are seen to be one.
    Ok(Some(match (target.canonicalize(), folder.canonicalize()) {
        (Ok(whole), _) => whole,
        // Not there yet, but its folder is.
        (_, Ok(folder)) => folder.join(target.file_name().unwrap_or_default()),
        _ => std::path::absolute(&target)?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use eps_data::DataSet;

    fn check<'a>(files: impl IntoIterator<Item = &'a Option<PathBuf>>) -> Result<()> {
        OutputFiles::of(files).check().map(|pending| pending.keep(&Session::SILENT))
    }

    #[test]
    fn what_is_in_the_way_is_named_and_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("text"), "").unwrap();
        let error = |file: PathBuf| format!("{:#}", check([&Some(file)]).unwrap_err());
        assert!(error(path("")).ends_with(": is a folder, expected the name of a file"));
        assert!(error(path("new/")).ends_with("new/: is a folder, expected the name of a file"));
        assert!(error(path("text/a.json")).ends_with("text: is a file, expected a folder"));
        let long = "a".repeat(300);
        assert!(error(path(&long)).contains("File name too long"));
        assert!(error(path(&format!("{long}/a.json"))).contains("File name too long"));
        assert!(check_place(&path("text")).is_err());
        assert!(check_place(&path(&long)).is_err());
        check([&None, &Some(path("new/folder/a.json")), &Some("a.json".into())]).unwrap();
        assert!(!path("new").exists());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_devices_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| Some(folder.path().join(name));
        let link = |target: &str, name: &str| {
            std::os::unix::fs::symlink(target, folder.path().join(name)).unwrap();
        };
        let null = Some(PathBuf::from("/dev/null"));
        check([&null, &null]).unwrap();
        link("nowhere", "broken");
        let error = check_place(&folder.path().join("broken/below")).unwrap_err().to_string();
        assert!(error.ends_with("broken: is a link to nothing, expected a folder"), "{error}");
        link("a.json", "b.json");
        let error = check([&path("a.json"), &path("b.json")]).unwrap_err().to_string();
        assert!(error.ends_with("b.json: is named for two outputs, expected a file for each"));
    }

    #[test]
    fn new_outputs_of_a_call_that_fails_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("old"), "").unwrap();
        let outputs = || OutputFiles::of([&Some(path("old")), &Some(path("new"))]).check().unwrap();
        let failing = outputs();
        fs::write(path("new"), "").unwrap();
        drop(failing);
        assert!(path("old").exists() && !path("new").exists());
        let ending = outputs();
        fs::write(path("new"), "").unwrap();
        ending.keep(&Session::SILENT);
        assert!(path("new").exists());
    }

    #[test]
    fn no_part_of_a_run_or_a_data_set_is_an_output() {
        let root = tempfile::tempdir().unwrap();
        let files = [
            "run/recipe.toml",
            "run/masks/a.png",
            "run/cams/a.npz",
            "voc/SALImages/a.png",
            "voc/JPEGImages/a.jpg",
            "voc/classes.txt",
        ];
        for file in files {
            fs::create_dir_all(root.path().join(file).parent().unwrap()).unwrap();
            fs::write(root.path().join(file), "").unwrap();
        }
        let data = DataSet::voc(&root.path().join("voc"));
        let inputs = ReadFiles::default().run(&root.path().join("run")).data_set(&data);
        for file in files {
            let output = Some(root.path().join(file));
            let outputs = OutputFiles::of([&output]).reading(inputs.clone());
            let error = outputs.check().err().unwrap().to_string();
            assert!(error.contains("is read by this command"), "{error}");
        }
        let new = Some(root.path().join("run/scores.json"));
        OutputFiles::of([&new]).reading(inputs).check().unwrap().keep(&Session::SILENT);
    }

    #[test]
    fn an_output_that_is_read_or_named_twice_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["list.txt", "a.png", "notes.json"] {
            fs::write(path(name), "").unwrap();
        }
        let inputs = ReadFiles::default().file(path("list.txt")).folder(folder.path(), &["png"]);
        let error = |files: &[PathBuf]| {
            let files: Vec<_> = files.iter().cloned().map(Some).collect();
            let outputs = OutputFiles::of(&files).reading(inputs.clone());
            outputs
                .check()
                .map(|pending| pending.keep(&Session::SILENT))
                .err()
                .map(|error| error.to_string())
        };
        for name in ["list.txt", "a.png", "./list.txt"] {
            let found = error(&[path(name)]).unwrap();
            assert!(found.contains(": is read by this command"), "{found}");
        }
        // Neither a file of another ending in a folder of inputs, nor a new one.
        assert_eq!(error(&[path("notes.json"), path("b.png")]), None);
        let twice = error(&[path("new/a.csv"), path("new/a.csv")]).unwrap();
        assert!(twice.contains(": is named for two outputs"), "{twice}");
    }
}
