//! `eps report`

use crate::project::{Project, files, truncate};
use crate::recipe;
use eps_data::codec::{read_mask, read_rgb, write_mask, write_rgb_png};
use eps_data::{LabelMap, RgbImage, Size};
use std::fs;
use std::path::Path;

/// Scenes and the maps of a run `run`.
fn inferred() -> Project {
    let project = Project::with_scenes(4);
    project.train("run", &recipe::with(&recipe::cam(), "updates = 1")).succeeds();
    project.infer("run").succeeds();
    project
}

#[test]
fn what_a_report_needs_is_checked_before_it_is_written() {
    let project = inferred();
    let kept = fs::read(project.mask(1)).unwrap();
    let refuses = |part: &str| {
        project.report(&["run"]).refuses(&[part]);
        assert!(!project.path("report").exists());
        fs::write(project.mask(1), &kept).unwrap();
    };
    truncate(&project.mask(1));
    refuses("SegmentationClass/scene_0002.png: not a PNG that can be decoded: ");
    let other = Size::new(56, 64);
    write_mask(&project.mask(1), &LabelMap::new(other, vec![0; other.pixels()])).unwrap();
    refuses("SegmentationClass/scene_0002.png: mask is 56×64, its image is 64×56");
    write_rgb_png(&project.mask(1), &RgbImage::new(64, 56)).unwrap();
    refuses("8-bit RGB PNG, expected palette or grey");
    fs::remove_file(project.mask(1)).unwrap();
    fs::remove_file(project.mask(3)).unwrap();
    refuses("SegmentationClass/scene_0002.png: mask is missing (and 1 more file)");
}

#[test]
fn a_run_without_maps_is_refused() {
    let project = inferred();
    for scene in ["scene_0003.npz", "scene_0004.npz"] {
        fs::remove_file(project.path("run/cams").join(scene)).unwrap();
    }
    project
        .report(&["run"])
        .refuses(&["run/cams/scene_0003.npz: class map is missing (and 1 more file)"]);
    for part in ["run/cams", "run/masks"] {
        fs::remove_dir_all(project.path(part)).unwrap();
    }
    let expected =
        "run: has neither masks (.png) nor class maps (.npz, .npy); run `eps infer` first";
    project.report(&["run"]).refuses(&[expected]);
    project.report(&["nowhere"]).refuses(&["nowhere: is not there, expected a run or a folder of"]);
    assert!(!project.path("report").exists());
}

#[test]
fn runs_of_one_name_are_refused() {
    let project = inferred();
    project
        .report(&["run", "run"])
        .refuses(&["run: another method is named `run` too; write NAME=", " to tell them apart"]);
    assert!(!project.path("report").exists());
}

#[test]
fn a_report_without_pictures_has_no_photograph() {
    let project = inferred();
    let call = project.report(&["run"]).with("--pictures", "0");
    call.with("--minimum-images", "1,4").succeeds();
    // The means over classes with an image and over those in all four.
    let scores = fs::read_to_string(project.path("report/scores.json")).unwrap();
    for minimum in ["at least 1 images", "at least 4 images"] {
        assert!(scores.contains(minimum), "{scores}");
    }
    let page = fs::read_to_string(project.path("report/index.html")).unwrap();
    assert!(!page.contains("scene_0001"), "a picture of the data set is on the page");
}

/// The pixels of a mask that are of an object.
fn objects(mask: &LabelMap) -> usize {
    mask.classes().iter().filter(|&&class| class != 0 && class != 255).count()
}

#[test]
fn pictures_show_the_masks_of_the_run_and_say_their_threshold() {
    let project = inferred();
    let page = || fs::read_to_string(project.path("report/index.html")).unwrap();
    project.report(&["run"]).succeeds();
    let files = "Masks of the runs: run as in its folder masks, at threshold 0.20.";
    assert!(page().contains(files) && page().contains("<th>run mask at\u{a0}0.20</th>"));
    // Masks that the maps do not give at any threshold show that the files are what is shown.
    let made = read_mask(&project.path("run/masks/scene_0001.png"), 7).unwrap();
    let whole = LabelMap::new(made.size(), vec![1; made.size().pixels()]);
    assert!(objects(&made) < objects(&whole));
    for index in 1..=4 {
        write_mask(&project.path(&format!("run/masks/scene_000{index}.png")), &whole).unwrap();
    }
    let before = fs::read(project.path("report/pictures.png")).unwrap();
    project.report(&["run"]).succeeds();
    assert!(before != fs::read(project.path("report/pictures.png")).unwrap());
    let sheet = read_rgb(&project.path("report/pictures.png")).unwrap();
    let [width, height] = [sheet.width(), sheet.height()];
    // The colour of class 1 in VOC's palette, at the right end of the first and of the last row.
    for y in [height - 5, height - 4 * (56 + 4) + 4 + 5] {
        assert_eq!(sheet.get_pixel(width - 5, y).0, [128, 0, 0], "at {y}");
    }
    fs::remove_file(project.path("run/masks/scene_0002.png")).unwrap();
    project.report(&["run"]).succeeds();
    assert!(page().contains("run made from its maps at its threshold 0.20"), "{}", page());
    project.report(&["run"]).and("--best-masks").succeeds();
    assert!(page().contains("Masks at the threshold that is best on this ground truth, an upper"));
    assert!(page().contains("(best on ground truth)</th>"));
}

