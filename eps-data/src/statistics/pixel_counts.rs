//! How much of the images each class covers, and how much of that is salient.

use super::{grouped_histogram, histogram};
use crate::{BACKGROUND, ClassId, ClassSet, IGNORE, LabelMap, SaliencyMap};

/// A pixel counts as salient from this grey value on: half of the range.
pub const SALIENT: u8 = 128;

/// Pixels of each class in masks, and how many of them are salient. Ignored pixels are left out of
/// all but [`ignored`](Self::ignored).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PixelCounts {
    images: u64,
    images_with_ignored: u64,
    ignored: u64,
    classes: Vec<ClassPixels>,
}

/// Pixels of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct ClassPixels {
    images: u64,
    pixels: u64,
    /// Pixels of all classes in the images with this one.
    around: u64,
    /// Those of its pixels that saliency was looked at, and those that are salient.
    looked_at: u64,
    salient: u64,
}

impl PixelCounts {
    /// Counts of `classes` classes, background included, without pixels.
    pub fn new(classes: usize) -> Self {
        let classes = vec![ClassPixels::default(); classes];
        Self { images: 0, images_with_ignored: 0, ignored: 0, classes }
    }

    /// Counts the pixels of one image.
    ///
    /// # Panics
    ///
    /// If the maps differ in size, or a pixel has a class that the counts do not.
    pub fn add(&mut self, mask: &LabelMap, saliency: Option<&SaliencyMap>) {
        // Classes are counted apart on dark and on salient pixels: one pass over both maps.
        let [dark, salient] = match saliency {
            Some(map) => {
                assert_eq!(mask.size(), map.size(), "mask and saliency must have the same size");
                let group = std::array::from_fn(|value| u8::from(value >= usize::from(SALIENT)));
                grouped_histogram(map.values(), &group, mask.classes())
            }
            None => [histogram(mask.classes()), [0; 256]],
        };
        let ignored = dark[usize::from(IGNORE)] + salient[usize::from(IGNORE)];
        let counted = mask.size().pixels() as u64 - ignored;
        self.images += 1;
        self.images_with_ignored += u64::from(ignored > 0);
        self.ignored += ignored;
        for (class, (&dark, &salient)) in dark.iter().zip(&salient).enumerate() {
            let pixels = dark + salient;
            if pixels > 0 && class != usize::from(IGNORE) {
                let counts = &mut self.classes[class];
                counts.images += 1;
                counts.pixels += pixels;
                counts.around += counted;
                counts.looked_at += if saliency.is_some() { pixels } else { 0 };
                counts.salient += salient;
            }
        }
    }

    /// Adds the pixels that `other` counted.
    ///
    /// # Panics
    ///
    /// If the two differ in classes.
    pub fn merge(mut self, other: &Self) -> Self {
        assert_eq!(self.classes.len(), other.classes.len(), "both must have the same classes");
        self.images += other.images;
        self.images_with_ignored += other.images_with_ignored;
        self.ignored += other.ignored;
        for (counts, added) in self.classes.iter_mut().zip(&other.classes) {
            counts.images += added.images;
            counts.pixels += added.pixels;
            counts.around += added.around;
            counts.looked_at += added.looked_at;
            counts.salient += added.salient;
        }
        self
    }

    /// Masks that were counted.
    pub fn images(&self) -> u64 {
        self.images
    }

    /// Masks with a pixel of `class`.
    pub fn images_with(&self, class: ClassId) -> u64 {
        self.of(class).images
    }

    /// Pixels of `class`.
    pub fn pixels(&self, class: ClassId) -> u64 {
        self.of(class).pixels
    }

    /// Pixels that no class has.
    pub fn ignored(&self) -> u64 {
        self.ignored
    }

    /// Masks in which some pixel is ignored.
    pub fn images_with_ignored(&self) -> u64 {
        self.images_with_ignored
    }

    /// Share of the pixels of all masks that are `class`.
    pub fn share(&self, class: ClassId) -> Option<f64> {
        ratio(self.of(class).pixels, self.classes.iter().map(|counts| counts.pixels).sum())
    }

    /// Share of the pixels that are `class` in the masks that have it, pooled.
    pub fn share_where_present(&self, class: ClassId) -> Option<f64> {
        ratio(self.of(class).pixels, self.of(class).around)
    }

    /// Share of the pixels of all masks that are an object.
    pub fn foreground(&self) -> Option<f64> {
        self.share(BACKGROUND).map(|background| 1.0 - background)
    }

    /// Share of the pixels of `class` that are salient, pooled.
    pub fn salient(&self, class: ClassId) -> Option<f64> {
        ratio(self.of(class).salient, self.of(class).looked_at)
    }

    fn of(&self, class: ClassId) -> &ClassPixels {
        &self.classes[usize::from(class)]
    }
}

/// How much of the images with each label is salient; needs no masks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaliencyCounts {
    images: u64,
    pixels: u64,
    salient: u64,
    /// Pixels and salient pixels of the images with each label.
    labelled: Vec<[u64; 2]>,
}

