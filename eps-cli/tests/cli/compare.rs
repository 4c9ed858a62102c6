//! `eps compare`

use crate::call::{Call, eps};
use crate::project::{Project, SIZE, files};
use eps_data::codec::{read_mask, write_mask};
use eps_data::scenes::scene_id;
use eps_data::{ClassId, LabelMap};
use image::GrayImage;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

const SCENES: usize = 6;

/// Predictions that are the truth where `is_right` says so, and background elsewhere.
fn predictions(project: &Project, folder: &str, is_right: fn(usize) -> bool) -> PathBuf {
    let folder = project.path(folder);
    for index in 0..SCENES {
        let truth = read_mask(&project.mask(index), 7).unwrap();
        let kept = |(pixel, &class): (usize, &ClassId)| {
            if is_right(pixel + index) && class != 255 { class } else { 0 }
        };
        let classes = truth.classes().iter().enumerate().map(kept).collect();
        let path = folder.join(scene_id(index) + ".png");
        write_mask(&path, &LabelMap::new(SIZE, classes)).unwrap();
    }
    folder
}

/// A project with the predictions `good`, `half` and `nothing`.
fn project() -> Project {
    let project = Project::with_scenes(SCENES);
    predictions(&project, "good", |_| true);
    predictions(&project, "half", |pixel| pixel % 2 == 0);
    predictions(&project, "nothing", |_| false);
    project
}