#[test]
fn a_mask_that_does_not_fit_is_refused() {
    let project = inferred();
    let other = Size::new(56, 64);
    let mask = LabelMap::new(other, vec![0; other.pixels()]);
    write_mask(&project.path("run/masks/scene_0001.png"), &mask).unwrap();
    let expected = "run/masks/scene_0001.png: prediction is 56×64";
    project.report(&["run"]).refuses(&[expected]);
    project.report(&["run"]).with("--choose", "best").refuses(&[expected]);
}

#[test]
fn a_report_of_other_runs_is_kept_and_files_that_no_longer_belong_go() {
    let project = inferred();
    project.train("other", &recipe::with(&recipe::cam(), "updates = 2")).succeeds();
    project.infer("other").succeeds();
    project.report(&["run", "other"]).succeeds();
    assert!(project.path("report/charts/training-2.svg").is_file());
    project.write("report/notes.txt", "mine");
    project.report(&["run"]).refuses(&[
        "report: already contains the results of other inputs (there: other ../other; now: none)",
        "use --force",
    ]);
    project.report(&["run"]).and("--force").succeeds();
    assert!(!project.path("report/charts/training-2.svg").exists());
    assert!(project.path("report/charts/training-1.svg").is_file());
    assert!(project.path("report/notes.txt").is_file());
    // The same inputs with other settings take the place of what is there.
    project.report(&["run"]).with("--pictures", "0").succeeds();
    assert!(!project.path("report/pictures.png").exists());
    fs::remove_file(project.path("report/results.json")).unwrap();
    project.report(&["run"]).refuses(&["already contains index.html, made from unknown inputs"]);
}

#[test]
fn masks_and_maps_of_other_programs_are_shown_beside_a_run() {
    let project = inferred();
    let truth = project.data().join("SegmentationClass");
    let maps = project.path("maps");
    fs::create_dir(&maps).unwrap();
    for (name, bytes) in files(&project.path("run/cams")) {
        fs::write(maps.join(name), bytes).unwrap();
    }
    let named = |name: &str, path: &Path| format!("{name}={}", path.display());
    let call = project.report(&["run"]);
    call.and(named("foreign", &truth)).and(named("maps", &maps)).succeeds();
    let scores = fs::read_to_string(project.path("report/scores.json")).unwrap();
    let scores: serde_json::Value = serde_json::from_str(&scores).unwrap();
    let [run, foreign, maps] = [0, 1, 2].map(|index| &scores[index]);
    assert_eq!((&foreign["name"], &foreign["fixed"]["miou"]), (&"foreign".into(), &1.0.into()));
    assert!(foreign["best"].is_null() && foreign["fixed"]["threshold"].is_null());
    assert_eq!((&maps["fixed"], &maps["best"]), (&run["fixed"], &run["best"]));
    let page = fs::read_to_string(project.path("report/index.html")).unwrap();
    for text in [
        "foreign: 100.0 % mIoU of its masks.",
        "masks as they are, maps at the fixed threshold",
        "foreign as they are",
        "<th>foreign mask</th>",
        "<th>maps map</th>",
        "Confusion of foreign: of the pixels of each class",
        "<summary>Pixels of foreign by true class (row) and predicted class (column)</summary>",
    ] {
        assert!(page.contains(text), "no `{text}`");
    }
    assert!(!page.contains("<th>foreign map</th>"));
}

#[test]
fn masks_alone_need_no_labels_and_have_no_chart_of_thresholds() {
    let project = Project::with_scenes(4);
    fs::remove_file(project.data().join("cls_labels.csv")).unwrap();
    let masks = project.data().join("SegmentationClass");
    let report = || project.report(&[]).and(format!("TransCAM={}", masks.display()));
    report().succeeds();
    let found: Vec<_> = files(&project.path("report")).into_keys().collect();
    assert!(!found.iter().any(|path| path.starts_with("charts/sweep.svg")), "{found:?}");
    assert!(found.iter().any(|path| path.starts_with("charts/per-class.svg")), "{found:?}");
    let table = fs::read_to_string(project.path("report/scores.md")).unwrap();
    assert!(table.contains("TransCAM masks") && !table.contains("TransCAM best"), "{table}");
}
