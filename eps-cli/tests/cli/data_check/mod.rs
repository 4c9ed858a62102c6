//! `eps data check`: each fault is seeded into rendered scenes, and must be named with its file.

mod files;
mod lists;
mod maps;

use crate::call::{Call, eps};
use crate::project::{Project, truncate};
use eps_data::codec::{read_mask, read_saliency, write_mask, write_saliency};
use eps_data::{ClassId, LabelMap, SaliencyMap};
use std::fs;

fn check(project: &Project) -> Call {
    eps("data").and("check").with("--data", project.data())
}

/// The scenes are sound but for what `seed` does to them; the doctor must name each of `parts`.
#[track_caller]
fn finds(seed: impl FnOnce(&Project), kind: &str, parts: &[&str]) {
    let project = Project::with_scenes(6);
    seed(&project);
    names(&project, check(&project), kind, parts);
}

/// The call ends with status 1 and a fault with each of `parts` in one line, and a fix below it; the
/// JSON has the kind.
#[track_caller]
fn names(project: &Project, call: Call, kind: &str, parts: &[&str]) {
    let json = project.path("report.json");
    let ended = call.with("--json", &json).run();
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    assert_eq!(ended.status, Some(1), "{}{}", ended.stdout, ended.stderr);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let is_named =
        |line: &str| line.starts_with("fault: ") && parts.iter().all(|part| line.contains(part));
    let at = lines.iter().position(|line| is_named(line));
    let at = at.unwrap_or_else(|| panic!("no fault with {parts:?} in:\n{}", ended.stdout));
    assert!(lines[at].contains(", expected "), "{}", lines[at]);
    let fix = lines[at..].iter().find(|line| line.starts_with("  fix: "));
    assert!(fix.is_some_and(|fix| fix.len() > 12), "{}", ended.stdout);
    let report: serde_json::Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let is_expected =
        |finding: &&serde_json::Value| finding["kind"] == kind && finding["severity"] == "fault";
    assert!(findings.iter().any(|finding| is_expected(&finding)), "no {kind} in {findings:?}");
    assert!(report["faults"].as_u64().unwrap() > 0);
}

fn recoloured(project: &Project, index: usize, class: impl Fn(ClassId) -> ClassId) {
    let path = project.mask(index);
    let mask = read_mask(&path, 255).unwrap();
    let classes = mask.classes().iter().map(|&old| class(old)).collect();
    write_mask(&path, &LabelMap::new(mask.size(), classes)).unwrap();
}

fn with_values(project: &Project, index: usize, value: impl Fn(u8) -> u8) {
    let path = project.saliency(index);
    let map = read_saliency(&path).unwrap();
    let values = map.values().iter().map(|&old| value(old)).collect();
    write_saliency(&path, &SaliencyMap::new(map.size(), values)).unwrap();
}

#[test]
fn sound_scenes_have_no_fault_and_a_short_summary() {
    let project = Project::with_scenes(6);
    let ended = check(&project).succeeds();
    assert!(!ended.stdout.contains("fault: "), "{}", ended.stdout);
    assert!(ended.stdout.contains("note: ") && ended.stdout.contains("255 (ignore) in none of 6"));
    assert!(ended.stdout.contains("6 images of `train`, 6 classes; 6 photographs decoded"));
    assert!(ended.stdout.contains("masks: 6 palette, 0 grey; 255 (ignore) in 0"));
    assert!(ended.stdout.contains("they overlap least in:"), "{}", ended.stdout);
    assert!(ended.stdout.trim_end().lines().last().unwrap().starts_with("no fault, "));
    let printed = check(&project).and("--json").succeeds();
    let report: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap();
    assert_eq!((&report["images"], &report["faults"]), (&6.into(), &0.into()));
    assert_eq!(report["worst"].as_array().unwrap().len(), 6);
}

#[test]
fn the_report_does_not_depend_on_threads() {
    let project = Project::with_scenes(6);
    truncate(&project.image(1));
    recoloured(&project, 4, |_| 9);
    let report = |threads| check(&project).and("--json").on_threads(threads).run().stdout;
    assert_eq!(report(1), report(3));
}

#[test]
fn a_disk_without_room_for_the_run() {
    let project = Project::with_scenes(2);
    let call = check(&project).with("--reserve", "9000000T").with("--out", project.path("run"));
    names(&project, call, "disk-space", &["run: ", " free", "checkpoints, maps and masks"]);
}

#[test]
fn notes_are_no_faults() {
    let project = Project::with_scenes(6);
    (0..6).for_each(|index| with_values(&project, index, |value| if value > 99 { 255 } else { 0 }));
    fs::copy(project.image(0), project.image(0).with_extension("png")).unwrap();
    let mask = read_mask(&project.mask(1), 7).unwrap();
    let grey = SaliencyMap::new(mask.size(), mask.classes().to_vec());
    write_saliency(&project.mask(1), &grey).unwrap();
    let ended = check(&project).succeeds();
    for part in [
        "SALImages: two values in each of 6 maps",
        "scene_0001.png: another photograph of the same id",
        "scene_0002.png: 1 grey among 5 palette masks",
    ] {
        assert!(ended.stdout.contains(part), "no `{part}` in {}", ended.stdout);
    }
}

#[test]
fn many_findings_of_a_kind_are_cut_and_counted() {
    let project = Project::with_scenes(6);
    (0..6).for_each(|index| fs::remove_file(project.saliency(index)).unwrap());
    let lines = |limit: &str| check(&project).with("--limit", limit).run().stdout;
    let short = lines("2");
    assert_eq!(short.matches("fault: ").count(), 2, "{short}");
    assert!(short.contains("and 4 more of this kind"), "{short}");
    let long = lines("0");
    assert_eq!(long.matches("fault: ").count(), 6);
    let remedy = "  fix: copy it into the folder";
    assert_eq!(long.matches(remedy).count(), 1, "the same remedy is said once: {long}");
}

#[test]
fn a_note_with_nothing_to_put_right_has_no_remedy() {
    let project = Project::with_scenes(6);
    let ended = check(&project).succeeds();
    assert!(ended.stdout.contains("note: "), "{}", ended.stdout);
    assert!(!ended.stdout.contains("255 at outlines\n  fix:"), "{}", ended.stdout);
    let report = check(&project).and("--json").succeeds().stdout;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let ignored = findings.iter().find(|finding| finding["kind"] == "nothing-ignored").unwrap();
    assert!(ignored.get("remedy").is_none(), "{ignored}");
}

#[test]
fn a_root_that_is_none_or_too_high_is_refused() {
    let project = Project::with_scenes(2);
    let at = |root: &str| eps("data").and("check").with("--data", project.path(root));
    at("nowhere").refuses(&["nowhere: no such folder, expected the folder of a data set"]);
    at(".").refuses(&["no folder JPEGImages, expected a data set; ", "data looks like one"]);
}

#[test]
fn a_list_that_is_not_there_is_an_error() {
    let project = Project::with_scenes(2);
    check(&project).with("--list", "trian").refuses(&["trian.txt: image list is missing"]);
}
