//! Where points lie.

use crate::CrfError;
use crate::lattice::{BLOCK, Lanes, MAX_COORDINATE};

/// Features of points, each in units of its kernel's standard deviation.
#[derive(Clone, Copy, Debug)]
pub struct Features<'a> {
    dimensions: usize,
    points: usize,
    values: &'a [f32],
}

impl<'a> Features<'a> {
    /// `values` is `[dimensions, points]`; points are alike by `exp(-|f - g|² / 2)` of their features.
    ///
    /// # Errors
    ///
    /// [`CrfError::Corners`] if there is no dimension or no point, or too many to be numbered,
    /// [`CrfError::Length`] if there is not one value for each, [`CrfError::Feature`] for one that is not
    /// finite, [`CrfError::TooFine`] if they are too large to be placed.
    pub fn new(dimensions: usize, points: usize, values: &'a [f32]) -> Result<Self, CrfError> {
        let corners = points.saturating_mul(dimensions.saturating_add(1));
        if dimensions == 0 || !(1..=crate::MAX_CORNERS).contains(&corners) {
            return Err(CrfError::Corners { found: if dimensions == 0 { 0 } else { corners } });
        }
        let (found, expected) = (values.len(), dimensions * points);
        if found != expected {
            return Err(CrfError::Length { what: "the features", found, expected });
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            let (dimension, point) = (at / points, at % points);
            return Err(CrfError::Feature { dimension, point, found: values[at] });
        }
        let features = Self { dimensions, points, values };
        // No elevated coordinate is beyond the sum.
        let reach = values.chunks_exact(points).zip(factors(dimensions)).enumerate();
        let reach = reach.map(|(axis, (values, factor))| {
            let most = values.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
            (axis + 1) as f64 * f64::from(most) * f64::from(factor)
        });
        match reach.sum::<f64>() <= MAX_COORDINATE {
            true => Ok(features),
            false => Err(CrfError::TooFine { kernel: "pairwise" }),
        }
    }

    /// Number of features of a point.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Number of points.
    pub fn points(&self) -> usize {
        self.points
    }

    /// Scaled features of a block of points from `first` on; zeros after the last point.
    #[inline(always)]
    pub(super) fn block(&self, first: usize, factors: &[f32], block: &mut [Lanes]) {
        let count = BLOCK.min(self.points - first);
        for ((values, factor), lanes) in
            self.values.chunks_exact(self.points).zip(factors).zip(block)
        {
            *lanes = [0.0; BLOCK];
            for (lane, value) in lanes.iter_mut().zip(&values[first..][..count]) {
                *lane = value * factor;
            }
        }
    }
}

/// Factors of the features before elevation, so that the lattice blurs by a standard deviation of one.
pub(super) fn factors(dimensions: usize) -> Vec<f32> {
    let deviation = ((2.0_f64 / 3.0).sqrt() * (dimensions + 1) as f64) as f32;
    (0..dimensions)
        .map(|axis| {
            let factor = 1.0 / (((axis + 2) * (axis + 1)) as f64).sqrt();
            (factor * f64::from(deviation)) as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_that_cannot_be_placed_are_named() {
        let refusal = |dimensions, points, values: &[f32]| {
            Features::new(dimensions, points, values).unwrap_err().to_string()
        };
        assert_eq!(refusal(2, 2, &[0.0; 3]), "3 values of the features, expected 4");
        assert!(refusal(0, 2, &[]).starts_with("0 corners"));
        assert!(refusal(2, 0, &[]).starts_with("0 corners"));
        let expected = "feature NaN of dimension 1 at point 0, expected a finite number";
        assert_eq!(refusal(2, 2, &[0.0, 0.0, f32::NAN, 0.0]), expected);
        assert!(refusal(1, 2, &[0.0, 1e8]).starts_with("the pairwise kernel is too fine"));
        assert!(matches!(Features::new(usize::MAX, 1 << 40, &[]), Err(CrfError::Corners { .. })));
    }
}
