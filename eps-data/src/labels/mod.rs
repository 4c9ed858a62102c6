//! Which classes are in an image: from a table, a pickled dictionary, object annotations, or masks.

mod annotation;
mod counts;
mod dictionary;
#[cfg(test)]
mod golden;
mod numbers;
mod table;

pub use annotation::object_names;
pub use counts::counts_text;
pub use dictionary::decode as decode_dictionary;
pub use table::{image_scores_table, read_image_scores};

use crate::coco::InstancesFile;
use crate::remark::{Remark, RemarkKind, Tally, counted};
use crate::{
    ClassId, ClassNames, ClassSet, DataError, ImageList, Named,
    codec::{read_mask, write_atomically},
};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Where image labels come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelSource {
    /// A table with a row for each image: its id, then 0 or 1 for each class; or a list with the
    /// numbers of the classes after each id, counted from 0 without background (`train_cls.txt`).
    Csv(PathBuf),
    /// A pickled dictionary of ids and rows of 0 and 1, as published code keeps labels.
    Npy(PathBuf),
    /// A folder of VOC annotations, `<id>.xml`; difficult objects count.
    Annotations(PathBuf),
    /// A folder of masks, `<id>.png`; a class counts from its first pixel.
    Masks(PathBuf),
    /// COCO's instances file; crowds count.
    Instances(InstancesFile),
    /// Nobody says it: a network finds the classes, and until then an image has none.
    Predicted,
}

/// The classes of each image, or why there are none.
pub type EachLabels = Vec<Result<ClassSet, DataError>>;

impl LabelSource {
    /// The name of [`Predicted`](Self::Predicted).
    pub const PREDICTED: &str = "predicted";

    /// The source that a file is, by the end of its name: `.npy`, `.json`, or else a table.
    pub fn of_file(path: &Path) -> Self {
        match path.extension().and_then(|kind| kind.to_str()) {
            Some("npy") => Self::Npy(path.into()),
            Some("json") => Self::Instances(InstancesFile::at(path)),
            _ => Self::Csv(path.into()),
        }
    }

    /// The source that a text names: `masks` for this folder of masks, `predicted`, a folder of annotations, or a file.
    pub fn named(text: &str, masks: &Path) -> Self {
        match text {
            "masks" => Self::Masks(masks.into()),
            Self::PREDICTED => Self::Predicted,
            path if Path::new(path).is_dir() => Self::Annotations(path.into()),
            path => Self::of_file(Path::new(path)),
        }
    }

    /// The object classes of each image of a list, in its order, and what was left out of the source or read as
    /// something else.
    ///
    /// # Errors
    ///
    /// The first in that order: a file that cannot be read, what is no class, an image without labels.
    pub fn load(
        &self,
        list: &ImageList,
        names: &ClassNames,
    ) -> Result<(Vec<ClassSet>, Vec<Remark>), DataError> {
        let (rows, remarks) = self.load_each(list, names)?;
        Ok((rows.into_iter().collect::<Result<_, _>>()?, remarks))
    }

    /// As [`load`](Self::load), with an error for each image that has no labels; the outer one is
    /// of a table that none of them can be read from.
    pub fn load_each(
        &self,
        list: &ImageList,
        names: &ClassNames,
    ) -> Result<(EachLabels, Vec<Remark>), DataError> {
        match self {
            Self::Csv(path) => table::load(path, list, names),
            Self::Npy(path) => Ok((dictionary::load(path, list, names)?, vec![])),
            Self::Instances(file) => instances(file, list, names),
            Self::Annotations(folder) => Ok(annotation::load(folder, list, names)),
            Self::Predicted => {
                Ok((list.ids.iter().map(|_| Ok(ClassSet::default())).collect(), vec![]))
            }
            Self::Masks(folder) => Ok((of_masks(folder, list, names), vec![])),
        }
    }
}

/// Writes image labels: a dictionary for NumPy where the name ends in `.npy`, else a table.
///
/// # Panics
///
/// If there is not one set for each id.
pub fn save(
    path: &Path,
    ids: &[String],
    sets: &[ClassSet],
    names: &ClassNames,
) -> Result<(), DataError> {
    let bytes = file(path, ids, sets, names);
    write_atomically(path, |out| out.write_all(&bytes))
}

