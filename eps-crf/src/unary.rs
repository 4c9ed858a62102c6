//! What is known of each pixel alone.

use crate::logarithm::logarithm;
use crate::row::Rows;
use crate::softmax::ABSENT;
use crate::{CrfError, MAX_LABELS};
use pulp::{Arch, NullaryFnOnce};

/// The least probability of a label, which bounds its energy.
const LEAST: f32 = 1e-5;

/// Log-probability of each label at each pixel; the negative of the unary energy.
#[derive(Clone, Debug, PartialEq)]
pub struct Unary {
    labels: usize,
    /// A row for each pixel; lanes without a label are too low for any probability.
    rows: Rows,
}

impl Unary {
    /// Of probabilities `[labels, pixels]`, clipped to `1e-5..=1` as pydensecrf's
    /// `unary_from_softmax` does; a pixel's need not sum to 1.
    ///
    /// # Errors
    ///
    /// [`CrfError::Labels`], [`CrfError::Length`] if the slice cannot be divided by the labels,
    /// [`CrfError::Probability`] for a negative or infinite one, or one that is not a number.
    pub fn from_probabilities(labels: usize, probabilities: &[f32]) -> Result<Self, CrfError> {
        let pixels = check_probabilities(labels, probabilities)?;
        Ok(Self {
            labels,
            rows: Arch::new().dispatch(Logarithms { labels, pixels, probabilities }),
        })
    }

    /// Of a label for each pixel, which has probability `confidence`; the others share the rest.
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
        let [own, other] = [confidence.ln(), rest.ln()];
        let mut rows = Rows::filled(labels, map.len(), ABSENT);
        for label in 0..labels {
            let of = |&at: &u8| if usize::from(at) == label { own } else { other };
            let logarithms: Vec<f32> = map.iter().map(of).collect();
            rows.set(0, label, &logarithms);
        }
        Ok(Self { labels, rows })
    }

    /// Number of labels.
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// Number of pixels.
    pub fn pixels(&self) -> usize {
        self.rows.len()
    }

    /// Log-probabilities, a row for each pixel; lanes without a label are too low for any probability.
    pub(crate) fn rows(&self) -> &Rows {
        &self.rows
    }
}

/// Logarithms that wait for the processor's widest registers.
struct Logarithms<'a> {
    labels: usize,
    pixels: usize,
    probabilities: &'a [f32],
}

impl NullaryFnOnce for Logarithms<'_> {
    type Output = Rows;

    /// Some pixels of every label at a time, so that their rows stay in the cache.
    #[inline(always)]
    fn call(self) -> Rows {
        const BLOCK: usize = 64;
        let Self { labels, pixels, probabilities } = self;
        let mut rows = Rows::filled(labels, pixels, ABSENT);
        for first in (0..pixels).step_by(BLOCK) {
            let count = BLOCK.min(pixels - first);
            for label in 0..labels {
                let mut logarithms = [0.0; BLOCK];
                let given = &probabilities[label * pixels + first..][..count];
                for (logarithm_of, &given) in logarithms.iter_mut().zip(given) {
                    *logarithm_of = logarithm(clipped(given));
                }
                rows.set(first, label, &logarithms[..count]);
            }
        }
        rows
    }
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

fn check_labels(labels: usize) -> Result<(), CrfError> {
    let accepted = (1..=MAX_LABELS).contains(&labels);
    accepted.then_some(()).ok_or(CrfError::Labels { found: labels })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Eight, Four, Row};

    fn near(found: f32, expected: f32) -> bool {
        (found - expected).abs() < 1e-6
    }

    #[test]
    fn probabilities_are_clipped_and_their_logarithms_taken() {
        let unary = Unary::from_probabilities(2, &[0.5, 0.0, 1.0, 3.0]).unwrap();
        assert_eq!((unary.labels(), unary.pixels()), (2, 2));
        let [first, second] = Four::of(unary.rows()) else { panic!("two rows") };
        assert!(near(first[0], 0.5_f32.ln()) && first[1] == 0.0, "{first:?}");
        assert!((second[0] - 1e-5_f32.ln()).abs() < 2e-6 && second[1] == 0.0, "{second:?}");
        assert_eq!((first[2], second[3]), (ABSENT, ABSENT));
    }

    #[test]
    fn rows_of_many_labels_and_pixels_hold_each_logarithm() {
        let (labels, pixels) = (21, 131);
        let at = |index: usize| 0.01 + (index * 7 % 89) as f32 / 90.0;
        let given: Vec<f32> = (0..labels * pixels).map(at).collect();
        let unary = Unary::from_probabilities(labels, &given).unwrap();
        for (pixel, row) in <[Eight; 3]>::of(unary.rows()).iter().enumerate() {
            assert!((0..labels).all(|label| {
                near(row.lane(label), given[label * pixels + pixel].min(1.0).ln())
            }));
            assert_eq!(row.lane(labels), ABSENT);
        }
    }

    #[test]
    fn the_other_labels_share_what_the_confidence_leaves() {
        let unary = Unary::from_labels(4, &[2, 0], 0.7).unwrap();
        let (own, other) = (0.7_f32.ln(), (0.3_f32 / 3.0).ln());
        for (row, own_label) in Four::of(unary.rows()).iter().zip([2, 0]) {
            for (label, &logarithm) in row.iter().enumerate() {
                let expected = if label == own_label { own } else { other };
                assert!((logarithm - expected).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_label_alone_has_all_of_the_rest() {
        let unary = Unary::from_labels(1, &[0, 0], 0.7).unwrap();
        assert!(Four::of(unary.rows()).iter().all(|row| row[0].is_finite()));
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
