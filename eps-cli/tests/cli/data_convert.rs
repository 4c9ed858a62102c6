//! `eps data convert`

use crate::call::{Call, eps};
use crate::project::{Project, files};
use eps_data::codec::{read_scores, write_jpeg, write_mask, write_saliency};
use eps_data::{LabelMap, RgbImage, SaliencyMap, Size};
use std::fs;
use std::path::{Path, PathBuf};

/// Of the maps in the fixtures.
const SIZE: Size = Size::new(4, 3);

/// Every kind of file that another program leaves, by the id that it gets.
const KINDS: [(&str, &str); 7] = [
    ("psa", "psa.npy"),
    ("psa_reversed", "psa_reversed.npy"),
    ("pickle", "psa.pkl"),
    ("clip_es", "clip_es.npy"),
    ("archive", "archive.npz"),
    ("irn", "irn.npy"),
    ("irn_view", "irn_view.npy"),
];

fn convert(input: &Path, out: &Path) -> Call {
    eps("data").and("convert").and(input).with("--out", out)
}

/// The folder of maps with a file of each kind.
fn others(project: &Project) -> PathBuf {
    let input = project.path("others");
    fs::create_dir(&input).unwrap();
    let fixtures = eps_testkit::fixture("cams");
    for (id, file) in KINDS {
        let kind = file.split_once('.').unwrap().1;
        fs::copy(fixtures.join(file), input.join(format!("{id}.{kind}"))).unwrap();
    }
    input
}

/// Writes the maps of the fixtures as grey pictures, to a step of their 255.
fn write_pictures(folder: &Path, name: impl Fn(usize) -> String) {
    for (map, class) in [1, 14].into_iter().enumerate() {
        let value = |pixel: usize| ((12 * map + pixel) * 255 / 32) as u8;
        let picture = SaliencyMap::new(SIZE, (0..12).map(value).collect());
        write_saliency(&folder.join(name(class)), &picture).unwrap();
    }
}

#[test]
fn maps_of_other_programs_are_converted_and_kept() {
    let project = Project::with_scenes(4);
    let (input, out) = (others(&project), project.path("cams"));
    convert(&input, &out).succeeds();
    let psa = read_scores(&out.join("psa.npz")).unwrap();
    assert_eq!(psa.classes(), [2, 15]);
    for (id, _) in KINDS {
        assert_eq!(read_scores(&out.join(format!("{id}.npz"))).unwrap(), psa, "{id}");
    }
    let again = convert(&input, &out).succeeds();
    assert!(again.stderr.contains("7 of 7 maps are there already"), "{}", again.stderr);
    let refused = "convert.json: maps of another source or with other settings are there";
    convert(&input, &out).and("--normalise").refuses(&[refused]);
    convert(&input, &out).and("--f16").refuses(&[refused]);
    fs::write(input.join("bad.npy"), "text").unwrap();
    convert(&input, &out).refuses(&["others/bad.npy: not a dictionary of class activation maps"]);
}

#[test]
fn a_picture_for_each_class_is_a_map() {
    let project = Project::with_scenes(4);
    let (input, out) = (project.path("pictures"), project.path("cams"));
    write_pictures(&input, |class| format!("2007_000032_{class}.png"));
    write_pictures(&input, |class| format!("2007_000039/{class}.png"));
    convert(&input, &out).succeeds();
    for id in ["2007_000032", "2007_000039"] {
        let map = read_scores(&out.join(format!("{id}.npz"))).unwrap();
        assert_eq!((map.size(), map.classes()), (SIZE, &[2, 15][..]));
        for (index, score) in map.scores().iter().enumerate() {
            assert_eq!(*score, (index * 255 / 32) as f32 / 255.0);
        }
    }
    fs::write(input.join("2007_000032.npy"), "").unwrap();
    convert(&input, &out).refuses(&["2007_000032.npy: the same id as", "2007_000032_1.png"]);
    convert(&project.data(), &out)
        .refuses(&["data: no .npy, .npz, .pkl or <id>_<class>.png in it"]);
}

#[test]
fn converted_maps_of_every_kind_are_swept_and_refined() {
    let project = Project::with_scenes(4);
    let input = others(&project);
    write_pictures(&input, |class| format!("pictures_{class}.png"));
    convert(&input, &project.path("run/cams")).succeeds();
    let ids: Vec<&str> = KINDS.iter().map(|(id, _)| *id).chain(["pictures"]).collect();
    let image = RgbImage::from_fn(4, 3, |x, y| [60 * x as u8, 80 * y as u8, 0].into());
    for id in &ids {
        write_jpeg(&project.path(&format!("small/JPEGImages/{id}.jpg")), &image, 90).unwrap();
        let mask = LabelMap::new(SIZE, vec![0, 0, 0, 0, 2, 2, 2, 2, 15, 15, 15, 15]);
        write_mask(&project.path(&format!("small/SegmentationClass/{id}.png")), &mask).unwrap();
    }
    let list = project.write("list.txt", ids.join("\n"));
    let report = project.path("sweep.json");
    eps("sweep")
        .with("--truth", project.path("small/SegmentationClass"))
        .with("--cams", project.path("run/cams"))
        .with("--list", list)
        .with("--folds", "1")
        .with("--json", &report)
        .succeeds();
    let report: serde_json::Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    // The first class is right in its row from 12/32 on, the second in its own everywhere.
    assert_eq!(report["list"]["images"], 8);
    assert!(report["rules"][0]["best"]["mean_iou"].as_f64().unwrap() > 0.0, "{report}");
    let out = project.path("refined");
    eps("refine")
        .and(project.path("run/cams"))
        .with("--images", project.path("small/JPEGImages"))
        .with("--preset", "psa")
        .with("-o", &out)
        .succeeds();
    let refined = files(&out.join("masks"));
    assert_eq!(refined.len(), ids.len());
    let psa = &refined[Path::new("psa.png")];
    for (id, _) in KINDS {
        assert!(refined[Path::new(&format!("{id}.png"))] == *psa, "{id}");
    }
}
