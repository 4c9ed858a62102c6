//! The dense CRF that refines class maps.

use clap::Args;
use eps_crf::{Floor, Preset};
use eps_experiment::refine::Refinement;

/// The dense CRF that refines class maps.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct RefinementArgs {
    /// Parameters by their source: psa, irn-label, deeplab-v2, deeplab-v2-raw or toco
    #[arg(long, value_name = "NAME")]
    preset: Preset,
    /// Leave out classes that reach this score nowhere in an image: an approximation, of which is
    /// said how many pixels it may change
    #[arg(long, value_name = "SCORE", value_parser = floor)]
    floor: Option<Floor>,
    /// Steps of mean-field inference
    #[arg(long, default_value_t = Preset::STEPS)]
    steps: usize,
}

impl RefinementArgs {
    pub(crate) fn refinement(self) -> Refinement {
        let Self { preset, floor, steps } = self;
        Refinement { preset, steps, floor }
    }
}

fn floor(text: &str) -> Result<Floor, String> {
    let floor = text.parse().map_err(|_| "expected a fraction from 0 and below 1".to_owned())?;
    Floor::new(floor).map_err(|error| error.to_string())
}
