//! The reference's augmented images, from its sources and its draws.

use super::{Adjustment, Draw, Jitter};
use crate::codec::{read_rgb, read_saliency};
use serde::Deserialize;
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// A row of `draws.json`.
#[derive(Deserialize)]
struct Case {
    id: String,
    target_long: usize,
    flip: bool,
    order: [String; 4],
    brightness: f32,
    contrast: f32,
    saturation: f32,
    hue: f32,
}

impl Case {
    fn draw(&self) -> Draw {
        let adjustment = |name: &String| match name.as_str() {
            "brightness" => Adjustment::Brightness(self.brightness),
            "contrast" => Adjustment::Contrast(self.contrast),
            "saturation" => Adjustment::Saturation(self.saturation),
            "hue" => Adjustment::Hue(self.hue),
            other => panic!("an adjustment named {other}"),
        };
        Draw {
            longer_side: self.target_long,
            flip: self.flip,
            jitter: Some(Jitter(self.order.each_ref().map(adjustment))),
            position: [0.0; 2],
        }
    }

    fn check(&self, folder: &Path) {
        let file = |kind: &str| folder.join(format!("{}_{kind}.png", self.id));
        let source = read_rgb(&file("source")).unwrap();
        let source_saliency = read_saliency(&file("source_saliency")).unwrap();
        let (planes, saliency) = self.draw().apply(&source, Some(&source_saliency));
        let image = planes.to_rgb();
        let expected = read_rgb(&file("result")).unwrap();
        let expected_saliency = read_saliency(&file("result_saliency")).unwrap();
        let saliency = saliency.expect("a map was given");
        assert_eq!(image.dimensions(), expected.dimensions(), "{}", self.id);
        assert_eq!(saliency.size(), expected_saliency.size(), "{}", self.id);
        self.compare("image", &image, &expected);
        self.compare("saliency", saliency.values(), expected_saliency.values());
    }

    /// Equal, except at most one grey level on 0.1 % of the values: the tolerance of the fixtures.
    fn compare(&self, kind: &str, found: &[u8], expected: &[u8]) {
        let distances = || found.iter().zip(expected).map(|(&a, &b)| a.abs_diff(b));
        let largest = distances().max().unwrap_or(0);
        let different = distances().filter(|&distance| distance > 0).count();
        let id = &self.id;
        assert!(largest <= 1, "{id} {kind}: {largest} grey levels");
        assert!(different * 1000 <= found.len(), "{id} {kind}: {different} of {}", found.len());
    }
}

fn check_folder(golden: &Path) {
    let folder = golden.join("augment");
    let text = fs::read_to_string(folder.join("draws.json")).unwrap();
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
    assert!(!cases.is_empty());
    cases.iter().for_each(|case| case.check(&folder));
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn synthetic_images_are_augmented_as_the_reference_does() {
    let folder = env::var_os("EPS_GOLDEN").map(PathBuf::from);
    check_folder(&folder.unwrap_or_else(|| workspace().join("fixtures/golden")));
}

#[test]
#[ignore = "needs the reference's photographs in ../shared/golden beside the workspace"]
fn photographs_are_augmented_as_the_reference_does() {
    check_folder(&workspace().join("../shared/golden"));
}
