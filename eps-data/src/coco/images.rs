//! What an instances file says of whole images.

use super::Instances;
use crate::{ClassNames, ClassSet, DataError, Remark};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// An instances file that is read when its images are first asked for, and once.
///
/// Only classes are kept. Copies share what was read; two are equal if their paths are.
#[derive(Clone, Debug)]
pub struct InstancesFile {
    path: PathBuf,
    images: Arc<OnceLock<ImageClasses>>,
}

impl PartialEq for InstancesFile {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl Eq for InstancesFile {}

impl InstancesFile {
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), images: Arc::default() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The classes of each image.
    ///
    /// # Errors
    ///
    /// As [`Instances::open`].
    pub fn images(&self) -> Result<&ImageClasses, DataError> {
        if let Some(images) = self.images.get() {
            return Ok(images);
        }
        let images = ImageClasses::of(&Instances::open(&self.path)?);
        Ok(self.images.get_or_init(|| images))
    }
}

/// Classes of the annotations of each image of a file, crowds among them.
#[derive(Clone, Debug)]
pub struct ImageClasses {
    names: ClassNames,
    classes: BTreeMap<Box<str>, ClassSet>,
    remarks: Vec<Remark>,
}

impl ImageClasses {
    fn of(file: &Instances) -> Self {
        let classes = file.images().iter().map(|image| {
            let annotations = file.annotations(image).iter();
            (image.id.clone(), annotations.map(|annotation| annotation.class).collect())
        });
        Self {
            names: file.names().clone(),
            classes: classes.collect(),
            remarks: file.remarks().to_vec(),
        }
    }

    /// Names of the classes, background first.
    pub fn names(&self) -> &ClassNames {
        &self.names
    }

    /// What was left out of the file, or named otherwise.
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// The classes of an image of the file.
    pub fn classes(&self, id: &str) -> Option<ClassSet> {
        self.classes.get(id).copied()
    }

    /// Ids of the images with at least one annotation, ascending.
    pub fn annotated_ids(&self) -> Vec<String> {
        let annotated = self.classes.iter().filter(|(_, classes)| !classes.is_empty());
        annotated.map(|(id, _)| id.to_string()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const TEXT: &str = r#"{"images": [{"id": 5, "file_name": "b.jpg", "width": 4, "height": 3},
            {"id": 6, "file_name": "a.jpg", "width": 4, "height": 3},
            {"id": 7, "file_name": "c.jpg", "width": 4, "height": 3}],
        "categories": [{"id": 9, "name": "sign"}, {"id": 2, "name": "car"}],
        "annotations": [{"id": 1, "image_id": 5, "category_id": 9},
            {"id": 2, "image_id": 5, "category_id": 2, "iscrowd": 1},
            {"id": 3, "image_id": 6, "category_id": 9}]}"#;

    #[test]
    fn a_file_is_read_once_for_all_its_copies() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("instances_a.json");
        fs::write(&path, TEXT).unwrap();
        let file = InstancesFile::at(&path);
        let copy = file.clone();
        assert_eq!(file.images().unwrap().annotated_ids(), ["a", "b"]);
        fs::remove_file(&path).unwrap();
        let images = copy.images().unwrap();
        assert_eq!(images.classes("b"), Some([1, 2].into_iter().collect()));
        assert_eq!(images.classes("c"), Some(ClassSet::default()));
        assert_eq!(images.classes("d"), None);
        assert_eq!(images.names().name(2), "sign");
        assert!(InstancesFile::at(&path).images().is_err());
    }
}
