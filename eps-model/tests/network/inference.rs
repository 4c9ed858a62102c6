//! Score maps of whole images against those of the reference.

use crate::golden::{self, Arrays, json, largest_distance};
use crate::networks::{recorded_network, resnet38d};
use crate::weights::full_network;
use burn::tensor::Device;
use eps_data::codec::{read_mask, read_rgb};
use eps_data::{ClassSet, RgbImage, class_of};
use eps_model::infer::{network_views, score_maps};
use eps_model::network::Network;
use eps_model::recipe::{Background, InferenceRecipe, Method};
use std::path::Path;

fn published() -> InferenceRecipe {
    InferenceRecipe {
        scales: vec![0.5, 1.0, 1.5, 2.0],
        flip: true,
        threshold: 0.2,
        background: Background::Constant,
    }
}

/// One row of `cases.json`.
struct Case {
    id: String,
    network: String,
    /// Labels counted from 0, without background.
    classes: ClassSet,
}

fn cases(folder: &Path) -> Vec<Case> {
    let rows = json(&folder.join("cases.json"));
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
    let case = |row: &serde_json::Value| {
        let labels = row["labels"].as_array().unwrap().iter();
        let classes = labels.map(|label| class_of(label.as_u64().unwrap() as usize)).collect();
        Case { id: text(row, "id"), network: text(row, "network"), classes }
    };
    rows.as_array().unwrap().iter().map(case).collect()
}

fn check(folder: &Path, case: &Case, network: &Network, device: &Device) {
    let Case { id, network: name, classes } = case;
    let image = read_rgb(&folder.join(format!("{id}_source.png"))).unwrap();
    let scores = score_maps(network, &published(), &[(&image, *classes)], device).remove(0);
    let mut arrays = Arrays::open(&folder.join(format!("{id}_{name}_cam.npz")));
    let (_, channels) = arrays.get::<i64>("classes");
    let expected: Vec<_> = channels.iter().map(|&channel| class_of(channel as usize)).collect();
    assert_eq!(scores.classes(), expected);
    let distance = largest_distance(scores.scores(), &arrays.get::<f32>("cam").1);
    // As for network outputs; a map's maximum is 1.
    assert!(distance < 1e-4, "{id} {name}: scores {distance} apart");
    let labels = scores.to_labels(0.2);
    let recorded = read_mask(&folder.join(format!("{id}_{name}_label_at_0.20.png")), 21).unwrap();
    assert_eq!(labels.size(), recorded.size());
    let pairs = labels.classes().iter().zip(recorded.classes());
    let different = pairs.filter(|(found, expected)| found != expected).count();
    let pixels = labels.classes().len();
    assert!(different * 2000 <= pixels, "{id} {name}: {different} of {pixels} pixels");
}

fn check_network(method: Method, name: &str) {
    let _alone = full_network();
    let folder = golden::folder("inference");
    let device = crate::device();
    let network = recorded_network(method, &device);
    let cases: Vec<_> = cases(&folder).into_iter().filter(|case| case.network == name).collect();
    assert!(!cases.is_empty());
    cases.iter().for_each(|case| check(&folder, case, &network, &device));
}

#[test]
fn score_maps_of_the_full_eps_network_are_the_references() {
    check_network(Method::Eps, "eps");
}

#[test]
fn score_maps_of_the_full_classifier_are_the_references() {
    check_network(Method::Cam, "cls");
}

/// A picture of the hash.
fn picture(name: &str, width: u32, height: u32) -> RgbImage {
    let values = golden::uniform(name, (width * height * 3) as usize, 0.0, 256.0);
    RgbImage::from_raw(width, height, values.into_iter().map(|value| value as u8).collect())
        .unwrap()
}

fn small_network(device: &Device) -> Network {
    Network::new(&resnet38d(Method::Eps, 1.0 / 32.0), 5, 3, device)
}

