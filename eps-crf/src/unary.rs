//! What is known of each pixel alone.

use crate::pages::Pages;
use crate::row::Row as _;
use crate::square::{Plane, TOGETHER};
use crate::{CrfError, MAX_LABELS};
use std::ops::Range;

/// The least probability of a label, which bounds its energy.
const LEAST: f32 = 1e-5;

/// Probability of each label at each pixel where nothing is known of the others; the exponential of the
/// negative unary energy.
#[derive(Clone, Debug, PartialEq)]
pub struct Unary<'a> {
    labels: usize,
    pixels: usize,
    given: Given<'a>,
}

#[derive(Clone, Debug, PartialEq)]
enum Given<'a> {
    /// `[labels, pixels]`, not clipped yet.
    Probabilities(&'a [f32]),
    /// `[labels, pixels]`, energies instead of probabilities.
    Energies(&'a [f32]),
    /// A label for each pixel, and the probability of it and of each other label.
    Labels { map: Vec<u8>, confidence: f32, rest: f32 },
}

impl<'a> Unary<'a> {
    /// Of probabilities `[labels, pixels]`, clipped to `1e-5..=1` as pydensecrf's
    /// `unary_from_softmax` does; a pixel's need not sum to 1.
    ///
    /// # Errors
    ///
    /// [`CrfError::Labels`], [`CrfError::Length`] if the slice cannot be divided by the labels,
    /// [`CrfError::Probability`] for a negative or infinite one, or one that is not a number.
    pub fn from_probabilities(labels: usize, probabilities: &'a [f32]) -> Result<Self, CrfError> {
        let pixels = check_probabilities(labels, probabilities)?;
        Ok(Self { labels, pixels, given: Given::Probabilities(probabilities) })
    }

    /// Of energies `[labels, pixels]`, negative logarithms of probabilities as pydensecrf takes them. They
    /// are not clipped; an infinite one excludes its label.
    ///
    /// # Errors
    ///
    /// [`CrfError::Labels`], [`CrfError::Length`] if the slice cannot be divided by the labels,
    /// [`CrfError::Energy`] for one that is not a number, or below every number, and for a pixel whose
    /// labels are all excluded.
    pub fn from_energies(labels: usize, energies: &'a [f32]) -> Result<Self, CrfError> {
        check_labels(labels)?;
        let pixels = check_energies(labels, energies)?;
        Ok(Self { labels, pixels, given: Given::Energies(energies) })
    }

    /// Of a label for each pixel, which has probability `confidence`; the others share the rest.
    ///
    /// ```
    /// use eps_crf::{DenseCrf, Picture, Preset, Unary};
    ///
    /// let picture = Picture::new(3, 1, &[200; 9])?;
    /// let preset = Preset::IrnLabel;
    /// let crf = DenseCrf::new(&picture, &preset.kernels())?;
    /// let unary = Unary::from_labels(2, &[1, 0, 1], preset.label_confidence().unwrap_or(0.7))?;
    /// // One pixel among others of its colour takes their label.
    /// assert_eq!(crf.infer(&unary, Preset::STEPS)?.labels(), [1, 1, 1]);
    /// # Ok::<(), eps_crf::CrfError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CrfError::Labels`], [`CrfError::Label`] for one that is not in `0..labels`,
    /// [`CrfError::Parameter`] if the confidence is not between 0 and 1.
    pub fn from_labels(labels: usize, map: &[u8], confidence: f32) -> Result<Self, CrfError> {
        check_labels(labels)?;
        if !(confidence > 0.0 && confidence < 1.0) {
            let (name, expected) = ("confidence", "a number between 0 and 1");
            return Err(CrfError::Parameter { name, found: confidence, expected });
        }
        if let Some(pixel) = map.iter().position(|&label| usize::from(label) >= labels) {
            let found = usize::from(map[pixel]);
            return Err(CrfError::Label { pixel, found, labels });
        }
        let rest = (1.0 - confidence) / labels.saturating_sub(1).max(1) as f32;
        let given = Given::Labels { map: map.to_vec(), confidence, rest };
        Ok(Self { labels, pixels: map.len(), given })
    }

    /// Number of labels.
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// Number of pixels.
    pub fn pixels(&self) -> usize {
        self.pixels
    }

    /// Whether the planes are energies.
    pub(crate) fn is_energy(&self) -> bool {
        matches!(self.given, Given::Energies(_))
    }

    /// Probabilities, or energies, in the order in which a picture's rows of `width` pixels are gone through: some
    /// neighbours at a time, a plane of them for each label. The last planes of a row end with ones.
    #[inline(always)]
    pub(crate) fn planes(&self, width: usize) -> Pages<f32> {
        let (blocks, rows) = (width.div_ceil(TOGETHER), self.pixels / width);
        let mut planes = Pages::unset(blocks * rows * self.labels * TOGETHER);
        let of_rows = Plane::rows_mut(&mut planes).chunks_exact_mut(blocks * self.labels);
        for (row, planes) in of_rows.enumerate() {
            for label in 0..self.labels {
                let of_label = planes[label..].iter_mut().step_by(self.labels);
                self.set(label, row * width..(row + 1) * width, of_label);
            }
        }
        planes
    }

    /// Sets the planes of a label at neighbouring pixels.
    #[inline(always)]
    fn set<'p>(
        &self,
        label: usize,
        pixels: Range<usize>,
        planes: impl Iterator<Item = &'p mut Plane>,
    ) {
        match &self.given {
            Given::Probabilities(given) => {
                let (whole, last) = row_of(&given[label * self.pixels..][pixels]);
                for (plane, given) in planes.zip(whole.iter().chain([&last])) {
                    *plane = given.with(given, |given, _| clipped(given));
                }
            }
            Given::Energies(given) => {
                let (whole, last) = row_of(&given[label * self.pixels..][pixels]);
                for (plane, given) in planes.zip(whole.iter().chain([&last])) {
                    *plane = *given;
                }
            }
            Given::Labels { map, confidence, rest } => {
                for (plane, map) in planes.zip(map[pixels].chunks(TOGETHER)) {
                    *plane = Plane::filled(1.0);
                    for (probability, &at) in plane.as_flattened_mut().iter_mut().zip(map) {
                        *probability = if usize::from(at) == label { *confidence } else { *rest };
                    }
                }
            }
        }
    }
}

