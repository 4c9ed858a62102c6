//! Lists of images: one id a line, or one of the forms that other programs write.

use crate::codec::read_text;
use crate::remark::{Remark, RemarkKind, counted, printable};
use crate::{DataError, ListId, sha256};
use std::collections::HashSet;
use std::path::Path;

/// Endings of pictures' files, which are no part of an id.
const ENDINGS: [&str; 3] = ["jpg", "jpeg", "png"];

/// Image ids in the order of their list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageList {
    /// File name without extension, such as `train_aug`.
    pub name: String,
    /// The file it was read from, or what else has its ids, as messages name it.
    pub place: String,
    pub ids: Vec<String>,
    /// Of the ids joined by newlines, in hexadecimal: the same for every spelling of a list.
    pub sha256: String,
    /// What its lines have besides ids.
    pub remarks: Vec<Remark>,
}

impl ImageList {
    /// A list of ids that are already known to be distinct.
    pub fn new(name: &str, ids: Vec<String>) -> Self {
        let sha256 = sha256(ids.join("\n"));
        Self { name: name.into(), place: format!("list {name}"), ids, sha256, remarks: vec![] }
    }

    /// What results and records name it by.
    pub fn id(&self) -> ListId {
        ListId { name: self.name.clone(), images: self.ids.len(), sha256: self.sha256.clone() }
    }

    /// Reads one id a line, with or without the ending of a picture; or a picture's path, alone or
    /// before the path of its mask; or an id before numbers of classes (`train_cls.txt`) or before 1,
    /// 0 or -1 (VOC's `ImageSets/Main`).
    ///
    /// # Errors
    ///
    /// [`DataError::Line`] for a duplicate or something that is no id, [`DataError::EmptyList`].
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let text = read_text(path)?;
        let mut seen = HashSet::new();
        let mut entries = Vec::new();
        for (line, entry) in list_entries(&text) {
            let entry = entry.map_err(|NoId { text, reason }| {
                let found = format!("`{}`{reason}", printable(text));
                DataError::at_line(path, line, found, "an image id")
            })?;
            if !seen.insert(entry.id) {
                let found = format!("`{}` again{}", entry.id, entry.with_numbers());
                return Err(DataError::at_line(path, line, found, "each image id once"));
            }
            entries.push(entry);
        }
        if entries.is_empty() {
            return Err(DataError::EmptyList { path: path.into() });
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let ids = entries.iter().map(|entry| entry.id.to_owned()).collect();
        let place = path.display().to_string();
        Ok(Self { place, remarks: remarks(path, &entries), ..Self::new(&name, ids) })
    }
}

/// What a line of a list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) id: &'a str,
    /// Whether the line has a picture's ending after an id without folder.
    pub(crate) has_ending: bool,
    /// What follows the id: whole numbers, each after a blank.
    pub(crate) numbers: &'a str,
}

impl Entry<'_> {
    /// For a message of two lines with one id: that this one was not taken for an id as a whole.
    pub(crate) fn with_numbers(&self) -> String {
        match self.numbers {
            "" => String::new(),
            numbers => format!(" in `{} {numbers}`, whose numbers are no part of an id", self.id),
        }
    }
}

/// A line that has no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoId<'a> {
    pub(crate) text: &'a str,
    pub(crate) reason: NoIdReason,
}

/// Why a text is no id; shown as what follows the text in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoIdReason {
    /// A character that no id has.
    Letter(char),
    /// It begins with a point, as hidden files do.
    Hidden,
    Empty,
}

impl std::fmt::Display for NoIdReason {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Letter(letter) => write!(formatter, ", which has {}", called(*letter)),
            Self::Hidden => formatter.write_str(", which begins with a point"),
            Self::Empty => Ok(()),
        }
    }
}

/// What a character is called in a message.
fn called(letter: char) -> String {
    match letter {
        ' ' => "a blank in it".into(),
        '\t' => "a tab in it".into(),
        '/' | '\\' => format!("a folder in it (`{letter}`)"),
        letter => format!("`{}` in it", printable(&letter.to_string())),
    }
}

/// The lines of a list that are not empty, counted from 1: what they have, or what has no id.
pub(crate) fn list_entries(
    text: &str,
) -> impl Iterator<Item = (usize, Result<Entry<'_>, NoId<'_>>)> {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).zip(1..);
    let lines = lines.filter(|(line, _)| !line.is_empty());
    lines.map(|(line, number)| (number, entry(line)))
}

