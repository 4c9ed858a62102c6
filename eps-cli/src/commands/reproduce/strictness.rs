//! When a number counts as reproduced.

use crate::args::{level, small_fraction};
use eps_eval::paired::Bootstrap;
use eps_eval::report::reproduction::TOLERANCE;

/// When a number counts as reproduced.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(super) struct StrictnessArgs {
    /// Difference of IoU, as a fraction, up to which fewer than three runs are within tolerance. Published
    /// numbers of one method from two sources differ by up to 0.003
    #[arg(long, value_name = "IOU", default_value_t = TOLERANCE, value_parser = small_fraction)]
    pub(super) tolerance: f64,
    /// Resamples of the images
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    resamples: u32,
    /// Seed of the resamples
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Fraction of further runs, or of resamples, expected inside an interval
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub(super) level: f64,
}

impl StrictnessArgs {
    /// The resamples.
    pub(super) fn bootstrap(self) -> Bootstrap {
        Bootstrap { resamples: self.resamples as usize, seed: self.seed }
    }
}
