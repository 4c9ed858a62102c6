//! `eps evaluate`

use crate::project::{Project, SIZE, truncate};
use eps_data::codec::{write_mask, write_rgb_png};
use eps_data::scenes::scene_id;
use eps_data::{ClassId, LabelMap, RgbImage, Size};
use std::fs;
use std::path::{Path, PathBuf};

/// Scenes, and predictions that are their truth.
fn perfect() -> (Project, PathBuf) {
    let project = Project::with_scenes(4);
    let predictions = project.path("predictions");
    fs::create_dir(&predictions).unwrap();
    for index in 0..4 {
        fs::copy(project.mask(index), prediction(&predictions, index)).unwrap();
    }
    (project, predictions)
}

fn prediction(folder: &Path, index: usize) -> PathBuf {
    folder.join(scene_id(index) + ".png")
}

fn filled(size: Size, class: ClassId) -> LabelMap {
    LabelMap::new(size, vec![class; size.pixels()])
}

#[test]
fn the_truth_scores_one() {
    let (project, predictions) = perfect();
    // Ignored pixels are not predicted; any class does.
    for index in 0..4 {
        let path = prediction(&predictions, index);
        let mask = eps_data::codec::read_mask(&path, 7).unwrap();
        let classes = mask.classes().iter().map(|&class| if class == 255 { 0 } else { class });
        write_mask(&path, &LabelMap::new(SIZE, classes.collect())).unwrap();
    }
    let json = project.path("scores.json");
    project.evaluate(&predictions).with("--json", &json).succeeds();
    let scores: serde_json::Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    for key in ["miou", "pixel_accuracy", "mean_precision", "mean_recall"] {
        assert_eq!(scores[key], 1.0, "{key}");
    }
}

#[test]
fn missing_masks_are_named_and_counted() {
    let (project, predictions) = perfect();
    for index in [1, 2, 3] {
        fs::remove_file(prediction(&predictions, index)).unwrap();
    }
    project
        .evaluate(&predictions)
        .refuses(&["predictions/scene_0002.png: prediction is missing (and 2 more files)"]);
    for index in [2, 3] {
        fs::remove_file(project.mask(index)).unwrap();
    }
    project
        .evaluate(&predictions)
        .refuses(&["SegmentationClass/scene_0003.png: mask is missing (and 1 more file)"]);
}

#[test]
fn a_truncated_mask_is_refused() {
    let (project, predictions) = perfect();
    truncate(&prediction(&predictions, 2));
    let json = project.path("scores.json");
    project
        .evaluate(&predictions)
        .with("--json", &json)
        .refuses(&["predictions/scene_0003.png: not a PNG that can be decoded: "]);
    assert!(!json.exists());
    truncate(&project.mask(1));
    project
        .evaluate(&predictions)
        .refuses(&["SegmentationClass/scene_0002.png: not a PNG that can be decoded: "]);
}

#[test]
fn a_mask_of_another_size_is_refused() {
    let (project, predictions) = perfect();
    write_mask(&prediction(&predictions, 0), &filled(Size::new(56, 64), 0)).unwrap();
    project
        .evaluate(&predictions)
        .refuses(&["predictions/scene_0001.png: prediction is 56×64, its image is 64×56"]);
}

#[test]
fn a_class_out_of_range_is_refused() {
    let (project, predictions) = perfect();
    write_mask(&prediction(&predictions, 3), &filled(SIZE, 7)).unwrap();
    project
        .evaluate(&predictions)
        .refuses(&["predictions/scene_0004.png: class 7, expected 0..=6"]);
    write_mask(&project.mask(3), &filled(SIZE, 200)).unwrap();
    project
        .evaluate(&predictions)
        .refuses(&["SegmentationClass/scene_0004.png: class 200, expected 0..=6"]);
}

#[test]
fn a_predicted_255_is_refused() {
    let (project, predictions) = perfect();
    write_mask(&prediction(&predictions, 0), &filled(SIZE, 255)).unwrap();
    project
        .evaluate(&predictions)
        .refuses(&["predictions/scene_0001.png: predicted class 255, expected 0..=6"]);
}

#[test]
fn a_colour_picture_is_no_mask() {
    let (project, predictions) = perfect();
    let picture = RgbImage::new(SIZE.width as u32, SIZE.height as u32);
    write_rgb_png(&prediction(&predictions, 0), &picture).unwrap();
    project.evaluate(&predictions).refuses(&[
        "predictions/scene_0001.png: ",
        "8-bit RGB PNG, expected palette or grey at 1, 2, 4 or 8 bits",
    ]);
}

#[test]
fn a_list_without_ids_or_with_one_twice_is_refused() {
    let (project, predictions) = perfect();
    let list = |text: &str| project.write("data/ImageSets/Segmentation/train.txt", text);
    list("\n\n");
    project.evaluate(&predictions).refuses(&["train.txt: no image id in it"]);
    list("scene_0001\nscene_0002\nscene_0001\n");
    project
        .evaluate(&predictions)
        .refuses(&["train.txt:3: `scene_0001` again, expected each image id once"]);
    list("scene_0001\n../scene_0002\n");
    project.evaluate(&predictions).refuses(&["train.txt:2: `../scene_0002`, expected an image id"]);
}
