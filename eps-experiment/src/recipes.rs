//! The recipes that the program has with it, by name.

use anyhow::{Result, anyhow};
use eps_model::ModelError;
use eps_model::recipe::{Recipe, SegmentationRecipe};
use std::path::Path;

/// A recipe of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltInRecipe {
    pub name: &'static str,
    /// The TOML file, with its comments.
    pub text: &'static str,
}

macro_rules! built_in {
    ($($name:literal),+ $(,)?) => {
        [$(BuiltInRecipe {
            name: $name,
            text: include_str!(concat!("../../recipes/", $name, ".toml")),
        }),+]
    };
}

impl BuiltInRecipe {
    /// All of them: the published ones first, then those for a laptop and for the demo; last those of
    /// segmentation networks.
    pub const ALL: [Self; 14] = built_in![
        "voc12-cls",
        "voc12-eps",
        "coco14-cls",
        "coco14-eps",
        "laptop-cls",
        "laptop-eps",
        "study-eps",
        "demo-cam",
        "demo-eps",
        "voc12-deeplab-v2-r101",
        "voc12-deeplab-v1-vgg16",
        "coco14-deeplab-v2-r101",
        "laptop-segment",
        "demo-segment",
    ];

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|recipe| recipe.name == name)
    }

    /// What it is for: the first line of its file.
    pub fn about(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches(['#', ' '])
    }
}

/// Reads a recipe: a file, or one of the program by its name.
///
/// # Errors
///
/// If there is neither, or the file is no recipe.
pub fn read_recipe(file_or_name: &Path) -> Result<Recipe> {
    find(file_or_name, Recipe::parse, Recipe::read)
}

/// As [`read_recipe`], of a segmentation network.
///
/// # Errors
///
/// As [`read_recipe`].
pub fn read_segmentation_recipe(file_or_name: &Path) -> Result<SegmentationRecipe> {
    find(file_or_name, SegmentationRecipe::parse, SegmentationRecipe::read)
}

fn find<R>(
    file_or_name: &Path,
    parse: fn(&str) -> Result<R, String>,
    read: fn(&Path) -> Result<R, ModelError>,
) -> Result<R> {
    let name = file_or_name.to_str().unwrap_or_default();
    match BuiltInRecipe::named(name) {
        Some(recipe) => parse(recipe.text).map_err(|error| anyhow!("{name}: {error}")),
        None if !file_or_name.exists() && file_or_name.components().count() == 1 => {
            let names = BuiltInRecipe::ALL.map(|recipe| recipe.name);
            Err(anyhow!("{name}: no such file, nor one of the recipes {}", names.join(", ")))
        }
        None => Ok(read(file_or_name)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipe_of_the_program_is_valid_and_says_what_it_is_for() {
        for recipe in BuiltInRecipe::ALL {
            let name = Path::new(recipe.name);
            assert_ne!(
                read_recipe(name).is_ok(),
                read_segmentation_recipe(name).is_ok(),
                "{}",
                recipe.name
            );
            assert!(recipe.about().ends_with('.'), "{}: {}", recipe.name, recipe.about());
        }
    }

    #[test]
    fn every_recipe_of_the_repository_is_in_the_program() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../recipes");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut names: Vec<String> =
            files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        names.sort();
        let mut known = BuiltInRecipe::ALL.map(|recipe| recipe.name);
        known.sort();
        assert_eq!(names, known);
    }

    #[test]
    fn a_name_that_is_none_is_told_with_those_that_are() {
        let error = read_recipe(Path::new("voc12")).unwrap_err().to_string();
        assert!(
            error.starts_with("voc12: no such file, nor one of the recipes voc12-cls"),
            "{error}"
        );
    }
}
