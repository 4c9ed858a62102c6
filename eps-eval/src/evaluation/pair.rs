//! The two masks of an image, decoded and counted in memory that is used again.

use crate::{EvalError, Oddities, files::ImageFiles, pair_counts::PairCounts, protocol::Fit};
use eps_data::codec::{MaskReader, read_class_map};
use eps_data::{BACKGROUND, ClassId, DataError, LabelRuns, Size};
use std::iter;

/// Reads and counts images, one after another.
#[derive(Default)]
pub(super) struct PairReader {
    reader: MaskReader,
    truth: LabelRuns,
    predicted: LabelRuns,
    counts: PairCounts,
}

/// The two masks of an image.
pub(super) struct Pair<'a> {
    truth: &'a LabelRuns,
    predicted: &'a LabelRuns,
    counts: &'a mut PairCounts,
    /// How the counts were made; nothing is counted before it is asked for.
    fit: Option<Fit>,
}

impl PairReader {
    pub(super) fn read(
        &mut self,
        image: &ImageFiles<'_>,
        classes: usize,
    ) -> Result<Pair<'_>, DataError> {
        self.reader.read_runs(image.mask()?, classes, &mut self.truth)?;
        match image.kind.threshold() {
            Some(threshold) => {
                let mask = read_class_map(&image.prediction)?.to_labels(threshold);
                self.predicted = LabelRuns::of(mask.size(), mask.classes());
            }
            None => self.reader.read_runs(&image.prediction, classes, &mut self.predicted)?,
        }
        let Self { truth, predicted, counts, .. } = self;
        Ok(Pair { truth, predicted, counts, fit: None })
    }
}

impl Pair<'_> {
    /// Pixels by pair of labels, masks of different sizes fitted; `None` where they do not fit.
    pub(super) fn counts(&mut self, fit: Fit) -> Option<&PairCounts> {
        let [size, predicted_size] = [self.truth, self.predicted].map(LabelRuns::size);
        // Masks of one size are counted alike under every fit, so that protocols share the counts.
        let fit = if size == predicted_size { Fit::Equal } else { fit };
        match fit {
            Fit::Equal if size != predicted_size => return None,
            Fit::Flatten if size.pixels() != predicted_size.pixels() => return None,
            _ if self.fit == Some(fit) => return Some(self.counts),
            Fit::Equal | Fit::Flatten => {
                self.counts.clear();
                self.counts.add(self.truth, self.predicted);
            }
            Fit::Crop => {
                self.counts.clear();
                self.counts.add(self.truth, &cropped(self.predicted, size));
            }
        }
        self.fit = Some(fit);
        Some(self.counts)
    }

    /// What evaluators disagree about; labels are those of masks that are cut to one size.
    pub(super) fn oddities(&mut self, classes: usize) -> Oddities {
        let resized_images = u64::from(self.predicted.size() != self.truth.size());
        let counts = self.counts(Fit::Crop).expect("every mask can be cropped");
        Oddities { resized_images, ..Oddities::of(counts, classes) }
    }

    /// That the prediction has not the size of its truth.
    pub(super) fn size_mismatch(&self, image: &ImageFiles<'_>) -> EvalError {
        let (found, expected) = (self.predicted.size(), self.truth.size());
        let path = image.prediction.clone();
        DataError::SizeMismatch { path, kind: "prediction", found, expected }.into()
    }
}

/// What a prediction has of a mask of `size`, row by row, and background where it ends.
fn cropped(predicted: &LabelRuns, size: Size) -> LabelRuns {
    let labels = predicted.labels();
    let mut rows = labels.chunks_exact(predicted.size().width);
    let mut cropped: Vec<ClassId> = Vec::with_capacity(size.pixels());
    for _ in 0..size.height {
        let labels = rows.next().unwrap_or_default().iter().copied();
        cropped.extend(labels.chain(iter::repeat(BACKGROUND)).take(size.width));
    }
    LabelRuns::of(size, &cropped)
}
