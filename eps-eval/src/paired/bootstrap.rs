//! Mean IoU and IoU of each class on resamples of the images.
//!
//! A resample draws as many images as there are, with repetition, and gives an image the weight
//! `w_i` of how often it was drawn. IoU is a ratio of sums, so each resample needs only
//!
//! ```text
//! IoU(c) = Σ_i w_i · intersection_i(c)  /  Σ_i w_i · union_i(c)
//! ```
//!
//! of the counts by image, never the masks. Drawing the same images for all methods keeps what
//! makes images easy or hard out of their differences. An image has few of the classes, so its
//! counts are a list of those that occur; a resample costs the length of all lists. Sums are
//! integers and draws a function of seed and position, so that no thread and no order of work
//! changes a bit.
//!
//! Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13, for the
//! percentile intervals that are made of these values.

// Counts lie in the order in which every resample reads them, front to back:
//
//   entries   image 0: run 0 class 0, run 0 class 15, run 1 class 0 .. | image 1: .. | ..
//   ends                                                               ^             ^
//
// An entry has 24 bytes. With three classes an image, two methods of one run each have 9,000 of them on 1,500
// images, of which a resample draws some two thirds: 11,000 products of integers, and as many sums.

use super::{MethodRuns, SplitMix64};
use crate::confusion::{mean, ratio};
use rayon::prelude::*;

/// How images are resampled.
///
/// A resample draws as many images as there are, with repetition; all methods get the same. Draw
/// `d` of resample `r` of `n` images is the number `r · n + d` of [`SplitMix64`] scaled to `0..n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    pub resamples: usize,
    pub seed: u64,
}

impl Bootstrap {
    /// How often each of `images` images is drawn by a resample.
    pub fn draws(&self, resample: usize, images: usize) -> Vec<u32> {
        let generator = SplitMix64::new(self.seed);
        // A part of the sequence that no other resample uses.
        let first = resample as u64 * images as u64;
        let mut draws = vec![0; images];
        for draw in 0..images as u64 {
            draws[generator.below(images as u64, first + draw) as usize] += 1;
        }
        draws
    }

    /// The values of each method on every resample; a resample sums integers before it divides, so
    /// the result does not depend on threads or platform.
    ///
    /// # Panics
    ///
    /// If the runs differ in their number of images, or one has a class from `classes` on.
    pub fn run(&self, methods: &[MethodRuns], classes: usize) -> Resampled {
        let counts = SparseCounts::new(methods, classes);
        let values: Vec<Vec<Option<f64>>> = (0..self.resamples)
            .into_par_iter()
            .map(|resample| counts.values(methods, &self.draws(resample, counts.images())))
            .collect();
        Resampled { columns: classes + 1, values }
    }
}

/// Values of each method on every resample.
#[derive(Clone, Debug, PartialEq)]
pub struct Resampled {
    /// Of a method: mean IoU, then each class.
    columns: usize,
    /// `[resample][method, column]`
    values: Vec<Vec<Option<f64>>>,
}

impl Resampled {
    /// Mean IoU of a method on each resample.
    pub fn mean_iou(&self, method: usize) -> impl Iterator<Item = Option<f64>> + '_ {
        self.column(method, 0)
    }

    /// IoU of a class on each resample; `None` where no image with it was drawn.
    pub fn iou(&self, method: usize, class: usize) -> impl Iterator<Item = Option<f64>> + '_ {
        self.column(method, class + 1)
    }

    /// Mean IoU (column 0) or the IoU of class `column - 1`.
    pub(super) fn column(
        &self,
        method: usize,
        column: usize,
    ) -> impl Iterator<Item = Option<f64>> + '_ {
        self.values.iter().map(move |values| values[method * self.columns + column])
    }
}

/// Intersection and union of the classes that occur, image by image: a few of many classes each.
struct SparseCounts {
    classes: usize,
    runs: usize,
    entries: Vec<Entry>,
    /// Of each image, where its entries end.
    ends: Vec<usize>,
}

/// Pixels of one class in one image of one run.
struct Entry {
    /// `[run, class]`
    place: usize,
    intersection: u64,
    union: u64,
}

impl SparseCounts {
    fn new(methods: &[MethodRuns], classes: usize) -> Self {
        let runs: Vec<_> = methods.iter().flat_map(|method| &method.runs).collect();
        let images = runs.first().map_or(0, |run| run.len());
        assert!(runs.iter().all(|run| run.len() == images), "every run has the same images");
        let (mut entries, mut ends) = (Vec::new(), Vec::new());
        for image in 0..images {
            for (run, counts) in runs.iter().enumerate() {
                for (class, counts) in counts[image].classes() {
                    let class = usize::from(class);
                    assert!(class < classes, "class {class} of {classes}");
                    let (intersection, union) = (counts.intersection, counts.union());
                    entries.push(Entry { place: run * classes + class, intersection, union });
                }
            }
            ends.push(entries.len());
        }
        Self { classes, runs: runs.len(), entries, ends }
    }

    fn images(&self) -> usize {
        self.ends.len()
    }

