//! Where the files of a data set are, in the folder layout of PASCAL VOC or of another.

use crate::coco::{self, InstancesFile};
use crate::{ClassNames, DataError, LabelSource, dataset_file, picture_in, sha256};
use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

/// The list of every photograph.
const ALL: &str = "all";

/// Where the files of a data set are; each folder may be set to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VocFolder {
    pub root: PathBuf,
    /// Photographs, `<id>.jpg`.
    pub images: PathBuf,
    /// Ground-truth masks, `<id>.png`.
    pub masks: PathBuf,
    /// Saliency maps, `<id>.png` or `<id>.jpg`.
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
    pub fn open(root: &Path, list: &str) -> Result<Self, DataError> {
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

    /// Refuses a root that is not there, or one whose data set is further in.
    ///
    /// # Errors
    ///
    /// [`DataError::Content`], which names the folder that looks like a data set, if one does.
    pub fn check_root(&self) -> Result<(), DataError> {
        if self.images.is_dir() {
            return Ok(());
        }
        let refuse = |found: String, expected: String| DataError::Content {
            path: self.root.clone(),
            found,
            expected,
        };
        if !self.root.is_dir() {
            return Err(refuse("no such folder".into(), "the folder of a data set".into()));
        }
        match data_set_below(&self.root, DEPTH) {
            Some(inner) => {
                let name = self.images.file_name().unwrap_or_default().to_string_lossy();
                let expected = format!("a data set; {} looks like one", inner.display());
                Err(refuse(format!("no folder {name}"), expected))
            }
            None => Ok(()),
        }
    }

    /// Photograph of an image; a PNG where there is one and no JPEG.
    pub fn image_of(&self, id: &str) -> PathBuf {
        let jpeg = self.images.join(format!("{id}.jpg"));
        let png = self.images.join(format!("{id}.png"));
        if !jpeg.exists() && png.exists() { png } else { jpeg }
    }

    /// Ground-truth mask of an image.
    pub fn mask_of(&self, id: &str) -> PathBuf {
        self.masks.join(format!("{id}{}.png", self.mask_suffix))
    }

    /// Saliency map of an image.
    pub fn saliency_of(&self, id: &str) -> PathBuf {
        picture_in(&self.saliency, &format!("{id}{}", self.saliency_suffix))
    }

    /// Object names of `dataset.toml` or `classes.txt` in the root, or the categories of the
    /// instances file, or VOC's where there is none of these.
    pub fn class_names(&self) -> Result<ClassNames, DataError> {
        if let Some(names) = dataset_file::class_names(&self.root)? {
            return Ok(names);
        }
        let path = self.root.join("classes.txt");
        match &self.instances {
            _ if path.exists() => ClassNames::read(&path),
            Some(instances) => Ok(instances.images()?.names().clone()),
            None => Ok(ClassNames::voc()),
        }
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
                return Ok(ImageList::new(name_or_path, instances.images()?.annotated_ids()));
            }
            _ => {}
        }
        let path = if is_name { split } else { file.into() };
        Err(DataError::Missing { path, kind: "image list", more: 0 })
    }

    /// The file of a list: that of a split in the lists' folder, or the file of this name.
    pub(crate) fn list_file(&self, name_or_path: &str) -> Option<PathBuf> {
        let split = self.lists.join(format!("{name_or_path}.txt"));
        [split, name_or_path.into()].into_iter().find(|path| path.is_file())
    }

    /// Every photograph, by ascending id.
    fn all(&self) -> Result<ImageList, DataError> {
        let path = self.images.clone();
        let entries =
            fs::read_dir(&path).map_err(|source| DataError::Open { path: path.clone(), source })?;
        let mut ids = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|source| DataError::Open { path: path.clone(), source })?;
            let file = PathBuf::from(entry.file_name());
            let is_photograph = file.extension().is_some_and(|kind| kind == "jpg" || kind == "png");
            let is_hidden = file.as_os_str().as_encoded_bytes().starts_with(b".");
            if is_photograph && !is_hidden {
                let id = file.file_stem().and_then(|stem| stem.to_str()).and_then(id_of);
                ids.push(id.map(str::to_owned).ok_or_else(|| DataError::Content {
                    path: entry.path(),
                    found: "a name".into(),
                    expected: "one that makes an image id".into(),
                })?);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            Err(DataError::EmptyList { path })
        } else {
            Ok(ImageList::new(ALL, ids))
        }
    }

    /// The labels that are there: the table that `dataset.toml` names, else `cls_labels.csv` in the
    /// root, else its `cls_labels.npy`, else the instances file, else the annotations.
    pub fn default_labels(&self) -> Result<LabelSource, DataError> {
        let [csv, npy] = ["cls_labels.csv", "cls_labels.npy"].map(|name| self.root.join(name));
        if let Some(table) = &self.labels {
            Ok(LabelSource::of_file(table))
        } else if csv.is_file() {
            Ok(LabelSource::Csv(csv))
        } else if npy.is_file() {
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

/// How many folders further in a data set is looked for.
const DEPTH: usize = 2;

/// The first folder in this one, by name, that has the layout of VOC or COCO, or a `dataset.toml`.
fn data_set_below(folder: &Path, depth: usize) -> Option<PathBuf> {
    let is_data_set = |path: &PathBuf| {
        ["JPEGImages", "annotations"].iter().any(|name| path.join(name).is_dir())
            || path.join("dataset.toml").is_file()
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_hidden = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
    };
    let mut folders: Vec<_> = entries.filter(|path| path.is_dir() && !is_hidden(path)).collect();
    folders.sort();
    let below = || folders.iter().find_map(|path| data_set_below(path, depth - 1));
    folders
        .iter()
        .find(|path| is_data_set(path))
        .cloned()
        .or_else(|| if depth > 1 { below() } else { None })
}

/// Image ids in the order of their list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageList {
    /// File name without extension, such as `train_aug`.
    pub name: String,
    pub ids: Vec<String>,
    /// Of the ids joined by newlines, in hexadecimal: the same for every spelling of a list.
    pub sha256: String,
}

impl ImageList {
    /// A list of ids that are already known to be distinct.
    pub fn new(name: &str, ids: Vec<String>) -> Self {
        let sha256 = sha256(ids.join("\n"));
        Self { name: name.into(), ids, sha256 }
    }

    /// Reads one id a line; `/JPEGImages/<id>.jpg`, alone or before other paths, is taken too.
    ///
    /// # Errors
    ///
    /// [`DataError::Line`] for a duplicate or something that is no id, [`DataError::EmptyList`].
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let text = fs::read_to_string(path)
            .map_err(|source| DataError::Open { path: path.into(), source })?;
        let mut seen = HashSet::new();
        let mut ids = Vec::new();
        for (line, entry) in list_entries(&text) {
            let refuse = |found, expected: &str| DataError::Line {
                path: path.into(),
                line,
                found,
                expected: expected.into(),
            };
            let id = entry.map_err(|text| refuse(format!("`{text}`"), "an image id"))?;
            if !seen.insert(id) {
                return Err(refuse(format!("`{id}` again"), "each image id once"));
            }
            ids.push(id.to_owned());
        }
        if ids.is_empty() {
            return Err(DataError::EmptyList { path: path.into() });
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Ok(Self::new(&name, ids))
    }
}

/// The lines of a list that are not empty, counted from 1: their id, or what is none.
pub(crate) fn list_entries(text: &str) -> impl Iterator<Item = (usize, Result<&str, &str>)> {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).zip(1..);
    let lines = lines.filter(|(line, _)| !line.is_empty());
    lines.map(|(line, number)| (number, id_of(line).ok_or(line)))
}

