//! The two masks of an image, decoded and counted in memory that is used again.

use super::files::ImageFiles;
use crate::{EvalError, Oddities, pair_counts::PairCounts, protocol::Fit};
use eps_data::codec::MaskReader;
use eps_data::{ClassId, DataError, Size};

/// Reads and counts the images of one task, one after another.
#[derive(Default)]
pub(super) struct PairReader {
    truth: MaskReader,
    predicted: MaskReader,
    counts: PairCounts,
    row: Vec<ClassId>,
}

/// The two masks of an image.
pub(super) struct Pair<'a> {
    truth: (Size, &'a [ClassId]),
    predicted: (Size, &'a [ClassId]),
    counts: &'a mut PairCounts,
    row: &'a mut Vec<ClassId>,
    /// How the counts were made; nothing is counted before it is asked for.
    fit: Option<Fit>,
}

impl PairReader {
    pub(super) fn read(&mut self, image: &ImageFiles) -> Result<Pair<'_>, DataError> {
        let truth = self.truth.read(&image.truth)?;
        let predicted = self.predicted.read(&image.prediction)?;
        Ok(Pair { truth, predicted, counts: &mut self.counts, row: &mut self.row, fit: None })
    }
}

impl Pair<'_> {
    /// Pixels by pair of labels, masks of different sizes fitted; `None` where they do not fit.
    pub(super) fn counts(&mut self, fit: Fit) -> Option<&PairCounts> {
        let has_size_of_truth = self.predicted.0 == self.truth.0;
        let fit = if has_size_of_truth { Fit::Equal } else { fit };
        let has_pixels_of_truth = self.predicted.1.len() == self.truth.1.len();
        match fit {
            Fit::Equal if !has_size_of_truth => return None,
            Fit::Flatten if !has_pixels_of_truth => return None,
            _ if self.fit == Some(fit) => return Some(self.counts),
            Fit::Equal | Fit::Flatten => {
                self.counts.clear();
                self.counts.add(self.truth.1, self.predicted.1);
            }
            Fit::Crop => self.count_cropped(),
        }
        self.fit = Some(fit);
        Some(self.counts)
    }

    /// Counts row by row what both have, and background where the prediction ends.
    fn count_cropped(&mut self) {
        self.counts.clear();
        let (size, truth) = self.truth;
        let (predicted_size, predicted) = self.predicted;
        let mut rows = predicted.chunks_exact(predicted_size.width);
        for truth in truth.chunks_exact(size.width) {
            let own = rows.next().unwrap_or_default();
            self.row.clear();
            self.row.extend(own.iter().take(size.width));
            self.row.resize(size.width, 0);
            self.counts.add(truth, self.row);
        }
    }

    /// What evaluators disagree about; labels are those of masks that are cut to one size.
    pub(super) fn oddities(&mut self, classes: usize) -> Oddities {
        let resized_images = u64::from(self.predicted.0 != self.truth.0);
        let counts = self.counts(Fit::Crop).expect("every mask can be cropped");
        Oddities { resized_images, ..Oddities::of(counts, classes) }
    }

    /// That the prediction has not the size of its truth.
    pub(super) fn size_mismatch(&self, image: &ImageFiles) -> EvalError {
        let (found, expected) = (self.predicted.0, self.truth.0);
        let path = image.prediction.clone();
        DataError::SizeMismatch { path, kind: "prediction", found, expected }.into()
    }
}
