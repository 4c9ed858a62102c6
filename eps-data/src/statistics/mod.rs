//! What a data set consists of: labels, sizes, pixels of masks and of saliency maps.
//!
//! Accumulators hold integers and can be merged in any order, so that statistics do not depend on
//! the number of threads. Ratios are computed when they are asked for; one that does not exist is
//! `None`.

mod histogram;
mod label_counts;
mod pixel_counts;
mod size_counts;

pub use histogram::{grouped_histogram, histogram};
pub use label_counts::LabelCounts;
pub use pixel_counts::{PixelCounts, SALIENT, SaliencyCounts};
pub use size_counts::{Range, SizeCounts};

use crate::{
    DataError, Item, Observer, Split,
    codec::{read_mask, size_of},
    split::check_size,
};
use rayon::prelude::*;

/// The statistics of a split; masks and saliency maps as far as its items have them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistics {
    pub labels: LabelCounts,
    pub sizes: SizeCounts,
    pub pixels: PixelCounts,
    pub saliency: SaliencyCounts,
}

impl Statistics {
    fn new(classes: usize) -> Self {
        Self {
            labels: LabelCounts::new(classes),
            sizes: SizeCounts::default(),
            pixels: PixelCounts::new(classes),
            saliency: SaliencyCounts::new(classes),
        }
    }

    /// Counts a split in parallel, one image in memory for each thread, which is a step of the observer.
    ///
    /// # Errors
    ///
    /// Of the readers of masks and saliency maps: the first in the order of the list among those
    /// that were met.
    pub fn of(split: &Split, observer: &dyn Observer) -> Result<Self, DataError> {
        let classes = split.names.len();
        let counts = split.items.par_iter().fold(
            || Ok(Self::new(classes)),
            |counts: Result<Self, DataError>, item| {
                let mut counts = counts?;
                counts.add(item, split)?;
                observer.tick();
                Ok(counts)
            },
        );
        counts.reduce(|| Ok(Self::new(classes)), |counts, other| Ok(counts?.merge(&other?)))
    }

    fn add(&mut self, item: &Item, split: &Split) -> Result<(), DataError> {
        let size = size_of(&item.image)?;
        self.labels.add(item.classes);
        self.sizes.add(size);
        let saliency = match &item.saliency {
            Some(path) => {
                let map = split.saliency_fit.read(path, size)?;
                self.saliency.add(&map, item.classes);
                Some(map)
            }
            None => None,
        };
        if let Some(path) = &item.mask {
            let mask = read_mask(path, split.names.len())?;
            check_size("mask", path, mask.size(), size)?;
            self.pixels.add(&mask, saliency.as_ref());
        }
        Ok(())
    }

    /// Adds the images that `other` counted.
    ///
    /// # Panics
    ///
    /// If the two differ in classes.
    pub fn merge(self, other: &Self) -> Self {
        Self {
            labels: self.labels.merge(&other.labels),
            sizes: self.sizes.merge(&other.sizes),
            pixels: self.pixels.merge(&other.pixels),
            saliency: self.saliency.merge(&other.saliency),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        DataSet, Needs, SaliencyFit, Size,
        scenes::{render, write_voc_folder},
    };
    use std::fs;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const SIZE: Size = Size::new(40, 30);
    const BOTH: Needs = Needs { saliency: true, masks: true, saliency_fit: SaliencyFit::Exact };

    #[derive(Default)]
    struct Steps(AtomicUsize);

    impl Observer for Steps {
        fn step(&self, _: &dyn Fn() -> String) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_folder_counts_as_its_scenes_on_any_number_of_threads() {
        let root = tempfile::tempdir().unwrap();
        write_voc_folder(root.path(), 3, 7, SIZE).unwrap();
        let split = Split::open(&DataSet::voc(root.path()), "train", None, BOTH).unwrap();
        let steps = Steps::default();
        let counted = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| Statistics::of(&split, &steps)).unwrap()
        };
        let mut expected = Statistics::new(7);
        for index in 0..7 {
            let scene = render(3, index, SIZE);
            expected.labels.add(scene.classes);
            expected.sizes.add(SIZE);
            expected.pixels.add(&scene.mask, Some(&scene.saliency));
            expected.saliency.add(&scene.saliency, scene.classes);
        }
        assert_eq!(counted(1), expected);
        assert_eq!(counted(3), expected);
        assert_eq!(steps.0.into_inner(), 14);
    }

    #[test]
    fn a_broken_file_is_named() {
        let root = tempfile::tempdir().unwrap();
        write_voc_folder(root.path(), 3, 2, SIZE).unwrap();
        let folder = DataSet::voc(root.path());
        let split = Split::open(&folder, "train", None, BOTH).unwrap();
        fs::write(folder.mask_of("scene_0002"), "no mask").unwrap();
        let message = Statistics::of(&split, &crate::Silent).unwrap_err().to_string();
        assert!(message.contains("SegmentationClass/scene_0002.png: not a PNG"), "{message}");
    }
}