    /// Mean IoU and IoU of each class, method by method, where each image counts as often as drawn.
    fn values(&self, methods: &[MethodRuns], draws: &[u32]) -> Vec<Option<f64>> {
        let sums = self.sums(draws).into_iter();
        let ious: Vec<_> = sums.map(|(intersection, union)| ratio(intersection, union)).collect();
        // The runs of all methods stand in their order, with one value for each class.
        let mut ious_of_runs = ious.chunks(self.classes.max(1));
        let mut values = Vec::with_capacity(methods.len() * (self.classes + 1));
        for method in methods {
            let runs: Vec<_> = ious_of_runs.by_ref().take(method.runs.len()).collect();
            // IoU of each run before their mean: counts pooled over runs would be those of no training.
            values.push(mean(runs.iter().map(|ious| mean(ious.iter().copied()))));
            values.extend((0..self.classes).map(|class| mean(runs.iter().map(|ious| ious[class]))));
        }
        values
    }

    /// Intersection and union of each run and class.
    fn sums(&self, draws: &[u32]) -> Vec<(u64, u64)> {
        let mut sums = vec![(0, 0); self.runs * self.classes];
        let mut start = 0;
        for (&drawn, &end) in draws.iter().zip(&self.ends) {
            // More than a third are not: (1 - 1/n)^n is near 1/e.
            if drawn > 0 {
                for entry in &self.entries[start..end] {
                    let sum = &mut sums[entry.place];
                    sum.0 += u64::from(drawn) * entry.intersection;
                    sum.1 += u64::from(drawn) * entry.union;
                }
            }
            start = end;
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClassCounts, ImageCounts, TotalCounts};
    use proptest::prelude::*;

    fn image(classes: &[(u8, u64, u64, u64)]) -> ImageCounts {
        let counts = classes.iter().map(|&(class, intersection, truth, predicted)| {
            (class, ClassCounts { intersection, truth, predicted })
        });
        ImageCounts::new("a", counts)
    }

    fn method(runs: Vec<Vec<ImageCounts>>) -> MethodRuns {
        MethodRuns { name: "a".into(), runs }
    }

    #[test]
    fn a_resample_draws_as_many_images_as_there_are() {
        let bootstrap = Bootstrap { resamples: 50, seed: 3 };
        for resample in 0..50 {
            assert_eq!(bootstrap.draws(resample, 17).iter().sum::<u32>(), 17);
        }
        assert_ne!(bootstrap.draws(0, 17), bootstrap.draws(1, 17));
    }

    #[test]
    fn an_image_drawn_twice_counts_twice() {
        let method = method(vec![vec![
            image(&[(0, 1, 2, 2)]),
            image(&[(0, 1, 1, 1)]),
            image(&[(1, 0, 3, 1)]),
        ]]);
        let counts = SparseCounts::new(std::slice::from_ref(&method), 3);
        let values = |draws| counts.values(std::slice::from_ref(&method), draws);
        // Class 0: (2 · 1 + 1) / (2 · 3 + 1); classes 1 and 2 were not drawn.
        assert_eq!(values(&[2, 1, 0]), [Some(3.0 / 7.0), Some(3.0 / 7.0), None, None]);
        assert_eq!(values(&[0, 0, 3]), [Some(0.0), None, Some(0.0), None]);
    }

    #[test]
    fn a_method_of_several_seeds_has_the_mean_of_their_values() {
        let run = |hits| vec![image(&[(0, hits, 4, 4)])];
        let method = method(vec![run(4), run(2)]);
        let resampled = Bootstrap { resamples: 2, seed: 0 }.run(&[method], 1);
        let expected = (1.0 + 2.0 / 6.0) / 2.0;
        assert!(resampled.mean_iou(0).all(|value| value == Some(expected)));
        assert!(resampled.iou(0, 0).all(|value| value == Some(expected)));
    }

    fn images() -> impl Strategy<Value = Vec<ImageCounts>> {
        let counts = (0..50_u64, 0..50_u64, 0..50_u64)
            .prop_map(|(both, truth, predicted)| (both, both + truth, both + predicted));
        let image_counts = prop::collection::btree_map(0..4_u8, counts, 0..4).prop_map(|classes| {
            let rows: Vec<_> = classes.into_iter().map(|(c, (i, t, p))| (c, i, t, p)).collect();
            image(&rows)
        });
        prop::collection::vec(image_counts, 1..12)
    }

    proptest! {
        #[test]
        fn a_resample_is_the_score_of_the_images_it_draws(images in images(), seed in any::<u64>()) {
            let bootstrap = Bootstrap { resamples: 8, seed };
            let resampled = bootstrap.run(&[method(vec![images.clone()])], 4);
            for (resample, found) in resampled.mean_iou(0).enumerate() {
                let generator = SplitMix64::new(seed);
                let count = images.len() as u64;
                let drawn = (0..count).map(|draw| {
                    &images[generator.below(count, resample as u64 * count + draw) as usize]
                });
                prop_assert_eq!(found, TotalCounts::of(4, drawn).mean_iou());
            }
        }
    }
}
