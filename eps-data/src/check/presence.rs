//! Faults of presence: files that are missing, or there under another name.

use super::{Finding, Kind};
use crate::missing::suffix_flag;
use std::{
    collections::BTreeMap,
    ops::Bound,
    path::{Path, PathBuf},
};
use walkdir::{DirEntry, WalkDir};

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
    files: BTreeMap<Box<str>, Vec<Box<str>>>,
    /// What file names have between id and ending.
    suffix: String,
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
        let mut files: BTreeMap<Box<str>, Vec<Box<str>>> = BTreeMap::new();
        let walk = WalkDir::new(folder).follow_links(true).max_depth(DEPTH).sort_by_file_name();
        let walk = walk.into_iter().filter_entry(|entry| !is_hidden(entry));
        for entry in walk.flatten().filter(|entry| !entry.file_type().is_dir()) {
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
            let path = path.to_string_lossy().into_owned();
            files.entry(stem.into()).or_default().push(path.into());
        }
        Some(Self { folder: folder.into(), what, endings, files, suffix: String::new() })
    }

    /// The same for files whose names have something between id and ending.
    pub(super) fn with_suffix(self, suffix: &str) -> Self {
        Self { suffix: suffix.into(), ..self }
    }

    /// Whether nothing is there that could be the file of an image.
    pub(super) fn lacks(&self, id: &str) -> bool {
        let name = format!("{id}{}", self.suffix);
        self.candidates(&name).is_empty() && self.suffixed(&name).is_none()
    }

    /// The files of this name in any case, with any ending, in any folder.
    fn candidates(&self, name: &str) -> &[Box<str>] {
        self.files.get(&*name.to_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// A file whose name goes on after this one, and what it goes on with.
    fn suffixed(&self, name: &str) -> Option<(&str, &str)> {
        // In the order of the map, the names that go on after this one come right behind it.
        let name = name.to_lowercase();
        let from = (Bound::Excluded(&*name), Bound::Unbounded);
        let longer = self.files.range::<str, _>(from);
        let mut rests = longer.map_while(|(stem, paths)| Some((stem.strip_prefix(&*name)?, paths)));
        let (rest, paths) = rests.find(|(rest, _)| rest.starts_with(['_', '-', '.']))?;
        let (path, length) = (&**paths.first()?, rest.len());
        let stem = Path::new(path).file_stem()?.to_str()?;
        Some((path, stem.get(stem.len().checked_sub(length)?..)?))
    }

    /// The file of an image; without one, what is there instead becomes a finding.
    pub(super) fn find(&self, id: &str, findings: &mut Vec<Finding>) -> Option<PathBuf> {
        let stem = format!("{id}{}", self.suffix);
        let candidates = self.candidates(&stem);
        let names = self.endings.iter().map(|ending| format!("{stem}.{ending}"));
        // By the names that were listed: a file system without case would open a file of another spelling
        // too.
        let found: Vec<String> =
            names.filter(|name| candidates.iter().any(|candidate| **candidate == **name)).collect();
        match &found[..] {
            [] => {
                findings.push(self.missing(id, &stem, candidates));
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

    fn missing(&self, id: &str, stem: &str, candidates: &[Box<str>]) -> Finding {
        let expected = self.folder.join(format!("{stem}.{}", self.endings[0]));
        let name = expected.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let what = format!("the {} of `{id}`", self.what);
        let Some((kind, other)) = nearest(&name, candidates) else {
            return match self.suffixed(stem).zip(suffix_flag(self.what)) {
                Some(((other, suffix), flag)) => Finding::new(
                    Kind::Suffixed,
                    expected,
                    format!("not there, but {other} is"),
                    what,
                    format!("say what follows the id: {flag}={suffix}"),
                ),
                None => {
                    let remedy = match without_ending(id) {
                        Some(short) => format!("leave the ending off in the list: `{short}`"),
                        None => "copy it into the folder, or take the image out of the list".into(),
                    };
                    Finding::new(Kind::Missing, expected, "missing", what, remedy)
                }
            };
        };
        let remedy = match kind {
            Kind::WrongEnding if !is_spelling_of(other, &name) => {
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
        Finding::new(kind, expected, found, what, remedy)
    }
}

/// Whether the walk passes over a file or folder; the named one may be hidden.
fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// Whether two names differ in the spelling of one ending.
fn is_spelling_of(other: &str, name: &str) -> bool {
    let names = [other, name].map(str::to_lowercase);
    names.iter().all(|name| name.ends_with(".jpg") || name.ends_with(".jpeg"))
}

/// An id that has the ending of a picture, without it.
fn without_ending(id: &str) -> Option<&str> {
    let endings = [".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG"];
    endings.into_iter().find_map(|ending| id.strip_suffix(ending))
}

/// The file that was probably meant by `name`, and how it differs.
fn nearest<'a>(name: &str, candidates: &'a [Box<str>]) -> Option<(Kind, &'a str)> {
    // The least difference by the order of `Kind`: the case, the ending, the folder.
    candidates.iter().map(|other| (difference(name, other), &**other)).min()
}

/// How a path below the folder differs from the name that was looked for.
fn difference(name: &str, other: &str) -> Kind {
    let file = Path::new(other).file_name().unwrap_or_default().to_string_lossy();
    if file.len() != other.len() {
        Kind::WrongFolder
    } else if file.to_lowercase() == name.to_lowercase() {
        Kind::WrongCase
    } else {
        Kind::WrongEnding
    }
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
        let findings =
            findings.iter().map(|finding| (finding.kind, finding.found.clone())).collect();
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
    fn hidden_files_are_not_there() {
        assert_eq!(found(&["._a.jpg", ".a.jpg", ".thumbs/a.jpg"], "._a").0, None);
        assert_eq!(found(&[".thumbs/a.jpg"], "a"), (None, vec![(Kind::Missing, "missing".into())]));
    }

    #[test]
    fn a_suffix_is_taken_or_hinted_at() {
        let root = tempfile::tempdir().unwrap();
        for name in ["Img_1_Mask.png", "img_10.png", "b.png"] {
            fs::write(root.path().join(name), "").unwrap();
        }
        let index =
            |suffix| FolderIndex::of(root.path(), "mask", &["png"]).unwrap().with_suffix(suffix);
        let mut findings = Vec::new();
        assert_eq!(index("").find("Img_1", &mut findings), None);
        assert_eq!(findings[0].kind, Kind::Suffixed);
        assert_eq!(findings[0].remedy, "say what follows the id: --mask-suffix=_Mask");
        assert!(!index("").lacks("Img_1") && index("").lacks("img_") && index("").lacks("c"));
        let path = index("_Mask").find("Img_1", &mut findings);
        assert_eq!(path, Some(root.path().join("Img_1_Mask.png")));
    }

    #[test]
    fn there_is_no_index_of_a_folder_that_is_not_there() {
        assert!(FolderIndex::of(Path::new("nowhere"), "image", &["jpg"]).is_none());
    }
}