// The forms of a line, and what is its id:
//
//   2007_000032, a.jpg             an id, with or without the ending of a picture
//   /JPEGImages/a.jpg /Masks/a.png the name of the first path; a path begins with `/` or has an ending
//   a 0 14, a -1                   what comes before the numbers
//
// Anything else is taken as a whole, so that its blank is what the message is about.
fn entry(line: &str) -> Result<Entry<'_>, NoId<'_>> {
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let (file, numbers) = if rest.split_whitespace().all(is_number) {
        (first, rest.trim())
    } else if is_path(first) && rest.split_whitespace().all(is_path) {
        (first, "")
    } else {
        (line, "")
    };
    let name = if is_path(file) { file.rsplit(['/', '\\']).next().unwrap_or(file) } else { file };
    let id = match name.rsplit_once('.') {
        // Of a path from the root, whatever comes last is an ending.
        Some((stem, _)) if file.starts_with('/') => stem,
        _ => without_ending(name),
    };
    let id = id_of(id).map_err(|reason| NoId { text: line, reason })?;
    let is_alone = name.len() == file.len() && (rest.is_empty() || !numbers.is_empty());
    Ok(Entry { id, has_ending: is_alone && id.len() < name.len(), numbers })
}

/// Whether a word of a line is the path of a picture.
fn is_path(word: &str) -> bool {
    word.starts_with('/') || has_ending(word)
}

fn is_number(text: &str) -> bool {
    text.parse::<i32>().is_ok() && !text.starts_with('+')
}

/// Whether a name ends as pictures do.
fn has_ending(name: &str) -> bool {
    without_ending(name).len() < name.len()
}

/// A name without the ending of a picture, in whatever case.
pub(crate) fn without_ending(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)) => {
            stem
        }
        _ => name,
    }
}

/// The id that a text is, if it could be part of a file name everywhere and stand in any table.
pub(crate) fn id_of(text: &str) -> Result<&str, NoIdReason> {
    let strange = text.chars().find(|letter| {
        letter.is_whitespace() || letter.is_control() || "/\\:,;|\"*?<>".contains(*letter)
    });
    match strange {
        _ if text.is_empty() => Err(NoIdReason::Empty),
        Some(letter) => Err(NoIdReason::Letter(letter)),
        None if text.starts_with('.') => Err(NoIdReason::Hidden),
        None => Ok(text),
    }
}

