//! From the counts of a list to its scores.

//                     IoU                                  its mean
//   voc, eps, irn     of exact counts                      over the classes in truth or prediction
//   seam              of counters that wrap, never absent  over all classes
//   deeplab, toco     of exact counts                      over the classes in the truth
//   mmseg             of sums in 32-bit floats             over the classes in truth or prediction

use super::Protocol;
use crate::{ClassCounts, ImageCounts, TotalCounts, confusion::mean};

/// What an evaluator adds to a union so that it is never 0.
const SEAM_EPSILON: f64 = 1e-10;

/// Scores of a list under a protocol.
///
/// IoU, its mean and what else the named evaluator computes come out as there. What it does not
/// compute follows from the exact counts under its rules for pixels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ratios {
    pub(crate) classes: Vec<ClassRatios>,
    pub(crate) miou: Option<f64>,
    pub(crate) frequency_weighted_iou: Option<f64>,
    pub(crate) pixel_accuracy: Option<f64>,
    pub(crate) mean_precision: Option<f64>,
    pub(crate) mean_recall: Option<f64>,
    pub(crate) mean_f1: Option<f64>,
}

/// Scores of one class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ClassRatios {
    pub(crate) iou: Option<f64>,
    pub(crate) precision: Option<f64>,
    pub(crate) recall: Option<f64>,
    pub(crate) f1: Option<f64>,
}

impl Protocol {
    /// Scores of images in the order of their list, which has `classes` classes.
    pub(crate) fn ratios(self, classes: usize, images: &[ImageCounts]) -> Ratios {
        let totals = TotalCounts::of(classes, images);
        match self {
            Self::Voc | Self::Eps | Self::Irn => Ratios::of(&totals),
            Self::Deeplab | Self::Toco => {
                let occurring = totals.classes().iter().filter(|class| class.truth > 0);
                Ratios { miou: mean(occurring.map(ClassCounts::iou)), ..Ratios::of(&totals) }
            }
            Self::Seam => Ratios::of(&totals).with_iou(totals.classes().iter().map(seam_iou)),
            Self::Mmseg => FloatCounts::of(classes, images).ratios(&totals),
        }
    }
}

impl Ratios {
    /// Exact ratios; every mean runs over the classes that have the value.
    pub(crate) fn of(totals: &TotalCounts) -> Self {
        Self {
            classes: totals.classes().iter().map(ClassRatios::of).collect(),
            miou: totals.mean_iou(),
            frequency_weighted_iou: totals.frequency_weighted_iou(),
            pixel_accuracy: totals.pixel_accuracy(),
            mean_precision: totals.mean_precision(),
            mean_recall: totals.mean_recall(),
            mean_f1: totals.mean_f1(),
        }
    }

    fn with_iou(mut self, iou: impl Iterator<Item = Option<f64>>) -> Self {
        self.classes.iter_mut().zip(iou).for_each(|(class, iou)| class.iou = iou);
        self.miou = mean(self.classes.iter().map(|class| class.iou));
        self
    }
}

impl ClassRatios {
    fn of(counts: &ClassCounts) -> Self {
        Self {
            iou: counts.iou(),
            precision: counts.precision(),
            recall: counts.recall(),
            f1: counts.f1(),
        }
    }

    /// Of pixels in floats: intersection, union, truth and prediction.
    fn of_floats(&[intersection, union, truth, predicted]: &[f32; 4]) -> Self {
        Self {
            iou: divided(intersection, union),
            precision: divided(intersection, predicted),
            recall: divided(intersection, truth),
            f1: divided(2.0 * intersection, truth + predicted),
        }
    }
}

fn divided(part: f32, whole: f32) -> Option<f64> {
    (whole > 0.0).then(|| f64::from(part / whole))
}

/// IoU from counters that wrap at 32 bits, of a class that never occurs too.
fn seam_iou(counts: &ClassCounts) -> Option<f64> {
    let [intersection, truth, predicted] =
        [counts.intersection, counts.truth, counts.predicted].map(wrapped);
    let union = (truth + predicted - intersection) as f64 + SEAM_EPSILON;
    Some(intersection as f64 / union)
}

/// The value of a signed 32-bit counter that so many pixels were added to.
pub(super) fn wrapped(pixels: u64) -> i64 {
    // SEAM counts in `multiprocessing.Value('i')`, a C int, whose overflow no one reports.
    i64::from(pixels as u32 as i32)
}

/// Pixels summed over the images, one after another, in 32-bit floats.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FloatCounts {
    /// Of each class: intersection, union, truth and prediction.
    classes: Vec<[f32; 4]>,
}

