//! The metrics of one map.

use super::{
    Blocks, Foreground, Levels, Retrieval, Stretch,
    e_measure::e_measure,
    mae::mean_absolute_error,
    s_measure::s_measure,
    thresholds::{at_adaptive_threshold, at_thresholds},
    weighted_f::weighted_f,
};
use eps_data::{SaliencyMap, Shades};

/// The metrics of one map against its truth.
///
/// ```
/// use eps_data::{LabelMap, SaliencyMap, Size};
/// use eps_eval::saliency::{Foreground, ImageScores, Stretch};
///
/// let size = Size::new(4, 2);
/// let truth = LabelMap::new(size, vec![0, 0, 15, 15, 0, 0, 15, 15]);
/// let map = SaliencyMap::new(size, vec![0, 51, 255, 204, 0, 51, 255, 204]);
/// let scores = ImageScores::of(&map, &Foreground::of_classes(&truth), Stretch::WholeRange)
///     .expect("some pixel counts");
/// assert!((scores.mae - 0.1).abs() < 1e-12);
/// assert_eq!(scores.max_f(), 1.0);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ImageScores {
    /// Mean absolute error, in `0..=1`; lower is better.
    pub mae: f64,
    /// F-measure at twice the mean of the map.
    pub adaptive_f: f64,
    pub weighted_f: f64,
    /// `None` where a variance does not exist.
    pub s_measure: Option<f64>,
    /// E-measure at twice the mean of the map; `None` for a single pixel.
    pub adaptive_e: Option<f64>,
    /// By threshold, 0 to 255.
    pub precision: Vec<f64>,
    pub recall: Vec<f64>,
    pub f: Vec<f64>,
    /// `None` for a single pixel.
    pub e: Option<Vec<f64>>,
    pub shades: Shades,
    /// Whether any pixel is an object.
    pub has_objects: bool,
}

impl ImageScores {
    /// Compares a map with its truth; `None` if every pixel is ignored.
    ///
    /// # Panics
    ///
    /// If the two differ in size.
    pub fn of(map: &SaliencyMap, truth: &Foreground, stretch: Stretch) -> Option<Self> {
        assert_eq!(map.size(), truth.size(), "the map must be as large as its truth");
        let levels = Levels::of(map, stretch);
        let blocks = Blocks::count(map, truth);
        let counts = blocks.total();
        if counts.pixels() == 0 {
            return None;
        }
        let adaptive = at_adaptive_threshold(map, truth, &counts, &levels);
        let found = at_thresholds(&counts, &levels);
        let retrieved: Vec<_> = found.iter().map(Retrieval::of).collect();
        Some(Self {
            mae: mean_absolute_error(&counts, &levels),
            adaptive_f: Retrieval::of(&adaptive).f,
            weighted_f: weighted_f(map, truth, &levels),
            s_measure: s_measure(&blocks, &levels),
            adaptive_e: e_measure(&adaptive),
            precision: retrieved.iter().map(|at| at.precision).collect(),
            recall: retrieved.iter().map(|at| at.recall).collect(),
            f: retrieved.iter().map(|at| at.f).collect(),
            e: found.iter().map(e_measure).collect(),
            shades: map.shades(),
            has_objects: counts.object_pixels() > 0,
        })
    }

    /// The highest F-measure of any threshold.
    pub fn max_f(&self) -> f64 {
        highest(&self.f)
    }

    /// The highest E-measure of any threshold.
    pub fn max_e(&self) -> Option<f64> {
        self.e.as_deref().map(highest)
    }
}

/// The highest value of a curve.
pub(super) fn highest(curve: &[f64]) -> f64 {
    curve.iter().copied().fold(0.0, f64::max)
}
