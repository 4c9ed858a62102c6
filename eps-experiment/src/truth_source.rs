//! Where ground truth is.

use crate::output::ReadFiles;
use crate::{GroundTruth, MissingInput, Session, folder_of};
use anyhow::Result;
use eps_data::{ClassNames, DataSet, LabelSource};
use std::path::{Path, PathBuf};

/// Ground-truth masks and the images that count, before any of them is read: those of a data set, or a folder of
/// masks.
#[derive(Clone, Debug, Default)]
pub struct TruthSource {
    /// Data set folder: gives masks, list, images and the names of the classes.
    pub data: Option<PathBuf>,
    /// Folder of masks, `<id>.png` [that of the data set].
    pub masks: Option<PathBuf>,
    /// What the names of masks have between id and ending.
    pub mask_suffix: Option<String>,
    /// Name of a split, or a file with one image id a line [`train` of the data set].
    pub list: Option<String>,
    /// File with the names of the classes [in the masks' folder, else beside it, else the data set's, else VOC's].
    pub classes: Option<PathBuf>,
}

/// The folders, and the list as it is named.
struct Place {
    folder: DataSet,
    list: String,
}

impl TruthSource {
    /// Whether anything says where the ground truth is.
    pub fn is_given(&self) -> bool {
        self.masks.is_some() || self.data.is_some()
    }

    /// The same with a list where none is named.
    pub fn or_list(mut self, list: &Path) -> Self {
        self.list.get_or_insert_with(|| list.to_string_lossy().into_owned());
        self
    }

    /// The list, its items with their masks, and the names of their classes.
    ///
    /// # Errors
    ///
    /// [`MissingInput`] if nothing names masks and list; if the data set, the list or the names cannot be read.
    pub fn open(&self, session: &Session<'_>) -> Result<GroundTruth> {
        self.open_at(self.place()?, session)
    }

    /// As [`open`](Self::open), with the image labels of a source as [`LabelSource::named`] takes it.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and if an image has no labels.
    pub fn open_with_labels(&self, source: &str, session: &Session<'_>) -> Result<GroundTruth> {
        let place = self.place()?;
        let source = LabelSource::named(source, &place.folder.masks);
        let mut truth = self.open_at(place, session)?;
        let (labels, remarks) = source.load(&truth.list, &truth.names)?;
        session.remarks(&remarks);
        for (item, classes) in truth.items.iter_mut().zip(labels) {
            item.classes = classes;
        }
        Ok(truth)
    }

    fn open_at(&self, place: Place, session: &Session<'_>) -> Result<GroundTruth> {
        let Place { folder, list } = place;
        let (names, place_of_names) = match &self.classes {
            Some(path) => (ClassNames::read(path)?, path.display().to_string()),
            None => (folder.class_names_of_masks()?, folder.place_of_class_names()),
        };
        let list = folder.list(&list)?;
        session.remarks(&list.remarks);
        let items = folder.items_with_masks(&list.ids);
        Ok(GroundTruth {
            list,
            items,
            names,
            place_of_names,
            folder: name_of(&folder.masks),
            images: folder.images,
        })
    }

    /// Name of the masks' folder, and what their list is called.
    ///
    /// # Errors
    ///
    /// [`MissingInput`] if nothing names masks and list; if the data set cannot be opened.
    pub fn names(&self) -> Result<(String, String)> {
        let Place { folder, list } = self.place()?;
        Ok((name_of(&folder.masks), list))
    }

    /// The files that are read, which no output may replace.
    pub fn inputs(&self) -> ReadFiles {
        let Ok(Place { folder, list }) = self.place() else { return ReadFiles::default() };
        let tables = ["cls_labels.csv", "cls_labels.npy"].map(|name| folder.root.join(name));
        let files = [PathBuf::from(list)].into_iter().chain(self.classes.clone());
        files.chain(tables).fold(ReadFiles::default(), ReadFiles::file).data_set(&folder)
    }

    fn place(&self) -> Result<Place> {
        let (folder, list) = match (&self.data, &self.masks) {
            (Some(root), _) => {
                let list = self.list.clone().unwrap_or_else(|| "train".into());
                let folder = DataSet::open(root, &list)?;
                folder.check_root()?;
                (folder, list)
            }
            (None, Some(masks)) => {
                let lacking = "no list of images, expected --list beside --truth";
                let list = self.list.clone().ok_or_else(|| MissingInput::error(lacking))?;
                (DataSet::voc(folder_of(masks)), list)
            }
            (None, None) => {
                let lacking = "no ground truth, expected --data ROOT or --truth DIR";
                return Err(MissingInput::error(lacking));
            }
        };
        let masks = self.masks.clone().unwrap_or_else(|| folder.masks.clone());
        let mask_suffix = self.mask_suffix.clone().unwrap_or_else(|| folder.mask_suffix.clone());
        Ok(Place { folder: DataSet { masks, mask_suffix, ..folder }, list })
    }
}

fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lacking(source: &TruthSource) -> String {
        source.open(&Session::SILENT).unwrap_err().downcast::<MissingInput>().unwrap().to_string()
    }

    #[test]
    fn what_nothing_names_is_asked_for() {
        let nothing = TruthSource::default();
        assert!(!nothing.is_given());
        assert_eq!(lacking(&nothing), "no ground truth, expected --data ROOT or --truth DIR");
        let masks = TruthSource { masks: Some("masks".into()), ..nothing };
        assert!(masks.is_given());
        assert_eq!(lacking(&masks), "no list of images, expected --list beside --truth");
    }

    #[test]
    fn a_list_is_taken_where_none_is_named() {
        let with_list = |list: Option<&str>| {
            let source = TruthSource { list: list.map(str::to_owned), ..TruthSource::default() };
            source.or_list(Path::new("frozen.txt")).list.unwrap()
        };
        assert_eq!([with_list(None), with_list(Some("val"))], ["frozen.txt", "val"]);
    }
}
