//! `eps evaluate`, `eps audit` and `eps merge`

use crate::call::{Call, eps};
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

/// As [`perfect`], with background where the truth is ignored.
fn without_255() -> (Project, PathBuf) {
    let (project, predictions) = perfect();
    for index in 0..4 {
        let path = prediction(&predictions, index);
        let mask = eps_data::codec::read_mask(&path, 7).unwrap();
        let classes = mask.classes().iter().map(|&class| if class == 255 { 0 } else { class });
        write_mask(&path, &LabelMap::new(SIZE, classes.collect())).unwrap();
    }
    (project, predictions)
}

fn read(json: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(json).unwrap()).unwrap()
}

fn prediction(folder: &Path, index: usize) -> PathBuf {
    folder.join(scene_id(index) + ".png")
}

fn filled(size: Size, class: ClassId) -> LabelMap {
    LabelMap::new(size, vec![class; size.pixels()])
}

#[test]
fn the_truth_scores_one() {
    let (project, predictions) = without_255();
    let json = project.path("scores.json");
    project.evaluate(&predictions).with("--json", &json).succeeds();
    let scores = read(&json);
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
        .refuses(&["predictions/scene_0004.png: predicted class 7, expected 0..=6"]);
    write_mask(&project.mask(3), &filled(SIZE, 200)).unwrap();
    project
        .evaluate(&predictions)
        .refuses(&["SegmentationClass/scene_0004.png: class 200, expected 0..=6"]);
}

#[test]
fn a_predicted_255_is_refused_with_the_flags_that_count_it() {
    let (project, predictions) = perfect();
    write_mask(&prediction(&predictions, 0), &filled(SIZE, 255)).unwrap();
    project.evaluate(&predictions).refuses(&[
        "predictions/scene_0001.png: predicted class 255, expected 0..=6",
        "`--protocol eps` drops such pixels",
    ]);
    let json = project.path("scores.json");
    let call = project.evaluate(&predictions).with("--protocol", "irn").with("--json", &json);
    let ended = call.succeeds();
    assert!(ended.stderr.contains("pixels predicted 255 are counted as background"));
    assert_eq!(read(&json)["protocol"], "irn");
}

#[test]
fn an_unknown_protocol_is_bad_usage() {
    let (project, predictions) = perfect();
    let ended = project.evaluate(&predictions).with("--protocol", "coco").run();
    assert_eq!(ended.status, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("expected one of voc, eps, seam, irn, deeplab, toco, mmseg"));
}

#[test]
fn keeping_going_names_every_fault() {
    let (project, predictions) = perfect();
    truncate(&prediction(&predictions, 0));
    write_mask(&prediction(&predictions, 1), &filled(Size::new(56, 64), 0)).unwrap();
    write_mask(&prediction(&predictions, 2), &filled(SIZE, 255)).unwrap();
    fs::remove_file(prediction(&predictions, 3)).unwrap();
    project.evaluate(&predictions).and("--keep-going").refuses(&[
        "predictions/scene_0001.png: not a PNG that can be decoded: ",
        "error: ",
        "predictions/scene_0002.png: prediction is 56×64, its image is 64×56\n",
        "predictions/scene_0003.png: predicted class 255, expected 0..=6\n",
        "predictions/scene_0004.png: prediction is missing\n",
        "error: 4 faults in 4 images: nothing was scored",
    ]);
}

