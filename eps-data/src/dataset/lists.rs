//! The image lists and the image labels of a data set.

use super::root::{misplaced, nothing_of_a_data_set};
use super::{DataSet, has_folder};
use crate::codec::is_named;
use crate::image_list::ImageList;
use crate::pictures::photographs_of;
use crate::remark::RemarkKind;
use crate::{DataError, LabelSource};
use std::path::{Path, PathBuf};

/// The list of every photograph.
const ALL: &str = "all";

impl DataSet {
    /// Reads an image list: the name of a split in the lists' folder, a file, the split of an
    /// instances file (its images with at least one annotation), or `all` photographs.
    pub fn list(&self, name_or_path: &str) -> Result<ImageList, DataError> {
        if let Some(path) = self.list_file(name_or_path) {
            return ImageList::read(&path);
        }
        let split = self.lists.join(format!("{name_or_path}.txt"));
        let file = Path::new(name_or_path);
        let is_name = file.components().count() == 1 && file.extension().is_none();
        match &self.instances {
            _ if name_or_path == ALL => return self.all(),
            Some(instances) if is_name && is_split_of(instances.path(), name_or_path) => {
                let images = instances.images()?;
                let remarks = images.remarks().to_vec();
                return Ok(ImageList {
                    place: instances.path().display().to_string(),
                    remarks,
                    ..ImageList::new(name_or_path, images.annotated_ids())
                });
            }
            _ => {}
        }
        let annotations = self.root.join("annotations");
        if is_name && has_folder(&annotations)? {
            return Err(DataError::Content {
                path: annotations.join(format!("instances_{name_or_path}.json")),
                found: format!("no such file, nor {}", split.display()),
                expected: "the annotations of the split, or its list".into(),
            });
        }
        let path = if is_name { split } else { file.into() };
        let hint = nothing_of_a_data_set(&self.root).filter(|_| is_name).unwrap_or_default();
        let missing = DataError::Missing { path, kind: "image list", more: 0, hint };
        Err(misplaced(&self.root, &self.images).filter(|_| is_name).unwrap_or(missing))
    }

    /// The file of a list: that of a split in the lists' folder, or the file of this name.
    pub(crate) fn list_file(&self, name_or_path: &str) -> Option<PathBuf> {
        let split = self.lists.join(format!("{name_or_path}.txt"));
        [split, name_or_path.into()].into_iter().find(|path| is_named(path) && !path.is_dir())
    }

    /// Every photograph, by ascending id.
    fn all(&self) -> Result<ImageList, DataError> {
        self.check_root()?;
        let (ids, remarks) = photographs_of(&self.images)?;
        if ids.is_empty() {
            return Err(DataError::EmptyList { path: self.images.clone() });
        }
        let place = self.images.display().to_string();
        Ok(ImageList { place, remarks, ..ImageList::new(ALL, ids) })
    }

    /// The labels for a list: those that are [there](Self::default_labels), or else the numbers of
    /// classes in the file of the list.
    pub fn labels_for(
        &self,
        list: &ImageList,
        name_or_path: &str,
    ) -> Result<LabelSource, DataError> {
        let has_classes =
            list.remarks.iter().any(|remark| remark.kind == RemarkKind::NumbersAfterIds);
        self.default_labels().or_else(|error| match self.list_file(name_or_path) {
            Some(file) if has_classes => Ok(LabelSource::Csv(file)),
            _ => Err(error),
        })
    }

    /// The labels that are there: the table that `dataset.toml` names, else `cls_labels.csv` in the
    /// root, else its `cls_labels.npy`, else the instances file, else the annotations.
    pub fn default_labels(&self) -> Result<LabelSource, DataError> {
        let [csv, npy] = ["cls_labels.csv", "cls_labels.npy"].map(|name| self.root.join(name));
        if let Some(table) = &self.labels {
            Ok(LabelSource::of_file(table))
        } else if is_named(&csv) {
            Ok(LabelSource::Csv(csv))
        } else if is_named(&npy) {
            Ok(LabelSource::Npy(npy))
        } else if let Some(instances) = &self.instances {
            Ok(LabelSource::Instances(instances.clone()))
        } else if self.annotations.is_dir() {
            Ok(LabelSource::Annotations(self.annotations.clone()))
        } else {
            Err(DataError::Content {
                path: self.root.clone(),
                found: "no image labels".into(),
                expected: format!(
                    "cls_labels.csv or cls_labels.npy in it, or {}",
                    self.annotations.display()
                ),
            })
        }
    }
}

