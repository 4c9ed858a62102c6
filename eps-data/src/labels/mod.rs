//! Which classes are in an image: from a table, a pickled dictionary, object annotations, or masks.

mod annotation;
mod dictionary;
#[cfg(test)]
mod golden;
mod table;

pub use annotation::object_names;
pub use dictionary::decode as decode_dictionary;
pub use table::{image_scores_table, read_image_scores};

use crate::coco::InstancesFile;
use crate::{
    ClassId, ClassNames, ClassSet, DataError,
    codec::{read_mask, write_atomically},
};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Where image labels come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelSource {
    /// A table with a row for each image: its id, then 0 or 1 for each class.
    Csv(PathBuf),
    /// A pickled dictionary of ids and rows of 0 and 1, as published code keeps labels.
    Npy(PathBuf),
    /// A folder of VOC annotations, `<id>.xml`; difficult objects count.
    Annotations(PathBuf),
    /// A folder of masks, `<id>.png`; a class counts from its first pixel.
    Masks(PathBuf),
    /// COCO's instances file; crowds count.
    Instances(InstancesFile),
}

/// The classes of each image, or why there are none.
pub type EachLabels = Vec<Result<ClassSet, DataError>>;

impl LabelSource {
    /// The source that a file is, by the end of its name: `.npy`, `.json`, or else a table.
    pub fn of_file(path: &Path) -> Self {
        match path.extension().and_then(|kind| kind.to_str()) {
            Some("npy") => Self::Npy(path.into()),
            Some("json") => Self::Instances(InstancesFile::at(path)),
            _ => Self::Csv(path.into()),
        }
    }

    /// The object classes of each image, in the order of `ids`.
    ///
    /// The first error in that order is returned.
    pub fn load(&self, ids: &[String], names: &ClassNames) -> Result<Vec<ClassSet>, DataError> {
        self.load_each(ids, names)?.into_iter().collect()
    }

    /// As [`load`](Self::load), with an error for each image that has no labels; the outer one is
    /// of a table that none of them can be read from.
    pub fn load_each(&self, ids: &[String], names: &ClassNames) -> Result<EachLabels, DataError> {
        match self {
            Self::Csv(path) => table::load(path, ids, names),
            Self::Npy(path) => dictionary::load(path, ids, names),
            Self::Instances(file) => instances(file, ids, names),
            Self::Annotations(folder) => {
                Ok(each(ids, |id| annotation::classes(&folder.join(format!("{id}.xml")), names)))
            }
            Self::Masks(folder) => Ok(each(ids, |id| {
                Ok(read_mask(&folder.join(format!("{id}.png")), names.len())?.present())
            })),
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
    assert_eq!(ids.len(), sets.len(), "one set for each id");
    if path.extension().is_some_and(|kind| kind == "npy") {
        return dictionary::save(path, ids, sets, names);
    }
    write_atomically(path, |file| file.write_all(table(ids, sets, names).as_bytes()))
}

/// The table of image labels: a row for each id, a column of 0 or 1 for each class.
pub fn table(ids: &[String], sets: &[ClassSet], names: &ClassNames) -> String {
    table::table(ids, sets, names)
}

/// Classes of an instances file, by the names of its categories.
fn instances(
    file: &InstancesFile,
    ids: &[String],
    names: &ClassNames,
) -> Result<EachLabels, DataError> {
    let images = file.images()?;
    let content =
        |found, expected: String| DataError::Content { path: file.path().into(), found, expected };
    let class = |own: ClassId| {
        let name = images.names().name(own);
        names.index(name).ok_or_else(|| {
            let expected = format!("one of the {} object classes", names.objects());
            content(format!("category `{name}`"), expected)
        })
    };
    let classes = |id: &String| {
        let missing = || content(format!("no image `{id}`"), "each image of the list".into());
        images.classes(id).ok_or_else(missing)?.iter().map(class).collect()
    };
    Ok(ids.iter().map(classes).collect())
}

/// Reads in parallel, in the order of `ids` whichever thread was first.
fn each(ids: &[String], read: impl Fn(&str) -> Result<ClassSet, DataError> + Sync) -> EachLabels {
    ids.par_iter().map(|id| read(id)).collect()
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
            source
                .load(&ids.iter().map(ToString::to_string).collect::<Vec<_>>(), &ClassNames::voc())
        };
        let expected: [ClassSet; 2] = [[1].into_iter().collect(), [3].into_iter().collect()];
        assert_eq!(load(&["b", "a"]).unwrap(), expected);
        let message = load(&["a", "y", "b", "x"]).unwrap_err().to_string();
        assert!(message.ends_with("y.png: cannot be read"), "{message}");
    }
}
