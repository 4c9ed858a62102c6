//! Lists and labels.

use super::{check, finds, names};
use crate::project::Project;
use std::fs;

fn list(project: &Project, name: &str, ids: &str) {
    project.write(&format!("data/ImageSets/Segmentation/{name}.txt"), ids);
}

#[test]
fn labels_that_a_mask_denies() {
    let relabelled = |project: &Project| {
        let path = project.data().join("cls_labels.csv");
        let table = fs::read_to_string(&path).unwrap();
        let rows: Vec<String> = table
            .lines()
            .map(|row| match row.strip_prefix("scene_0002,") {
                Some(flags) => {
                    let other = flags.replace('1', "x").replacen('0', "1", 1).replace('x', "0");
                    format!("scene_0002,{other}")
                }
                None => row.to_owned(),
            })
            .collect();
        fs::write(path, rows.join("\n")).unwrap();
    };
    finds(
        relabelled,
        "unlabelled-class",
        &["SegmentationClass/scene_0002.png: ", "the labels of the image"],
    );
}

#[test]
fn lists_with_doubles_strangers_or_nothing() {
    finds(
        |project| list(project, "train", "scene_0001\nscene_0002\nscene_0001\n"),
        "duplicate-id",
        &["train.txt:3: `scene_0001` again, after line 1"],
    );
    finds(
        |project| list(project, "train", "scene_0001\n../b\n"),
        "not-an-id",
        &["train.txt:2: `../b`"],
    );
    finds(|project| list(project, "train", "\n"), "empty-list", &["train.txt: no image id in it"]);
}

#[test]
fn images_that_results_are_scored_on() {
    let leak = |project: &Project| list(project, "val", "scene_0009\nscene_0005\n");
    finds(leak, "split-leak", &["train.txt:5: `scene_0005`, which is line 2 of ", "val.txt"]);
    let project = Project::with_scenes(6);
    list(&project, "test", "scene_0003\n");
    check(&project).succeeds();
    let call = check(&project).with("--held-out", "test");
    names(&project, call, "split-leak", &["train.txt:3: `scene_0003`", "test.txt"]);
}

#[test]
fn images_without_labels() {
    let table = |project: &Project, change: &dyn Fn(&str) -> Option<String>| {
        let path = project.data().join("cls_labels.csv");
        let rows = fs::read_to_string(&path).unwrap();
        let rows: Vec<String> = rows.lines().filter_map(change).collect();
        fs::write(path, rows.join("\n")).unwrap();
    };
    let empty = |row: &str| match row.strip_prefix("scene_0003,") {
        Some(flags) => Some(format!("scene_0003,{}", flags.replace('1', "0"))),
        None => Some(row.to_owned()),
    };
    finds(
        |project| table(project, &empty),
        "empty-labels",
        &["cls_labels.csv: no class for `scene_0003`"],
    );
    let gone = |row: &str| (!row.starts_with("scene_0003,")).then(|| row.to_owned());
    finds(
        |project| table(project, &gone),
        "broken-labels",
        &["cls_labels.csv: no row for `scene_0003`"],
    );
    finds(
        |project| fs::remove_file(project.data().join("cls_labels.csv")).unwrap(),
        "no-labels",
        &["data: no image labels"],
    );
}
