//! What readers left out or took for something else, to be said once, with its number and an example.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Something that a reader left out, or took for something else than its letters say.
///
/// Readers return remarks; a program prints each once, and an examination makes a finding of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub kind: RemarkKind,
    /// The file or folder that it is about.
    pub path: PathBuf,
    /// How many things there are of this kind.
    pub count: usize,
    /// What was found, with the number and an example.
    pub found: String,
    /// What became of it.
    pub taken: String,
}

/// What kind of thing was left out or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RemarkKind {
    /// Objects of classes that the data set does not have are left out.
    UnknownNames,
    /// Names in another case, or of another vocabulary, are taken for classes.
    OtherSpelling,
    /// Endings of file names are taken off ids.
    Endings,
    /// Numbers after the ids of a list are passed over.
    NumbersAfterIds,
    /// Several photographs have one id; one is used.
    TwoPhotographs,
    /// Pictures of formats that are not read are passed over.
    OtherPictures,
    /// Annotations of images that a file does not list are left out.
    Orphans,
    /// Categories of one name got different ones.
    RenamedCategories,
    /// Annotations of the background are left out.
    BackgroundObjects,
    /// Objects without a pixel are missing from masks.
    NoMask,
}

impl Remark {
    pub(crate) fn new(
        kind: RemarkKind,
        path: &Path,
        count: usize,
        found: impl Into<String>,
        taken: impl Into<String>,
    ) -> Self {
        Self { kind, path: path.into(), count, found: found.into(), taken: taken.into() }
    }
}

/// The remarks of a list and of its labels, each once: they may be of one file.
pub(crate) fn together(of_list: &[Remark], of_labels: Vec<Remark>) -> Vec<Remark> {
    let mut remarks = of_list.to_vec();
    remarks.extend(of_labels.into_iter().filter(|remark| !of_list.contains(remark)));
    remarks
}

impl fmt::Display for Remark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}: {}", self.path.display(), self.found, self.taken)
    }
}

/// A number of things, such as `1 image` or `3 images`.
pub fn counted(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        count => format!("{count} {thing}s"),
    }
}

/// A text of a file in a message: characters that no terminal shows are written as escapes.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| match letter.is_control() {
            true => letter.escape_default().to_string(),
            false => letter.to_string(),
        })
        .collect()
}

/// Names that were met, each with its number and the first place.
#[derive(Default)]
pub(crate) struct Tally {
    names: BTreeMap<String, (usize, String)>,
}

/// Names that a remark shows; the others are counted.
const SHOWN: usize = 4;

impl Tally {
    pub(crate) fn add(&mut self, name: &str, place: impl FnOnce() -> String) {
        match self.names.get_mut(name) {
            Some((count, _)) => *count += 1,
            None => drop(self.names.insert(name.to_owned(), (1, place()))),
        }
    }

    /// How often any name was met.
    pub(crate) fn total(&self) -> usize {
        self.names.values().map(|(count, _)| count).sum()
    }

    /// The names that were met most often, each with its number and its first place.
    pub(crate) fn text(&self) -> String {
        let mut names: Vec<_> = self.names.iter().collect();
        names.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        let shown = names.iter().take(SHOWN).map(|(name, (count, place))| match count {
            1 => format!("`{name}` in {place}"),
            count => format!("`{name}` ({count}, first in {place})"),
        });
        let shown: Vec<String> = shown.collect();
        match names.len().saturating_sub(SHOWN) {
            0 => shown.join(", "),
            more => format!("{} and {}", shown.join(", "), counted(more, "further name")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_names_file_number_and_what_became_of_it() {
        let path = Path::new("Annotations");
        let remark = Remark::new(RemarkKind::UnknownNames, path, 2, "2 vans", "left out");
        assert_eq!(remark.to_string(), "Annotations: 2 vans: left out");
    }

    #[test]
    fn names_are_counted_the_most_frequent_first_with_their_first_place() {
        let mut tally = Tally::default();
        for (name, place) in [("van", "a"), ("tree", "a"), ("van", "b")] {
            tally.add(name, || place.into());
        }
        assert_eq!(tally.total(), 3);
        assert_eq!(tally.text(), "`van` (2, first in a), `tree` in a");
        for name in ["b", "c", "d", "e"] {
            tally.add(name, || "x".into());
        }
        let ends = tally.text().ends_with("`d` in x and 2 further names");
        assert!(ends, "{}", tally.text());
    }
}
