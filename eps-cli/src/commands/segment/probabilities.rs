//! What becomes of the probabilities of a segmentation network.

use eps_crf::Preset;
use eps_data::codec::ScoreFormat;

/// What becomes of the probabilities of a segmentation network besides its masks.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(super) struct ProbabilityArgs {
    /// Refine the probabilities with a dense CRF: deeplab-v2, deeplab-v2-raw, psa or toco
    #[arg(long, value_name = "NAME", value_parser = of_probabilities)]
    pub(super) crf: Option<Preset>,
    /// Write the probabilities of the object classes too (`cams/<id>.npz`), before any CRF
    #[arg(long)]
    scores: bool,
    /// Store them in 16 bits
    #[arg(long, requires = "scores")]
    f16: bool,
}

impl ProbabilityArgs {
    /// How they are written, if they are.
    pub(super) fn format(self) -> Option<ScoreFormat> {
        self.scores.then_some(ScoreFormat::of(self.f16))
    }
}

/// A preset whose field is over probabilities, not labels.
fn of_probabilities(name: &str) -> Result<Preset, String> {
    match name.parse::<Preset>() {
        Ok(preset) if preset.label_confidence().is_none() => Ok(preset),
        Ok(_) => Err("is a field over labels, expected one over probabilities".into()),
        Err(error) => Err(error.to_string()),
    }
}