fn compare(project: &Project, folders: &[&str]) -> Call {
    let call = eps("compare")
        .with("--truth", project.data().join("SegmentationClass"))
        .with("--list", "train")
        .with("--resamples", "500");
    folders.iter().fold(call, |call, folder| match folder.split_once('=') {
        Some((name, folder)) => call.and(format!("{name}={}", project.path(folder).display())),
        None => call.and(project.path(folder)),
    })
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn every_prediction_that_cannot_be_compared_is_named_once_if_asked_for() {
    let project = project();
    fs::remove_file(project.path("half").join(scene_id(1) + ".png")).unwrap();
    crate::project::truncate(&project.path("good").join(scene_id(2) + ".png"));
    crate::project::truncate(&project.mask(4));
    compare(&project, &["half", "good"]).and("--keep-going").refuses(&[
        "half/scene_0002.png: prediction is missing\n",
        "SegmentationClass/scene_0005.png: not a PNG that can be decoded: ",
        "good/scene_0003.png: not a PNG that can be decoded: ",
        "3 faults in 6 images: nothing was scored",
    ]);
}

#[test]
fn a_better_folder_is_better_with_an_interval_and_a_p_value() {
    let project = project();
    let out = project.path("out");
    let ended = compare(&project, &["half", "good"]).with("--out", &out).succeeds();
    assert!(ended.stdout.contains("good against half: +"), "{}", ended.stdout);
    let report = json(&out.join("compare.json"));
    let comparison = &report["comparison"];
    assert_eq!(comparison["methods"][1]["miou"]["value"], 1.0);
    let effect = &comparison["differences"][0]["miou"];
    assert!(number(&effect["lower"]) > 0.0, "{effect}");
    // Six images that agree; 500 resamples alone would say 2 in 501.
    assert_eq!(number(&effect["p"]), 1.0 / 32.0);
    assert_eq!(comparison["differences"][0]["images"]["wins"], SCENES);
    let found: Vec<String> =
        files(&out).into_keys().map(|path| path.display().to_string()).collect();
    // Nothing is taken for anything else.
    let charts =
        ["anatomy", "confusion-1", "confusion-2", "differences-1", "precision-recall", "trimap"];
    let pictures = charts
        .iter()
        .flat_map(|name| ["pdf", "png", "svg"].map(|kind| format!("charts/{name}.{kind}")));
    let tables = ["csv", "json", "md", "tex"].map(|end| format!("compare.{end}"));
    let others = ["images.csv", "index.html", "results.json"].map(String::from);
    assert_eq!(found, pictures.chain(tables).chain(others).collect::<Vec<_>>());
    let page = fs::read_to_string(out.join("compare.md")).unwrap();
    for chart in charts {
        assert!(page.contains(&format!("](charts/{chart}.png)")), "no {chart} in {page}");
    }
    let html = fs::read_to_string(out.join("index.html")).unwrap();
    assert!(html.contains("100.0 % mIoU, +") && !html.contains("http://"), "{html}");
    assert!(html.contains("data:image/jpeg;base64,"), "the images are in the page");
    compare(&project, &["half", "good"])
        .with("--out", &out)
        .with("--title", "Half & good")
        .and("--without-images")
        .succeeds();
    let html = fs::read_to_string(out.join("index.html")).unwrap();
    assert!(html.contains("<h1>Half &amp; good</h1>") && !html.contains("data:image"), "{html}");
    let images = fs::read_to_string(out.join("images.csv")).unwrap();
    assert_eq!(images.lines().count(), 1 + SCENES, "{images}");
}

#[test]
fn the_parts_of_every_class_are_its_lost_iou() {
    let project = project();
    let path = project.path("compare.json");
    compare(&project, &["half"]).with("--band", "0").with("--json", &path).succeeds();
    let report = json(&path);
    let anatomy = &report["details"][0]["anatomy"];
    let causes = ["hallucinated", "boundary", "swap", "over_expansion", "missed"];
    for class in anatomy["classes"].as_array().unwrap().iter().filter(|class| !class.is_null()) {
        let lost: f64 = causes.iter().map(|cause| number(&class[*cause])).sum();
        assert!((lost + number(&class["iou"]) - 1.0).abs() < 1e-12, "{class}");
        // Every wrong pixel is an object's that was left to the background.
        assert_eq!(number(&class["missed"]), lost, "{class}");
    }
    assert!(report["comparison"]["differences"].as_array().unwrap().is_empty());
}

#[test]
fn folders_of_one_name_are_runs_of_one_method() {
    let project = project();
    let path = project.path("compare.json");
    let folders = ["base=nothing", "ours=half", "ours=good"];
    let ended = compare(&project, &folders).with("--json", &path).succeeds();
    assert!(ended.stdout.contains(" over 2 runs"), "{}", ended.stdout);
    let methods = &json(&path)["comparison"]["methods"];
    assert_eq!((&methods[0]["runs"], &methods[1]["runs"]), (&1.into(), &2.into()));
    assert_eq!(methods[0]["miou"]["std"], Value::Null);
    assert!(number(&methods[1]["miou"]["std"]) > 0.0);
}

#[test]
fn the_same_masks_are_no_second_run() {
    let project = project();
    let twice = "given twice: name each folder of masks once";
    compare(&project, &["A=good", "A=good"]).refuses(&["good: ", twice]);
    compare(&project, &["A=good", "B=half/../good"]).refuses(&["good: ", twice]);
    // A copy under another name; its pixels are written by another program, in other bytes.
    predictions(&project, "copy", |_| true);
    let path = project.path("copy").join(scene_id(3) + ".png");
    let pixels = read_mask(&path, 7).unwrap().classes().to_vec();
    let grey = GrayImage::from_raw(SIZE.width as u32, SIZE.height as u32, pixels).unwrap();
    grey.save(&path).unwrap();
    assert_ne!(
        fs::read(&path).unwrap(),
        fs::read(project.path("good").join(scene_id(3) + ".png")).unwrap()
    );
    let expected =
        ["copy: has the same 6 masks as ", "runs of one method must differ in their seed"];
    compare(&project, &["A=half", "A=good", "A=copy"]).refuses(&expected);
    // Two methods may come to the same masks.
    compare(&project, &["A=good", "B=copy"]).succeeds();
    write_mask(&path, &LabelMap::new(SIZE, vec![0; SIZE.pixels()])).unwrap();
    compare(&project, &["A=good", "A=copy"]).succeeds();
}

#[test]
fn results_of_other_masks_are_kept_and_charts_that_no_longer_belong_go() {
    let project = project();
    let to_out = |folders: &[&str]| compare(&project, folders).with("--out", project.path("out"));
    to_out(&["nothing", "half", "good"]).succeeds();
    assert!(project.path("out/charts/differences-2.png").is_file());
    project.write("out/charts/mine.png", "mine");
    to_out(&["nothing", "good"]).refuses(&[
        "out: already contains the results of other inputs (there: half ../half; now: none)",
    ]);
    to_out(&["nothing", "good"]).and("--force").succeeds();
    let charts = project.path("out/charts");
    assert!(charts.join("differences-1.png").is_file() && charts.join("mine.png").is_file());
    for kind in ["png", "svg", "pdf"] {
        assert!(!charts.join(format!("differences-2.{kind}")).exists(), "{kind}");
    }
    to_out(&["nothing", "good"]).with("--level", "0.9").succeeds();
}

#[test]
fn a_page_without_photographs_since_one_is_missing_says_so() {
    let project = project();
    let page = |out: &str| compare(&project, &["good"]).with("--out", project.path(out)).succeeds();
    assert!(!page("all").stderr.contains("no photograph of"));
    let missing = project.data().join("JPEGImages").join(scene_id(2) + ".jpg");
    fs::remove_file(&missing).unwrap();
    let expected = format!("no photograph of 1 of {SCENES} images, such as {}", missing.display());
    let said = page("some").stderr;
    assert!(said.contains(&expected), "{said}");
}

#[test]
fn results_do_not_depend_on_threads() {
    let project = project();
    let paths = ["one.json", "two.json"].map(|name| project.path(name));
    for (threads, path) in paths.iter().enumerate() {
        compare(&project, &["half", "good"])
            .with("--json", path)
            .on_threads(threads + 1)
            .succeeds();
    }
    assert_eq!(fs::read(&paths[0]).unwrap(), fs::read(&paths[1]).unwrap());
}

#[test]
fn stuff_that_comes_with_a_class_is_counted_where_there_are_maps_of_it() {
    let project = project();
    let path = project.path("compare.json");
    let stuff = project.data().join("Stuff");
    // A prediction that is the stuff takes the background for its classes.
    let call = compare(&project, &["good", "data/Stuff"]);
    let call = call.with("--stuff", &stuff).with("--json", &path);
    call.with("--out", project.path("out")).succeeds();
    assert_eq!(json(&path)["details"][0]["cooccurrence"]["stuff"], 0.0);
    for name in ["cooccurrence-stuff", "cooccurrence-labels"] {
        let chart = fs::read_to_string(project.path(&format!("out/charts/{name}.svg"))).unwrap();
        for method in ["good", "Stuff"] {
            assert!(chart.contains(&format!(">\n{method}\n<")), "no {method} in {name}");
        }
    }
    compare(&project, &["good"])
        .with("--stuff", project.path("half"))
        .with("--labels", project.data().join("nowhere.csv"))
        .refuses(&["nowhere.csv: cannot be read"]);
    let ended = compare(&project, &["good"]).with("--things", &stuff).run();
    assert_eq!(ended.status, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("this flag is now called --stuff"), "{}", ended.stderr);
}

#[test]
fn charts_for_a_paper_are_as_wide_as_its_columns() {
    let project = project();
    let call = |columns: &[&str]| {
        let call = compare(&project, &["nothing", "good"]).with("--out", project.path("out"));
        columns.iter().fold(call.and("--without-images").and("--paper"), Call::and)
    };
    for (columns, inches) in [(&[][..], 3.3), (&["double"][..], 6.9), (&["single"][..], 3.3)] {
        call(columns).succeeds();
        let chart = fs::read_to_string(project.path("out/charts/trimap.svg")).unwrap();
        let width = chart.split("width=\"").nth(1).and_then(|text| text.split_once("pt\""));
        let points: f64 = width.expect("a width in points").0.parse().unwrap();
        assert!((points / 72.0 - inches).abs() < 0.01, "{points}");
        assert!(!chart.contains("Mean IoU in a band"), "a title is in {chart}");
    }
    let table = fs::read_to_string(project.path("out/compare.tex")).unwrap();
    assert!(table.contains("\\caption{") && table.contains("\\label{tab:comparison}"), "{table}");
    let ended = call(&["triple"]).run();
    assert_eq!(ended.status, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("[possible values: single, double]"), "{}", ended.stderr);
}

#[test]
fn folders_that_cannot_be_compared_are_refused() {
    let project = project();
    fs::create_dir_all(project.path("other")).unwrap();
    fs::rename(project.path("half"), project.path("other/good")).unwrap();
    compare(&project, &["good", "other/good"]).refuses(&["another folder is named `good` too"]);
    compare(&project, &["good", "nowhere"]).refuses(&["nowhere: is not there"]);
    fs::remove_file(project.path("good").join(scene_id(2) + ".png")).unwrap();
    compare(&project, &["nothing", "good"])
        .refuses(&["good/scene_0003.png: prediction is missing"]);
}

#[test]
fn a_folder_may_have_an_equals_sign_and_a_run_stands_for_its_masks() {
    let project = project();
    let path = project.path("compare.json");
    let both = || compare(&project, &[]).and(project.path("tau=0.2")).and(project.path("run"));
    fs::rename(project.path("half"), project.path("tau=0.2")).unwrap();
    fs::create_dir_all(project.path("run")).unwrap();
    fs::write(project.path("run/recipe.toml"), "").unwrap();
    both().refuses(&["run: has neither masks (.png) nor class maps (.npz, .npy); run `eps infer`"]);
    fs::rename(project.path("good"), project.path("run/masks")).unwrap();
    both().with("--json", &path).succeeds();
    let methods = &json(&path)["comparison"]["methods"];
    assert_eq!((&methods[0]["name"], &methods[1]["name"]), (&"tau=0.2".into(), &"run".into()));
}
