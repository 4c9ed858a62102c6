//! Image labels from whatever source.

use crate::{DataSource, Session};
use anyhow::Result;
use eps_data::{ClassNames, ClassSet, labels};
use std::path::Path;

/// The labels of the images of a list.
#[derive(Clone, Debug)]
pub struct ImageLabels {
    /// In the order of the list.
    pub ids: Vec<String>,
    /// Of each image.
    pub sets: Vec<ClassSet>,
    pub names: ClassNames,
}

impl ImageLabels {
    /// Reads the labels of a list.
    ///
    /// # Errors
    ///
    /// If the list or the source of its labels cannot be read, or an image has none.
    pub fn read(data: &DataSource, session: &Session<'_>) -> Result<Self> {
        let DataSource { folder, list: name, labels, .. } = data;
        let names = folder.class_names()?;
        let list = folder.list(name)?;
        let source = match labels {
            Some(source) => source.clone(),
            None => folder.labels_for(&list, name)?,
        };
        let (sets, remarks) = source.load(&list, &names)?;
        session.remarks(list.remarks.iter().chain(&remarks));
        Ok(Self { ids: list.ids, sets, names })
    }

    /// A row for each image, a column of 0 or 1 for each class.
    pub fn table(&self) -> String {
        labels::table(&self.ids, &self.sets, &self.names)
    }

    /// The bytes of a file of this name: a dictionary for NumPy if it ends in `.npy`, else the table.
    pub fn file(&self, path: &Path) -> Vec<u8> {
        labels::file(path, &self.ids, &self.sets, &self.names)
    }

    /// Images of each class and of each number of classes.
    pub fn counts(&self) -> String {
        labels::counts_text(&self.sets, &self.names)
    }
}