/// Whether an instances file is that of a split.
fn is_split_of(instances: &Path, split: &str) -> bool {
    let stem = instances.file_stem().and_then(|stem| stem.to_str());
    stem.and_then(|stem| stem.strip_prefix("instances_")) == Some(split)
}

/// The id that a line spells, if it could be part of a file name.
pub(crate) fn id_of(line: &str) -> Option<&str> {
    let id = if line.starts_with('/') {
        Path::new(line.split_whitespace().next()?).file_stem()?.to_str()?
    } else {
        line
    };
    let strange =
        |letter: char| letter.is_whitespace() || letter.is_control() || "/\\:".contains(letter);
    (!id.starts_with('.') && !id.contains(strange)).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ImageList, DataError> {
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

    #[test]
    fn every_spelling_of_a_list_gives_the_same_ids_and_hash() {
        let plain = read("2007_000032\n2007_000039\n").unwrap();
        assert_eq!((plain.name.as_str(), plain.ids.len()), ("some", 2));
        let spellings = [
            "2007_000032\r\n\r\n  2007_000039",
            "\u{feff}/JPEGImages/2007_000032.jpg\n/JPEGImages/2007_000039.jpg\n",
            "/JPEGImages/2007_000032.jpg /SegmentationClassAug/2007_000032.png\n2007_000039\n",
        ];
        for text in spellings {
            assert_eq!(read(text).unwrap(), plain, "{text}");
        }
        // printf '2007_000032\n2007_000039' | sha256sum
        assert!(plain.sha256.starts_with("f4963b6b0324ac3a"));
        assert_eq!(plain.sha256.len(), 64);
    }

    #[test]
    fn a_bad_line_is_named() {
        assert_eq!(refusal("a\nb\n\na\n"), "some.txt:4: `a` again, expected each image id once");
        for line in ["../../etc/a", "a b", "person 1", "a\\b", "..", "C:a"] {
            let expected = format!("some.txt:2: `{line}`, expected an image id");
            assert_eq!(refusal(&format!("a\n{line}\n")), expected);
        }
        assert_eq!(refusal("\n \n"), "some.txt: no image id in it");
    }

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
        let message = folder.list("test").unwrap_err().to_string();
        assert!(message.ends_with("ImageSets/Segmentation/test.txt: image list is missing"));
    }

    #[test]
    fn a_root_that_is_none_is_told_and_the_data_set_further_in_named() {
        let root = tempfile::tempdir().unwrap();
        let check = |path: &Path| {
            let message = VocFolder::at(path).check_root().map_err(|error| error.to_string());
            message.map_err(|message| message.replace(&root.path().display().to_string(), "R"))
        };
        let nowhere = "R/no: no such folder, expected the folder of a data set";
        assert_eq!(check(&root.path().join("no")).unwrap_err(), nowhere);
        assert_eq!(check(root.path()), Ok(()), "other commands say what is missing in it");
        fs::create_dir_all(root.path().join(".trash/JPEGImages")).unwrap();
        fs::create_dir_all(root.path().join("VOCdevkit/VOC2012/JPEGImages")).unwrap();
        let outer =
            "R: no folder JPEGImages, expected a data set; R/VOCdevkit/VOC2012 looks like one";
        assert_eq!(check(root.path()).unwrap_err(), outer);
        assert_eq!(check(&root.path().join("VOCdevkit/VOC2012")), Ok(()));
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
    fn class_names_come_from_the_root_or_are_vocs() {
        let root = tempfile::tempdir().unwrap();
        let folder = VocFolder::at(root.path());
        assert_eq!(folder.class_names().unwrap(), ClassNames::voc());
        fs::write(root.path().join("classes.txt"), "boat\ntrain\n").unwrap();
        assert_eq!(folder.class_names().unwrap(), ClassNames::of_objects(["boat", "train"]));
    }
}
