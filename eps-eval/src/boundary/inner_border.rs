//! Boundary IoU: the overlap of the inner borders of both maps.
//!
//! What erosion by a square leaves of every class is found in one pass, for all classes at once. A
//! pixel is left if `2 d + 1` pixels around it in its row are of its class, and so are those of `d`
//! rows above and below: rows are cut into runs, whose ends fall away, and a counter for each
//! column says for how many rows in a row that has been so. This takes a few operations a pixel,
//! whatever `d` is.

// One class `#` with d = 1: ends of runs fall away, and a pixel whose column has been far from others for
// 2 d + 1 rows clears the border d rows above it, where its window is centred.
//
//   row                far along it      rows in a row     border
//   # # # # # .        . # # # . .       0 1 1 1 0 0       # # # # #
//   # # # # # .        . # # # . .       0 2 2 2 0 0       #       #
//   # # # # # .        . # # # . .       0 3 3 3 0 0       # # # # #

use super::{HEADING, diagonal, filled};
use crate::{ClassCounts, Column, MaskedImage, PixelMetric, TotalCounts};
use eps_data::{ClassId, IGNORE, LabelMap, Size};

/// Width of the border as a fraction of the image's diagonal.
const WIDTH: f64 = 0.02;

/// Pixels of each class in the inner border of its regions, in truth, prediction and both.
///
/// The inner border of a class is what erosion takes from it: its pixels of which another pixel, or
/// the outside of the image, is at most `d` rows and columns away, with `d` = 2 % of the diagonal,
/// rounded half to even, at least 1. Borders are those of a map in which ignored pixels have the
/// predicted class; ignored pixels are not counted. Source: Cheng et al., "Boundary IoU", CVPR 2021;
/// counts are summed over images, as those of mean IoU are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundaryIou {
    counts: Vec<ClassCounts>,
}

impl BoundaryIou {
    /// Counts of `classes` classes, background included, without pixels.
    pub fn new(classes: usize) -> Self {
        Self { counts: vec![ClassCounts::default(); classes] }
    }

    /// Counts the borders of one image.
    ///
    /// # Panics
    ///
    /// If the maps differ in size, or a counted pixel has a class that the counts do not.
    pub fn add(&mut self, truth: &LabelMap, predicted: &LabelMap) {
        assert_eq!(truth.size(), predicted.size(), "both maps must have the same size");
        let size = truth.size();
        let width = border_width(size);
        let true_border = inner_border(&filled(truth, predicted), size, width);
        let predicted_border = inner_border(predicted.classes(), size, width);
        let pixels = truth.classes().iter().zip(predicted.classes());
        let borders = true_border.into_iter().zip(predicted_border);
        for ((&truth, &predicted), (is_true, is_predicted)) in pixels.zip(borders) {
            if truth == IGNORE {
                continue;
            }
            let (truth, predicted) = (usize::from(truth), usize::from(predicted));
            self.counts[truth].truth += u64::from(is_true);
            self.counts[predicted].predicted += u64::from(is_predicted);
            let is_both = is_true && is_predicted && truth == predicted;
            self.counts[truth].intersection += u64::from(is_both);
        }
    }

    /// The counts, whose IoU is the boundary IoU.
    pub fn totals(&self) -> TotalCounts {
        self.counts.iter().copied().collect()
    }
}

impl PixelMetric for BoundaryIou {
    fn count(&mut self, image: &MaskedImage<'_>) {
        self.add(image.truth, image.predicted);
    }

    fn merge(mut self, other: &Self) -> Self {
        assert_eq!(self.counts.len(), other.counts.len(), "both must have the same classes");
        self.counts.iter_mut().zip(&other.counts).for_each(|(sum, &counts)| *sum += counts);
        self
    }

    fn columns(&self) -> Vec<Column> {
        let totals = self.totals();
        let classes = totals.classes().iter().map(ClassCounts::iou).collect();
        let column = Column::fraction("boundary IoU", totals.mean_iou(), classes);
        vec![column.in_terminal(HEADING, "")]
    }
}

/// Width of the border in pixels.
fn border_width(size: Size) -> usize {
    // As Python's `round`, which the authors' code takes.
    ((WIDTH * diagonal(size)).round_ties_even() as usize).max(1)
}

