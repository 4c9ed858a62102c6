//! The threshold that makes masks of class maps.

use super::fraction;
use clap::Args;
use eps_experiment::compare::FIXED_THRESHOLD;

/// The threshold that makes masks of class maps.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct MapThresholdArgs {
    /// Background threshold at which folders of class maps are scored; masks are scored as they are
    #[arg(long, value_name = "T", default_value_t = FIXED_THRESHOLD as f32, value_parser = fraction)]
    pub(crate) threshold: f32,
}
