//! Boundary F: how much of the boundary lines of both maps lies near the other's.
//!
//! For each class the lines are lists of pixels. To count how much of one line is near the other, a
//! disk is stamped around every pixel of the other, row by row (a disk is a span for each row), and
//! the pixels of the first are looked up. That takes some `2 r` short fills for each pixel of a
//! line, for a radius `r` of 0.8 % of the diagonal: 5 for an image of 500x375 pixels.

// A disk of r = 5 as it is stamped, by half spans for each row away from its pixel:
//
//   reach[0] = 5    # # # # # # # # # # #
//   reach[1] = 4      # # # # # # # # #
//   reach[2] = 4      # # # # # # # # #
//   reach[3] = 4      # # # # # # # # #
//   reach[4] = 3        # # # # # # #
//   reach[5] = 0              #

use super::{HEADING, diagonal, filled};
use crate::{
    Column, MaskedImage, PixelMetric,
    confusion::{mean, ratio},
};
use eps_data::{ClassId, LabelMap, Size};

/// How far a boundary may be from the other map's, as a fraction of the image's diagonal.
const TOLERANCE: f64 = 0.008;

/// Pixels of the boundary lines of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContourCounts {
    /// Of the truth.
    pub truth: u64,
    /// Of the truth, near a predicted one.
    pub found: u64,
    /// Of the prediction.
    pub predicted: u64,
    /// Of the prediction, near a true one.
    pub right: u64,
}

impl ContourCounts {
    /// Fraction of the predicted boundary that is near a true one; `None` if there is none.
    pub fn precision(&self) -> Option<f64> {
        ratio(self.right, self.predicted)
    }

    /// Fraction of the true boundary that is near a predicted one; `None` if there is none.
    pub fn recall(&self) -> Option<f64> {
        ratio(self.found, self.truth)
    }

    /// Harmonic mean of precision and recall; 0 if only one of the maps has a boundary, `None` if
    /// neither has.
    pub fn f(&self) -> Option<f64> {
        match (self.precision(), self.recall()) {
            (None, None) => None,
            (Some(precision), Some(recall)) if precision + recall > 0.0 => {
                Some(2.0 * precision * recall / (precision + recall))
            }
            _ => Some(0.0),
        }
    }
}

/// Pixels of the boundary lines of each class, and those near the other map's.
///
/// A pixel is on the boundary of a class if the class is in some but not all of the pixel and its
/// neighbours to the right, below, and right below. Near is within `r` = 0.8 % of the diagonal,
/// rounded up, from centre to centre. Ignored pixels have the predicted class in the truth.
/// Source: the F measure of DAVIS (Perazzi et al., CVPR 2016), its counts summed over images as the
/// BSDS benchmark does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contours {
    counts: Vec<ContourCounts>,
}

impl Contours {
    /// Counts of `classes` classes, background included, without pixels.
    pub fn new(classes: usize) -> Self {
        Self { counts: vec![ContourCounts::default(); classes] }
    }

    /// Counts the boundaries of one image.
    ///
    /// # Panics
    ///
    /// If the maps differ in size, or have a class that the counts do not.
    pub fn add(&mut self, truth: &LabelMap, predicted: &LabelMap) {
        assert_eq!(truth.size(), predicted.size(), "both maps must have the same size");
        let size = truth.size();
        let truth = lines(&filled(truth, predicted), size, self.counts.len());
        let predicted = lines(predicted.classes(), size, self.counts.len());
        let mut near = Near::new(size);
        for ((counts, truth), predicted) in self.counts.iter_mut().zip(&truth).zip(&predicted) {
            counts.truth += truth.len() as u64;
            counts.predicted += predicted.len() as u64;
            counts.right += near.count(truth, predicted);
            counts.found += near.count(predicted, truth);
        }
    }

    /// Counts by class, background first.
    pub fn classes(&self) -> &[ContourCounts] {
        &self.counts
    }

    /// Mean F over the classes that have a boundary in truth or prediction.
    pub fn mean_f(&self) -> Option<f64> {
        mean(self.counts.iter().map(ContourCounts::f))
    }
}

impl PixelMetric for Contours {
    fn count(&mut self, image: &MaskedImage<'_>) {
        self.add(image.truth, image.predicted);
    }

    fn merge(mut self, other: &Self) -> Self {
        assert_eq!(self.counts.len(), other.counts.len(), "both must have the same classes");
        for (sum, counts) in self.counts.iter_mut().zip(&other.counts) {
            sum.truth += counts.truth;
            sum.found += counts.found;
            sum.predicted += counts.predicted;
            sum.right += counts.right;
        }
        self
    }

    fn columns(&self) -> Vec<Column> {
        let classes = self.counts.iter().map(ContourCounts::f).collect();
        vec![Column::fraction("boundary F", self.mean_f(), classes).in_terminal(HEADING, "")]
    }
}

