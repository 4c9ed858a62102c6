//! The CRF of a sweep.

use clap::Args;
use eps_crf::Preset;
use eps_experiment::refine::RefinedSweep;
use std::path::{Path, PathBuf};

/// The CRF of a sweep.
#[derive(Args, Clone, Debug)]
pub(crate) struct RefinedSweepArgs {
    /// Refine the maps with each background by the dense CRF of a preset and count the masks: psa,
    /// irn-label, deeplab-v2, deeplab-v2-raw or toco
    #[arg(long, value_name = "PRESET")]
    crf: Option<Preset>,
    /// Folder of photographs for --crf, `<id>.jpg` or `<id>.png` [default: JPEGImages beside the masks'
    /// folder]
    #[arg(long, value_name = "DIR", requires = "crf")]
    images: Option<PathBuf>,
    /// Steps of mean-field inference of --crf
    #[arg(long, default_value_t = Preset::STEPS, requires = "crf")]
    steps: usize,
}

impl RefinedSweepArgs {
    /// The CRF, if one is asked for; `photographs` is their folder where no flag gives another.
    pub(crate) fn sweep<'a>(&'a self, photographs: &'a Path) -> Option<RefinedSweep<'a>> {
        let images = self.images.as_deref().unwrap_or(photographs);
        self.crf.map(|preset| RefinedSweep { preset, steps: self.steps, images })
    }
}
