//! Counting masks that are in memory, not in files.

use super::{Counts, tally::refused};
use crate::{
    ConfusionMatrix, EvalError, ImageCounts, ListId, Oddities, Protocol, pair_counts::PairCounts,
};
use eps_data::{ClassId, ClassNames, LabelRuns, Size};

/// Pixels of one image by true and predicted label, from which its counts under every protocol follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImagePairs {
    pub id: String,
    /// True label, predicted label and pixels, ascending.
    pairs: Vec<(ClassId, ClassId, u32)>,
}

/// Counts pairs of masks, in memory that is used again.
#[derive(Default)]
pub struct PairCounter(PairCounts);

impl PairCounter {
    /// Counts the masks of an image.
    ///
    /// # Panics
    ///
    /// If there is not one label for each pixel in both.
    pub fn count(
        &mut self,
        id: impl Into<String>,
        size: Size,
        truth: &[ClassId],
        predicted: &[ClassId],
    ) -> ImagePairs {
        self.0.clear();
        self.0.add(&LabelRuns::of(size, truth), &LabelRuns::of(size, predicted));
        let pairs =
            self.0.iter().map(|(truth, predicted, pixels)| (truth, predicted, pixels as u32));
        ImagePairs { id: id.into(), pairs: pairs.collect() }
    }
}

impl Counts {
    /// Counts of images under a protocol.
    ///
    /// # Errors
    ///
    /// If the protocol refuses an image; the first of them is named.
    pub fn of_images(
        protocol: Protocol,
        list: ListId,
        names: &ClassNames,
        images: &[ImagePairs],
    ) -> Result<Self, EvalError> {
        let classes = names.len();
        let mut counts = Self {
            protocol,
            list,
            classes: names.iter().map(str::to_owned).collect(),
            oddities: Oddities::default(),
            matrix: ConfusionMatrix::new(classes),
            positions: (0..images.len()).collect(),
            images: Vec::with_capacity(images.len()),
        };
        let mut table = PairCounts::default();
        for ImagePairs { id, pairs } in images {
            table.set(pairs);
            let counted = protocol.count(&table, classes);
            let counted = counted.map_err(|why| refused(why, id.into(), id.into(), classes))?;
            for (truth, predicted, pixels) in counted.cells {
                counts.matrix.add_count(truth, predicted, pixels);
            }
            counts.images.push(ImageCounts::new(id, (0..).zip(counted.classes)));
            counts.oddities += Oddities::of(&table, classes);
        }
        Ok(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(protocol: Protocol, images: &[ImagePairs]) -> Result<Counts, EvalError> {
        let list = ListId { name: "val".into(), images: images.len(), sha256: "ab".into() };
        Counts::of_images(protocol, list, &ClassNames::of_objects(["cat", "dog"]), images)
    }

    #[test]
    fn images_in_memory_are_counted_by_each_protocol() {
        let mut counter = PairCounter::default();
        let size = Size::new(3, 2);
        let first = counter.count("a", size, &[0, 1, 2, 2, 255, 1], &[0, 1, 1, 2, 2, 0]);
        let second = counter.count("b", size, &[0; 6], &[0, 0, 0, 0, 0, 255]);
        let counts = of(Protocol::Voc, std::slice::from_ref(&first)).unwrap();
        let expected = ConfusionMatrix::of(3, &[0, 1, 2, 2, 255, 1], &[0, 1, 1, 2, 2, 0]);
        assert_eq!(counts.matrix, expected);
        assert_eq!(counts.scores().miou, expected.mean_iou());
        let images = [first, second];
        let counts = of(Protocol::Eps, &images).unwrap();
        assert_eq!((counts.oddities.predicted_255, counts.matrix.count(0, 0)), (1, 6));
        let refusal = of(Protocol::Voc, &images).unwrap_err().to_string();
        assert_eq!(refusal, "b: predicted class 255, expected 0..=2");
    }
}
