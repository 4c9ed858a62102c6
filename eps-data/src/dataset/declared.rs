//! `dataset.toml`: classes and folders of a data set that is neither VOC nor COCO.

use super::DataSet;
use crate::codec::{is_named, read_text};
use crate::{ClassNames, DataError};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Name of the file in the root of a data set.
const NAME: &str = "dataset.toml";

/// Classes and folders of a data set; folders are relative to its root.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DatasetFile {
    /// Object classes in the order of the mask indices, from 1.
    classes: Vec<String>,
    #[serde(default)]
    folders: Folders,
    #[serde(default)]
    suffixes: Suffixes,
}

/// What file names have between id and ending.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Suffixes {
    masks: String,
    saliency: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Folders {
    images: Option<PathBuf>,
    masks: Option<PathBuf>,
    saliency: Option<PathBuf>,
    lists: Option<PathBuf>,
    /// A table of labels.
    labels: Option<PathBuf>,
}

/// The folders that `dataset.toml` of a root names, where there is one.
pub(super) fn layout(root: &Path, _list: &str) -> Result<Option<DataSet>, DataError> {
    let path = root.join(NAME);
    if !is_named(&path) {
        return Ok(None);
    }
    let file = read(&path)?;
    let mut folder = DataSet::voc(root);
    let declared = [
        (&mut folder.images, file.folders.images),
        (&mut folder.masks, file.folders.masks),
        (&mut folder.saliency, file.folders.saliency),
        (&mut folder.lists, file.folders.lists),
    ];
    for (subfolder, name) in declared {
        if let Some(name) = name {
            *subfolder = root.join(name);
        }
    }
    folder.mask_suffix = file.suffixes.masks;
    folder.saliency_suffix = file.suffixes.saliency;
    folder.labels = file.folders.labels.map(|labels| root.join(labels));
    Ok(Some(folder))
}

/// The classes that `dataset.toml` of a root names, where there is one.
pub(super) fn class_names(root: &Path) -> Result<Option<ClassNames>, DataError> {
    let path = root.join(NAME);
    if !is_named(&path) {
        return Ok(None);
    }
    let classes = read(&path)?.classes;
    let names = ClassNames::checked(&classes).map_err(|problem| problem.of_file(&path))?;
    Ok(Some(names))
}

fn read(path: &Path) -> Result<DatasetFile, DataError> {
    let text = read_text(path)?;
    toml::from_str(&text).map_err(|source| DataError::Decode {
        path: path.into(),
        expected: "description of a data set (TOML)",
        source: source.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn classes_and_folders_are_those_of_the_file() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(layout(root.path(), "train").unwrap(), None);
        assert_eq!(class_names(root.path()).unwrap(), None);
        let text = "classes = [\"boat\", \"cow\"]\n[folders]\nimages = \"photos\"\nlabels = \"l.csv\"\n\
             [suffixes]\nsaliency = \"_sal_fuse\"\n";
        fs::write(root.path().join(NAME), text).unwrap();
        let found = layout(root.path(), "train").unwrap().unwrap();
        assert!(found.images.ends_with("photos") && found.masks.ends_with("SegmentationClass"));
        assert!(found.saliency_of("a").ends_with("SALImages/a_sal_fuse.png"));
        assert!(found.mask_of("a").ends_with("SegmentationClass/a.png"));
        assert!(found.labels.unwrap().ends_with("l.csv"));
        let names = class_names(root.path()).unwrap().unwrap();
        assert_eq!(names, ClassNames::of_objects(["boat", "cow"]));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let root = tempfile::tempdir().unwrap();
        let refuse = |text: &str| {
            fs::write(root.path().join(NAME), text).unwrap();
            let error = class_names(root.path()).unwrap_err();
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            (error.to_string(), cause.unwrap_or_default())
        };
        assert!(refuse("classes = []").0.ends_with("0 object classes, expected 1 to 254"));
        let twice = refuse("classes = [\"a\", \"b\", \"a\"]").0;
        assert!(twice.ends_with("class `a`, expected each class once"), "{twice}");
        let background = refuse("classes = [\"background\", \"a\"]").0;
        assert!(background.contains("class `background`, expected object classes alone"));
        let (message, cause) = refuse("classes = [\"a\"]\nimages = \"b\"");
        assert!(message.ends_with("not a description of a data set (TOML) that can be decoded"));
        assert!(cause.contains("unknown field `images`"), "{cause}");
    }
}