/// The planes that a row of values fills, and one of the rest, with ones after its last.
#[inline(always)]
fn row_of(values: &[f32]) -> (&[Plane], Plane) {
    let whole = Plane::rows(values);
    let rest = &values[whole.len() * TOGETHER..];
    let mut last = Plane::filled(1.0);
    last.as_flattened_mut()[..rest.len()].copy_from_slice(rest);
    (whole, last)
}

/// A probability whose logarithm is bounded.
#[inline(always)]
pub(crate) fn clipped(probability: f32) -> f32 {
    probability.clamp(LEAST, 1.0)
}

/// Number of pixels of probabilities `[labels, pixels]`, each of which is a number from 0.
pub(crate) fn check_probabilities(labels: usize, values: &[f32]) -> Result<usize, CrfError> {
    check_labels(labels)?;
    let pixels = values.len() / labels;
    let (found, expected) = (values.len(), pixels * labels);
    if found != expected {
        return Err(CrfError::Length { what: "the probabilities", found, expected });
    }
    let is_probability = |&value: &f32| (0.0..f32::INFINITY).contains(&value);
    // Without a way out of the loop it is vectorised.
    if values.iter().fold(true, |all, value| all & is_probability(value)) {
        return Ok(pixels);
    }
    let at = values.iter().position(|value| !is_probability(value)).unwrap_or_default();
    let (label, pixel) = (at / pixels, at % pixels);
    Err(CrfError::Probability { label, pixel, found: values[at] })
}

/// Number of pixels of energies `[labels, pixels]`, of which each pixel has a finite one and none that is
/// not a number.
pub(crate) fn check_energies(labels: usize, values: &[f32]) -> Result<usize, CrfError> {
    let pixels = values.len() / labels;
    let (found, expected) = (values.len(), pixels * labels);
    if found != expected {
        return Err(CrfError::Length { what: "the energies", found, expected });
    }
    // Without a way out of the loop it is vectorised.
    if values.iter().fold(true, |all, value| all & value.is_finite()) {
        return Ok(pixels);
    }
    // Infinity excludes its label; less the greatest exponent, minus infinity would be no number.
    let wrong = values.iter().position(|&value| value.is_nan() || value == f32::NEG_INFINITY);
    match wrong.or_else(|| pixel_without_labels(pixels, values)) {
        None => Ok(pixels),
        Some(at) => {
            let (label, pixel) = (at / pixels, at % pixels);
            Err(CrfError::Energy { label, pixel, found: values[at] })
        }
    }
}

/// The first pixel whose labels are all excluded.
fn pixel_without_labels(pixels: usize, energies: &[f32]) -> Option<usize> {
    (0..pixels).find(|&pixel| {
        energies[pixel..].iter().step_by(pixels).all(|&energy| energy == f32::INFINITY)
    })
}

