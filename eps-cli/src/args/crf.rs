//! Values of flags of the dense CRF.

use eps_crf::{Floor, Preset};

/// A floor of probabilities, a fraction below 1.
pub(crate) fn floor(text: &str) -> Result<Floor, String> {
    let floor = text.parse().map_err(|_| "expected a fraction from 0 and below 1".to_owned())?;
    Floor::new(floor).map_err(|error| error.to_string())
}

/// A preset whose field is over probabilities, not labels.
pub(crate) fn preset_of_probabilities(name: &str) -> Result<Preset, String> {
    match name.parse::<Preset>() {
        Ok(preset) if preset.label_confidence().is_none() => Ok(preset),
        Ok(_) => Err("is a field over labels, expected one over probabilities".into()),
        Err(error) => Err(error.to_string()),
    }
}
