//! Data sets in the folder layout of PASCAL VOC.

use crate::{ClassNames, DataError, LabelSource, picture_in, sha256};
use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

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
    /// Object annotations, `<id>.xml`.
    pub annotations: PathBuf,
    /// Image lists, `<split>.txt`.
    pub lists: PathBuf,
}

impl VocFolder {
    /// The usual folders under `root`; masks are those of the augmented set where there are any.
    pub fn at(root: &Path) -> Self {
        let augmented = root.join("SegmentationClassAug");
        Self {
            images: root.join("JPEGImages"),
            masks: if augmented.is_dir() { augmented } else { root.join("SegmentationClass") },
            saliency: root.join("SALImages"),
            annotations: root.join("Annotations"),
            lists: root.join("ImageSets/Segmentation"),
            root: root.into(),
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
        self.masks.join(format!("{id}.png"))
    }

    /// Saliency map of an image.
    pub fn saliency_of(&self, id: &str) -> PathBuf {
        picture_in(&self.saliency, id)
    }

    /// Object names of `classes.txt` in the root, one a line, or VOC's where there is no such file.
    pub fn class_names(&self) -> Result<ClassNames, DataError> {
        let path = self.root.join("classes.txt");
        if path.exists() { ClassNames::read(&path) } else { Ok(ClassNames::voc()) }
    }

    /// Reads an image list: the name of a split in the lists' folder, or a file.
    pub fn list(&self, name_or_path: &str) -> Result<ImageList, DataError> {
        if let Some(path) = self.list_file(name_or_path) {
            return ImageList::read(&path);
        }
        let split = self.lists.join(format!("{name_or_path}.txt"));
        let file = Path::new(name_or_path);
        let is_name = file.components().count() == 1 && file.extension().is_none();
        let path = if is_name { split } else { file.into() };
        Err(DataError::Missing { path, kind: "image list", more: 0 })
    }

    /// The file of a list: that of a split in the lists' folder, or the file of this name.
    pub(crate) fn list_file(&self, name_or_path: &str) -> Option<PathBuf> {
        let split = self.lists.join(format!("{name_or_path}.txt"));
        [split, name_or_path.into()].into_iter().find(|path| path.is_file())
    }

    /// The labels that are there: `cls_labels.csv` in the root, else its `cls_labels.npy`, else the
    /// annotations.
    pub fn default_labels(&self) -> Result<LabelSource, DataError> {
        let [csv, npy] = ["cls_labels.csv", "cls_labels.npy"].map(|name| self.root.join(name));
        if csv.is_file() {
            Ok(LabelSource::Csv(csv))
        } else if npy.is_file() {
            Ok(LabelSource::Npy(npy))
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

/// The id that a line spells, if it could be part of a file name.
fn id_of(line: &str) -> Option<&str> {
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