/// What the lines of a list have besides ids.
pub(crate) fn remarks(path: &Path, entries: &[Entry<'_>]) -> Vec<Remark> {
    [endings(path, entries), numbers(path, entries)].into_iter().flatten().collect()
}

fn endings(path: &Path, entries: &[Entry<'_>]) -> Option<Remark> {
    let mut with = entries.iter().filter(|entry| entry.has_ending);
    let first = with.next()?.id;
    let count = 1 + with.count();
    let found =
        format!("{} with a picture's ending, first that of `{first}`", counted(count, "id"));
    Some(Remark::new(RemarkKind::Endings, path, count, found, "read without it"))
}

fn numbers(path: &Path, entries: &[Entry<'_>]) -> Option<Remark> {
    let mut with = entries.iter().filter(|entry| !entry.numbers.is_empty());
    let first = with.next()?;
    let count = 1 + with.count();
    let lines = counted(count, "line");
    let example = format!("first `{} {}`", first.id, first.numbers);
    let [present, difficult, absent] =
        ["1", "0", "-1"].map(|value| entries.iter().filter(|entry| entry.numbers == value).count());
    let (found, taken) = if absent > 0 {
        (
            format!("{lines} with 1, 0 or -1 after the id, {example}"),
            format!(
                "all are images of the list, {present} with 1, {difficult} with 0 and {absent} with -1"
            ),
        )
    } else {
        let taken = "passed over; --labels with this file reads them as classes from 0";
        (format!("{lines} with numbers after the id, {example}"), taken.into())
    };
    Some(Remark::new(RemarkKind::NumbersAfterIds, path, count, found, taken))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn read(text: impl AsRef<[u8]>) -> Result<ImageList, DataError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.txt");
        fs::write(&path, text).unwrap();
        ImageList::read(&path)
    }

    /// The part of a message after the folder that a test made.
    fn refusal(text: &str) -> String {
        let message = read(text).unwrap_err().to_string();
        message[message.find("some.txt").unwrap()..].to_owned()
    }

    /// What is said of the lines of a list.
    fn said(text: &str) -> Vec<String> {
        let said = |remark: &Remark| remark.to_string();
        let remarks = read(text).unwrap().remarks;
        remarks
            .iter()
            .map(said)
            .map(|remark| remark[remark.find("some.txt").unwrap()..].into())
            .collect()
    }

    #[test]
    fn every_spelling_of_a_list_gives_the_same_ids_and_hash() {
        let plain = read("2007_000032\n2007_000039\n").unwrap();
        assert_eq!((plain.name.as_str(), plain.ids.len()), ("some", 2));
        assert_eq!(plain.remarks, []);
        let spellings = [
            "2007_000032\r\n\r\n  2007_000039",
            "\u{feff}/JPEGImages/2007_000032.jpg\n/JPEGImages/2007_000039.jpg\n",
            "/JPEGImages/2007_000032.jpg /SegmentationClassAug/2007_000032.png\n2007_000039\n",
            "JPEGImages/2007_000032.jpg SegmentationClass/2007_000032.png\n./2007_000039.jpg\n",
            "VOC2012/JPEGImages/2007_000032.jpg\tVOC2012/SegmentationClass/2007_000032.png\n2007_000039",
            "2007_000032.jpg\n2007_000039.JPEG\n",
            "2007_000032.jpg 2007_000032.png\n2007_000039.jpg 0 14\n",
            "2007_000032 14 \n2007_000039 0 19\n",
            "JPEGImages\\2007_000032.jpg\nx\\2007_000039.png\n",
            "train/2007_000032.jpg 14\n/train/2007_000039.jpg 0 19\n",
            "2007_000032 -1\n2007_000039  1\n",
        ];
        for text in spellings {
            let list = read(text).unwrap();
            assert_eq!((&list.ids, &list.sha256), (&plain.ids, &plain.sha256), "{text}");
        }
        // printf '2007_000032\n2007_000039' | sha256sum
        assert!(plain.sha256.starts_with("f4963b6b0324ac3a"));
        assert_eq!(plain.sha256.len(), 64);
    }

    #[test]
    fn a_list_in_utf_16_is_read() {
        let bytes: Vec<u8> =
            "\u{feff}a\r\nb\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(bytes).unwrap().ids, ["a", "b"]);
    }

    #[test]
    fn what_is_no_part_of_an_id_is_counted() {
        let endings = "some.txt: 2 ids with a picture's ending, first that of `a`: read without it";
        assert_eq!(said("a.jpg\nb\nc.PNG\n"), [endings]);
        let classes = "some.txt: 2 lines with numbers after the id, first `b 0 14`: passed over; --labels with this file reads them as classes from 0";
        assert_eq!(said("a \nb 0 14\nc 3\n"), [classes]);
        let signs = "some.txt: 4 lines with 1, 0 or -1 after the id, first `a -1`: all are images of the list, 1 with 1, 1 with 0 and 2 with -1";
        assert_eq!(said("a -1\nb  1\nc  0\nd -1\n"), [signs]);
    }

    #[test]
    fn a_bad_line_is_named_with_the_character_that_is_the_reason() {
        assert_eq!(refusal("a\nb\n\na\n"), "some.txt:4: `a` again, expected each image id once");
        let numbers = refusal("IMG 1\nIMG 2\n");
        assert!(
            numbers.starts_with("some.txt:2: `IMG` again in `IMG 2`, whose numbers are no part")
        );
        #[rustfmt::skip]
        let cases = [
            ("../../etc/a", ", which has a folder in it (`/`)"), ("..", ", which begins with a point"),
            (".a", ", which begins with a point"), ("my photo 2", ", which has a blank in it"),
            ("IMG (1)", ", which has a blank in it"), ("a b", ", which has a blank in it"),
            ("id,0|2|5", ", which has `,` in it"), ("a|b", ", which has `|` in it"),
            ("a\\b", ", which has a folder in it (`\\`)"), ("C:a", ", which has `:` in it"),
            ("cam1/0001", ", which has a folder in it (`/`)"),
        ];
        for (line, reason) in cases {
            let expected = format!("some.txt:2: `{line}`{reason}, expected an image id");
            assert_eq!(refusal(&format!("a\n{line}\n")), expected);
        }
        assert_eq!(refusal("\n \n"), "some.txt: no image id in it");
    }

    #[test]
    fn ids_may_have_points_and_letters_of_any_language() {
        let ids = ["photo_jpg.rf.0a1b", "año-2020", "写真1", "x(1)"];
        assert_eq!(read(ids.join("\n")).unwrap().ids, ids);
    }
}
