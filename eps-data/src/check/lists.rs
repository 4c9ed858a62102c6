//! Faults of image lists: lines that are no id, ids that come twice, images of two lists.

use super::{Finding, Kind};
use crate::{DataError, ImageList, VocFolder, voc::list_entries};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

/// An image list as far as it can be used.
pub(super) struct CheckedList {
    /// File name without ending.
    pub(super) name: String,
    pub(super) path: PathBuf,
    /// Each id once, in the order of the list.
    pub(super) ids: Vec<String>,
    /// Line of each id, counted from 1.
    lines: Vec<usize>,
}

impl CheckedList {
    /// Reads a list by split name or path; what is wrong with its lines becomes findings.
    ///
    /// # Errors
    ///
    /// [`DataError::Missing`] or [`DataError::Open`] if there is no such list.
    pub(super) fn read(
        folder: &VocFolder,
        name_or_path: &str,
        findings: &mut Vec<Finding>,
    ) -> Result<Self, DataError> {
        let Some(path) = folder.list_file(name_or_path) else {
            return Ok(Self::without_file(folder, folder.list(name_or_path)?));
        };
        let bytes =
            fs::read(&path).map_err(|source| DataError::Open { path: path.clone(), source })?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut list = Self { name, path, ids: Vec::new(), lines: Vec::new() };
        list.take(&String::from_utf8_lossy(&bytes), findings);
        if list.ids.is_empty() {
            findings.push(Finding::new(
                Kind::EmptyList,
                &list.path,
                "no image id in it",
                "one id a line",
                "write the ids of the images, or name another list with --list",
            ));
        }
        Ok(list)
    }

    /// A list that the data set makes itself; its positions stand for lines.
    fn without_file(folder: &VocFolder, list: ImageList) -> Self {
        let lines = (1..=list.ids.len()).collect();
        Self { name: list.name, path: folder.root.clone(), ids: list.ids, lines }
    }

    fn take(&mut self, text: &str, findings: &mut Vec<Finding>) {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for (line, entry) in list_entries(text) {
            match entry {
                Ok(id) => match seen.get(id) {
                    Some(first) => findings.push(twice(&self.path, id, *first).at_line(line)),
                    None => {
                        seen.insert(id, line);
                        self.ids.push(id.to_owned());
                        self.lines.push(line);
                    }
                },
                Err(text) => findings.push(no_id(&self.path, text).at_line(line)),
            }
        }
    }
}

fn twice(path: &Path, id: &str, first: usize) -> Finding {
    Finding::new(
        Kind::DuplicateId,
        path,
        format!("`{id}` again, after line {first}"),
        "each image id once",
        "delete the line; an image that comes twice weighs twice in training and is refused in scoring",
    )
}

fn no_id(path: &Path, text: &str) -> Finding {
    Finding::new(
        Kind::NotAnId,
        path,
        format!("`{text}`"),
        "an image id: a file name without folder and ending",
        "keep the id alone on its line, such as 2007_000032",
    )
}

/// Images of `list` that `held_out` has too.
pub(super) fn leaks(list: &CheckedList, held_out: &CheckedList, findings: &mut Vec<Finding>) {
    let held: HashMap<&str, usize> =
        held_out.ids.iter().map(String::as_str).zip(held_out.lines.iter().copied()).collect();
    for (id, line) in list.ids.iter().zip(&list.lines) {
        if let Some(other) = held.get(id.as_str()) {
            let finding = Finding::new(
                Kind::SplitLeak,
                &list.path,
                format!("`{id}`, which is line {other} of {} too", held_out.path.display()),
                "no image of the list that results are scored on",
                format!(
                    "take it out: grep -vxFf {} {}",
                    held_out.path.display(),
                    list.path.display()
                ),
            );
            findings.push(finding.at_line(*line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(root: &Path, name: &str, text: &str) -> (CheckedList, Vec<Finding>) {
        let folder = VocFolder::at(root);
        fs::create_dir_all(&folder.lists).unwrap();
        fs::write(folder.lists.join(name).with_extension("txt"), text).unwrap();
        let mut findings = Vec::new();
        let list = CheckedList::read(&folder, name, &mut findings).unwrap();
        (list, findings)
    }

    #[test]
    fn lines_are_counted_and_the_rest_is_used() {
        let root = tempfile::tempdir().unwrap();
        let (list, findings) = read(root.path(), "train", "a\n\nb c\na\n../d\ne\n");
        assert_eq!((list.name.as_str(), &list.ids[..]), ("train", &["a".into(), "e".into()][..]));
        let found: Vec<_> = findings.iter().map(|own| (own.kind, own.line.unwrap())).collect();
        assert_eq!(found, [(Kind::NotAnId, 3), (Kind::DuplicateId, 4), (Kind::NotAnId, 5)]);
        assert_eq!(findings[1].found, "`a` again, after line 1");
    }

    #[test]
    fn a_list_without_ids_is_a_fault() {
        let root = tempfile::tempdir().unwrap();
        let (_, findings) = read(root.path(), "train", "\n \n");
        assert_eq!(findings.iter().map(|own| own.kind).collect::<Vec<_>>(), [Kind::EmptyList]);
    }

    #[test]
    fn images_of_both_lists_are_named_with_both_lines() {
        let root = tempfile::tempdir().unwrap();
        let (train, _) = read(root.path(), "train", "a\nb\nc\n");
        let (val, _) = read(root.path(), "val", "x\nc\n");
        let mut findings = Vec::new();
        leaks(&train, &val, &mut findings);
        assert_eq!(findings.len(), 1);
        assert_eq!((findings[0].kind, findings[0].line), (Kind::SplitLeak, Some(3)));
        assert!(findings[0].found.starts_with("`c`, which is line 2 of "), "{}", findings[0].found);
    }
}
