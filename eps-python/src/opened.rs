//! What Python names: images of a list, their masks, and the names of their classes.

use eps_data::{ClassNames, DataSet, ImageList, Item, error_chain};
use pyo3::prelude::*;
use std::path::{Path, PathBuf};

/// Image ids, or a list as the program takes one: a file, or the name of a split beside the masks.
#[derive(FromPyObject)]
pub(crate) enum Ids {
    List(String),
    Ids(Vec<String>),
}

/// Images with their masks.
pub(crate) struct Opened {
    pub(crate) list: ImageList,
    pub(crate) items: Vec<Item>,
    pub(crate) names: ClassNames,
}

impl Opened {
    /// The images of a folder of masks; object classes are those of the folder or its data set unless they
    /// are given.
    pub(crate) fn new(
        truth: &Path,
        ids: Ids,
        objects: Option<Vec<String>>,
    ) -> Result<Self, String> {
        let root = truth.parent().unwrap_or(Path::new("."));
        let folder = DataSet { masks: truth.to_owned(), ..DataSet::voc(root) };
        let list = match ids {
            Ids::List(list) => folder.list(&list).map_err(|error| error_chain(&error))?,
            Ids::Ids(ids) => ImageList::new("ids", ids),
        };
        if list.ids.is_empty() {
            return Err("no image ids, expected one or more".into());
        }
        let names = match objects {
            Some(objects) => named(objects)?,
            None => folder.class_names_of_masks().map_err(|error| error_chain(&error))?,
        };
        let items = folder.items_with_masks(&list.ids);
        Ok(Self { list, items, names })
    }
}

/// Names of object classes that are as many as a mask can spell.
pub(crate) fn named(objects: Vec<String>) -> Result<ClassNames, String> {
    match objects.len() {
        1..=254 => Ok(ClassNames::of_objects(objects)),
        found => Err(format!("{found} object classes, expected 1 to 254")),
    }
}

/// Folders by the name of their method, in their order.
pub(crate) type Methods = Vec<(String, Vec<PathBuf>)>;
