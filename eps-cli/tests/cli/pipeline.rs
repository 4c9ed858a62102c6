//! From scenes to a report, command by command.

use crate::project::{Project, files};
use crate::recipe;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const SCENES: usize = 24;

#[test]
fn both_methods_go_from_training_to_a_report() {
    let project = Project::with_scenes(SCENES);
    for (run, recipe) in [("cam", recipe::cam()), ("eps", recipe::eps())] {
        project.train(run, &recipe).succeeds();
        check_training(&project.path(run), run == "eps");
        project.infer(run).succeeds();
        check_inference(&project.path(run));
    }
    let ended = project.report(&["cam", "eps"]).with("--pictures", "3").succeeds();
    let report = project.path("report");
    let page = report.join("index.html");
    assert_eq!(ended.stderr.lines().last(), Some(&*format!("look at {}", page.display())));
    let scores = json(&report.join("scores.json"));
    for (index, run) in ["cam", "eps"].into_iter().enumerate() {
        assert_eq!(scores[index]["name"], run);
        check_evaluation(&project, run, &scores[index]["fixed"]);
        check_sweep(&project, run, &scores[index]);
    }
    check_report(&report);
}

fn check_training(run: &Path, has_saliency: bool) {
    let resolved = fs::read_to_string(run.join("recipe.toml")).unwrap();
    assert!(resolved.contains("freeze_first_levels = false"), "defaults are in: {resolved}");
    let provenance = json(&run.join("provenance.json"));
    assert_eq!(provenance["list"]["images"], SCENES);
    assert_eq!(provenance["weights"], Value::Null);
    assert_eq!(provenance["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(provenance["device"], "cpu", "the device that `auto` is here");
    let date = provenance["date"].as_str().unwrap();
    assert!(date.starts_with("20") && date.ends_with('Z') && date.len() == 20, "{date}");
    assert!(provenance["host"].as_str().is_some_and(|host| !host.is_empty()), "{provenance}");
    let steps = fs::read_to_string(run.join("steps.csv")).unwrap();
    let rows: Vec<Vec<&str>> = steps.lines().map(|row| row.split(',').collect()).collect();
    assert_eq!(rows[0], ["step", "loss", "loss_cls", "loss_sal", "lr", "images_per_second"]);
    let numbers: Vec<&str> = rows[1..].iter().map(|row| row[0]).collect();
    assert_eq!(numbers, ["0", "1", "2", "3", "4", "5"]);
    let with_saliency = rows[1..].iter().map(|row| !row[3].is_empty());
    // The first two updates of the recipe of EPS use labels alone.
    let expected = (0..6).map(|step| has_saliency && step >= 2);
    assert!(with_saliency.eq(expected), "{steps}");
    let checkpoints: Vec<PathBuf> = files(&run.join("checkpoints")).into_keys().collect();
    let expected = ["network.bpk", "optimiser.bpk", "state.json"];
    assert_eq!(checkpoints, expected.map(|name| Path::new("update-0000006").join(name)));
}

fn check_inference(run: &Path) {
    for (folder, kind) in [("cams", "npz"), ("masks", "png")] {
        let found: Vec<PathBuf> = files(&run.join(folder)).into_keys().collect();
        let expected: Vec<PathBuf> =
            (1..=SCENES).map(|scene| format!("scene_{scene:04}.{kind}").into()).collect();
        assert_eq!(found, expected);
    }
}

/// The written masks are those of the fixed threshold, so both ways of scoring must agree.
fn check_evaluation(project: &Project, run: &str, fixed: &Value) {
    let file = |kind: &str| project.path(&format!("{run}-scores.{kind}"));
    let ended = project
        .evaluate(project.path(run).join("masks"))
        .with("--json", file("json"))
        .with("--csv", file("csv"))
        .with("--markdown", file("md"))
        .succeeds();
    let scores = json(&file("json"));
    let keys = ["protocol", "list", "miou", "pixel_accuracy", "mean_precision", "mean_recall"];
    assert!(has_keys(&scores, &keys), "{scores}");
    assert!(has_keys(&scores["list"], &["name", "images", "sha256"]), "{scores}");
    assert_eq!(scores["list"]["images"], SCENES);
    let classes = scores["classes"].as_array().unwrap();
    let names: Vec<&str> = classes.iter().map(|class| class["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["background", "train", "boat", "aeroplane", "car", "cow", "bird"]);
    for (index, class) in classes.iter().enumerate() {
        assert!(has_keys(class, &["index", "name", "iou", "precision", "recall"]), "{class}");
        assert_eq!(class["index"], index);
    }
    for key in keys.iter().chain(&["classes"]) {
        assert_eq!(scores[*key], fixed[*key], "{key} of {run}");
    }
    assert_eq!(scores["threshold"], Value::Null);
    assert_eq!(fixed["threshold"]["value"], 0.2);
    for table in [ended.stdout, text(&file("csv")), text(&file("md"))] {
        assert!(names.iter().all(|name| table.contains(name)), "{table}");
    }
}

fn check_sweep(project: &Project, run: &str, scores: &Value) {
    let csv = project.path(&format!("{run}-sweep.csv"));
    let ended = project.sweep(run).with("--csv", &csv).succeeds();
    let head = "images     24\n\nbackground constant t\n  0.200  ";
    assert!(ended.stdout.starts_with(head), "{}", ended.stdout);
    let table = text(&csv);
    let points: Vec<(&str, f64)> = table.lines().filter_map(point).collect();
    assert_eq!(points.len(), 1000);
    let highest = points.iter().map(|point| point.1).fold(0.0, f64::max);
    for (chosen, miou) in [("fixed", points[200].1), ("best", highest)] {
        assert_eq!(scores[chosen]["miou"].to_string(), reread(miou), "{chosen} of {run}");
    }
    assert_eq!(points[200].0, "0.2");
}

/// Threshold and mean IoU of a row of a constant background.
fn point(row: &str) -> Option<(&str, f64)> {
    let mut cells = row.strip_prefix("constant,")?.split(',');
    Some((cells.next().unwrap(), cells.next().unwrap().parse().unwrap()))
}

/// A number as it is after a way through JSON, whose reader may be off by its last digit.
fn reread(number: f64) -> String {
    serde_json::from_str::<Value>(&number.to_string()).unwrap().to_string()
}

fn check_report(report: &Path) {
    let found: BTreeSet<String> =
        files(report).into_keys().map(|path| path.display().to_string()).collect();
    let charts = [
        "confusion-1",
        "confusion-2",
        "sweep",
        "per-class",
        "precision-recall",
        "training-1",
        "training-2",
    ];
    let charts = charts.iter().flat_map(|name| ["svg", "png", "pdf"].map(|kind| (name, kind)));
    let expected = charts.map(|(name, kind)| format!("charts/{name}.{kind}"));
    let pages = ["index.html", "pictures.png", "results.json"].map(String::from);
    let scores = ["csv", "json", "md", "tex"].map(|kind| format!("scores.{kind}"));
    assert_eq!(found, expected.chain(pages).chain(scores).collect());
    let page = text(&report.join("index.html"));
    assert!(!page.contains("src=\"http"), "a page without network");
}

fn has_keys(value: &Value, keys: &[&str]) -> bool {
    keys.iter().all(|key| value.get(key).is_some())
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&text(path)).unwrap()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}
