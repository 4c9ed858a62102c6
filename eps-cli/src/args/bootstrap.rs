//! How sure a difference is.

use super::level;
use clap::Args;
use eps_eval::paired::Bootstrap;

/// Resamples of the images, and how many of them an interval holds.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct BootstrapArgs {
    /// Resamples of the images
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    resamples: u32,
    /// Seed of the resamples
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Fraction inside an interval: of the resamples, or of further runs where there are several
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub(crate) level: f64,
}

impl BootstrapArgs {
    pub(crate) fn bootstrap(self) -> Bootstrap {
        Bootstrap { resamples: self.resamples as usize, seed: self.seed }
    }
}
