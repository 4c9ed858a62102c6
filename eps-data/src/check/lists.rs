//! Faults of image lists: lines that are no id, ids that come twice, images of two lists.

use super::{Finding, Kind};
use crate::codec::read_text;
use crate::image_list::{self, NoId, NoIdReason, list_entries};
use crate::remark::printable;
use crate::{DataError, DataSet, ImageList, Remark};
use std::{
    collections::HashMap,
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
    /// What its lines have besides ids.
    remarks: Vec<Remark>,
}

impl CheckedList {
    /// Reads a list by split name or path; what is wrong with its lines becomes findings.
    ///
    /// # Errors
    ///
    /// [`DataError::Missing`] or [`DataError::Open`] if there is no such list.
    pub(super) fn read(
        folder: &DataSet,
        name_or_path: &str,
        findings: &mut Vec<Finding>,
    ) -> Result<Self, DataError> {
        let Some(path) = folder.list_file(name_or_path) else {
            let list = Self::without_file(folder, folder.list(name_or_path)?);
            findings.extend(list.remarks.iter().map(Finding::of_remark));
            return Ok(list);
        };
        let text = read_text(&path)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut list = Self { name, path, ids: vec![], lines: vec![], remarks: vec![] };
        list.take(&text, findings);
        if list.ids.is_empty() {
            findings.push(Finding::new(
                Kind::EmptyList,
                &list.path,
                "no image id in it",
                "one id a line",
                "write the ids of the images, or name another list with --list",
            ));
        }
        findings.extend(list.remarks.iter().map(Finding::of_remark));
        Ok(list)
    }

    /// The list as readers have it.
    pub(super) fn image_list(&self) -> ImageList {
        ImageList { remarks: self.remarks.clone(), ..ImageList::new(&self.name, self.ids.clone()) }
    }

    /// A list that the data set makes itself; its positions stand for lines.
    fn without_file(folder: &DataSet, list: ImageList) -> Self {
        let lines = (1..=list.ids.len()).collect();
        let ImageList { name, ids, remarks, .. } = list;
        Self { name, path: folder.root.clone(), ids, lines, remarks }
    }

    fn take(&mut self, text: &str, findings: &mut Vec<Finding>) {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        let mut entries = Vec::new();
        for (line, entry) in list_entries(text) {
            match entry {
                Ok(entry) => match seen.get(entry.id) {
                    Some(first) => {
                        let again = format!("`{}` again{}", entry.id, entry.with_numbers());
                        findings.push(twice(&self.path, &again, *first).at_line(line));
                    }
                    None => {
                        seen.insert(entry.id, line);
                        self.ids.push(entry.id.to_owned());
                        self.lines.push(line);
                        entries.push(entry);
                    }
                },
                Err(no_id) => findings.push(refused(&self.path, no_id).at_line(line)),
            }
        }
        self.remarks = image_list::remarks(&self.path, &entries);
    }
}

fn twice(path: &Path, again: &str, first: usize) -> Finding {
    Finding::new(
        Kind::DuplicateId,
        path,
        format!("{again}, after line {first}"),
        "each image id once",
        "delete the line; an image that comes twice weighs twice in training and is refused in scoring",
    )
}

fn refused(path: &Path, no_id: NoId<'_>) -> Finding {
    let remedy = match no_id.reason {
        NoIdReason::Letter(letter) if letter.is_whitespace() => {
            "one id a line; if it is a file's name, rename the file and its maps without blanks"
        }
        NoIdReason::Letter('/' | '\\') => {
            "keep the name alone, and name the folder of the files by a flag (--images, --masks)"
        }
        NoIdReason::Letter(',' | ';' | '|') => {
            "keep the id alone on its line; a table of labels is for --labels"
        }
        _ => "keep the id alone on its line, such as 2007_000032",
    };
    Finding::new(
        Kind::NotAnId,
        path,
        format!("`{}`{}", printable(no_id.text), no_id.reason),
        "an image id: a file name without folder and ending",
        remedy,
    )
}

/// Images of `list` that `held_out` has too.
pub(super) fn leaks(list: &CheckedList, held_out: &CheckedList, findings: &mut Vec<Finding>) {
    let lines: HashMap<&str, usize> =
        held_out.ids.iter().map(String::as_str).zip(held_out.lines.iter().copied()).collect();
    for (id, line) in list.ids.iter().zip(&list.lines) {
        if let Some(other) = lines.get(id.as_str()) {
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
    use std::fs;

    fn read(root: &Path, name: &str, text: &str) -> (CheckedList, Vec<Finding>) {
        let folder = DataSet::voc(root);
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
        let found: Vec<_> =
            findings.iter().map(|finding| (finding.kind, finding.line.unwrap())).collect();
        assert_eq!(found, [(Kind::NotAnId, 3), (Kind::DuplicateId, 4), (Kind::NotAnId, 5)]);
        assert_eq!(findings[1].found, "`a` again, after line 1");
    }

    #[test]
    fn a_line_that_is_no_id_is_told_with_the_reason_and_a_remedy_for_it() {
        let root = tempfile::tempdir().unwrap();
        let (list, findings) = read(root.path(), "train", "my photo 2\ncam1/a\nid,0|2\nb.jpg\n");
        assert_eq!(list.ids, ["b"]);
        let found: Vec<&str> = findings.iter().map(|finding| finding.found.as_str()).collect();
        let expected = [
            "`my photo 2`, which has a blank in it",
            "`cam1/a`, which has a folder in it (`/`)",
            "`id,0|2`, which has `,` in it",
            "1 id with a picture's ending, first that of `b`, read without it",
        ];
        assert_eq!(found, expected);
        assert!(findings[0].remedy.contains("rename the file"));
        assert!(findings[1].remedy.contains("--images"));
        assert!(findings[2].remedy.contains("--labels"));
        assert_eq!(findings[3].remedy, "leave the ending off in the list");
    }

    #[test]
    fn a_list_without_ids_is_a_fault() {
        let root = tempfile::tempdir().unwrap();
        let (_, findings) = read(root.path(), "train", "\n \n");
        assert_eq!(
            findings.iter().map(|finding| finding.kind).collect::<Vec<_>>(),
            [Kind::EmptyList]
        );
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
