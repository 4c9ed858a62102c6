//! `eps freeze`, and `eps evaluate` of its archive.

use crate::call::{Call, eps};
use crate::project::{Project, SIZE};
use eps_data::LabelMap;
use eps_data::codec::{read_mask, write_mask};
use std::fs;
use std::process::Command;

/// Three scenes whose predicted masks, in `masks`, are the ground truth of the scene before.
fn project() -> Project {
    let project = Project::with_scenes(3);
    fs::create_dir(project.path("masks")).unwrap();
    for index in 0..3 {
        let name = project.mask(index).file_name().unwrap().to_owned();
        let mask = read_mask(&project.mask((index + 2) % 3), 12).unwrap();
        let known = mask.classes().iter().map(|&class| if class == 255 { 0 } else { class });
        let mask = LabelMap::new(SIZE, known.collect());
        write_mask(&project.path("masks").join(name), &mask).unwrap();
    }
    project
}

fn freeze(project: &Project) -> Call {
    let masks = format!("shifted={}", project.path("masks").display());
    eps("freeze")
        .and(masks)
        .with("--data", project.data())
        .with("--protocol", "seam")
        .with("--out", project.path("frozen.tgz"))
}

fn evaluate(project: &Project, masks: &str) -> Call {
    eps("evaluate").and(project.path(masks)).with("--data", project.data())
}

#[test]
fn an_archive_is_scored_as_its_masks_are() {
    let project = project();
    let said = freeze(&project).succeeds().stderr;
    assert!(said.contains("frozen.tgz: 3 masks of list train, "), "{said}");
    let first = fs::read(project.path("frozen.tgz")).unwrap();
    freeze(&project).succeeds();
    assert!(fs::read(project.path("frozen.tgz")).unwrap() == first, "another archive");
    let json = |name: &str| fs::read_to_string(project.path(name)).unwrap();
    evaluate(&project, "masks")
        .with("--list", "train")
        .with("--protocol", "seam")
        .with("--json", project.path("masks.json"))
        .succeeds();
    // The archive knows its list and its protocol, and needs the masks no more.
    fs::remove_dir_all(project.path("masks")).unwrap();
    let scored =
        evaluate(&project, "frozen.tgz").with("--json", project.path("frozen.json")).succeeds();
    assert!(scored.stderr.contains("as frozen: every image has the counts"), "{}", scored.stderr);
    assert_eq!(json("masks.json"), json("frozen.json"));
    let audited = eps("audit").and(project.path("frozen.tgz")).with("--data", project.data());
    assert!(audited.succeeds().stdout.contains("seam"));
}

#[test]
fn another_ground_truth_is_named() {
    let project = project();
    freeze(&project).succeeds();
    write_mask(&project.mask(1), &LabelMap::new(SIZE, vec![0; SIZE.pixels()])).unwrap();
    let ended = evaluate(&project, "frozen.tgz").run();
    assert_eq!(ended.status, Some(1));
    let expected = "not as frozen: 1 of 3 images have other counts, such as `scene_0002`; the ground truth of 1 of \
        them is another file";
    assert!(ended.stderr.contains(expected), "{}", ended.stderr);
    // Under another protocol there is nothing to compare with.
    let other = evaluate(&project, "frozen.tgz").with("--protocol", "voc").succeeds().stderr;
    assert!(!other.contains("frozen:"), "{other}");
}

#[test]
fn an_archive_that_was_changed_is_refused() {
    let project = project();
    freeze(&project).succeeds();
    let folder = project.path("unpacked");
    fs::create_dir(&folder).unwrap();
    let unpacked = Command::new("tar")
        .current_dir(&folder)
        .arg("-xzf")
        .arg(project.path("frozen.tgz"))
        .status();
    assert!(unpacked.unwrap().success());
    let mask = folder.join("frozen/masks/scene_0003.png");
    let whole = fs::read(&mask).unwrap();
    let pack = || {
        let names =
            "frozen/frozen.json frozen/lists/train.txt frozen/counts.json frozen/scores.json";
        let masks = (1..=3).map(|index| format!("frozen/masks/scene_000{index}.png"));
        let status = Command::new("tar")
            .current_dir(&folder)
            .args(["--format=ustar", "-czf"])
            .arg(project.path("frozen.tgz"))
            .args(names.split(' '))
            .args(masks)
            .status();
        assert!(status.unwrap().success());
    };
    pack();
    evaluate(&project, "frozen.tgz").succeeds();
    fs::copy(folder.join("frozen/masks/scene_0002.png"), &mask).unwrap();
    pack();
    evaluate(&project, "frozen.tgz")
        .refuses(&["frozen.tgz: masks/scene_0003.png is not the file that was packed"]);
    fs::write(&mask, whole).unwrap();
    let counts = folder.join("frozen/counts.json");
    let changed = fs::read_to_string(&counts).unwrap().replace("\"seam\"", "\"voc\"");
    fs::write(&counts, changed).unwrap();
    pack();
    evaluate(&project, "frozen.tgz").refuses(&["counts.json is not the file that was packed"]);
}

#[test]
fn a_file_that_is_no_archive_is_refused_before_anything_is_counted() {
    let project = project();
    let mask = project.mask(0);
    eps("evaluate")
        .and(&mask)
        .with("--data", project.data())
        .refuses(&["scene_0001.png: is no archive of `eps freeze`"]);
}
