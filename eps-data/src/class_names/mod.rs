//! Names of classes: the VOC table, and tables of other data sets.
//!
//! Every way in goes through [`ClassNames::checked`], so that what one file may hold, all may.

mod lookup;
mod text;

pub use lookup::Named;

use crate::codec::read_text;
use crate::remark::printable;
use crate::{ClassId, DataError};
use std::{collections::HashMap, path::Path};

const VOC: [&str; 21] = [
    "background",
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
];

/// Names by mask index; index 0 is background.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassNames {
    names: Vec<String>,
}

/// Why names cannot be those of object classes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NameProblem {
    /// There are none, or more than a mask can spell.
    Count(usize),
    /// One of them cannot be one: which, what it is, and what was expected.
    Name { index: usize, found: String, expected: String },
}

impl NameProblem {
    /// The problem of a file without lines.
    pub(crate) fn of_file(self, path: &Path) -> DataError {
        let path = path.to_owned();
        match self {
            Self::Count(found) => DataError::ClassNames { path, found },
            Self::Name { found, expected, .. } => DataError::Content { path, found, expected },
        }
    }
}

impl ClassNames {
    /// The 20 object classes of PASCAL VOC and background.
    pub fn voc() -> Self {
        Self { names: VOC.map(String::from).to_vec() }
    }

    /// Background and the given object classes.
    ///
    /// # Panics
    ///
    /// If there are none, or more than the 254 that an 8-bit mask can spell.
    pub fn of_objects<S: Into<String>>(objects: impl IntoIterator<Item = S>) -> Self {
        let background = std::iter::once("background".to_owned());
        let names: Vec<_> = background.chain(objects.into_iter().map(Into::into)).collect();
        assert!(
            (2..=255).contains(&names.len()),
            "1 to 254 object classes, not {}",
            names.len() - 1
        );
        Self { names }
    }

    /// Background and the given object classes, if they can be told apart in every file that names
    /// classes. Blanks around a name are not part of it.
    pub(crate) fn checked<S: AsRef<str>>(objects: &[S]) -> Result<Self, NameProblem> {
        if objects.is_empty() || objects.len() > 254 {
            return Err(NameProblem::Count(objects.len()));
        }
        let objects: Vec<&str> = objects.iter().map(|name| name.as_ref().trim()).collect();
        let mut seen: HashMap<String, &str> = HashMap::new();
        for (index, name) in objects.iter().enumerate() {
            // Some files write a blank as an underscore, so that names must not differ by it alone.
            let expected = match seen.insert(name.replace(' ', "_"), name) {
                _ if name.is_empty() => "a name",
                _ if name.contains(char::is_control) => "a name on one line, without tabs",
                _ if is_background(name) => {
                    "object classes alone, since class 0 is background without being named"
                }
                Some(other) if other != *name => {
                    let expected = format!("names that differ from `{other}` not by a blank alone");
                    return Err(NameProblem::Name { index, found: class(name), expected });
                }
                Some(_) => "each class once",
                None => continue,
            };
            return Err(NameProblem::Name { index, found: class(name), expected: expected.into() });
        }
        Ok(Self::of_objects(objects))
    }

    /// Object names from a text file; the data set's order is the file's.
    ///
    /// One name a line; or a number and a name, background as 0 or left out; or CVAT's
    /// `labelmap.txt`. Background may be the first line.
    ///
    /// # Errors
    ///
    /// If there are none or more than 254, if two cannot be told apart, if background is among them,
    /// or if numbers leave gaps.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        text::parse(path, &read_text(path)?)
    }

    /// The text of a file that [`read`](Self::read) reads as these names: one a line, numbered if
    /// they could be taken for something else.
    pub fn to_text(&self) -> String {
        text::write(self)
    }

    /// Number of classes with background.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Always false: background is a class.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Number of object classes.
    pub fn objects(&self) -> usize {
        self.names.len() - 1
    }

    /// Name of a mask index.
    pub fn name(&self, class: ClassId) -> &str {
        &self.names[usize::from(class)]
    }

    /// Mask index of a name.
    pub fn index(&self, name: &str) -> Option<ClassId> {
        self.names.iter().position(|candidate| candidate == name).map(|index| index as ClassId)
    }

    /// Names in index order, background first.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

fn class(name: &str) -> String {
    format!("class `{}`", printable(name))
}

/// Whether a name is one of those that programs give background.
pub(crate) fn is_background(name: &str) -> bool {
    name.trim_matches('_').eq_ignore_ascii_case("background")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn names_that_cannot_be_told_apart_are_refused_whatever_file_they_are_of() {
        let problem = |names: &[&str]| match ClassNames::checked(names) {
            Err(NameProblem::Name { index, found, expected }) => {
                format!("{index}: {found}, expected {expected}")
            }
            other => format!("{other:?}"),
        };
        assert_eq!(problem(&["boat", "cow", "boat "]), "2: class `boat`, expected each class once");
        let blank = "1: class `traffic_light`, expected names that differ from `traffic light` not by a blank alone";
        assert_eq!(problem(&["traffic light", "traffic_light"]), blank);
        assert_eq!(problem(&["a", " "]), "1: class ``, expected a name");
        let control = "0: class `a\\nb`, expected a name on one line, without tabs";
        assert_eq!(problem(&["a\nb"]), control);
        for name in ["background", "__background__", "Background"] {
            assert!(problem(&["boat", name]).contains("expected object classes alone"));
        }
        assert_eq!(ClassNames::checked::<&str>(&[]), Err(NameProblem::Count(0)));
        let letters = ClassNames::checked(&["a", "A", "car,cars", "background_boat"]).unwrap();
        assert_eq!(letters.objects(), 4);
    }

    #[test]
    fn a_class_that_is_twice_or_background_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("classes.txt");
        let message = |text: &str| {
            fs::write(&path, text).unwrap();
            let message = ClassNames::read(&path).unwrap_err().to_string();
            message[message.find("classes.txt").unwrap()..].to_owned()
        };
        let twice = message("boat\n\n cow\nboat\n");
        assert_eq!(twice, "classes.txt:4: class `boat`, expected each class once");
        for name in ["background", "__background__", "Background"] {
            let expected = format!("classes.txt:2: class `{name}`, expected object classes alone");
            assert!(message(&format!("boat\n{name}\n")).starts_with(&expected));
        }
        assert_eq!(message(" \n"), "classes.txt: 0 object classes, expected 1 to 254");
    }

    #[test]
    fn voc_order_is_the_devkits() {
        let names = ClassNames::voc();
        assert_eq!((names.len(), names.objects()), (21, 20));
        assert_eq!(names.name(15), "person");
        assert_eq!(names.index("train"), Some(19));
        assert_eq!(names.index("railroad"), None);
    }
}
