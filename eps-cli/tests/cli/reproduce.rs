//! `eps reproduce`

use crate::call::{Call, eps};
use crate::project::{Project, files};
use crate::recipe;
use eps_data::codec::{ScoreFormat, write_mask, write_scores};
use eps_data::{LabelMap, ScoreMap, Size};
use serde_json::Value;
use std::fs;
use std::path::Path;

const SCENES: usize = 4;

/// Holds the truth of the scenes, as if it were predicted, against a table.
fn reproduce(project: &Project, table: &str, ours: &[&str]) -> Call {
    let call = eps("reproduce")
        .and(table)
        .with("--truth", project.data().join("SegmentationClass"))
        .with("--list", "train")
        .with("--resamples", "100");
    ours.iter().fold(call, |call, ours| call.with("--ours", ours))
}

/// The truth of the scenes, where every pixel has a class, as `--ours` names it.
fn truth(project: &Project, row: &str) -> String {
    format!("{row}={}", project.data().join("SegmentationClass").display())
}

fn cell<'a>(report: &'a Value, row: &str, column: &str) -> &'a Value {
    let cells = report["cells"].as_array().expect("cells");
    let is_it = |cell: &&Value| cell["row"] == row && cell["column"] == column;
    cells.iter().find(is_it).expect("the cell")
}

#[test]
fn without_a_table_all_are_listed() {
    let listed = eps("reproduce").succeeds().stdout;
    for table in ["pseudo-masks-voc", "map-selection", "co-occurrence", "segmentation-coco"] {
        assert!(listed.contains(table), "{listed}");
    }
    let waits = |line: &str| line.ends_with("; waits for a source");
    assert!(listed.lines().is_sorted_by_key(waits), "sourced tables come first: {listed}");
    assert!(listed.lines().any(|line| line.contains("read in a source: ")), "{listed}");
    assert!(!listed.contains("read in a source: 0"), "{listed}");
}

#[test]
fn without_masks_the_published_numbers_are_shown() {
    let shown = eps("reproduce").and("pseudo-masks-voc").succeeds().stdout;
    assert!(shown.contains("69.22"), "{shown}");
    assert!(shown.contains("55.4?"), "{shown}");
    assert!(shown.contains("not provided"), "{shown}");
}

#[test]
fn scenes_are_scored_but_not_compared_with_photographs() {
    let project = Project::with_scenes(SCENES);
    let (out, ours) = (project.path("out"), truth(&project, "EPS"));
    let ended = reproduce(&project, "pseudo-masks-voc", &[&ours]).with("--out", &out).succeeds();
    let reasons = "not comparable: images: 4, published 1464; mask set: SegmentationClass, \
                   published SegmentationClassAug; backbone: not stated, published ResNet38d";
    assert!(ended.stdout.contains(reasons), "{}", ended.stdout);
    let json = fs::read(out.join("reproduction.json")).expect("it was written");
    let report: Value = serde_json::from_slice(&json).expect("it is JSON");
    let eps = cell(&report, "EPS", "no CRF");
    assert_eq!((&eps["ours"]["value"], &eps["difference"]), (&1.0.into(), &Value::Null));
    let timeline = fs::read_to_string(out.join("charts/timeline.svg")).expect("it was written");
    assert!(
        !timeline.contains("yours") && !timeline.contains("EPS, no CRF"),
        "it is not comparable"
    );
    let found: Vec<_> = files(&out).into_keys().collect();
    let expected = [
        "charts/cells.pdf",
        "charts/cells.png",
        "charts/cells.svg",
        "charts/timeline.pdf",
        "charts/timeline.png",
        "charts/timeline.svg",
        "reproduction.csv",
        "reproduction.json",
        "reproduction.md",
        "reproduction.tex",
        "results.json",
    ];
    assert_eq!(found, expected.map(Path::new));
}