/// Whether an instances file is that of a split.
fn is_split_of(instances: &Path, split: &str) -> bool {
    let stem = instances.file_stem().and_then(|stem| stem.to_str());
    stem.and_then(|stem| stem.strip_prefix("instances_")) == Some(split)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_list_is_a_split_or_a_file() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataSet::voc(root.path());
        fs::create_dir_all(&folder.lists).unwrap();
        fs::write(folder.lists.join("train.txt"), "a\n").unwrap();
        fs::write(root.path().join("mine.txt"), "b\n").unwrap();
        assert_eq!(folder.list("train").unwrap().ids, ["a"]);
        let mine = root.path().join("mine.txt");
        assert_eq!(folder.list(mine.to_str().unwrap()).unwrap().ids, ["b"]);
        let message = || folder.list("test").unwrap_err().to_string();
        let missing = "ImageSets/Segmentation/test.txt: image list is missing";
        let nothing = "has no JPEGImages, no annotations and no dataset.toml";
        assert!(message().contains(missing) && message().contains(nothing), "{}", message());
        fs::create_dir_all(&folder.images).unwrap();
        assert!(message().ends_with(missing), "{}", message());
    }

    #[test]
    fn every_photograph_is_read_whatever_its_ending() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataSet::voc(root.path());
        fs::create_dir(&folder.images).unwrap();
        let names = ["a.jpg", "b.JPG", "c.jpeg", "d.PNG", "._a.jpg", ".DS_Store", "notes.txt"];
        for name in names {
            fs::write(folder.images.join(name), "").unwrap();
        }
        let list = folder.list("all").unwrap();
        assert_eq!((list.ids.join(" ").as_str(), &list.remarks[..]), ("a b c d", &[][..]));
        for (id, name) in list.ids.iter().zip(names) {
            assert_eq!(folder.image_of(id), folder.images.join(name));
        }
        assert_eq!(folder.image_of("e"), folder.images.join("e.jpg"));
        for name in ["a.JPG", "x.tif", "y.webp"] {
            fs::write(folder.images.join(name), "").unwrap();
        }
        let list = folder.list("all").unwrap();
        let said: Vec<String> = list
            .remarks
            .iter()
            .map(|remark| format!("{}: {}", remark.found, remark.taken))
            .collect();
        let expected = [
            "1 id with several photographs, first a.jpg and a.JPG: the first is used",
            "2 pictures of other formats, first x.tif: passed over; JPEG and PNG are read",
        ];
        assert_eq!(said, expected);
        fs::write(folder.images.join("my photo.jpg"), "").unwrap();
        let message = folder.list("all").unwrap_err().to_string();
        let expected =
            "`my photo`, which has a blank in it, expected an image id as the name of the file";
        assert!(message.ends_with(expected), "{message}");
    }

    #[test]
    fn a_root_that_is_none_or_beside_the_right_one_is_named() {
        let root = tempfile::tempdir().unwrap();
        let error = |root: &Path| {
            let folder = DataSet::open(root, "train");
            folder.and_then(|folder| folder.list("train")).unwrap_err().to_string()
        };
        let missing = error(&root.path().join("no"));
        assert!(
            missing.ends_with("no: no such folder, expected the folder of a data set"),
            "{missing}"
        );
        let voc = root.path().join("VOC2012");
        fs::create_dir_all(voc.join("JPEGImages")).unwrap();
        let expected = format!("expected a data set; {} looks like one", voc.display());
        assert!(error(root.path()).ends_with(&expected), "{}", error(root.path()));
        let low = error(&voc.join("JPEGImages"));
        assert!(
            low.contains("no folder JPEGImages") && low.ends_with("VOC2012 looks like one"),
            "{low}"
        );
        assert!(error(&voc).ends_with("train.txt: image list is missing"));
    }
}