#[test]
fn images_together_have_the_scores_that_they_have_alone() {
    let device = crate::device();
    let network = small_network(&device);
    let pictures = ["a", "b", "c"].map(|name| picture(name, 45, 31));
    let classes: [ClassSet; 3] =
        [[1, 4].into_iter().collect(), [5].into_iter().collect(), ClassSet::default()];
    let pairs: Vec<_> = pictures.iter().zip(classes).collect();
    let together = score_maps(&network, &published(), &pairs, &device);
    for (pair, expected) in pairs.iter().zip(&together) {
        let alone = score_maps(&network, &published(), &[*pair], &device).remove(0);
        assert_eq!(alone.classes(), expected.classes());
        assert!(largest_distance(alone.scores(), expected.scores()) < 1e-5);
    }
    assert!(score_maps(&network, &published(), &[], &device).is_empty());
}

#[test]
fn the_learned_background_divides_the_probability_of_class_and_background() {
    let device = crate::device();
    let network = small_network(&device);
    // One cell of the map, so that every pixel has its probabilities.
    let picture = picture("a", 8, 8);
    let recipe = InferenceRecipe {
        scales: vec![1.0],
        flip: false,
        background: Background::Learned,
        ..published()
    };
    let classes: ClassSet = [1, 4].into_iter().collect();
    let scores = score_maps(&network, &recipe, &[(&picture, classes)], &device).remove(0);
    let image = eps_data::transform::Planes::of(&picture).normalize();
    let maps = network.activation_maps(golden::tensor(image, [1, 3, 8, 8], &device));
    let maps = golden::to_vec(maps);
    assert_eq!(maps.len(), 6, "five classes and background on one cell");
    for class in [1, 4] {
        let expected = maps[class - 1] / (maps[class - 1] + maps[5]);
        for score in scores.of(class as u8).unwrap() {
            assert!((score - expected).abs() < 1e-6, "{class}: {score}, expected {expected}");
        }
    }
}

#[test]
fn logits_are_means_over_the_views_and_of_every_class() {
    let device = crate::device();
    let network = small_network(&device);
    let picture = picture("a", 16, 24);
    let recipe = InferenceRecipe { scales: vec![1.0], flip: true, ..published() };
    let classes: ClassSet = [4].into_iter().collect();
    let views = network_views(&network, &recipe, &[(&picture, classes)], &device).remove(0);
    let mirrored = image::imageops::flip_horizontal(&picture);
    let [straight, mirrored] = [picture, mirrored].map(|picture| {
        let image = golden::tensor(
            eps_data::transform::Planes::of(&picture).normalize(),
            [1, 3, 24, 16],
            &device,
        );
        golden::to_vec(network.activations(image).logits)
    });
    let expected: Vec<f32> = straight.iter().zip(&mirrored).map(|(a, b)| (a + b) / 2.0).collect();
    assert_eq!(expected.len(), 5);
    assert!(largest_distance(&views.logits(), &expected) < 1e-5, "{:?}", views.logits());
}

#[test]
fn the_mirror_image_has_mirrored_scores() {
    let device = crate::device();
    let network = small_network(&device);
    let straight = picture("a", 48, 32);
    let mirrored = image::imageops::flip_horizontal(&straight);
    let classes: ClassSet = [2, 3].into_iter().collect();
    let scores = |picture: &RgbImage| {
        score_maps(&network, &published(), &[(picture, classes)], &device).remove(0)
    };
    let expected: Vec<f32> = scores(&straight)
        .scores()
        .chunks_exact(48)
        .flat_map(|row| row.iter().rev().copied().collect::<Vec<_>>())
        .collect();
    // The sum of a view and its mirror image is symmetric but for the order of additions.
    assert!(largest_distance(scores(&mirrored).scores(), &expected) < 1e-5);
}

#[test]
fn a_picture_of_one_pixel_has_scores() {
    let device = crate::device();
    let classes: ClassSet = [1, 5].into_iter().collect();
    let picture = picture("a", 1, 1);
    let scores = score_maps(&small_network(&device), &published(), &[(&picture, classes)], &device);
    // The only value of a map is its maximum, but for what is added to it.
    assert!(scores[0].scores().iter().all(|score| (0.99..=1.0).contains(score)), "{scores:?}");
}
