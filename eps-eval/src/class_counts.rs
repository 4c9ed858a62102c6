//! Pixels of one class, from which each of its scores follows.

use crate::confusion::ratio;
use std::ops::AddAssign;

/// Pixels of one class: with it in the truth, given it, and both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassCounts {
    /// Pixels that have the class and were given it.
    pub intersection: u64,
    /// Pixels that have the class.
    pub truth: u64,
    /// Pixels that were given the class.
    pub predicted: u64,
}

impl ClassCounts {
    /// Pixels that have the class, were given it, or both.
    pub fn union(&self) -> u64 {
        self.truth + self.predicted - self.intersection
    }

    /// Intersection over union; `None` if no pixel has the class and none was given it.
    pub fn iou(&self) -> Option<f64> {
        ratio(self.intersection, self.union())
    }

    /// Fraction of the pixels given the class that have it; `None` if none was given it.
    pub fn precision(&self) -> Option<f64> {
        ratio(self.intersection, self.predicted)
    }

    /// Fraction of the pixels of the class that were given it; `None` if none has it.
    pub fn recall(&self) -> Option<f64> {
        ratio(self.intersection, self.truth)
    }

    /// Harmonic mean of precision and recall, the Dice coefficient; `None` if no pixel has the class
    /// and none was given it.
    pub fn f1(&self) -> Option<f64> {
        ratio(2 * self.intersection, self.truth + self.predicted)
    }
}

impl AddAssign for ClassCounts {
    fn add_assign(&mut self, other: Self) {
        self.intersection += other.intersection;
        self.truth += other.truth;
        self.predicted += other.predicted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_of_counts_made_by_hand() {
        let mut counts = ClassCounts { intersection: 1, truth: 4, predicted: 2 };
        counts += ClassCounts { intersection: 2, truth: 2, predicted: 3 };
        assert_eq!(counts.union(), 8);
        assert_eq!((counts.iou(), counts.precision()), (Some(3.0 / 8.0), Some(3.0 / 5.0)));
        assert_eq!((counts.recall(), counts.f1()), (Some(0.5), Some(6.0 / 11.0)));
    }

    #[test]
    fn what_never_occurs_has_no_ratio() {
        let nothing = ClassCounts::default();
        assert_eq!((nothing.iou(), nothing.f1()), (None, None));
        let never_predicted = ClassCounts { truth: 3, ..nothing };
        assert_eq!((never_predicted.iou(), never_predicted.precision()), (Some(0.0), None));
        let hallucinated = ClassCounts { predicted: 3, ..nothing };
        assert_eq!((hallucinated.f1(), hallucinated.recall()), (Some(0.0), None));
    }
}