impl SaliencyCounts {
    /// Counts of `classes` classes, background included, without pixels.
    pub fn new(classes: usize) -> Self {
        Self { images: 0, pixels: 0, salient: 0, labelled: vec![[0; 2]; classes] }
    }

    /// Counts the pixels of one image.
    ///
    /// # Panics
    ///
    /// If a label is not among the classes.
    pub fn add(&mut self, map: &SaliencyMap, labels: ClassSet) {
        let pixels = map.size().pixels() as u64;
        let salient = map.values().iter().filter(|&&value| value >= SALIENT).count() as u64;
        self.images += 1;
        self.pixels += pixels;
        self.salient += salient;
        for class in labels.iter() {
            let counts = &mut self.labelled[usize::from(class)];
            *counts = [counts[0] + pixels, counts[1] + salient];
        }
    }

    /// Adds the pixels that `other` counted.
    ///
    /// # Panics
    ///
    /// If the two differ in classes.
    pub fn merge(mut self, other: &Self) -> Self {
        assert_eq!(self.labelled.len(), other.labelled.len(), "both must have the same classes");
        self.images += other.images;
        self.pixels += other.pixels;
        self.salient += other.salient;
        for (counts, added) in self.labelled.iter_mut().zip(&other.labelled) {
            *counts = [counts[0] + added[0], counts[1] + added[1]];
        }
        self
    }

    /// Maps that were counted.
    pub fn images(&self) -> u64 {
        self.images
    }

    /// Share of the pixels of all maps that are salient.
    pub fn coverage(&self) -> Option<f64> {
        ratio(self.salient, self.pixels)
    }

    /// Share of the pixels that are salient in the images labelled `class`, pooled.
    pub fn coverage_of(&self, class: ClassId) -> Option<f64> {
        let [pixels, salient] = self.labelled[usize::from(class)];
        ratio(salient, pixels)
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Size;

    fn mask(classes: [u8; 6]) -> LabelMap {
        LabelMap::new(Size::new(3, 2), classes.to_vec())
    }

    fn saliency(values: [u8; 6]) -> SaliencyMap {
        SaliencyMap::new(Size::new(3, 2), values.to_vec())
    }

    fn two_images() -> PixelCounts {
        let mut counts = PixelCounts::new(4);
        let map = saliency([0, 127, 128, 255, 255, 0]);
        counts.add(&mask([0, 1, 1, 2, 255, 0]), Some(&map));
        counts.add(&mask([0, 0, 0, 0, 0, 2]), None);
        counts
    }

    #[test]
    fn shares_are_those_counted_by_hand() {
        let counts = two_images();
        assert_eq!((counts.images(), counts.ignored(), counts.images_with_ignored()), (2, 1, 1));
        assert_eq!(
            (counts.images_with(0), counts.images_with(1), counts.images_with(2)),
            (2, 1, 2)
        );
        assert_eq!((counts.pixels(0), counts.pixels(1), counts.pixels(2)), (7, 2, 2));
        assert_eq!(counts.share(1), Some(2.0 / 11.0));
        assert_eq!(counts.share_where_present(1), Some(2.0 / 5.0));
        assert_eq!(counts.share_where_present(2), Some(2.0 / 11.0));
        assert_eq!(counts.share_where_present(3), None);
        assert_eq!(counts.foreground(), Some(1.0 - 7.0 / 11.0));
    }

    #[test]
    fn a_class_is_as_salient_as_its_pixels_with_a_map() {
        let counts = two_images();
        assert_eq!((counts.salient(0), counts.salient(1)), (Some(0.0), Some(0.5)));
        assert_eq!((counts.salient(2), counts.salient(3)), (Some(1.0), None));
    }

    #[test]
    fn two_parts_count_as_one_set() {
        let mut parts = [PixelCounts::new(4), PixelCounts::new(4)];
        parts[0].add(&mask([0, 1, 1, 2, 255, 0]), Some(&saliency([0, 127, 128, 255, 255, 0])));
        parts[1].add(&mask([0, 0, 0, 0, 0, 2]), None);
        let [first, second] = parts;
        assert_eq!(second.merge(&first), two_images());
    }

    #[test]
    fn coverage_by_label_needs_no_mask() {
        let mut counts = SaliencyCounts::new(3);
        counts.add(&saliency([0, 0, 0, 0, 200, 255]), [1].into_iter().collect());
        let mut other = SaliencyCounts::new(3);
        other.add(&saliency([0, 0, 0, 0, 0, 128]), [1, 2].into_iter().collect());
        let counts = counts.merge(&other);
        assert_eq!((counts.images(), counts.coverage()), (2, Some(0.25)));
        assert_eq!((counts.coverage_of(1), counts.coverage_of(2)), (Some(0.25), Some(1.0 / 6.0)));
        assert_eq!(counts.coverage_of(0), None);
    }
}
