//! Where the files of a data set are, whatever its layout.
//!
//! A layout is a file here and a line in [`LAYOUTS`]: a function from a root to plain paths.

mod coco;
mod declared;
mod lists;
mod root;
mod voc;

use crate::coco::InstancesFile;
use crate::codec::is_named;
use crate::pictures::photograph_in;
use crate::{ClassNames, ClassSet, DataError, Item, saliency_in};
use std::path::{Path, PathBuf};

/// The folders of a root that has a layout, for a list of its images; `None` if it has another.
type Layout = fn(root: &Path, list: &str) -> Result<Option<DataSet>, DataError>;

/// In the order in which they are tried; a root with none of them has VOC's.
const LAYOUTS: &[Layout] = &[declared::layout, coco::layout];

/// Where the files of a data set are; each folder may be set to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataSet {
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

impl DataSet {
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
        for layout in LAYOUTS {
            if let Some(data) = layout(root, list)? {
                return Ok(data);
            }
        }
        Ok(Self::voc(root))
    }

    /// Refuses a root that is not there, or one whose data set is further in or out.
    ///
    /// # Errors
    ///
    /// [`DataError::Content`], which names the folder that looks like a data set, if one does.
    pub fn check_root(&self) -> Result<(), DataError> {
        root::misplaced(&self.root, &self.images).map_or(Ok(()), Err)
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
        if let Some(names) = declared::class_names(&self.root)? {
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
        let [of_masks, of_root] = [&self.masks, &self.root]
            .map(|folder| Some(folder.join("classes.txt")).filter(|path| is_named(path)));
        let is_declared = matches!(declared::class_names(&self.root), Ok(Some(_)));
        let declared = is_declared.then(|| self.root.join("dataset.toml"));
        let instances = self.instances.as_ref().map(|instances| instances.path().to_owned());
        match of_masks.or(declared).or(of_root).or(instances) {
            Some(path) => path.display().to_string(),
            None => "VOC, since there is no classes.txt".into(),
        }
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
        ids.iter()
            .map(|id| Item {
                id: id.clone(),
                image: self.images.join(format!("{id}.jpg")),
                saliency: None,
                mask: Some(self.mask_of(id)),
                classes: ClassSet::default(),
            })
            .collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LabelSource;
    use std::fs;

    #[test]
    fn the_augmented_masks_and_the_label_table_come_first() {
        let root = tempfile::tempdir().unwrap();
        let plain = DataSet::voc(root.path());
        assert!(plain.masks.ends_with("SegmentationClass"));
        assert!(plain.default_labels().unwrap_err().to_string().contains("no image labels"));
        fs::create_dir(root.path().join("SegmentationClassAug")).unwrap();
        fs::create_dir(root.path().join("Annotations")).unwrap();
        assert!(DataSet::voc(root.path()).masks.ends_with("SegmentationClassAug"));
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
        let folder = DataSet::voc(root.path());
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
        let folder = DataSet::voc(root.path());
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
        let folder = DataSet::voc(root.path());
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
    fn class_names_come_from_the_root_or_are_vocs() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataSet::voc(root.path());
        assert_eq!(folder.class_names().unwrap(), ClassNames::voc());
        fs::write(root.path().join("classes.txt"), "boat\ntrain\n").unwrap();
        assert_eq!(folder.class_names().unwrap(), ClassNames::of_objects(["boat", "train"]));
    }
}
