//! `eps data list`, `labels` and `masks`

use crate::call::{Call, eps};
use crate::project::{Project, files, write_coco};
use crate::recipe;
use eps_data::codec::{read_mask, read_saliency, write_jpeg, write_mask, write_saliency};
use eps_data::{LabelMap, RgbImage, SaliencyMap, Size};
use std::fs;
use std::path::{Path, PathBuf};

fn data(command: &str) -> Call {
    eps("data").and(command)
}

fn fixture(name: &str) -> PathBuf {
    eps_testkit::fixture(name)
}

#[test]
fn train_aug_is_train_and_sbd_without_val() {
    let project = Project::with_scenes(4);
    fs::create_dir(project.path("sbd")).unwrap();
    project.write("sbd/train.txt", "sbd_1\nscene_0002\n");
    project.write("sbd/val.txt", "sbd_2\nval_1\n");
    project.write("data/ImageSets/Segmentation/val.txt", "val_1\n");
    let call = data("list").with("--data", project.data()).with("--sbd", project.path("sbd"));
    let ended = call.with("--without", "val").succeeds();
    let scenes = "scene_0001\nscene_0002\nscene_0003\nscene_0004\n";
    assert_eq!(ended.stdout, format!("sbd_1\nsbd_2\n{scenes}"));
    let all = data("list").with("--data", project.data()).with("--list", "all").succeeds();
    assert_eq!(all.stdout, scenes);
}

#[test]
fn a_list_is_kept_to_the_images_where_conditions_hold() {
    let project = Project::with_scenes(4);
    let list =
        |condition: &str| data("list").with("--data", project.data()).with("--where", condition);
    // One map misses its objects.
    let map = read_saliency(&project.saliency(1)).unwrap();
    let black = SaliencyMap::new(map.size(), vec![0; map.size().pixels()]);
    write_saliency(&project.saliency(1), &black).unwrap();
    assert_eq!(list("overlap=<0").run().status, Some(2));
    assert_eq!(list("overlap<=0").succeeds().stdout, "scene_0002\n");
    let others = list("overlap>0").with("--where", "classes>=1").succeeds().stdout;
    assert_eq!(others, "scene_0001\nscene_0003\nscene_0004\n");
    list("objects>0.99").refuses(&["no image id is left where objects>0.99"]);
    fs::remove_file(project.saliency(0)).unwrap();
    list("overlap>0").refuses(&["scene_0001", "saliency map is missing"]);
}

#[test]
fn labels_of_one_source_are_those_of_another() {
    let project = Project::with_scenes(4);
    let labels = |source: &Path, out: &str| {
        let call = data("labels").with("--data", project.data()).with("--labels", source);
        call.with("--out", project.path(out)).succeeds();
        project.path(out)
    };
    let csv = labels(Path::new("masks"), "a.csv");
    let npy = labels(&csv, "a.npy");
    let again = labels(&npy, "b.csv");
    assert_eq!(fs::read(csv).unwrap(), fs::read(again).unwrap());
}

#[test]
fn coco_gives_lists_labels_and_masks_that_resume() {
    let project = Project::with_scenes(4);
    let root = project.path("coco");
    write_coco(&root);
    let with_list = |command: &str| data(command).with("--data", &root).with("--list", "train2014");
    let ids = "COCO_train2014_000000000001\nCOCO_train2014_000000000002\n";
    assert_eq!(with_list("list").succeeds().stdout, ids);
    let labels = with_list("labels").succeeds().stdout;
    assert_eq!(
        labels,
        "id,car,stop_sign\nCOCO_train2014_000000000001,0,1\nCOCO_train2014_000000000002,1,0\n"
    );
    let out = root.join("SegmentationClass/train2014");
    let masks = || {
        let instances = root.join("annotations/instances_train2014.json");
        data("masks").with("--instances", instances).with("--out", &out)
    };
    masks().succeeds();
    let first = files(&out);
    assert_eq!(fs::read_to_string(out.join("classes.txt")).unwrap(), "car\nstop_sign\n");
    let path = out.join("COCO_train2014_000000000001.png");
    let mask = read_mask(&path, 3).unwrap();
    assert_eq!((mask.size(), &mask.classes()[..3]), (Size::new(64, 56), &[2, 2, 0][..]));
    fs::remove_file(&path).unwrap();
    let again = masks().succeeds();
    assert!(again.stderr.contains("2 of 3 masks are there already"), "{}", again.stderr);
    assert!(files(&out) == first);
    masks()
        .with("--crowd", "skip")
        .refuses(&["masks.json: masks of another source or with other settings are there"]);
}

