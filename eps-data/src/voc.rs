//! Where the files of a data set are, in the folder layout of PASCAL VOC or of another.

use crate::coco::{self, InstancesFile};
use crate::codec::is_named;
use crate::data_root::{misplaced, nothing_of_a_data_set};
use crate::image_list::ImageList;
use crate::pictures::{photograph_in, photographs_of};
use crate::remark::RemarkKind;
use crate::{ClassNames, ClassSet, DataError, Item, LabelSource, dataset_file, saliency_in};
use std::path::{Path, PathBuf};

/// The list of every photograph.
const ALL: &str = "all";

/// Where the files of a data set are; each folder may be set to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VocFolder {
    pub root: PathBuf,
    /// Photographs, `<id>.jpg`, `.jpeg` or `.png` in whatever case.
    pub images: PathBuf,
    /// Ground-truth masks, `<id>.png`.
    pub masks: PathBuf,
    /// Saliency maps, `<id>.png`, `.jpg` or `.npy`.
    pub saliency: PathBuf,
    /// What the names of masks have between id and ending, such as `_mask`.
    pub mask_suffix: String,
    /// The same of saliency maps.
    pub saliency_suffix: String,
    /// Object annotations, `<id>.xml`.
    pub annotations: PathBuf,
    /// Image lists, `<split>.txt`.
    pub lists: PathBuf,
    /// COCO's instances file, where the data set has one.
    pub instances: Option<InstancesFile>,
    /// The table of image labels, where it is not one of the usual files in the root.
    pub labels: Option<PathBuf>,
}

impl VocFolder {
    /// The folders of a data set whatever its layout: what `dataset.toml` in `root` says, those of
    /// COCO where there is an instances file of `list`, else those of VOC.
    ///
    /// # Errors
    ///
    /// If there is no such folder, or its `dataset.toml` cannot be read.
    pub fn open(root: &Path, list: &str) -> Result<Self, DataError> {
        if !root.is_dir() {
            let found = if root.exists() { "a file" } else { "no such folder" };
            let (path, found) = (root.into(), found.into());
            return Err(DataError::Content {
                path,
                found,
                expected: "the folder of a data set".into(),
            });
        }
        let declared = dataset_file::folder(root)?;
        Ok(declared.or_else(|| coco::folder(root, list)).unwrap_or_else(|| Self::at(root)))
    }

    /// The usual folders under `root`; masks are those of the augmented set where there are any.
    pub fn at(root: &Path) -> Self {
        let augmented = root.join("SegmentationClassAug");
        Self {
            images: root.join("JPEGImages"),
            masks: if augmented.is_dir() { augmented } else { root.join("SegmentationClass") },
            saliency: root.join("SALImages"),
            mask_suffix: String::new(),
            saliency_suffix: String::new(),
            annotations: root.join("Annotations"),
            lists: root.join("ImageSets/Segmentation"),
            instances: None,
            labels: None,
            root: root.into(),
        }
    }

    /// Refuses a root that is not there, or one whose data set is further in or out.
    ///
    /// # Errors
    ///
    /// [`DataError::Content`], which names the folder that looks like a data set, if one does.
    pub fn check_root(&self) -> Result<(), DataError> {
        misplaced(&self.root, &self.images).map_or(Ok(()), Err)
    }

    /// Photograph of an image: a `.jpg`, else one with another ending that is there.
    pub fn image_of(&self, id: &str) -> PathBuf {
        photograph_in(&self.images, id)
    }

    /// Ground-truth mask of an image.
    pub fn mask_of(&self, id: &str) -> PathBuf {
        self.masks.join(format!("{id}{}.png", self.mask_suffix))
    }

    /// Saliency map of an image.
    pub fn saliency_of(&self, id: &str) -> PathBuf {
        saliency_in(&self.saliency, &format!("{id}{}", self.saliency_suffix))
    }

    /// Object names of `dataset.toml` or `classes.txt` in the root, or the categories of the
    /// instances file, or VOC's where there is none of these.
    pub fn class_names(&self) -> Result<ClassNames, DataError> {
        if let Some(names) = dataset_file::class_names(&self.root)? {
            return Ok(names);
        }
        let path = self.root.join("classes.txt");
        match &self.instances {
            _ if is_named(&path) => ClassNames::read(&path),
            Some(instances) => Ok(instances.images()?.names().clone()),
            None => Ok(ClassNames::voc()),
        }
    }

    /// The class names of the masks: `classes.txt` in their folder, else [those](Self::class_names) of the data
    /// set.
    pub fn class_names_of_masks(&self) -> Result<ClassNames, DataError> {
        let path = self.masks.join("classes.txt");
        if is_named(&path) { ClassNames::read(&path) } else { self.class_names() }
    }

    /// Where the [class names of the masks](Self::class_names_of_masks) stand, as messages name it.
    pub fn place_of_class_names(&self) -> String {
        let files = ["dataset.toml", "classes.txt"].map(|name| self.root.join(name));
        let instances = self.instances.iter().map(|instances| instances.path().to_owned());
        let is_asked = |path: &PathBuf| {
            is_named(path)
                && (path != &files[0]
                    || matches!(dataset_file::class_names(&self.root), Ok(Some(_))))
        };
        let places = [self.masks.join("classes.txt")].into_iter().chain(files.clone());
        let mut places = places.filter(is_asked).chain(instances);
        places.next().map_or_else(
            || "VOC, since there is no classes.txt".into(),
            |path| path.display().to_string(),
        )
    }

