//! The backgrounds that a sweep scores.

use crate::args::{RenamedSweepArgs, fraction, power, small_fraction};
use eps_experiment::compare::FIXED_THRESHOLD;

/// The backgrounds that a sweep scores, and how one of them is chosen.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct BackgroundGridArgs {
    /// Constant backgrounds to sweep [default: 0, 0.001, .. 0.999; with --crf those of --powers alone]
    #[arg(long, value_name = "T,..", value_delimiter = ',', value_parser = fraction)]
    pub(super) thresholds: Vec<f32>,
    /// Powers α of a background (1 - max)^α to sweep [default: 0.25, 0.5, .. 250; with --crf 1, 2, 4, 8,
    /// 16, 32]
    #[arg(long, visible_alias = "alpha", value_name = "A,..")]
    #[arg(value_delimiter = ',', value_parser = power)]
    pub(super) powers: Vec<f32>,
    /// Threshold fixed in advance, reported beside the tuned ones
    #[arg(long, conflicts_with = "crf", value_name = "T", default_value_t = FIXED_THRESHOLD as f32, value_parser = fraction)]
    pub(super) threshold: f32,
    #[command(flatten)]
    _renamed: RenamedSweepArgs,
    /// Number of cross-validation folds for choosing the threshold; 1 disables it
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(super) folds: u16,
    /// Mean IoU, as a fraction, that thresholds on the plateau may lose against the best
    #[arg(long, value_name = "LOSS", default_value_t = 0.01, value_parser = small_fraction)]
    pub(super) plateau: f64,
}
