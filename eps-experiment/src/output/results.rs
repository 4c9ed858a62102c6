//! A folder that a command fills with its results: what they were made from, and which files they are.

use super::{FolderLock, origin};
use anyhow::{Context as _, Result, bail, ensure};
use eps_data::codec::write_file;
use eps_eval::report::chart::{Chart, ChartFiles, Sheet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Beside the results: what they were made from, and their names.
const FILE: &str = "results.json";

/// What `results.json` says.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Contents {
    /// The command, then what it worked on, in the order of its arguments.
    inputs: Inputs,
    /// Paths in the folder, with `/` between their parts.
    files: BTreeSet<String>,
}

/// What results are made from: names and values, such as `run` and its folder.
pub type Inputs = Vec<(String, String)>;

/// A folder while a command writes to it.
pub struct ResultFolder {
    root: PathBuf,
    contents: Contents,
    /// Files of an earlier call that this one has not written.
    left: BTreeSet<String>,
    lock: FolderLock,
}

impl Contents {
    fn check(&self, root: &Path, inputs: &Inputs) -> Result<()> {
        if self.inputs == *inputs {
            return Ok(());
        }
        let gone = self.inputs.iter().find(|input| !inputs.contains(input));
        let new = inputs.iter().find(|input| !self.inputs.contains(input));
        let difference = match (gone, new) {
            (None, None) => "another order".into(),
            (gone, new) => format!("there: {}; now: {}", shown(gone), shown(new)),
        };
        bail!(
            "{}: already contains the results of other inputs ({difference}): choose another --out, or \
             use --force to replace them",
            root.display()
        )
    }
}

fn shown(input: Option<&(String, String)>) -> String {
    input.map_or_else(|| "none".into(), |(name, value)| format!("{name} {value}"))
}

impl ResultFolder {
    /// Takes a folder for new results; writes nothing.
    ///
    /// `main` is the file that the command always writes.
    ///
    /// # Errors
    ///
    /// If the folder has results of other inputs, or of unknown ones, unless `force` says that they are
    /// replaced.
    pub fn open(
        lock: FolderLock,
        root: &Path,
        main: &str,
        inputs: Inputs,
        force: bool,
    ) -> Result<Self> {
        let found = origin::read::<Contents>(&root.join(FILE))?;
        match &found {
            _ if force => {}
            Some(found) => found.check(root, &inputs)?,
            None => ensure!(
                !root.join(main).exists(),
                "{}: already contains {main}, made from unknown inputs: choose another --out, or use --force to \
                 replace it",
                root.display()
            ),
        }
        let left = found.map(|found| found.files).unwrap_or_default();
        let contents = Contents { inputs, files: BTreeSet::new() };
        Ok(Self { root: root.into(), contents, left, lock })
    }

    /// Writes a file whole or not at all; `name` has `/` between its parts.
    pub fn write(&mut self, name: &str, bytes: impl AsRef<[u8]>) -> Result<()> {
        // Known before it is there, and with the inputs of this call, so that one that does not reach its end leaves
        // nothing unknown.
        let is_first = self.contents.files.is_empty();
        if self.contents.files.insert(name.into()) && (is_first || !self.left.contains(name)) {
            self.record()?;
        }
        write_file(&self.root.join(name), bytes)?;
        self.left.remove(name);
        Ok(())
    }

    /// Writes a chart as SVG, PNG and PDF into the folder `charts`; the path of the PNG.
    pub fn write_chart(&mut self, name: &str, chart: &impl Chart, sheet: Sheet) -> Result<String> {
        let path = Path::new("charts").join(name);
        for (path, bytes) in ChartFiles::of(chart, sheet)?.named(&path) {
            self.write(&with_slashes(&path), bytes)?;
        }
        Ok(format!("charts/{name}.png"))
    }

    /// Removes what an earlier call wrote and this one did not; no other file.
    pub fn finish(self) -> Result<()> {
        for name in self.left.iter().filter(|name| is_inside(name)) {
            let path = self.root.join(name);
            if path.is_file() {
                fs::remove_file(&path)
                    .with_context(|| format!("{}: cannot be removed", path.display()))?;
            }
            // A folder with anything in it stays.
            if let Some(parent) = path.parent().filter(|parent| *parent != self.root) {
                fs::remove_dir(parent).ok();
            }
        }
        // Last, since until here the record names the files of the earlier call too: of a call that is
        // killed while it removes them the next one finds the rest.
        origin::write(&self.root.join(FILE), &self.contents)?;
        self.lock.finish()
    }

    pub fn lock(&self) -> &FolderLock {
        &self.lock
    }

    /// Writes what the folder has, files of the earlier call included.
    fn record(&self) -> Result<()> {
        let inputs = self.contents.inputs.clone();
        let files = self.contents.files.union(&self.left).cloned().collect();
        origin::write(&self.root.join(FILE), &Contents { inputs, files })
    }
}

/// Whether a path, which anybody may have written, stays in the folder that it begins in.
fn is_inside(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    !name.is_empty() && parts.all(|part| matches!(part, Component::Normal(_)))
}

