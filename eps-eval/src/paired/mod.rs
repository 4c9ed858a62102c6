//! Two or more methods on the same images: how sure a difference is, and which images make it.

mod bootstrap;
mod compare;
mod holm;
mod images;
mod quantile;
mod split_mix;

pub use bootstrap::{Bootstrap, Resampled};
pub use compare::{Difference, Effect, Estimate, MethodEstimates, PairedComparison, compare};
pub(crate) use holm::correct;
pub use holm::holm;
pub use images::{ImageDifference, ImageDifferences};
pub use split_mix::SplitMix64;

use crate::ImageCounts;

/// The predictions of a method: one run, or several that differ in their seed.
#[derive(Clone, Debug, PartialEq)]
pub struct MethodRuns {
    pub name: String,
    /// Counts of each run by image; all in the same order of the images.
    pub runs: Vec<Vec<ImageCounts>>,
}
