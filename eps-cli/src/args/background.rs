//! The background beside class maps.

use clap::Args;
use eps_crf::Preset;
use eps_experiment::refine::Background;

/// What the background is worth beside the classes; one result for each value.
#[derive(Args, Clone, Debug)]
pub(crate) struct BackgroundArgs {
    /// Background is (1 - greatest score)^ALPHA, for each of these [default: 4, but not of irn-label]
    #[arg(long, value_name = "ALPHA,..", value_delimiter = ',', value_parser = super::power)]
    alpha: Vec<f32>,
    /// Background is the same everywhere, for each of these [default of irn-label: 0.3]
    #[arg(long, value_name = "SCORE,..", value_delimiter = ',', conflicts_with = "alpha")]
    #[arg(value_parser = super::fraction)]
    threshold: Vec<f32>,
    /// Background is what the scores leave to 1, as those of a segmentation network do
    #[arg(long, conflicts_with_all = ["alpha", "threshold"])]
    softmax: bool,
}

impl BackgroundArgs {
    /// Whether values were given, so that each result is named by its own, be it one or several.
    pub(crate) fn is_listed(&self) -> bool {
        !self.alpha.is_empty() || !self.threshold.is_empty()
    }

    /// One background for each value that was given, in that order.
    pub(crate) fn backgrounds(&self, preset: Preset) -> Vec<Background> {
        let alphas = self.alpha.iter().copied().map(Background::Alpha);
        let given: Vec<_> =
            alphas.chain(self.threshold.iter().copied().map(Background::Threshold)).collect();
        match () {
            () if self.softmax => vec![Background::Rest],
            () if !given.is_empty() => given,
            () => vec![Background::default_of(preset)],
        }
    }
}