/// Whether each pixel is in the inner border of its class.
fn inner_border(classes: &[ClassId], size: Size, border: usize) -> Vec<bool> {
    let Size { width, height } = size;
    let mut is_border = vec![true; classes.len()];
    // Consecutive rows above, with this one, in which the column is of one class and far from others.
    let mut rows = vec![0_usize; width];
    for y in 0..height {
        let row = &classes[y * width..][..width];
        let above = y.checked_sub(1).map(|above| &classes[above * width..][..width]);
        for (x, is_far) in far_along(row, border).into_iter().enumerate() {
            // The pixel above is enough: it was compared with the one above it, as far as the counter
            // reaches.
            let goes_on = above.is_some_and(|above| above[x] == row[x]);
            rows[x] = match (is_far, goes_on) {
                (false, _) => 0,
                (true, false) => 1,
                (true, true) => rows[x] + 1,
            };
            // The window has just ended at this row; its centre is `border` rows above.
            if rows[x] > 2 * border {
                is_border[(y - border) * width + x] = false;
            }
        }
    }
    is_border
}

/// Whether another class and the ends of the row are more than `border` pixels away.
fn far_along(row: &[ClassId], border: usize) -> Vec<bool> {
    let runs = row.chunk_by(|a, b| a == b);
    runs.flat_map(|run| {
        // Empty for a run of up to twice the border.
        let inside = border..run.len().saturating_sub(border);
        (0..run.len()).map(move |x| inside.contains(&x))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_border_of_a_square_is_its_rim() {
        // Five by five pixels of class 1 in seven by seven; the border is one pixel wide.
        let square: Vec<u8> = (0..49)
            .map(|index| (index % 7, index / 7))
            .map(|(x, y)| u8::from((1..6).contains(&x) && (1..6).contains(&y)))
            .collect();
        let size = Size::new(7, 7);
        assert_eq!(border_width(size), 1);
        let map = LabelMap::new(size, square);
        let nothing = LabelMap::new(size, vec![0; 49]);
        let mut perfect = BoundaryIou::new(2);
        perfect.add(&map, &map);
        let rim = ClassCounts { intersection: 16, truth: 16, predicted: 16 };
        assert_eq!(perfect.totals().classes()[1], rim);
        let mut missed = BoundaryIou::new(2);
        missed.add(&map, &nothing);
        // The rim of the image is background's border in both.
        assert_eq!(missed.totals().classes()[0].iou(), Some(1.0));
        assert_eq!(missed.totals().classes()[1].iou(), Some(0.0));
        assert_eq!(perfect.clone().merge(&missed).totals().classes()[1].iou(), Some(0.5));
    }

    #[test]
    fn a_boundary_among_ignored_pixels_is_right_wherever_it_is() {
        let map = |classes: &[u8]| LabelMap::new(Size::new(8, 1), classes.to_vec());
        let truth = map(&[0, 0, 0, 255, 255, 1, 1, 1]);
        for predicted in [[0, 0, 0, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 1, 1, 1]] {
            let mut counts = BoundaryIou::new(2);
            counts.add(&truth, &map(&predicted));
            assert_eq!(counts.totals().mean_iou(), Some(1.0));
        }
    }

    /// Every pixel's window.
    fn by_definition(classes: &[u8], size: Size, border: usize) -> Vec<bool> {
        let at = |x: i64, y: i64| {
            let inside =
                (0..size.width as i64).contains(&x) && (0..size.height as i64).contains(&y);
            inside.then(|| classes[y as usize * size.width + x as usize])
        };
        let border = border as i64;
        let window =
            || (-border..=border).flat_map(|dy| (-border..=border).map(move |dx| (dx, dy)));
        let places = (0..classes.len()).map(|p| ((p % size.width) as i64, (p / size.width) as i64));
        places.map(|(x, y)| window().any(|(dx, dy)| at(x + dx, y + dy) != at(x, y))).collect()
    }

    proptest! {
        #[test]
        fn borders_are_what_erosion_takes(
            width in 1_usize..12,
            classes in prop::collection::vec(prop_oneof![9 => Just(0_u8), 1 => Just(1)], 1..140),
            border in 1_usize..4,
        ) {
            let height = classes.len().div_ceil(width);
            let mut classes = classes;
            classes.resize(width * height, 0);
            let size = Size::new(width, height);
            let found = inner_border(&classes, size, border);
            prop_assert_eq!(found, by_definition(&classes, size, border));
        }
    }
}
