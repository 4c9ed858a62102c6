//! How a network takes photographs and what its output means.

use eps_data::DataError;
use eps_data::codec::read_text;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The longest side of an input; larger ones are mistakes that would fill the memory.
const LONGEST: usize = 4096;

/// How a network takes photographs and what its output means, as rembg runs it.
///
/// In a TOML file it is the table `[saliency-model]`; what is not given there is as of U²-Net.
///
/// ```
/// use eps_saliency::SaliencyModel;
///
/// let isnet = SaliencyModel::named("isnet").expect("a known name");
/// assert_eq!((isnet.size, isnet.mean), (1024, [0.5; 3]));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SaliencyModel {
    /// Width and height to which photographs are resized.
    pub size: usize,
    /// What is subtracted from red, green and blue.
    pub mean: [f64; 3],
    /// What they are divided by then.
    pub deviation: [f64; 3],
    /// Whether values are first divided by the largest of the photograph; otherwise by 255.
    pub by_maximum: bool,
    /// Whether outputs are logits, which a sigmoid makes probabilities of.
    pub sigmoid: bool,
    /// Whether each map is stretched from 0 to 1.
    pub stretch: bool,
    /// The output that is the map, counted from 0.
    pub output: usize,
}

/// A TOML file with the description of a network.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ModelFile {
    saliency_model: SaliencyModel,
}

impl SaliencyModel {
    /// The networks that have names.
    pub const NAMES: [&str; 4] = ["u2net", "u2netp", "isnet", "birefnet"];

    /// U²-Net and u2netp.
    pub fn u2net() -> Self {
        Self {
            size: 320,
            mean: [0.485, 0.456, 0.406],
            deviation: [0.229, 0.224, 0.225],
            by_maximum: true,
            sigmoid: false,
            stretch: true,
            output: 0,
        }
    }

    /// The network of a name.
    pub fn named(name: &str) -> Option<Self> {
        let u2net = Self::u2net();
        match name {
            "u2net" | "u2netp" => Some(u2net),
            "isnet" => Some(Self { size: 1024, mean: [0.5; 3], deviation: [1.0; 3], ..u2net }),
            "birefnet" => Some(Self { size: 1024, sigmoid: true, ..u2net }),
            _ => None,
        }
    }

    /// Reads the table `[saliency-model]` of a TOML file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is no such table, or has a value that no network can have.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let refuse = |found: String, expected: &str| DataError::Content {
            path: path.into(),
            found,
            expected: expected.into(),
        };
        let file: ModelFile = toml::from_str(&read_text(path)?).map_err(|error| {
            let line = error.span().map(|span| format!("{span:?}: "));
            let found = format!("{}{}", line.unwrap_or_default(), error.message());
            refuse(found, "a table [saliency-model]")
        })?;
        let model = file.saliency_model;
        if model.size == 0 || model.size > LONGEST {
            return Err(refuse(format!("size {}", model.size), "1 to 4096 pixels"));
        }
        if !model.mean.iter().all(|value| value.is_finite()) {
            return Err(refuse("a mean that is not finite".into(), "numbers such as 0.485"));
        }
        if !model.deviation.iter().all(|&value| value.is_finite() && value > 0.0) {
            return Err(refuse("a deviation of 0 or less".into(), "numbers such as 0.229"));
        }
        Ok(model)
    }
}

impl Default for SaliencyModel {
    fn default() -> Self {
        Self::u2net()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn read(text: &str) -> Result<SaliencyModel, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        fs::write(&path, text).unwrap();
        SaliencyModel::read(&path).map_err(|error| {
            let message = error.to_string();
            message[message.find("mine.toml").unwrap()..].to_owned()
        })
    }

    #[test]
    fn what_a_file_does_not_say_is_as_of_u2net() {
        let model = read("[saliency-model]\nsize = 256\nsigmoid = true\n").unwrap();
        assert_eq!(model, SaliencyModel { size: 256, sigmoid: true, ..SaliencyModel::u2net() });
    }

    #[test]
    fn every_name_is_known_and_no_other() {
        assert!(SaliencyModel::NAMES.into_iter().all(|name| SaliencyModel::named(name).is_some()));
        assert_eq!(SaliencyModel::named("u2net.onnx"), None);
    }

    #[test]
    fn mistakes_are_named() {
        let cases = [
            ("[saliency-model]\nsize = 0", "mine.toml: size 0, expected 1 to 4096 pixels"),
            ("[saliency-model]\nsize = 5000", "mine.toml: size 5000, expected 1 to 4096 pixels"),
            (
                "[saliency-model]\ndeviation = [1, 1, 0]",
                "mine.toml: a deviation of 0 or less, expected numbers such as 0.229",
            ),
            (
                "[saliency-model]\nmean = [nan, 1, 0]",
                "mine.toml: a mean that is not finite, expected numbers such as 0.485",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).unwrap_err(), expected);
        }
        for text in ["", "[saliency-model]\nsise = 3", "[saliency-model", "[other]\nsize = 1"] {
            let message = read(text).unwrap_err();
            assert!(message.ends_with(", expected a table [saliency-model]"), "{message}");
        }
    }
}