impl FloatCounts {
    pub(super) fn of(classes: usize, images: &[ImageCounts]) -> Self {
        // Above 2^24 a sum is rounded, and how depends on the order: that of the list, as mmsegmentation adds.
        let mut sums = vec![[0.0_f32; 4]; classes];
        for (class, counts) in images.iter().flat_map(ImageCounts::classes) {
            let [intersection, truth, predicted] =
                [counts.intersection, counts.truth, counts.predicted].map(|pixels| pixels as f32);
            let pixels = [intersection, truth + predicted - intersection, truth, predicted];
            sums[usize::from(class)].iter_mut().zip(pixels).for_each(|(sum, add)| *sum += add);
        }
        Self { classes: sums }
    }

    /// Whether every sum is the number of pixels.
    pub(super) fn is_exact(&self, totals: &TotalCounts) -> bool {
        self.classes.iter().zip(totals.classes()).all(|(sums, counts)| {
            let pixels = [counts.intersection, counts.union(), counts.truth, counts.predicted];
            sums.iter().zip(pixels).all(|(&sum, pixels)| f64::from(sum) == pixels as f64)
        })
    }

    fn ratios(&self, exact: &TotalCounts) -> Ratios {
        let classes: Vec<_> = self.classes.iter().map(ClassRatios::of_floats).collect();
        let [hits, pixels] =
            [0, 2].map(|index| self.classes.iter().map(|sums| f64::from(sums[index])).sum::<f64>());
        let means = |value: fn(&ClassRatios) -> Option<f64>| mean(classes.iter().map(value));
        Ratios {
            miou: means(|class| class.iou),
            frequency_weighted_iou: exact.frequency_weighted_iou(),
            pixel_accuracy: (pixels > 0.0).then(|| hits / pixels),
            mean_precision: means(|class| class.precision),
            mean_recall: means(|class| class.recall),
            mean_f1: means(|class| class.f1),
            classes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(classes: [[u64; 3]; 3]) -> ImageCounts {
        let class = |[intersection, truth, predicted]: [u64; 3]| ClassCounts {
            intersection,
            truth,
            predicted,
        };
        ImageCounts::new("a", (0..).zip(classes.map(class)))
    }

    fn iou(protocol: Protocol, images: &[ImageCounts]) -> (Vec<Option<f64>>, Option<f64>) {
        let ratios = protocol.ratios(3, images);
        (ratios.classes.iter().map(|class| class.iou).collect(), ratios.miou)
    }

    #[test]
    fn the_mean_over_absent_classes_by_hand() {
        // Class 1 is predicted only, class 2 never occurs.
        let images = [image([[2, 4, 2], [0, 0, 2], [0, 0, 0]])];
        for protocol in Protocol::ALL {
            let expected = match protocol {
                Protocol::Deeplab | Protocol::Toco => 0.5,
                Protocol::Seam => 0.5 / 3.0,
                _ => 0.25,
            };
            let (classes, miou) = iou(protocol, &images);
            // SEAM adds 1e-10 to the union of 4.
            assert!((miou.expect("pixels") - expected).abs() < 1e-10, "{protocol}");
            assert_eq!(classes[2].is_some(), protocol == Protocol::Seam, "{protocol}");
        }
    }

    #[test]
    fn counters_of_32_bits_wrap() {
        let cases = [(0, 0), ((1 << 31) - 1, 2_147_483_647), (1 << 31, -2_147_483_648)];
        for (pixels, expected) in cases {
            assert_eq!(wrapped(pixels), expected);
        }
        // 2^31 + 2^29 background pixels, all right: -1.5 / -1.5 · 2^30 of them.
        let right = image([[1 << 29; 3], [1, 2, 1], [0; 3]]);
        let images = vec![right; 5];
        let (classes, _) = iou(Protocol::Seam, &images);
        assert_eq!(classes[0], Some(1.0));
        // One more class of the union: 2^31 pixels of truth, half of them right, are -1 · 2^31.
        let images = vec![image([[1 << 29, 1 << 30, 1 << 29], [0; 3], [0; 3]]); 2];
        let (classes, _) = iou(Protocol::Seam, &images);
        let (intersection, truth, predicted) =
            ((1_i64 << 30) as f64, -2_147_483_648.0, (1_i64 << 30) as f64);
        assert_eq!(
            classes[0],
            Some(intersection / (truth + predicted - intersection + SEAM_EPSILON))
        );
        assert_eq!(iou(Protocol::Voc, &images).0[0], Some(0.5));
    }

    #[test]
    fn sums_in_32_bit_floats_lose_pixels_above_2_to_the_24() {
        let large = image([[1 << 24; 3], [0; 3], [0; 3]]);
        let small = image([[1, 1, 1], [0; 3], [0; 3]]);
        let totals = |images: &[ImageCounts]| TotalCounts::of(3, images);
        let images = [large.clone(), small.clone(), small.clone()];
        let sums = FloatCounts::of(3, &images);
        assert_eq!(sums.classes[0], [16_777_216.0; 4]);
        assert!(!sums.is_exact(&totals(&images)));
        let images = [small.clone(), small, large];
        assert!(FloatCounts::of(3, &images).is_exact(&totals(&images)));
    }
}
