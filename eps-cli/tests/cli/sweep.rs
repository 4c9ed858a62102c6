//! `eps sweep`

use crate::call::{Call, eps};
use crate::project::{Project, truncate};
use crate::recipe;
use eps_data::codec::{ScoreFormat, read_scores, write_scores};
use eps_data::{ClassId, ScoreMap};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

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

#[test]
fn every_map_that_cannot_be_swept_is_named_if_asked_for() {
    let project = mapped(3);
    truncate(&project.path("run/cams/scene_0001.npz"));
    fs::remove_file(project.path("run/cams/scene_0003.npz")).unwrap();
    fs::remove_file(project.mask(2)).unwrap();
    let csv = project.path("sweep.csv");
    project.sweep("run").and("--keep-going").with("--csv", &csv).refuses(&[
        "cams/scene_0001.npz: not a score archive (.npz) that can be decoded: ",
        "SegmentationClass/scene_0003.png: mask is missing\n",
        "cams/scene_0003.npz: class map is missing\n",
        "3 faults in 3 images: nothing was scored",
    ]);
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
    assert_eq!(parameters, ["constant 0.1", "constant 0.3", "power 4.0"]);
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

/// A sweep of refined maps of `run`.
fn refined(project: &Project, preset: &str) -> Call {
    project.sweep("run").with("--crf", preset).with("--folds", "2")
}

#[test]
fn refined_maps_score_as_the_masks_that_are_refined_to_files() {
    let project = mapped(5);
    let (json_file, csv) = (project.path("crf.json"), project.path("crf.csv"));
    let ended = refined(&project, "psa")
        .with("--alpha", "16,2")
        .with("--json", &json_file)
        .with("--csv", &csv)
        .with("--chart", project.path("crf"))
        .succeeds();
    assert!(ended.stdout.contains("refined by psa, 10 steps"), "{}", ended.stdout);
    assert!(project.path("crf.png").exists() && project.path("crf.svg").exists());
    let report = json(&json_file);
    assert_eq!(report["refinement"]["preset"], "psa");
    let [rule] = report["rules"].as_array().unwrap().as_slice() else {
        panic!("one background rule: {report}")
    };
    assert_eq!((&rule["rule"], &rule["fixed"]), (&"power".into(), &Value::Null));
    assert_eq!(rule["best"]["chosen"], "best on truth");
    assert_eq!(rule["held_out"]["parameters"].as_array().unwrap().len(), 2);
    assert_eq!(fs::read_to_string(csv).unwrap().lines().count(), 1 + 2);
    // The masks of `eps refine`, scored by `eps evaluate`.
    eps("refine")
        .and(project.path("run/cams"))
        .with("--images", project.data().join("JPEGImages"))
        .with("--preset", "psa")
        .with("--alpha", "2,16")
        .with("-o", project.path("refined"))
        .succeeds();
    for (point, name) in rule["points"].as_array().unwrap().iter().zip(["alpha-2", "alpha-16"]) {
        let scores = project.path("scores.json");
        eps("evaluate")
            .with("--truth", project.data().join("SegmentationClass"))
            .with("--list", "train")
            .with("--predictions", project.path("refined").join(name).join("masks"))
            .with("--json", &scores)
            .succeeds();
        assert_eq!(json(&scores)["miou"], point["mean_iou"], "{name}");
    }
}

#[test]
fn refined_maps_do_not_depend_on_threads_and_have_default_powers() {
    let project = mapped(3);
    let files = ["one.json", "two.json"].map(|name| project.path(name));
    for (threads, path) in files.iter().enumerate() {
        refined(&project, "irn-label").with("--json", path).on_threads(threads + 1).succeeds();
    }
    assert_eq!(fs::read(&files[0]).unwrap(), fs::read(&files[1]).unwrap());
    let report = json(&files[0]);
    let points = report["rules"][0]["points"].as_array().unwrap();
    let powers: Vec<f64> = points.iter().map(|at| at["parameter"].as_f64().unwrap()).collect();
    assert_eq!(powers, [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]);
}

#[test]
fn constant_backgrounds_are_refined_too_and_photographs_may_lie_elsewhere() {
    let project = mapped(3);
    let photographs = project.path("photographs");
    fs::rename(project.data().join("JPEGImages"), &photographs).unwrap();
    let report = project.path("crf.json");
    refined(&project, "deeplab-v2")
        .with("--thresholds", "0.2,0.4")
        .with("--images", &photographs)
        .with("--json", &report)
        .succeeds();
    let rules = json(&report)["rules"].clone();
    assert_eq!((rules.as_array().unwrap().len(), &rules[0]["rule"]), (1, &"constant".into()));
    refined(&project, "psa").refuses(&["scene_0001.jpg: image is missing (and 2 more files)"]);
    fs::remove_file(photographs.join("scene_0002.jpg")).unwrap();
    refined(&project, "psa")
        .with("--images", &photographs)
        .refuses(&["scene_0002.jpg: image is missing"]);
}

#[test]
fn flags_that_say_nothing_of_a_crf_are_refused_with_it() {
    let project = Project::with_scenes(1);
    let refused = |call: Call, part: &str| {
        let ended = call.run();
        assert_eq!(ended.status, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains(part), "{}", ended.stderr);
    };
    for (flag, value) in [("--threshold", "0.3"), ("--precision-recall", "curves.csv")] {
        refused(refined(&project, "psa").with(flag, value), "cannot be used with");
    }
    refused(project.sweep("run").with("--images", "photographs"), "--crf <PRESET>");
    refused(project.sweep("run").with("--fixed", "0.3"), "this flag is now called --threshold");
    refused(refined(&project, "unet"), "preset `unet`, expected one of psa, irn-label");
}

#[test]
fn few_thresholds_change_no_average_precision_and_the_fixed_one_is_not_among_them() {
    let project = mapped(4);
    let report = |name: &str, thresholds: &[&str]| {
        let path = project.path(&format!("{name}.json"));
        let call = project.sweep("run").with("--json", &path);
        let call = call.with("--precision-recall", project.path(&format!("{name}.csv")));
        thresholds.iter().fold(call, |call, values| call.with("--thresholds", values)).succeeds();
        json(&path)
    };
    let (all, few) = (report("all", &[]), report("few", &["0.7,0.9"]));
    assert_eq!(few["average_precision"], all["average_precision"]);
    let points = few["rules"][0]["points"].as_array().unwrap();
    let parameters: Vec<f64> =
        points.iter().map(|point| point["parameter"].as_f64().unwrap()).collect();
    assert_eq!(parameters, [0.7, 0.9]);
    assert_eq!(few["rules"][0]["fixed"], all["rules"][0]["fixed"]);
}

#[test]
fn a_result_that_cannot_be_written_is_refused_before_maps_are_counted() {
    let project = mapped(2);
    let folder = project.data().display().to_string();
    let refused = [": is a folder, expected the name of a file"];
    project.sweep("run").with("--csv", &folder).refuses(&refused);
    project.sweep("run").with("--precision-recall", &folder).refuses(&refused);
}

/// Maps of `run` in a new folder, their classes shifted by one.
fn shifted(project: &Project, by: i16) -> PathBuf {
    let folder = project.path("shifted").join("cams");
    for entry in fs::read_dir(project.path("run/cams")).unwrap() {
        let path = entry.unwrap().path();
        let map = read_scores(&path).unwrap();
        let class = |&class: &ClassId| (i16::from(class) + by) as ClassId;
        let classes: Vec<ClassId> = map.classes().iter().map(class).collect();
        let map = ScoreMap::new(map.size(), classes, map.scores().to_vec());
        write_scores(&folder.join(path.file_name().unwrap()), &map, ScoreFormat::F32).unwrap();
    }
    folder
}

#[test]
fn maps_whose_classes_are_off_by_one_are_named_as_that() {
    let project = mapped(8);
    let call = |cams: &Path| {
        eps("sweep")
            .with("--truth", project.data().join("SegmentationClass"))
            .with("--cams", cams)
            .with("--list", "train")
    };
    // A class more, so that the last of the scenes' can be shifted too.
    let classes = fs::read_to_string(project.data().join("classes.txt")).unwrap() + "one more\n";
    fs::write(project.data().join("classes.txt"), classes).unwrap();
    let right = call(&project.path("run/cams")).succeeds();
    assert!(!right.stderr.contains("note: "), "{}", right.stderr);
    let cams = shifted(&project, 1);
    let ended = call(&cams).succeeds();
    let note = "the classes of the maps are one above those of the ground truth";
    assert!(ended.stderr.contains(note), "{}", ended.stderr);
    assert!(ended.stderr.contains("`eps data convert --from-one`"), "{}", ended.stderr);
    // Without the class more the last class is an error, which has the same reason.
    let classes = fs::read_to_string(project.data().join("classes.txt")).unwrap();
    fs::write(project.data().join("classes.txt"), classes.replace("one more\n", "")).unwrap();
    let ended = call(&cams).run();
    assert_eq!(ended.status, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains(note), "{}", ended.stderr);
}

#[test]
fn a_best_value_at_the_end_of_the_list_is_noted() {
    let project = mapped(4);
    let swept = |powers: &str| {
        let json_file = project.path("crf.json");
        let call = refined(&project, "psa").with("--powers", powers).with("--json", &json_file);
        let stderr = call.succeeds().stderr;
        let best = json(&json_file)["rules"][0]["best"]["parameters"][0].as_f64().unwrap();
        (stderr, best)
    };
    let (stderr, best) = swept("1,2");
    let place = if best == 2.0 { ("last", "higher") } else { ("first", "lower") };
    let note = format!(
        "note: the best power, {best}, is the {} of those swept: a {} one may be better (--powers)",
        place.0, place.1
    );
    assert!(stderr.contains(&note), "{stderr}");
    let (stderr, _) = swept("2");
    assert!(!stderr.contains("of those swept"), "{stderr}");
}