pub fn with_slashes(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// The path of an input as seen from the folder of results: it is the same from wherever the command is
/// called and however the input is named, and for as long as both are moved together.
///
/// # Errors
///
/// If the input does not exist.
pub fn seen_from(root: &Path, input: &Path) -> Result<String> {
    let input =
        input.canonicalize().with_context(|| format!("{}: cannot be read", input.display()))?;
    let root = whole(root)?;
    // Without links in either path each `..` leads to the folder that is written before it.
    let shared = root.iter().zip(&input).take_while(|(left, right)| left == right).count();
    let up = root.iter().skip(shared).map(|_| std::ffi::OsStr::new(".."));
    let path: PathBuf = up.chain(input.iter().skip(shared)).collect();
    Ok(if path.as_os_str().is_empty() { ".".into() } else { with_slashes(&path) })
}

/// The whole path of a folder that may not exist yet.
fn whole(folder: &Path) -> Result<PathBuf> {
    let folder =
        std::path::absolute(folder).with_context(|| format!("{}: not a path", folder.display()))?;
    // Links can be followed as far as there is something; the names below that are as they stand.
    let there = folder.ancestors().find_map(|place| Some((place, place.canonicalize().ok()?)));
    let Some((place, whole)) = there else { return Ok(folder) };
    let rest = folder.strip_prefix(place).unwrap_or(Path::new(""));
    Ok(whole.join(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Session;

    fn inputs(run: &str) -> Inputs {
        vec![("command".into(), "report".into()), ("run".into(), run.into())]
    }

    fn write(root: &Path, force: bool, run: &str, names: &[&str]) -> Result<()> {
        let lock = FolderLock::take(root, &Session::SILENT)?;
        let mut folder = ResultFolder::open(lock, root, "index.html", inputs(run), force)?;
        names.iter().try_for_each(|name| folder.write(name, run))?;
        folder.finish()
    }

    fn names(root: &Path) -> Vec<String> {
        let mut names: Vec<String> = walk(root, root);
        names.sort();
        names
    }

    fn walk(root: &Path, folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries
            .flat_map(|path| match path.is_dir() {
                true => walk(root, &path),
                false => vec![with_slashes(path.strip_prefix(root).unwrap())],
            })
            .collect()
    }

    #[test]
    fn files_that_no_longer_belong_go_and_files_of_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, false, "a", &["index.html", "charts/one.svg", "charts/two.svg"]).unwrap();
        fs::write(root.join("notes.txt"), "mine").unwrap();
        write(root, false, "a", &["index.html", "charts/one.svg"]).unwrap();
        assert_eq!(names(root), ["charts/one.svg", "index.html", "notes.txt", "results.json"]);
        write(root, false, "a", &["index.html"]).unwrap();
        assert!(!root.join("charts").exists(), "an empty folder stays");
        assert_eq!(names(root), ["index.html", "notes.txt", "results.json"]);
    }

    #[test]
    fn files_of_a_call_that_did_not_reach_its_end_are_known() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let lock = FolderLock::take(root, &Session::SILENT).unwrap();
        let mut killed = ResultFolder::open(lock, root, "index.html", inputs("a"), false).unwrap();
        killed.write("index.html", "a").unwrap();
        killed.write("images/1.js", "a").unwrap();
        drop(killed);
        write(root, true, "b", &["index.html"]).unwrap();
        // One that replaces a file of another's is known by its own inputs at once.
        let lock = FolderLock::take(root, &Session::SILENT).unwrap();
        let mut killed = ResultFolder::open(lock, root, "index.html", inputs("c"), true).unwrap();
        killed.write("index.html", "c").unwrap();
        drop(killed);
        assert!(write(root, false, "b", &["index.html"]).is_err());
        write(root, false, "c", &["index.html"]).unwrap();
        assert_eq!(names(root), ["index.html", "results.json"]);
    }

    #[test]
    fn results_of_other_or_unknown_inputs_are_kept_unless_forced() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, false, "a", &["index.html", "old.csv"]).unwrap();
        let refused = write(root, false, "b", &["index.html"]).unwrap_err().to_string();
        let expected = "already contains the results of other inputs (there: run a; now: run b): choose \
                        another --out, or use --force to replace them";
        assert!(refused.ends_with(expected), "{refused}");
        assert_eq!(fs::read(root.join("index.html")).unwrap(), b"a");
        write(root, true, "b", &["index.html"]).unwrap();
        assert_eq!(names(root), ["index.html", "results.json"]);
        fs::remove_file(root.join(FILE)).unwrap();
        let refused = write(root, false, "b", &["index.html"]).unwrap_err().to_string();
        assert!(
            refused.contains("already contains index.html, made from unknown inputs"),
            "{refused}"
        );
    }

    #[test]
    fn a_file_outside_is_never_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (root, outside) = (folder.path().join("out"), folder.path().join("outside.txt"));
        fs::write(&outside, "mine").unwrap();
        let files = ["../outside.txt".to_owned(), outside.display().to_string()].into();
        let contents = Contents { inputs: inputs("a"), files };
        origin::write(&root.join(FILE), &contents).unwrap();
        write(&root, false, "a", &["index.html"]).unwrap();
        assert!(outside.is_file());
    }

    #[test]
    fn an_input_is_named_as_seen_from_the_results() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("runs/eps");
        fs::create_dir_all(&run).unwrap();
        let seen = |input: &Path| seen_from(&folder.path().join("reports/mine"), input).unwrap();
        assert_eq!(seen(&run), "../../runs/eps");
        assert_eq!(seen(&folder.path().join("runs/../runs/./eps")), "../../runs/eps");
        assert_eq!(seen_from(&run, &run).unwrap(), ".");
        assert!(seen_from(&run, &folder.path().join("nowhere")).is_err());
    }
}
