//! `eps sweep`

use crate::project::{Project, truncate};
use crate::recipe;
use serde_json::Value;
use std::fs;
use std::path::Path;

#[test]
fn maps_that_are_damaged_or_missing_are_refused() {
    let project = Project::with_scenes(3);
    project.train("run", &recipe::with(&recipe::cam(), "updates = 1")).succeeds();
    project.infer("run").succeeds();
    let csv = project.path("sweep.csv");
    truncate(&project.path("run/cams/scene_0002.npz"));
    project
        .sweep("run")
        .with("--csv", &csv)
        .refuses(&["cams/scene_0002.npz: not a score archive (.npz) that can be decoded: "]);
    fs::remove_file(project.path("run/cams/scene_0001.npz")).unwrap();
    project.sweep("run").with("--csv", &csv).refuses(&["scene_0001.npz: class map is missing"]);
    assert!(!csv.exists());
}

/// Maps of scenes by a network that has hardly learnt.
fn mapped(scenes: usize) -> Project {
    let project = Project::with_scenes(scenes);
    project.train("run", &recipe::with(&recipe::cam(), "updates = 1")).succeeds();
    project.infer("run").succeeds();
    project
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn every_number_is_labelled_with_how_its_threshold_was_chosen() {
    let project = mapped(6);
    let file = |name: &str| project.path(name);
    project
        .sweep("run")
        .with("--folds", "3")
        .with("--json", file("sweep.json"))
        .with("--markdown", file("sweep.md"))
        .with("--chart", file("sweep"))
        .succeeds();
    let report = json(&file("sweep.json"));
    assert_eq!((&report["protocol"], &report["list"]["images"]), (&"voc".into(), &6.into()));
    let [constant, power] = report["rules"].as_array().unwrap().as_slice() else {
        panic!("two background rules: {report}")
    };
    assert_eq!((&constant["rule"], &power["rule"]), (&"constant".into(), &"power".into()));
    assert_eq!(constant["fixed"]["chosen"], "fixed");
    assert_eq!(constant["fixed"]["parameters"][0], 0.2);
    assert_eq!(power["fixed"], Value::Null);
    for rule in [constant, power] {
        assert_eq!(rule["held_out"]["chosen"], "held out");
        assert_eq!(rule["held_out"]["parameters"].as_array().unwrap().len(), 3);
        assert_eq!(rule["best"]["chosen"], "best on truth");
        let miou = |label: &str| rule[label]["mean_iou"].as_f64().unwrap();
        assert!(miou("held_out") <= miou("best"), "{rule}");
        assert_eq!(rule["points"].as_array().unwrap().len(), 1000);
    }
    let markdown = fs::read_to_string(file("sweep.md")).unwrap();
    assert_eq!(markdown.lines().count(), 2 + 3 + 2, "{markdown}");
    for chart in ["sweep.svg", "sweep.png"] {
        assert!(file(chart).metadata().unwrap().len() > 0, "{chart}");
    }
}

#[test]
fn results_do_not_depend_on_threads() {
    let project = mapped(5);
    let files = ["one.json", "two.json"].map(|name| project.path(name));
    for (threads, path) in files.iter().enumerate() {
        project.sweep("run").with("--json", path).on_threads(threads + 1).succeeds();
    }
    assert_eq!(fs::read(&files[0]).unwrap(), fs::read(&files[1]).unwrap());
}

#[test]
fn chosen_thresholds_and_powers_alone_are_swept() {
    let project = mapped(3);
    let csv = project.path("sweep.csv");
    let ended = project
        .sweep("run")
        .with("--thresholds", "0.3,0.1")
        .with("--powers", "4")
        .with("--folds", "1")
        .with("--csv", &csv)
        .succeeds();
    assert!(!ended.stdout.contains("held-out"), "{}", ended.stdout);
    let table = fs::read_to_string(csv).unwrap();
    let parameters: Vec<String> = table
        .lines()
        .skip(1)
        .map(|row| row.split(',').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    // The fixed threshold is always among them.
    assert_eq!(parameters, ["constant 0.1", "constant 0.2", "constant 0.3", "power 4.0"]);
}

#[test]
fn class_maps_and_a_classifier_have_average_precisions() {
    let project = mapped(6);
    let file = |name: &str| project.path(name);
    // A classifier that knows the labels.
    let labels = project.data().join("cls_labels.csv");
    project
        .sweep("run")
        .with("--precision-recall", file("curves.csv"))
        .with("--classifier", &labels)
        .with("--chart", file("sweep.svg"))
        .with("--json", file("sweep.json"))
        .succeeds();
    let report = json(&file("sweep.json"));
    assert_eq!(report["classifier"]["mean"], 1.0);
    assert!(report["average_precision"]["mean"].as_f64().unwrap() > 0.0, "{report}");
    let curves = fs::read_to_string(file("curves.csv")).unwrap();
    // Six object classes and the mean at every threshold.
    assert_eq!(curves.lines().count(), 1 + 7 * 1000);
    assert!(file("sweep-precision-recall.png").exists() && file("sweep.png").exists());
    fs::write(file("bad.csv"), "id,train\n").unwrap();
    project.sweep("run").with("--classifier", file("bad.csv")).refuses(&["bad.csv:1: no column"]);
}