#[test]
fn stuff_gives_the_confusion_of_their_class() {
    let project = Project::with_scenes(SCENES);
    let ours = truth(&project, "EPS");
    let water = format!("water={}", project.data().join("SegmentationClass").display());
    let file = project.path("table.json");
    let call = reproduce(&project, "co-occurrence", &[&ours]);
    call.with("--stuff", water).with("--json", &file).succeeds();
    let report: Value = serde_json::from_slice(&fs::read(file).expect("written")).expect("JSON");
    let rail = cell(&report, "EPS", "train on railroad");
    assert_eq!(rail["verdict"], "not computed: needs maps of railroad, --stuff railroad=DIR");
    // The truth has no false positives, whatever the maps say.
    let boat = cell(&report, "EPS", "boat in water");
    assert!(boat["ours"].is_null() || boat["ours"]["value"] == 0.0, "{boat}");
}

#[test]
fn what_is_no_table_row_or_folder_is_refused() {
    let project = Project::with_scenes(2);
    let ended = eps("reproduce").and("voc").run();
    assert_eq!(ended.status, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("expected one of pseudo-masks-voc"), "{}", ended.stderr);
    let folder = project.data().join("SegmentationClass").display().to_string();
    let expected = "does not say its row of table pseudo-masks-voc; write ROW=";
    reproduce(&project, "pseudo-masks-voc", &[&folder]).refuses(&[expected]);
    reproduce(&project, "pseudo-masks-voc", &["EPS=nowhere"]).refuses(&["nowhere: is not there"]);
    project.train("run", &recipe::with(&recipe::cam(), "updates = 1")).succeeds();
    let run = project.path("run").display().to_string();
    let ended = reproduce(&project, "lambda-tau", &[&run]).run();
    let expected =
        format!("error: {run}: does not say its row of table lambda-tau; write ROW={run}\n");
    assert!(ended.stderr.ends_with(&expected), "{}", ended.stderr);
    let column = truth(&project, "EPS/crf");
    reproduce(&project, "pseudo-masks-voc", &[&column]).refuses(&["has no column `crf`", "`CRF`"]);
}

#[test]
fn a_row_that_the_table_lacks_is_noted_and_a_column_is_refused_before_masks_are_read() {
    let project = Project::with_scenes(2);
    let ours = truth(&project, "EPX");
    let ended = reproduce(&project, "pseudo-masks-voc", &[&ours]).succeeds();
    let note = "table pseudo-masks-voc has no row `EPX`, so it is listed without a published number; the rows";
    assert!(ended.stderr.contains(note), "{}", ended.stderr);
    fs::remove_file(project.mask(0)).expect("a mask");
    let ours = truth(&project, "EPS/no crf");
    let expected = "table pseudo-masks-voc has no column `no crf`, expected one of `no CRF`";
    reproduce(&project, "pseudo-masks-voc", &[&ours]).refuses(&[expected]);
}

/// A project with tiny masks of as many images as VOC's train list has, all of one class.
fn as_many_as_voc() -> Project {
    let project = Project::with_scenes(2);
    let size = Size::new(2, 1);
    let mask = LabelMap::new(size, vec![0, 4]);
    let ids: Vec<String> = (0..1464).map(|index| format!("image_{index:04}")).collect();
    for folder in ["SegmentationClassAug", "masks", "more"] {
        for id in &ids {
            let path = project.path(folder).join(format!("{id}.png"));
            write_mask(&path, &mask).expect("a mask is written");
        }
    }
    let other = LabelMap::new(size, vec![4, 4]);
    write_mask(&project.path("more/image_0000.png"), &other).expect("a mask is written");
    project.write("list.txt", ids.join("\n"));
    project
}

