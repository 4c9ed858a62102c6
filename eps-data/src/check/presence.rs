//! Faults of presence: files that are missing, or there under another name.

use super::{Finding, Kind};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};
use walkdir::WalkDir;

/// How many folders below the named one are searched for misplaced files.
const DEPTH: usize = 3;

/// The files of a folder and of those in it, by name without case and ending.
pub(super) struct FolderIndex {
    folder: PathBuf,
    /// What the files are, such as `mask`.
    what: &'static str,
    /// Endings of the files in the order in which they are looked for.
    endings: &'static [&'static str],
    /// Paths below the folder, ascending.
    files: HashMap<Box<str>, Vec<Box<str>>>,
}

impl FolderIndex {
    /// Lists a folder; `None` if there is none.
    pub(super) fn of(
        folder: &Path,
        what: &'static str,
        endings: &'static [&'static str],
    ) -> Option<Self> {
        if !folder.is_dir() {
            return None;
        }
        let mut files: HashMap<Box<str>, Vec<Box<str>>> = HashMap::new();
        let walk = WalkDir::new(folder).follow_links(true).max_depth(DEPTH).sort_by_file_name();
        for entry in walk.into_iter().flatten().filter(|entry| !entry.file_type().is_dir()) {
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
            let path = path.to_string_lossy().into_owned();
            files.entry(stem.into()).or_default().push(path.into());
        }
        Some(Self { folder: folder.into(), what, endings, files })
    }

    /// The file of an image; without one, what is there instead becomes a finding.
    pub(super) fn find(&self, id: &str, findings: &mut Vec<Finding>) -> Option<PathBuf> {
        let candidates: &[Box<str>] =
            self.files.get(&*id.to_lowercase()).map_or(&[], Vec::as_slice);
        let names = self.endings.iter().map(|ending| format!("{id}.{ending}"));
        let found: Vec<String> =
            names.filter(|name| candidates.iter().any(|own| **own == **name)).collect();
        match &found[..] {
            [] => {
                findings.push(self.missing(id, candidates));
                None
            }
            [first, others @ ..] => {
                findings.extend(others.iter().map(|other| self.two(first, other)));
                Some(self.folder.join(first))
            }
        }
    }

    fn two(&self, first: &str, other: &str) -> Finding {
        Finding::new(
            Kind::TwoFiles,
            self.folder.join(other),
            format!("another {} of the same id beside {first}", self.what),
            "one file an image",
            format!("{first} is used; delete the other"),
        )
    }

    fn missing(&self, id: &str, candidates: &[Box<str>]) -> Finding {
        let expected = self.folder.join(format!("{id}.{}", self.endings[0]));
        let name = expected.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some((kind, other)) = nearest(&name, candidates) else {
            return Finding::new(
                Kind::Missing,
                expected,
                "missing",
                format!("the {} of `{id}`", self.what),
                format!("copy it into the folder, or take `{id}` out of the list"),
            );
        };
        let remedy = match kind {
            Kind::WrongEnding => {
                format!("write it as {name}: a new ending alone does not convert it")
            }
            Kind::WrongFolder => {
                format!("move it to {}, or name its folder by a flag", expected.display())
            }
            _ => format!(
                "rename it: mv {} {}",
                self.folder.join(other).display(),
                expected.display()
            ),
        };
        let found = format!("not there, but {other} is");
        Finding::new(kind, expected, found, format!("the {} of `{id}`", self.what), remedy)
    }
}

/// The file that was probably meant by `name`, and how it differs.
fn nearest<'a>(name: &str, candidates: &'a [Box<str>]) -> Option<(Kind, &'a str)> {
    let difference = |other: &str| {
        let file = Path::new(other).file_name().unwrap_or_default().to_string_lossy();
        if file.len() != other.len() {
            Kind::WrongFolder
        } else if file.to_lowercase() == name.to_lowercase() {
            Kind::WrongCase
        } else {
            Kind::WrongEnding
        }
    };
    candidates.iter().map(|other| (difference(other), &**other)).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// What is found for `id` in a folder with these files.
    fn found(files: &[&str], id: &str) -> (Option<String>, Vec<(Kind, String)>) {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let index = FolderIndex::of(root.path(), "image", &["jpg", "png"]).unwrap();
        let mut findings = Vec::new();
        let name =
            |path: &Path| path.strip_prefix(root.path()).unwrap().to_string_lossy().into_owned();
        let path = index.find(id, &mut findings).map(|path| name(&path));
        let findings = findings.iter().map(|own| (own.kind, own.found.clone())).collect();
        (path, findings)
    }

    #[test]
    fn a_file_is_found_and_a_second_one_is_told() {
        assert_eq!(found(&["a.jpg", "b.jpg"], "a"), (Some("a.jpg".into()), vec![]));
        assert_eq!(found(&["a.png"], "a"), (Some("a.png".into()), vec![]));
        let (path, findings) = found(&["a.jpg", "a.png"], "a");
        assert_eq!((path.as_deref(), findings[0].0), (Some("a.jpg"), Kind::TwoFiles));
    }

    #[test]
    fn what_is_there_instead_is_named() {
        let cases: [(&[&str], Kind, &str); 6] = [
            (&["b.jpg"], Kind::Missing, "missing"),
            (&["a.JPG"], Kind::WrongCase, "not there, but a.JPG is"),
            (&["A.jpg"], Kind::WrongCase, "not there, but A.jpg is"),
            (&["a.jpeg"], Kind::WrongEnding, "not there, but a.jpeg is"),
            (&["sub/a.jpg"], Kind::WrongFolder, "not there, but sub/a.jpg is"),
            (&["sub/a.jpg", "a.tif", "a.JPG"], Kind::WrongCase, "not there, but a.JPG is"),
        ];
        for (files, kind, message) in cases {
            assert_eq!(found(files, "a"), (None, vec![(kind, message.into())]), "{files:?}");
        }
    }

    #[test]
    fn there_is_no_index_of_a_folder_that_is_not_there() {
        assert!(FolderIndex::of(Path::new("nowhere"), "image", &["jpg"]).is_none());
    }
}
