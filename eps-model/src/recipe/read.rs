//! Recipes from and to TOML.

use super::{Recipe, SegmentationRecipe};
use crate::ModelError;
use eps_data::codec::read_text;
use serde::de::DeserializeOwned;
use std::path::Path;

/// Similarity from which on a known key is taken for what was meant.
const SIMILAR: f64 = 0.7;

impl Recipe {
    /// Reads and checks a recipe.
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        let text = read_text(path)?;
        Self::parse(&text).map_err(|reason| ModelError::Recipe { path: path.into(), reason })
    }

    /// A recipe from its text; the error says what is wrong with which key.
    pub fn parse(text: &str) -> Result<Self, String> {
        // A recipe of the other command would be refused for keys that are right where it belongs.
        let recipe: Self =
            from_toml(text).map_err(|error| match from_toml::<SegmentationRecipe>(text) {
                Ok(_) => "a recipe of `eps segment train`, expected one of `eps train`".into(),
                Err(_) => error,
            })?;
        recipe.check()?;
        Ok(recipe)
    }

    /// The resolved recipe as TOML, defaults included.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).expect("every field has a TOML form")
    }

    /// SHA-256 of the resolved recipe.
    pub fn sha256(&self) -> String {
        eps_data::sha256(self.to_toml())
    }
}

/// A recipe as its text spells it, unchecked.
pub(super) fn from_toml<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error: toml::de::Error| match suggestion(error.message()) {
        Some(known) => format!("{error}did you mean `{known}`?"),
        None => error.to_string(),
    })
}

/// The known key that an unknown one resembles most, from a message such as
/// "unknown field `flop`, expected one of `flip`, `jitter`".
fn suggestion(message: &str) -> Option<&str> {
    let mut quoted = message.strip_prefix("unknown ")?.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?;
    most_similar(quoted, |known| strsim::jaro_winkler(unknown, known))
}

/// The most similar of the known keys, if it is similar enough to be meant.
pub(super) fn most_similar<'a>(
    known: impl Iterator<Item = &'a str>,
    similarity: impl Fn(&str) -> f64,
) -> Option<&'a str> {
    known
        .map(|known| (similarity(known), known))
        .filter(|(similarity, _)| *similarity >= SIMILAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_suggests_the_most_similar_known_one() {
        let cases = [
            ("unknown field `flop`, expected one of `crop`, `flip`, `jitter`", Some("flip")),
            ("unknown field `learning-rate`, expected `learning_rate`", Some("learning_rate")),
            ("unknown variant `resnet38`, expected `resnet38d` or `x`", Some("resnet38d")),
            ("unknown field `zzz`, expected one of `crop`, `flip`", None),
            ("missing field `crop`", None),
        ];
        for (message, known) in cases {
            assert_eq!(suggestion(message), known, "{message}");
        }
    }
}
