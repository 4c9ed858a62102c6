//! What an evaluation counted: all that scores are made from, and small enough to be kept.

use crate::{
    ConfusionMatrix, EvalError, ImageCounts, ListId, Oddities, Protocol, Scores, TotalCounts,
};
use eps_data::DataError;
use eps_data::codec::{read_bytes, write_atomically};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Counts of a list, or of the images of one shard of it, under a protocol.
///
/// As a file: JSON on one line, some 100 bytes an image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    pub protocol: Protocol,
    /// The whole list, of which these may be a part.
    pub list: ListId,
    /// Names in the order of their index, background first.
    pub classes: Vec<String>,
    pub oddities: Oddities,
    /// Pixels that have a class and were given one.
    pub matrix: ConfusionMatrix,
    /// Of each image in the list, from 0, ascending.
    pub positions: Vec<usize>,
    /// In the order of their positions.
    pub images: Vec<ImageCounts>,
}

impl Counts {
    /// Whether every image of the list was counted.
    pub fn is_complete(&self) -> bool {
        self.images.len() == self.list.images
    }

    /// Pixels of each class over all images.
    pub fn totals(&self) -> TotalCounts {
        TotalCounts::of(self.classes.len(), &self.images)
    }

    /// Scores under the protocol.
    pub fn scores(&self) -> Scores {
        Scores::of_counts(self)
    }

    /// Writes the file.
    pub fn write(&self, path: &Path) -> Result<(), EvalError> {
        let text = serde_json::to_string(self).expect("counts have only text as keys") + "\n";
        Ok(write_atomically(path, |file| file.write_all(text.as_bytes()))?)
    }

    /// Reads a file that [`write`](Self::write) left.
    ///
    /// # Errors
    ///
    /// If it is not such a file, or if its parts contradict each other.
    pub fn read(path: &Path) -> Result<Self, EvalError> {
        let text = read_bytes(path)?;
        let counts: Self = serde_json::from_slice(&text)
            .map_err(|source| EvalError::Counts { path: path.into(), source })?;
        match counts.contradiction() {
            Some((found, expected)) => {
                Err(DataError::Content { path: path.into(), found, expected }.into())
            }
            None => Ok(counts),
        }
    }

    /// What is wrong with counts from outside, and what was expected.
    fn contradiction(&self) -> Option<(String, String)> {
        let (images, classes) = (self.images.len(), self.classes.len());
        let mut last_classes = self.images.iter().filter_map(ImageCounts::last_class);
        // Each check leans on those before it: totals of a class that the counts lack would panic.
        if !(2..=255).contains(&classes) {
            Some((format!("{classes} classes"), "2 to 255 of them".into()))
        } else if self.matrix.classes() != classes {
            let found = format!("a matrix of {} classes", self.matrix.classes());
            Some((found, format!("{classes}, as there are names")))
        } else if self.positions.len() != images {
            Some((
                format!("{images} images at {} positions", self.positions.len()),
                "as many".into(),
            ))
        } else if !self.positions.is_sorted_by(|a, b| a < b) {
            Some(("positions that do not ascend".into(), "the order of the list".into()))
        } else if let Some(last) = self.positions.last().filter(|&&last| last >= self.list.images) {
            Some((format!("an image at position {last}"), format!("below {}", self.list.images)))
        } else if let Some(class) = last_classes.find(|&class| usize::from(class) >= classes) {
            Some((format!("an image with class {class}"), format!("below {classes}")))
        } else if self.matrix.pixels().is_none() {
            Some(("a matrix of 2^64 pixels".into(), "fewer".into()))
        } else if !self.matrix.is_within(&self.totals()) {
            Some(("a matrix with other pixels than the images".into(), "the same".into()))
        } else {
            let excess = self.oddities.excess(images as u64);
            excess.map(|found| (found, format!("no more than {images} images have")))
        }
    }
}
