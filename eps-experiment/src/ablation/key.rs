//! What a cell may set.

use anyhow::{Result, anyhow};
use eps_model::recipe::Recipe;

/// Full name of the recipe's background threshold, which needs no training of its own.
pub(super) const THRESHOLD: &str = "inference.threshold";
const SEED: &str = "optimiser.seed";

/// Something that cells may differ in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A setting of the recipe by its dotted name.
    Recipe(String),
    /// The folder of saliency maps.
    Saliency,
    /// The file of pre-trained weights.
    Weights,
    /// The preset of a CRF over the class maps.
    Crf,
    /// The exponent of the CRF's background.
    Alpha,
    /// The level of a cut by saliency maps.
    Cue,
    /// The seed: cells that differ in it alone are runs of one row.
    Seed,
}

impl Key {
    /// A key by its full name, or by a last part that no other has.
    pub fn parse(name: &str) -> Result<Self> {
        Ok(match name {
            "saliency" => Self::Saliency,
            "weights" => Self::Weights,
            "crf" => Self::Crf,
            "alpha" => Self::Alpha,
            "cue" => Self::Cue,
            "seed" => Self::Seed,
            _ => match Recipe::key(name).map_err(|error| {
                anyhow!("{error} (or one of saliency, weights, crf, alpha, cue, seed)")
            })? {
                key if key == SEED => Self::Seed,
                key => Self::Recipe(key),
            },
        })
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Recipe(key) => key,
            Self::Saliency => "saliency",
            Self::Weights => "weights",
            Self::Crf => "crf",
            Self::Alpha => "alpha",
            Self::Cue => "cue",
            Self::Seed => SEED,
        }
    }

    /// Whether values are names with a path, `NAME:PATH`.
    pub fn is_path(&self) -> bool {
        matches!(self, Self::Saliency | Self::Weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_by_a_last_part_or_suggested() {
        let recipe = |key: &str| Key::Recipe(key.into());
        assert_eq!(Key::parse("tau").unwrap(), recipe("saliency.tau"));
        assert_eq!(Key::parse("threshold").unwrap(), recipe(THRESHOLD));
        assert_eq!(Key::parse("saliency").unwrap(), Key::Saliency);
        assert_eq!(Key::parse("optimiser.seed").unwrap(), Key::Seed);
        let error = Key::parse("lamda").unwrap_err().to_string();
        assert!(error.contains("no setting `lamda`: did you mean `saliency.lambda`?"), "{error}");
    }
}