#[test]
fn masks_of_sbd_and_of_voc_make_the_augmented_set() {
    let project = Project::with_scenes(4);
    let sbd = project.path("benchmark/dataset");
    fs::create_dir_all(sbd.join("cls")).unwrap();
    fs::copy(fixture("sbd/classes.mat"), sbd.join("cls/2008_000001.mat")).unwrap();
    fs::copy(fixture("sbd/classes.mat"), sbd.join("cls/2008_000002.mat")).unwrap();
    let voc = project.path("voc");
    let mask = LabelMap::new(Size::new(2, 1), vec![255, 7]);
    write_mask(&voc.join("2008_000002.png"), &mask).unwrap();
    write_mask(&voc.join("2008_000003.png"), &mask).unwrap();
    let out = project.path("SegmentationClassAug");
    let alone = || data("masks").with("--sbd", &sbd).with("--out", &out);
    alone().with("--voc", &voc).succeeds();
    let names: Vec<PathBuf> = files(&out).into_keys().collect();
    assert_eq!(
        names,
        ["2008_000001.png", "2008_000002.png", "2008_000003.png", "masks.json"].map(PathBuf::from)
    );
    let read = |id: &str| read_mask(&out.join(format!("{id}.png")), 21).unwrap();
    let expected = LabelMap::new(Size::new(4, 3), vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20]);
    assert_eq!(read("2008_000001"), expected);
    assert_eq!((read("2008_000002"), read("2008_000003")), (mask.clone(), mask));
    let again = alone().with("--voc", &voc).succeeds();
    assert!(again.stderr.contains("3 of 3 masks are there already"), "{}", again.stderr);
    alone().refuses(&["masks.json: masks of another source or with other settings are there"]);
}

#[test]
fn a_file_of_sbd_that_holds_no_classes_of_voc_is_named() {
    let project = Project::with_scenes(4);
    let sbd = project.path("dataset");
    let out = project.path("out");
    fs::create_dir_all(sbd.join("cls")).unwrap();
    let masks = |mat: &str| {
        fs::copy(fixture(mat), sbd.join("cls/a.mat")).unwrap();
        data("masks").with("--sbd", &sbd).with("--out", &out)
    };
    masks("sbd/plain.mat").refuses(&["cls/a.mat: class 21, expected 0..=20 or 255"]);
    masks("sbd/instances.mat").refuses(&["cls/a.mat: not a mask of SBD", "GTinst", "GTcls"]);
}

#[test]
fn training_runs_on_a_coco_root() {
    let project = Project::with_scenes(4);
    let root = project.path("coco");
    write_coco(&root);
    let recipe = project.write("coco.toml", recipe::with(&recipe::cam(), "updates = 1"));
    eps("train")
        .with("--recipe", recipe)
        .with("--data", root)
        .with("--list", "train2014")
        .with("--out", project.path("run"))
        .succeeds();
}

#[test]
fn a_folder_a_table_and_a_toml_are_a_data_set() {
    let project = Project::with_scenes(4);
    let root = project.path("mine");
    let image = RgbImage::from_fn(64, 56, |x, y| [x as u8, y as u8, 0].into());
    for id in ["a", "b"] {
        write_jpeg(&root.join("photos").join(format!("{id}.jpg")), &image, 90).unwrap();
    }
    fs::write(root.join("labels.csv"), "id,boat,cow\na,1,0\nb,1,1\n").unwrap();
    let text =
        "classes = [\"boat\", \"cow\"]\n[folders]\nimages = \"photos\"\nlabels = \"labels.csv\"\n";
    fs::write(root.join("dataset.toml"), text).unwrap();
    let labels = data("labels").with("--data", &root).with("--list", "all").succeeds();
    assert_eq!(labels.stdout, "id,boat,cow\na,1,0\nb,1,1\n");
    let recipe = project.write("mine.toml", recipe::with(&recipe::cam(), "updates = 1"));
    eps("train")
        .with("--recipe", recipe)
        .with("--data", root)
        .with("--list", "all")
        .with("--out", project.path("run"))
        .succeeds();
}