fn check_labels(labels: usize) -> Result<(), CrfError> {
    let accepted = (1..=MAX_LABELS).contains(&labels);
    accepted.then_some(()).ok_or(CrfError::Labels { found: labels })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Probabilities of a label in the order of the pixels, those after a row's last included.
    fn of_label(unary: &Unary<'_>, width: usize, label: usize) -> Vec<f32> {
        let planes = unary.planes(width);
        let of_label = Plane::rows(&planes).iter().skip(label).step_by(unary.labels());
        of_label.flat_map(|plane| plane.as_flattened()).copied().collect()
    }

    #[test]
    fn probabilities_are_clipped() {
        let unary = Unary::from_probabilities(2, &[0.5, 0.0, 1.0, 3.0]).unwrap();
        assert_eq!((unary.labels(), unary.pixels()), (2, 2));
        assert_eq!(of_label(&unary, 2, 0)[..3], [0.5, 1e-5, 1.0]);
        assert_eq!(of_label(&unary, 2, 1)[..3], [1.0, 1.0, 1.0]);
    }

    #[test]
    fn planes_go_along_the_rows_of_the_picture() {
        let (labels, width, height) = (21, 37, 3);
        let at = |index: usize| 0.01 + (index * 7 % 89) as f32 / 90.0;
        let given: Vec<f32> = (0..labels * width * height).map(at).collect();
        let unary = Unary::from_probabilities(labels, &given).unwrap();
        for (label, given) in given.chunks_exact(width * height).enumerate() {
            let planes = of_label(&unary, width, label);
            assert_eq!(planes.len(), 3 * 48);
            for (planes, given) in planes.chunks_exact(48).zip(given.chunks_exact(width)) {
                assert_eq!(planes[..37], *given);
                assert_eq!(planes[37..], [1.0; 11]);
            }
        }
    }

    #[test]
    fn the_other_labels_share_what_the_confidence_leaves() {
        let unary = Unary::from_labels(4, &[2, 0], 0.7).unwrap();
        let other = 0.3 / 3.0;
        let near = |found: &[f32], expected: [f32; 2]| {
            found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6)
        };
        assert!(near(&of_label(&unary, 2, 0), [other, 0.7]));
        assert!(near(&of_label(&unary, 2, 1), [other, other]));
        assert!(near(&of_label(&unary, 1, 2)[..1], [0.7, 0.0]));
    }

    #[test]
    fn a_label_alone_has_all_of_the_rest() {
        let unary = Unary::from_labels(1, &[0, 0], 0.7).unwrap();
        assert!(of_label(&unary, 2, 0).iter().all(|&value| value > 0.0));
    }

    #[test]
    fn values_that_are_no_probabilities_are_named() {
        let refusal = |labels, values: &[f32]| {
            Unary::from_probabilities(labels, values).unwrap_err().to_string()
        };
        let expected = "probability NaN of label 1 at pixel 0, expected a number from 0";
        assert_eq!(refusal(2, &[0.5, 0.5, f32::NAN, 0.5]), expected);
        let expected = "probability -0.5 of label 0 at pixel 1, expected a number from 0";
        assert_eq!(refusal(2, &[0.5, -0.5, 0.5, 0.5]), expected);
        assert!(refusal(1, &[f32::INFINITY]).starts_with("probability inf"));
        assert_eq!(refusal(2, &[0.5; 3]), "3 values of the probabilities, expected 2");
        assert_eq!(refusal(0, &[]), "0 labels, expected 1 to 256");
        assert_eq!(refusal(257, &[0.0; 257]), "257 labels, expected 1 to 256");
    }

    #[test]
    fn values_that_are_no_energies_are_named() {
        let refusal = |values: &[f32]| Unary::from_energies(2, values).unwrap_err().to_string();
        let (nan, infinite) = (f32::NAN, f32::INFINITY);
        let expected =
            "energy NaN of label 1 at pixel 0, expected a number, and a finite one at every pixel";
        assert_eq!(refusal(&[0.5, 0.5, nan, 0.5]), expected);
        assert!(
            refusal(&[0.5, -infinite, 0.5, 0.5]).starts_with("energy -inf of label 0 at pixel 1")
        );
        assert!(
            refusal(&[0.5, infinite, 0.5, infinite])
                .starts_with("energy inf of label 0 at pixel 1")
        );
        assert_eq!(refusal(&[0.5; 3]), "3 values of the energies, expected 2");
        assert!(Unary::from_energies(2, &[infinite, -3.0, 0.5, infinite]).is_ok());
    }

    #[test]
    fn labels_outside_the_labels_are_named() {
        let refusal = |map: &[u8], confidence| {
            Unary::from_labels(2, map, confidence).unwrap_err().to_string()
        };
        assert_eq!(refusal(&[1, 255], 0.7), "label 255 at pixel 1, expected 0..=1");
        for confidence in [0.0, 1.0, f32::NAN] {
            assert!(refusal(&[1], confidence).ends_with("expected a number between 0 and 1"));
        }
    }
}
