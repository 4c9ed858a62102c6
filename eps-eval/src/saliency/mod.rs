//! Saliency maps against masks: the metrics of salient object detection.
//!
//! [`ImageScores`] compares one map with one truth. All its metrics but the weighted F-measure are
//! functions of counts of grey values, made in one pass. [`score_saliency`] does so for a folder and
//! gives [`SaliencyScores`]: means over images, never over pixels. Values equal those of
//! PySODMetrics 1.6 to 1e-10, its special cases for empty masks and constant maps included.

mod e_measure;
mod f_measure;
mod folder;
mod foreground;
mod image_scores;
mod level_counts;
mod levels;
mod mae;
mod nearest_object;
mod numpy_sum;
mod s_measure;
mod saliency_scores;
mod thresholds;
mod weighted_f;

pub use folder::{NamedImageScores, SaliencyJob, SaliencyPair, ScoredSaliency, score_saliency};
pub use foreground::{Foreground, Truth};
pub use image_scores::ImageScores;
pub use levels::Stretch;
pub use saliency_scores::{ImageCounts, SaliencyCurves, SaliencyScores, TruthKind};

use f_measure::Retrieval;
use level_counts::{Blocks, LevelCounts};
use levels::Levels;
use nearest_object::NearestObject;
use numpy_sum::{numpy_sum, numpy_sum_of_equal};
use thresholds::Found;

#[cfg(all(test, feature = "report"))]
pub(crate) use saliency_scores::tests::scores;
