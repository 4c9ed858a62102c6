//! `eps submit voc12`

use crate::call::{Call, eps};
use crate::project::{Project, SIZE, files};
use eps_data::codec::{read_mask, write_mask};
use eps_data::{LabelMap, Size};
use std::fs;
use std::path::Path;
use std::process::Command;

/// A project whose masks have no pixel of 255, in `masks`.
fn project() -> Project {
    let project = Project::with_scenes(3);
    fs::create_dir(project.path("masks")).unwrap();
    for index in 0..3 {
        let mask = read_mask(&project.mask(index), 12).unwrap();
        let known = mask.classes().iter().map(|&class| if class == 255 { 0 } else { class });
        let mask = LabelMap::new(SIZE, known.collect());
        let name = project.mask(index).file_name().unwrap().to_owned();
        write_mask(&project.path("masks").join(name), &mask).unwrap();
    }
    project
}

fn submit(project: &Project) -> Call {
    eps("submit")
        .and("voc12")
        .and(project.path("masks"))
        .with("--data", project.data())
        .with("--list", "train")
        .with("--out", project.path("results.tgz"))
}

/// The independent script's verdict on the archive; `None` without a Python that can run it.
fn verdict(project: &Project) -> Option<Result<String, String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let has_pillow = Command::new("python3").args(["-c", "import PIL"]).output();
    if !has_pillow.is_ok_and(|tried| tried.status.success()) {
        return None;
    }
    let output = Command::new("python3")
        .arg(root.join("scripts/check-voc-submission.py"))
        .arg(project.path("results.tgz"))
        .arg(project.data().join("ImageSets/Segmentation/train.txt"))
        .arg(project.data().join("JPEGImages"))
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) })
}

/// Another program unpacks the masks that were packed, and nothing else.
fn check_unpacked(project: &Project) {
    let folder = project.path("unpacked");
    fs::create_dir(&folder).unwrap();
    let archive = project.path("results.tgz");
    let unpacked = Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(&folder).status();
    assert!(unpacked.unwrap().success());
    let found = files(&folder);
    assert_eq!(found.len(), 3);
    for (name, _) in found {
        let expected = "results/VOC2012/Segmentation/comp6_test_cls";
        assert_eq!(name.parent(), Some(Path::new(expected)));
        let packed = project.path("masks").join(name.file_name().unwrap());
        let [packed, unpacked] =
            [packed, folder.join(name)].map(|path| read_mask(&path, 21).unwrap());
        assert_eq!(packed, unpacked);
    }
}

#[test]
fn an_archive_holds_what_the_server_takes() {
    let project = project();
    let said = submit(&project).succeeds().stderr;
    assert!(said.contains("list train has 3 images, but the server expects the 1456"), "{said}");
    let first = fs::read(project.path("results.tgz")).unwrap();
    submit(&project).succeeds();
    assert!(fs::read(project.path("results.tgz")).unwrap() == first, "another archive");
    check_unpacked(&project);
    if let Some(verdict) = verdict(&project) {
        assert_eq!(verdict.unwrap(), "comp6_test_cls: 3 masks, nothing wrong\n");
    }
    submit(&project).with("--competition", "comp5").succeeds();
    if let Some(verdict) = verdict(&project) {
        assert_eq!(verdict.unwrap(), "comp5_test_cls: 3 masks, nothing wrong\n");
    }
}

#[test]
fn what_the_server_refuses_is_refused_and_nothing_written() {
    let project = project();
    let path = project.path("masks/scene_0002.png");
    let whole = fs::read(&path).unwrap();
    let refuses = |parts: &[&str]| {
        submit(&project).refuses(parts);
        assert!(!project.path("results.tgz").exists());
    };
    let mut classes = vec![0; SIZE.pixels()];
    classes[7] = 255;
    write_mask(&path, &LabelMap::new(SIZE, classes.clone())).unwrap();
    refuses(&["masks/scene_0002.png: 1 pixels of 255 (ignore)"]);
    classes[7] = 21;
    write_mask(&path, &LabelMap::new(SIZE, classes)).unwrap();
    refuses(&["masks/scene_0002.png: class 21, expected 0..=20"]);
    let turned = Size::new(SIZE.height, SIZE.width);
    write_mask(&path, &LabelMap::new(turned, vec![0; turned.pixels()])).unwrap();
    refuses(&["masks/scene_0002.png: mask is 56×64, its image is 64×56"]);
    fs::remove_file(&path).unwrap();
    refuses(&["masks/scene_0002.png: mask is missing"]);
    fs::write(&path, whole).unwrap();
    fs::copy(&path, project.path("masks/other.png")).unwrap();
    let said = submit(&project).succeeds().stderr;
    assert!(said.contains("1 masks that are not on the list"), "{said}");
}