/// The pixels on the boundary of each class, ascending.
fn lines(classes: &[ClassId], size: Size, count: usize) -> Vec<Vec<usize>> {
    let Size { width, height } = size;
    let mut lines = vec![Vec::new(); count];
    for y in 0..height {
        for x in 0..width {
            let pixel = y * width + x;
            let (has_right, has_below) = (x + 1 < width, y + 1 < height);
            // The last row looks to the right only, the last column down only, as the source does.
            let right = has_right.then(|| classes[pixel + 1]);
            let below = has_below.then(|| classes[pixel + width]);
            let diagonal = (has_right && has_below).then(|| classes[pixel + width + 1]);
            let others = [right, below, diagonal].into_iter().flatten();
            // The pixel is on the line of each class of the four once, however many of them have it.
            let mut seen = [classes[pixel]; 4];
            let mut kinds = 1;
            for other in others {
                if !seen[..kinds].contains(&other) {
                    seen[kinds] = other;
                    kinds += 1;
                }
            }
            if kinds > 1 {
                seen[..kinds].iter().for_each(|&class| lines[usize::from(class)].push(pixel));
            }
        }
    }
    lines
}

/// Pixels within the tolerance of a line; its memory serves one class after the other.
struct Near {
    size: Size,
    /// For each row from that of a pixel to the furthest, how far the disk reaches to both sides.
    reach: Vec<usize>,
    is_near: Vec<bool>,
}

impl Near {
    fn new(size: Size) -> Self {
        let radius = (TOLERANCE * diagonal(size)).ceil() as usize;
        // A root in integers, so that the disk has exactly the pixels with dx² + dy² <= r².
        let reach = (0..=radius).map(|dy| (radius * radius - dy * dy).isqrt()).collect();
        Self { size, reach, is_near: vec![false; size.pixels()] }
    }

    /// Number of pixels of `line` that are near one of `other`.
    fn count(&mut self, other: &[usize], line: &[usize]) -> u64 {
        if other.is_empty() || line.is_empty() {
            return 0;
        }
        self.is_near.fill(false);
        other.iter().for_each(|&pixel| self.stamp(pixel));
        line.iter().filter(|&&pixel| self.is_near[pixel]).count() as u64
    }

    /// Marks the disk around a pixel.
    fn stamp(&mut self, pixel: usize) {
        let Size { width, height } = self.size;
        let (x, y) = (pixel % width, pixel / width);
        for (dy, &reach) in self.reach.iter().enumerate() {
            let span = x.saturating_sub(reach)..(x + reach + 1).min(width);
            let rows = [y.checked_sub(dy), Some(y + dy).filter(|&row| row < height)];
            for row in rows.into_iter().flatten() {
                self.is_near[row * width..][span.clone()].fill(true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(size: Size, classes: impl Fn(usize, usize) -> u8) -> LabelMap {
        let pixels = (0..size.pixels()).map(|p| classes(p % size.width, p / size.width));
        LabelMap::new(size, pixels.collect())
    }

    #[test]
    fn the_boundary_of_two_halves_is_the_last_column_of_the_left_one() {
        let size = Size::new(4, 3);
        let halves = map(size, |x, _| u8::from(x > 1));
        assert_eq!(lines(halves.classes(), size, 2), [[1, 5, 9], [1, 5, 9]]);
    }

    #[test]
    fn a_boundary_within_the_tolerance_is_right() {
        // The diagonal of 300×400 is 500 pixels, and the tolerance 4.
        let size = Size::new(300, 400);
        let halves = |edge: usize| map(size, move |x, _| u8::from(x >= edge));
        for (edge, expected) in [(100, 1.0), (104, 1.0), (105, 0.0)] {
            let mut contours = Contours::new(2);
            contours.add(&halves(100), &halves(edge));
            assert_eq!(contours.mean_f(), Some(expected), "edge at {edge}");
        }
    }

    #[test]
    fn a_boundary_in_one_map_only_scores_nothing_and_in_none_does_not_exist() {
        let size = Size::new(6, 6);
        let (halves, nothing) = (map(size, |x, _| u8::from(x > 2)), map(size, |_, _| 0));
        let mut missed = Contours::new(3);
        missed.add(&halves, &nothing);
        assert_eq!((missed.counts[1].precision(), missed.counts[1].recall()), (None, Some(0.0)));
        assert_eq!((missed.counts[1].f(), missed.counts[2].f()), (Some(0.0), None));
        let mut both = Contours::new(3);
        both.add(&halves, &halves);
        let merged = both.merge(&missed);
        assert_eq!(
            (merged.counts[1].precision(), merged.counts[1].recall()),
            (Some(1.0), Some(0.5))
        );
    }
}