    /// Whether there are masks: their folder.
    ///
    /// # Errors
    ///
    /// If something else has its name: a file, or a link that leads nowhere.
    pub fn has_masks(&self) -> Result<bool, DataError> {
        has_folder(&self.masks)
    }

    /// Whether there are saliency maps: their folder.
    ///
    /// # Errors
    ///
    /// If something else has its name: a file, or a link that leads nowhere.
    pub fn has_saliency(&self) -> Result<bool, DataError> {
        has_folder(&self.saliency)
    }

    /// Images with their masks and no labels. No file is looked for: a photograph that is no JPEG has another
    /// path.
    pub fn items_with_masks(&self, ids: &[String]) -> Vec<Item> {
        let item = |id: &String| Item {
            id: id.clone(),
            image: self.images.join(format!("{id}.jpg")),
            saliency: None,
            mask: Some(self.mask_of(id)),
            classes: ClassSet::default(),
        };
        ids.iter().map(item).collect()
    }

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

/// Whether a folder is there.
///
/// # Errors
///
/// If something else has its name: a file, or a link that leads nowhere.
pub(crate) fn has_folder(path: &Path) -> Result<bool, DataError> {
    let found = match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Ok(true),
        Ok(_) => "a file",
        Err(_) if is_named(path) => "a link that leads to no folder",
        Err(_) => return Ok(false),
    };
    let (path, found) = (path.into(), found.into());
    Err(DataError::Content { path, found, expected: "a folder".into() })
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
        let folder = VocFolder::at(root.path());
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
    fn the_augmented_masks_and_the_label_table_come_first() {
        let root = tempfile::tempdir().unwrap();
        let plain = VocFolder::at(root.path());
        assert!(plain.masks.ends_with("SegmentationClass"));
        assert!(plain.default_labels().unwrap_err().to_string().contains("no image labels"));
        fs::create_dir(root.path().join("SegmentationClassAug")).unwrap();
        fs::create_dir(root.path().join("Annotations")).unwrap();
        assert!(VocFolder::at(root.path()).masks.ends_with("SegmentationClassAug"));
        assert_eq!(
            plain.default_labels().unwrap(),
            LabelSource::Annotations(plain.annotations.clone())
        );
        let [csv, npy] = ["cls_labels.csv", "cls_labels.npy"].map(|name| root.path().join(name));
        fs::write(&npy, "").unwrap();
        assert_eq!(plain.default_labels().unwrap(), LabelSource::Npy(npy));
        fs::write(&csv, "").unwrap();
        assert_eq!(plain.default_labels().unwrap(), LabelSource::Csv(csv));
    }

    #[test]
    fn what_is_no_folder_in_the_place_of_one_is_an_error_and_not_absent() {
        let root = tempfile::tempdir().unwrap();
        let folder = VocFolder::at(root.path());
        assert!(!folder.has_masks().unwrap());
        fs::write(&folder.masks, "").unwrap();
        let error = folder.has_masks().unwrap_err().to_string();
        assert!(error.ends_with("SegmentationClass: a file, expected a folder"), "{error}");
        fs::create_dir(&folder.saliency).unwrap();
        assert!(folder.has_saliency().unwrap());
        fs::write(root.path().join("annotations"), "").unwrap();
        let error = folder.list("val").unwrap_err().to_string();
        assert!(error.ends_with("annotations: a file, expected a folder"), "{error}");
    }

    #[test]
    fn the_place_of_class_names_is_that_of_the_names_that_are_read() {
        let root = tempfile::tempdir().unwrap();
        let folder = VocFolder::at(root.path());
        assert_eq!(folder.place_of_class_names(), "VOC, since there is no classes.txt");
        let write = |name: &str, text: &str| fs::write(root.path().join(name), text).unwrap();
        fs::create_dir(&folder.masks).unwrap();
        write("dataset.toml", "[folders]\n");
        for (name, text) in [
            ("classes.txt", "cat\n"),
            ("dataset.toml", "classes = [\"dog\"]\n"),
            ("SegmentationClass/classes.txt", "cow\n"),
        ] {
            write(name, text);
            assert!(folder.place_of_class_names().ends_with(name), "{name}");
        }
        assert_eq!(folder.class_names_of_masks().unwrap().name(1), "cow");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_nothing_is_an_error_and_not_absent() {
        let root = tempfile::tempdir().unwrap();
        let folder = VocFolder::at(root.path());
        fs::create_dir(root.path().join("Annotations")).unwrap();
        for name in ["classes.txt", "cls_labels.npy"] {
            std::os::unix::fs::symlink("nowhere", root.path().join(name)).unwrap();
        }
        let error = folder.class_names().unwrap_err();
        assert!(error.path().ends_with("classes.txt"), "{error}");
        let labels = folder.default_labels().unwrap();
        assert_eq!(labels, LabelSource::Npy(root.path().join("cls_labels.npy")));
    }

    #[test]
    fn every_photograph_is_read_whatever_its_ending() {
        let root = tempfile::tempdir().unwrap();
        let folder = VocFolder::at(root.path());
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
            let folder = VocFolder::open(root, "train");
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

    #[test]
    fn class_names_come_from_the_root_or_are_vocs() {
        let root = tempfile::tempdir().unwrap();
        let folder = VocFolder::at(root.path());
        assert_eq!(folder.class_names().unwrap(), ClassNames::voc());
        fs::write(root.path().join("classes.txt"), "boat\ntrain\n").unwrap();
        assert_eq!(folder.class_names().unwrap(), ClassNames::of_objects(["boat", "train"]));
    }
}
