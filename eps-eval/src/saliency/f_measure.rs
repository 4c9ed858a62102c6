//! Precision, recall and F-measure of a cut map.

use super::Found;

/// β²: how much recall counts beside precision.
const BETA_SQUARED: f64 = 0.3;

/// Precision, recall and F-measure at one threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Retrieval {
    /// Fraction of what is found that is object; 0 where nothing is found.
    pub(super) precision: f64,
    /// Fraction of the objects that is found; 0 where there is none.
    pub(super) recall: f64,
    /// `(1 + β²) · precision · recall / (β² · precision + recall)`; 0 where no object is found.
    pub(super) f: f64,
}

impl Retrieval {
    /// # References
    ///
    /// Achanta et al., Frequency-tuned salient region detection, CVPR 2009.
    pub(super) fn of(found: &Found) -> Self {
        let all = found.objects + found.background;
        let precision = found.objects as f64 / all.max(1) as f64;
        let recall = found.objects as f64 / found.all_objects.max(1) as f64;
        let f = match found.objects {
            0 => 0.0,
            _ => (1.0 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall),
        };
        Self { precision, recall, f }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recall_counts_less_than_precision() {
        let found = Found { objects: 2, background: 2, all_objects: 8, pixels: 20 };
        let found = Retrieval::of(&found);
        assert_eq!((found.precision, found.recall), (0.5, 0.25));
        assert_eq!(found.f, 1.3 * 0.5 * 0.25 / (0.3 * 0.5 + 0.25));
    }

    #[test]
    fn nothing_found_or_nothing_to_find_is_zero() {
        let nothing = Retrieval { precision: 0.0, recall: 0.0, f: 0.0 };
        let found = Found { objects: 0, background: 0, all_objects: 8, pixels: 20 };
        assert_eq!(Retrieval::of(&found), nothing);
        assert_eq!(Retrieval::of(&Found { background: 5, all_objects: 0, ..found }), nothing);
    }
}