#[test]
fn parts_merge_to_the_same_bytes_on_any_number_of_threads() {
    let (project, predictions) = without_255();
    let flags = ["--csv", "--markdown", "--latex", "--confusion", "--counts"];
    let with_files = |mut call: Call, kind: &str| {
        for flag in flags {
            call = call.with(flag, project.path(&format!("{kind}{flag}")));
        }
        call
    };
    let whole = project.path("whole.json");
    with_files(project.evaluate(&predictions).with("--json", &whole), "whole").succeeds();
    let part = |index: usize| {
        let path = project.path(&format!("part{index}.json"));
        let shard = format!("{index}/2");
        let call = project.evaluate(&predictions).with("--shard", shard).with("--counts", &path);
        let ended = call.on_threads(index).succeeds();
        assert!(ended.stdout.contains(" of 4 images of list train"), "{}", ended.stdout);
        path
    };
    let parts = [2, 1].map(part);
    let merged = project.path("merged.json");
    let merge = || parts.iter().fold(eps("merge"), |call, part| call.and(part));
    with_files(merge().with("--out", &merged), "merged").succeeds();
    assert_eq!(fs::read(&merged).unwrap(), fs::read(&whole).unwrap());
    for flag in flags {
        let [one, other] =
            ["merged", "whole"].map(|kind| fs::read(project.path(&format!("{kind}{flag}"))));
        assert_eq!(one.unwrap(), other.unwrap(), "{flag}");
    }
    merge().and(&parts[0]).with("--out", &merged).refuses(&["part2.json: image ", " too"]);
    let gap = eps("merge").with("--out", &merged).and(&parts[0]);
    gap.refuses(&["list `train`: ", " of 4 images counted, ", "image "]);
    let irn = project.evaluate(&predictions).with("--protocol", "irn").with("--shard", "1/2");
    irn.with("--counts", &parts[1]).succeeds();
    merge().with("--out", &merged).refuses(&["part1.json: protocol irn, expected protocol voc"]);
}

#[test]
fn a_shard_needs_a_file_for_its_counts_and_has_no_scores() {
    let (project, predictions) = perfect();
    let without = project.evaluate(&predictions).with("--shard", "1/2").run();
    assert_eq!(without.status, Some(2));
    let counts = project.path("counts.json");
    let scored = project.evaluate(&predictions).with("--shard", "1/2").with("--counts", &counts);
    assert_eq!(scored.with("--json", project.path("scores.json")).run().status, Some(2));
}

#[test]
fn an_audit_shows_every_protocol_and_why_they_differ() {
    let (project, predictions) = perfect();
    write_mask(&prediction(&predictions, 0), &filled(SIZE, 255)).unwrap();
    let json = project.path("audit.json");
    let markdown = project.path("audit.md");
    let csv = project.path("audit.csv");
    let call = project.audit(&predictions).with("--json", &json).with("--markdown", &markdown);
    let call = call.with("--csv", &csv);
    let ended = call.succeeds();
    assert!(ended.stdout.contains("refused: "), "{}", ended.stdout);
    assert!(ended.stdout.contains("predicted class 255, expected 0..=6"), "{}", ended.stdout);
    assert!(ended.stdout.contains("3584 pixels predicted 255 are dropped"), "{}", ended.stdout);
    let audit = read(&json);
    let protocols = audit["protocols"].as_array().unwrap();
    assert_eq!(protocols.len(), 7);
    assert_eq!(protocols[0]["miou"], serde_json::Value::Null);
    for protocol in &protocols[1..] {
        let is_refused = protocol["refusal"].is_string();
        assert_eq!(is_refused, protocol["miou"].is_null());
        assert!(is_refused || protocol["miou"].as_f64().unwrap() > 0.0, "{protocol}");
    }
    assert_eq!(fs::read_to_string(markdown).unwrap().lines().count(), 9);
    assert_eq!(fs::read_to_string(csv).unwrap().lines().count(), 8);
    truncate(&prediction(&predictions, 2));
    project
        .audit(&predictions)
        .refuses(&["predictions/scene_0003.png: not a PNG that can be decoded: "]);
}

#[test]
fn a_table_that_is_no_terminal_has_no_colours() {
    let (project, predictions) = without_255();
    let ended = project.evaluate(&predictions).succeeds();
    assert!(!ended.stdout.contains('\u{1b}'), "{:?}", ended.stdout);
    assert!(ended.stdout.contains("protocol voc"), "{}", ended.stdout);
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
    project
        .evaluate(&predictions)
        .refuses(&["train.txt:2: `../scene_0002`, which has a folder in it"]);
}

#[test]
fn the_confusion_is_drawn_with_the_name_of_the_masks() {
    let (project, predictions) = perfect();
    let chart = project.path("confusion");
    let named = format!("EPS={}", predictions.display());
    let call = eps("evaluate").and(named).with("--data", project.data());
    let ended = call.with("--confusion-chart", &chart).succeeds();
    let last = ended.stderr.lines().last().unwrap_or_default();
    assert!(last.starts_with("wrote ") && last.contains("confusion.svg"), "{last}");
    let svg = fs::read_to_string(project.path("confusion.svg")).unwrap();
    assert!(svg.contains("Confusion of EPS") && svg.contains("background"));
    assert!(project.path("confusion.pdf").is_file());
}