#[test]
fn masks_without_a_run_have_a_score_and_no_verdict() {
    let project = as_many_as_voc();
    let call = |folders: &[&str]| {
        let call = eps("reproduce")
            .and("pseudo-masks-voc")
            .with("--truth", project.path("SegmentationClassAug"))
            .with("--list", project.path("list.txt"))
            .with("--resamples", "10")
            .with("--backbone", "ResNet38d")
            .with("--initialisation", "ImageNet")
            .with("--json", project.path("table.json"));
        let folder = |name: &str| format!("EPS={}", project.path(name).display());
        folders.iter().fold(call, |call, name| call.with("--ours", folder(name)))
    };
    for folders in [&["masks"][..], &["masks", "more"]] {
        call(folders).succeeds();
        let json = fs::read(project.path("table.json")).expect("written");
        let report: Value = serde_json::from_slice(&json).expect("JSON");
        let eps = cell(&report, "EPS", "no CRF");
        assert_eq!(eps["verdict"], "score given, method not checked");
        assert!(eps["difference"].as_f64().expect("a difference") > 0.3, "{eps}");
        assert_eq!(eps["runs"], Value::Null);
    }
    call(&["masks", "masks"]).refuses(&["masks: given twice"]);
    fs::copy(project.path("masks/image_0000.png"), project.path("more/image_0000.png")).unwrap();
    call(&["masks", "more"]).refuses(&["more: has the same 1464 masks as "]);
    let ended = call(&["masks"]).with("--tolerance", "-1").run();
    assert_eq!(ended.status, Some(2), "{}", ended.stderr);
}

#[test]
fn a_run_says_its_method_wherever_its_masks_lie() {
    let project = Project::with_scenes(SCENES);
    project.train("run", &recipe::with(&recipe::cam(), "updates = 1")).succeeds();
    project.infer("run").succeeds();
    eps("refine")
        .and(project.path("run/cams"))
        .with("--images", project.data().join("JPEGImages"))
        .with("--preset", "psa")
        .with("--out", project.path("refined"))
        .succeeds();
    for folder in ["run", "run/masks", "refined/masks"] {
        let ours = format!("EPS={}", project.path(folder).display());
        let ended = reproduce(&project, "pseudo-masks-voc", &[&ours]).succeeds();
        let reason = "method: CAM by the recipe of the run, published EPS";
        assert!(ended.stdout.contains(reason), "{folder}: {}", ended.stdout);
        assert!(ended.stdout.contains("initialisation: random, published ImageNet"));
    }
    // Maps of another network in the folder say nothing of the run.
    let origin = project.path("run/inference.json");
    let text = fs::read_to_string(&origin).expect("the origin of the maps");
    let other = text.replace("\"dropout\": true", "\"dropout\": false");
    assert_ne!(other, text);
    fs::write(&origin, other).expect("a file is written");
    let ours = format!("EPS={}", project.path("run").display());
    let ended = reproduce(&project, "pseudo-masks-voc", &[&ours]).succeeds();
    assert!(ended.stdout.contains("backbone: not stated"), "{}", ended.stdout);
}

#[test]
fn maps_are_scored_at_a_threshold_and_keep_the_verdict_of_masks() {
    let project = as_many_as_voc();
    let map = ScoreMap::new(Size::new(2, 1), vec![4], vec![0.1, 0.9]);
    for index in 0..1464 {
        let path = project.path("maps").join(format!("image_{index:04}.npz"));
        write_scores(&path, &map, ScoreFormat::F32).expect("a map is written");
    }
    let score = |threshold: &[&str]| {
        let call = eps("reproduce").and("pseudo-masks-voc");
        let call = call.with("--truth", project.path("SegmentationClassAug"));
        let call = call.with("--list", project.path("list.txt")).with("--resamples", "10");
        let call = call.with("--backbone", "ResNet38d").with("--initialisation", "ImageNet");
        let call = call.with("--ours", format!("EPS={}", project.path("maps").display()));
        let call = threshold.iter().fold(call, |call, argument| call.and(argument));
        let ended = call.with("--json", project.path("table.json")).succeeds();
        let note = "class maps, scored at background threshold";
        assert!(ended.stderr.contains(note), "{}", ended.stderr);
        let json = fs::read(project.path("table.json")).expect("written");
        let report: Value = serde_json::from_slice(&json).expect("JSON");
        let eps = cell(&report, "EPS", "no CRF").clone();
        assert_eq!(eps["verdict"], "score given, method not checked");
        eps["ours"]["value"].as_f64().expect("a score")
    };
    assert_eq!(score(&[]), 1.0);
    // Everything is class 4: half of it is right, and no background.
    assert_eq!(score(&["--threshold", "0.05"]), 0.25);
}
