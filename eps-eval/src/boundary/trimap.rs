//! Mean IoU in a band around the true boundaries, by the width of the band.
//!
//! One distance transform serves all widths: a pixel is counted in the ring between two widths, and
//! a band is the sum of the rings up to its width.

use super::distances;
use crate::{ConfusionMatrix, MaskedImage, PixelMetric, TotalCounts};
use eps_data::{IGNORE, LabelMap};

/// Pixels counted by how far they are from a true boundary.
///
/// A pixel is in the band of width `w` if a pixel of another class, or an ignored one, is at most
/// `w` pixels away in the truth. Source: Kohli, Ladický and Torr, "Robust higher order potentials",
/// IJCV 2009, with the ignored pixels as the place of VOC's boundaries, as in DeepLab (Chen et al.,
/// ICLR 2015).
///
/// ```
/// use eps_data::{LabelMap, Size};
/// use eps_eval::boundary::Trimap;
///
/// let size = Size::new(6, 1);
/// let truth = LabelMap::new(size, vec![0, 0, 0, 1, 1, 1]);
/// let predicted = LabelMap::new(size, vec![0, 0, 1, 1, 1, 1]);
/// let mut trimap = Trimap::new(2, vec![1, 3]);
/// trimap.add(&truth, &predicted);
/// let accuracies: Vec<_> = trimap.bands().map(|(_, band)| band.pixel_accuracy()).collect();
/// assert_eq!(accuracies, [Some(0.5), Some(5.0 / 6.0)]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trimap {
    /// Ascending, in pixels.
    widths: Vec<u32>,
    /// Pixels within each width and beyond the one before it.
    rings: Vec<ConfusionMatrix>,
}

impl Trimap {
    /// Bands of `widths` pixels for `classes` classes, background included, without pixels.
    ///
    /// # Panics
    ///
    /// If there is no width, or they are not ascending from at least 1.
    pub fn new(classes: usize, widths: Vec<u32>) -> Self {
        assert!(widths.first().is_some_and(|&width| width > 0), "a band needs a width above 0");
        assert!(widths.is_sorted_by(|a, b| a < b), "widths must be ascending");
        let rings = vec![ConfusionMatrix::new(classes); widths.len()];
        Self { widths, rings }
    }

    /// Counts the pixels of one image.
    ///
    /// # Panics
    ///
    /// If the maps differ in size, or a counted pixel has a class that the bands do not.
    pub fn add(&mut self, truth: &LabelMap, predicted: &LabelMap) {
        assert_eq!(truth.size(), predicted.size(), "both maps must have the same size");
        let widest = self.widths[self.widths.len() - 1];
        let squares = distances(truth, widest);
        let pixels = truth.classes().iter().zip(predicted.classes()).zip(squares);
        for ((&truth, &predicted), square) in pixels {
            if let (false, Some(square)) = (truth == IGNORE, square) {
                // Squares are compared, since a root would be rounded.
                let ring = self.widths.partition_point(|&width| width * width < square);
                self.rings[ring].add_count(truth.into(), predicted.into(), 1);
            }
        }
    }

    /// Each width with the counts of its band, ascending.
    pub fn bands(&self) -> impl Iterator<Item = (u32, TotalCounts)> + '_ {
        let mut band: Option<TotalCounts> = None;
        self.widths.iter().zip(&self.rings).map(move |(&width, ring)| {
            let ring = ring.totals();
            let sum = band.take().map_or(ring.clone(), |band| band.merge(&ring));
            band = Some(sum.clone());
            (width, sum)
        })
    }
}

impl PixelMetric for Trimap {
    fn count(&mut self, image: &MaskedImage<'_>) {
        self.add(image.truth, image.predicted);
    }

    fn merge(mut self, other: &Self) -> Self {
        assert_eq!(self.widths, other.widths, "both must have the same widths");
        let rings = self.rings.into_iter().zip(&other.rings);
        self.rings = rings.map(|(ring, other)| ring.merge(other)).collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eps_data::Size;

    #[test]
    fn bands_of_a_hand_counted_row() {
        // Distances to the nearest other pixel: 3, 2, 1, ignored, 1, 2, 3.
        let map = |classes: [u8; 7]| LabelMap::new(Size::new(7, 1), classes.to_vec());
        let mut trimap = Trimap::new(2, vec![1, 2]);
        trimap.add(&map([0, 0, 0, 255, 1, 1, 1]), &map([1, 0, 0, 0, 0, 1, 0]));
        let bands: Vec<_> =
            trimap.bands().map(|(width, band)| (width, band.pixels(), band.mean_iou())).collect();
        // Width 1: background right, the object wrong. Width 2: background 2 of 3, object 1 of 2;
        // both ends, which are wrong, are in no band.
        assert_eq!(bands, [(1, 2, Some(0.25)), (2, 4, Some((2.0 / 3.0 + 0.5) / 2.0))]);
        let twice: Vec<_> =
            trimap.clone().merge(&trimap).bands().map(|(_, band)| band.pixels()).collect();
        assert_eq!(twice, [4, 8]);
    }
}
