//! The recipes that come with the program, and recipes that are refused.

use eps_model::recipe::{Recipe, SegmentationRecipe};
use std::fs;
use std::path::{Path, PathBuf};

fn recipes() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../recipes");
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "toml"));
    paths.sort();
    paths
}

#[test]
fn every_recipe_is_read_and_written_back() {
    let (mut classifiers, mut segmenters) = (0, 0);
    for path in recipes() {
        match Recipe::read(&path) {
            Ok(recipe) => {
                assert_eq!(Recipe::parse(&recipe.to_toml()).unwrap(), recipe, "{}", path.display());
                classifiers += 1;
            }
            Err(_) => {
                let recipe =
                    SegmentationRecipe::read(&path).unwrap_or_else(|error| panic!("{error}"));
                let again = SegmentationRecipe::parse(&recipe.to_toml()).unwrap();
                assert_eq!(again, recipe, "{}", path.display());
                segmenters += 1;
            }
        }
    }
    assert!(classifiers >= 9 && segmenters >= 3, "{classifiers}, {segmenters}");
}

/// Why a small recipe is refused after a change of its text.
fn refusal(from: &str, to: &str) -> String {
    let text = crate::training::small_recipe().to_toml();
    assert!(text.contains(from), "no `{from}` in {text}");
    match Recipe::parse(&text.replacen(from, to, 1)) {
        Err(message) => message,
        Ok(_) => panic!("`{to}` was accepted"),
    }
}

#[test]
fn what_is_wrong_is_named() {
    let cases = [
        ("stride = 8", "stride = 16", "network.stride"),
        ("method = \"eps\"", "method = \"cam\"", "saliency"),
        ("tau = 0.4", "tau = 1.4", "tau"),
        ("tau = 0.4", "tau = nan", "tau"),
        ("flip = true", "flop = true", "flop"),
        ("backbone = \"resnet38d\"", "backbone = \"resnet50\"", "resnet50"),
        ("learning_rate = ", "learning_rate = -", "learning_rate"),
        ("weight_decay = ", "weight_decay = -", "weight_decay"),
        ("momentum = 0.", "momentum = 1.", "momentum"),
        ("width = 0.", "width = -0.", "width"),
        ("threshold = 0.", "threshold = 7.", "threshold"),
    ];
    for (from, to, named) in cases {
        let message = refusal(from, to);
        assert!(message.contains(named), "`{to}`: {message}");
    }
}

#[test]
fn values_that_are_no_numbers_are_refused() {
    for (from, to) in [
        ("weight_decay = 0.0005", "weight_decay = inf"),
        ("power = 0.9", "power = nan"),
        ("power = 0.9", "power = inf"),
        ("power = 0.9", "power = -1.0"),
        ("classifier_factor = ", "classifier_factor = -"),
    ] {
        let message = refusal(from, to);
        assert!(message.contains(from.split(' ').next().unwrap()), "`{to}`: {message}");
    }
}
