//! Every background threshold in one pass over the class maps.
//!
//! A pixel's best class `c` and score `s` do not depend on the threshold `t`: its label is `c` if
//! `s > t`, else background. So it is enough to count pixels by truth, best class and bin, the
//! number of thresholds below `s`. The confusion matrix at the `k`-th threshold splits each row of
//! bins after `k`:
//!
//! ```text
//! bins of (truth, c)    0  1  ..  k | k+1  ..  n
//! label                 background  | c
//! ```
//!
//! A pixel costs a search for its bin and one increment, however many thresholds there are; 21
//! classes and 1,000 thresholds take 3.5 MB. A rule that compares with a function of `s` is a
//! threshold of another name (`BackgroundRule::cut`), so one sweep serves several rules, and counts
//! are integers that can be merged in any order.

mod agreement;
mod arrays;
mod curve;
mod cuts;
mod folder;
mod held_out;
mod image_maps;
mod masks;
mod pairs;
mod rule;
mod shift;
mod summary;

pub use agreement::{HeldOutAgreement, TwoMasks, agreement, held_out_agreement};
pub use arrays::{ImageArrays, sweep_arrays};
#[cfg(feature = "report")]
pub(crate) use curve::best;
pub use curve::decimal;
pub use curve::{SweepCurve, SweepPoint};
pub use cuts::Cuts;
pub use folder::{SweepPlan, Swept, SweptRule, sweep_faults, sweep_folder};
pub use held_out::held_out;
pub use image_maps::{count_maps, count_masks};
pub use masks::{MakeMasks, sweep_masks};
pub use rule::BackgroundRule;
pub use shift::{ClassShift, class_shift};
pub use summary::{
    AveragePrecisions, Edge, LabelledPoint, MapRefinement, Plateau, SweepReport, SweepSummary,
};

use crate::{ConfusionMatrix, confusion::add_counts};
use eps_data::{BACKGROUND, IGNORE, LabelMap, ScoreMap};

/// Counts from which the confusion matrix at every threshold follows exactly.
///
/// A pixel keeps its best class at all cuts below its score and is background at the others; so it
/// is enough to count pixels by truth, best class and cuts below the score.
///
/// ```
/// use eps_data::{LabelMap, ScoreMap, Size};
/// use eps_eval::{BackgroundRule, Cuts, Sweep};
///
/// let size = Size::new(4, 1);
/// let truth = LabelMap::new(size, vec![0, 0, 1, 1]);
/// let scores = ScoreMap::new(size, vec![1], vec![0.1, 0.4, 0.6, 0.9]);
/// let thresholds = [0.25, 0.5, 0.75];
/// let mut sweep = Sweep::new(2, Cuts::new(thresholds));
/// sweep.add(&truth, &scores);
///
/// let curve = sweep.curve(BackgroundRule::Constant, &thresholds);
/// let best = curve.best().expect("pixels were counted");
/// assert_eq!((best.parameter, best.mean_iou), (0.5, 1.0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    classes: usize,
    cuts: Cuts,
    /// `[truth, best class, cuts below the score]`: an image touches few rows.
    counts: Vec<u64>,
}

impl Sweep {
    /// A sweep of `classes` classes, background included, without pixels.
    pub fn new(classes: usize, cuts: Cuts) -> Self {
        let counts = vec![0; classes * classes * (cuts.scores().len() + 1)];
        Self { classes, cuts, counts }
    }

    /// Counts the pixels of one image.
    ///
    /// # Panics
    ///
    /// If the maps differ in size, or have a class that the sweep does not.
    pub fn add(&mut self, truth: &LabelMap, scores: &ScoreMap) {
        assert_eq!(truth.size(), scores.size(), "both maps must have the same size");
        let bins = self.bins();
        for (&truth, (class, score)) in truth.classes().iter().zip(scores.best()) {
            if truth == IGNORE {
                continue;
            }
            let (truth, class) = (usize::from(truth), usize::from(class));
            assert!(truth < self.classes && class < self.classes, "class {truth} or {class}");
            let row = (truth * self.classes + class) * bins;
            // A score equal to a cut is not above it: the background wins a tie.
            self.counts[row + self.cuts.below(score)] += 1;
        }
    }

    /// Adds the pixels that `other` counted.
    ///
    /// # Panics
    ///
    /// If the sweeps differ in classes or cuts.
    pub fn merge(mut self, other: &Self) -> Self {
        assert_eq!(self.classes, other.classes, "both sweeps must have the same classes");
        assert_eq!(self.cuts, other.cuts, "both sweeps must have the same cuts");
        add_counts(&mut self.counts, &other.counts);
        self
    }

    /// Number of classes with background.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Where pixels turn from background to their best class.
    pub fn cuts(&self) -> &Cuts {
        &self.cuts
    }

    /// The confusion matrix where a class must exceed `score`; `None` if that is not a cut.
    pub fn matrix(&self, score: f32) -> Option<ConfusionMatrix> {
        let cut = self.cuts.position(score)?;
        let mut matrix = ConfusionMatrix::new(self.classes);
        for (pair, bins) in self.counts.chunks(self.bins()).enumerate() {
            let (truth, best) = (pair / self.classes, pair % self.classes);
            // Scores in bin k have k cuts below them: those up to bin `cut` do not exceed this one.
            let (under, over) = bins.split_at(cut + 1);
            matrix.add_count(truth, usize::from(BACKGROUND), under.iter().sum());
            matrix.add_count(truth, best, over.iter().sum());
        }
        Some(matrix)
    }

    /// The counts of each class at each of the rule's parameters.
    ///
    /// # Panics
    ///
    /// If the cut of one of the parameters is not among those of the sweep.
    pub fn curve(&self, rule: BackgroundRule, parameters: &[f32]) -> SweepCurve {
        SweepCurve::new(self, rule, parameters)
    }

    /// Pixels by the number of cuts below their score, of a true and a best class.
    fn row(&self, truth: usize, best: usize) -> &[u64] {
        let bins = self.bins();
        &self.counts[(truth * self.classes + best) * bins..][..bins]
    }

    fn bins(&self) -> usize {
        self.cuts.scores().len() + 1
    }
}

#[cfg(test)]
mod tests;
