//! Names of classes: the VOC table, and tables of other data sets.

use crate::{ClassId, DataError};
use std::{collections::HashSet, fs, path::Path};

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

    /// Object names from a text file, one a line; the data set's order is the file's.
    ///
    /// # Errors
    ///
    /// If there are none or more than 254, if one is there twice, or if background is among them.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let text = fs::read_to_string(path)
            .map_err(|source| DataError::Open { path: path.into(), source })?;
        let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty());
        let (lines, objects): (Vec<_>, Vec<_>) = lines.unzip();
        if objects.is_empty() || objects.len() > 254 {
            return Err(DataError::ClassNames { path: path.into(), found: objects.len() });
        }
        if let Some((index, expected)) = fault(&objects) {
            let (line, found) = (lines[index] + 1, format!("class `{}`", objects[index]));
            return Err(DataError::Line { path: path.into(), line, found, expected });
        }
        Ok(Self::of_objects(objects))
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
        self.names.iter().position(|own| own == name).map(|index| index as ClassId)
    }

    /// Names in index order, background first.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

/// The first object class that cannot be one, and what was expected of it.
pub(crate) fn fault(objects: &[impl AsRef<str>]) -> Option<(usize, String)> {
    let mut seen = HashSet::new();
    objects.iter().map(AsRef::as_ref).enumerate().find_map(|(index, name)| {
        if name.trim_matches('_').eq_ignore_ascii_case("background") {
            let expected = "object classes alone, since class 0 is background without being named";
            return Some((index, expected.into()));
        }
        (!seen.insert(name)).then(|| (index, "each class once".into()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let expected = format!("classes.txt:1: class `{name}`, expected object classes alone");
            assert!(message(&format!("{name}\nboat\n")).starts_with(&expected));
        }
        fs::write(&path, "boat\nbackground_boat\n").unwrap();
        assert_eq!(ClassNames::read(&path).unwrap().objects(), 2);
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