/// The bytes that [`save`] writes.
///
/// # Panics
///
/// If there is not one set for each id.
pub fn file(path: &Path, ids: &[String], sets: &[ClassSet], names: &ClassNames) -> Vec<u8> {
    assert_eq!(ids.len(), sets.len(), "one set for each id");
    match path.extension().is_some_and(|kind| kind == "npy") {
        true => dictionary::file(ids, sets, names),
        false => table(ids, sets, names).into_bytes(),
    }
}

/// The table of image labels: a row for each id, a column of 0 or 1 for each class.
pub fn table(ids: &[String], sets: &[ClassSet], names: &ClassNames) -> String {
    table::table(ids, sets, names)
}

/// The error of an image of which a source says nothing, such as `no row for a`.
fn unlabelled(source: &Path, found: String, list: &ImageList) -> DataError {
    let expected = format!("one for each image of {}", list.place);
    DataError::content(source, found, expected)
}

/// The classes that each mask shows.
fn of_masks(folder: &Path, list: &ImageList, names: &ClassNames) -> EachLabels {
    list.ids
        .par_iter()
        .map(|id| {
            let path = folder.join(format!("{id}.png"));
            if !path.exists() {
                return Err(list.explain(DataError::missing(path, "mask")));
            }
            Ok(read_mask(&path, names.len())?.present())
        })
        .collect()
}

/// Classes of an instances file, by the names of its categories.
fn instances(
    file: &InstancesFile,
    list: &ImageList,
    names: &ClassNames,
) -> Result<(EachLabels, Vec<Remark>), DataError> {
    let images = file.images()?;
    let mut spellings = Tally::default();
    for name in images.names().iter().skip(1) {
        if let Named::Otherwise(class) = names.find(name) {
            spellings.add(&renamed(name, class, names), || "its categories".into());
        }
    }
    let rows = list.ids.iter().map(|id| {
        let categories = images
            .classes(id)
            .ok_or_else(|| unlabelled(file.path(), format!("no image `{id}`"), list))?;
        let categories = categories.iter().map(|category| images.names().name(category));
        categories.map(|name| class_of_category(file.path(), name, names)).collect()
    });
    let rows = rows.collect();
    let remarks = images.remarks().iter().cloned();
    Ok((rows, remarks.chain(respelled(file.path(), "name", &spellings)).collect()))
}

fn class_of_category(path: &Path, name: &str, names: &ClassNames) -> Result<ClassId, DataError> {
    names.find(name).class().ok_or_else(|| {
        let expected = format!("one of the {} object classes", names.objects());
        DataError::content(path, format!("category `{name}`"), expected)
    })
}

/// How a name in another spelling is counted.
fn renamed(name: &str, class: ClassId, names: &ClassNames) -> String {
    format!("{name}` as `{}", names.name(class))
}

/// What is said of names in another spelling.
fn respelled(path: &Path, thing: &str, spellings: &Tally) -> Option<Remark> {
    let count = spellings.total();
    (count > 0).then(|| {
        let found = format!("{} in another spelling", counted(count, thing));
        let taken = format!("read {}", spellings.text());
        Remark::new(RemarkKind::OtherSpelling, path, count, found, taken)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LabelMap, Size, codec::write_mask};

    #[test]
    fn masks_give_the_classes_of_their_pixels_and_the_first_error_of_the_list() {
        let folder = tempfile::tempdir().unwrap();
        for (id, classes) in [("a", [0, 3]), ("b", [255, 1])] {
            let map = LabelMap::new(Size::new(2, 1), classes.to_vec());
            write_mask(&folder.path().join(format!("{id}.png")), &map).unwrap();
        }
        let source = LabelSource::Masks(folder.path().into());
        let load = |ids: &[&str]| {
            let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
            source.load(&ImageList::new("train", ids), &ClassNames::voc())
        };
        let expected: [ClassSet; 2] = [[1].into_iter().collect(), [3].into_iter().collect()];
        assert_eq!(load(&["b", "a"]).unwrap(), (expected.to_vec(), vec![]));
        let message = load(&["a", "y", "b", "x"]).unwrap_err().to_string();
        let expected = "y.png: mask is missing, expected one for `y`, image 2 of list train";
        assert!(message.ends_with(expected), "{message}");
    }
}
