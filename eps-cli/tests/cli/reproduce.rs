//! `eps reproduce`

use crate::call::{Call, eps};
use crate::project::{Project, files};
use crate::recipe;
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
}

#[test]
fn without_masks_the_published_numbers_are_shown() {
    let shown = eps("reproduce").and("pseudo-masks-voc").succeeds().stdout;
    assert!(shown.contains("69.22"), "{shown}");
    assert!(shown.contains("55.4?"), "{shown}");
    assert!(shown.contains("no masks given"), "{shown}");
}

#[test]
fn scenes_are_scored_but_not_compared_with_photographs() {
    let project = Project::with_scenes(SCENES);
    let (out, ours) = (project.path("out"), truth(&project, "EPS"));
    let ended = reproduce(&project, "pseudo-masks-voc", &[&ours]).with("--out", &out).succeeds();
    let reasons = "not comparable: images: 4, published 1464; mask set: SegmentationClass, \
                   published SegmentationClassAug; backbone: not said, published ResNet38d";
    assert!(ended.stdout.contains(reasons), "{}", ended.stdout);
    let json = fs::read(out.join("reproduction.json")).expect("it was written");
    let report: Value = serde_json::from_slice(&json).expect("it is JSON");
    let eps = cell(&report, "EPS", "no CRF");
    assert_eq!((&eps["ours"]["value"], &eps["difference"]), (&1.0.into(), &Value::Null));
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
    ];
    assert_eq!(found, expected.map(Path::new));
}

#[test]
fn background_things_give_the_confusion_of_their_class() {
    let project = Project::with_scenes(SCENES);
    let ours = truth(&project, "EPS");
    let water = format!("water={}", project.data().join("SegmentationClass").display());
    let file = project.path("table.json");
    let call = reproduce(&project, "co-occurrence", &[&ours]);
    call.with("--things", water).with("--json", &file).succeeds();
    let report: Value = serde_json::from_slice(&fs::read(file).expect("written")).expect("JSON");
    let rail = cell(&report, "EPS", "train on railroad");
    assert_eq!(rail["verdict"], "not computed: needs maps of railroad, --things railroad=DIR");
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
    let note =
        "table pseudo-masks-voc has no row `EPX`, which is listed as ours alone; its rows are";
    assert!(ended.stderr.contains(note), "{}", ended.stderr);
    fs::remove_file(project.mask(0)).expect("a mask");
    let ours = truth(&project, "EPS/no crf");
    let expected = "table pseudo-masks-voc has no column `no crf`, expected one of `no CRF`";
    reproduce(&project, "pseudo-masks-voc", &[&ours]).refuses(&[expected]);
}
