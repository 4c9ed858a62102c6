//! Files that are named otherwise than ids are, and messages that say which file was meant.

use crate::call::{Call, eps};
use crate::project::{Project, write_coco};
use eps_data::codec::{ScoreFormat, read_saliency, write_scores};
use eps_data::scenes::scene_id;
use eps_data::{ScoreMap, Size};
use std::fs;
use std::path::Path;

/// Gives every file of a folder a suffix behind its id.
fn add_suffix(folder: &Path, suffix: &str) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let (stem, ending) = (path.file_stem().unwrap(), path.extension().unwrap());
        let name = format!("{}{suffix}.{}", stem.display(), ending.display());
        fs::rename(&path, path.with_file_name(name)).unwrap();
    }
}

/// A NumPy array of fractions, as `numpy.save` writes it.
fn npy(size: Size, values: &[u8]) -> Vec<u8> {
    let mut header = format!(
        "{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}",
        size.height, size.width
    );
    header.push_str(&" ".repeat(63 - (10 + header.len()) % 64));
    header.push('\n');
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(values.iter().flat_map(|&value| (f32::from(value) / 255.0).to_le_bytes()));
    file
}

fn masks(project: &Project) -> std::path::PathBuf {
    project.data().join("SegmentationClass")
}

#[test]
fn ground_truth_and_saliency_with_a_suffix_are_hinted_at_and_read() {
    let project = Project::with_scenes(3);
    let predictions = project.path("predictions");
    fs::create_dir(&predictions).unwrap();
    for entry in fs::read_dir(masks(&project)).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, predictions.join(path.file_name().unwrap())).unwrap();
    }
    let saliency = || {
        eps("saliency")
            .and("evaluate")
            .with("--truth", masks(&project))
            .with("--truth-as", "classes")
            .with("--list", "train")
            .with("--predictions", project.data().join("SALImages"))
    };
    let (scores, plain) =
        (project.evaluate(&predictions).succeeds().stdout, saliency().succeeds().stdout);
    add_suffix(&masks(&project), "_mask");
    add_suffix(&project.data().join("SALImages"), "_sal_fuse");
    let hint = "scene_0001.png: mask is missing (and 2 more files), expected one for `scene_0001`, image 1 of ";
    let there = "train.txt; scene_0001_mask.png is there: --mask-suffix=_mask reads it";
    for call in [project.evaluate(&predictions), project.audit(&predictions)] {
        call.refuses(&[hint, there]);
    }
    let compare = || eps("compare").and(&predictions).with("--data", project.data());
    compare().refuses(&[hint, there]);
    compare().with("--mask-suffix", "_mask").succeeds();
    let found = project.evaluate(&predictions).with("--mask-suffix", "_mask").succeeds().stdout;
    assert_eq!(found, scores);
    saliency().refuses(&["scene_0001.png: mask is missing", there]);
    let of_masks = || saliency().with("--mask-suffix", "_mask");
    of_masks().refuses(&["--saliency-suffix=_sal_fuse reads it"]);
    assert_eq!(of_masks().with("--saliency-suffix", "_sal_fuse").succeeds().stdout, plain);
    let check = || {
        let call = eps("data").and("check").with("--data", project.data());
        call.with("--need", "masks").with("--need", "saliency")
    };
    check().with("--mask-suffix", "_mask").with("--saliency-suffix", "_sal_fuse").succeeds();
    add_suffix(&predictions, "_crf");
    project.evaluate(&predictions).with("--mask-suffix", "_mask").refuses(&[
        "prediction is missing",
        "scene_0001_crf.png is there: expected names without `_crf`",
    ]);
}

#[test]
fn saliency_maps_may_be_arrays_wherever_they_are_read() {
    let project = Project::with_scenes(3);
    let folder = project.data().join("SALImages");
    let check = || {
        let call = eps("data").and("check").with("--data", project.data());
        call.with("--need", "saliency")
    };
    let evaluate = || {
        eps("saliency")
            .and("evaluate")
            .with("--truth", masks(&project))
            .with("--truth-as", "classes")
            .with("--predictions", format!("maps={}", folder.display()))
    };
    let (checked, scores) = (check().succeeds().stdout, evaluate().succeeds().stdout);
    for index in 0..3 {
        let map = read_saliency(&project.saliency(index)).unwrap();
        let array = npy(map.size(), map.values());
        fs::write(folder.join(scene_id(index) + ".npy"), array).unwrap();
        fs::remove_file(project.saliency(index)).unwrap();
    }
    assert_eq!(check().succeeds().stdout, checked);
    assert_eq!(evaluate().succeeds().stdout, scores);
    project.train("run", &crate::recipe::eps()).succeeds();
    let browse = eps("data").and("browse").with("--data", project.data());
    browse.with("--out", project.path("page")).succeeds();
    let turned = npy(Size::new(2, 2), &[0; 4]);
    fs::write(folder.join("scene_0002.npy"), turned).unwrap();
    project.train("other", &crate::recipe::eps()).refuses(&["scene_0002.npy: saliency map is 2×2"]);
}

#[test]
fn an_empty_value_is_told_with_its_flag() {
    let project = Project::with_scenes(1);
    let list = || eps("data").and("list").with("--data", project.data());
    for flag in ["--list", "--without", "--with", "--labels"] {
        let ended = list().with(flag, "").run();
        assert_eq!(ended.status, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains(&format!("'{flag} <")), "{}", ended.stderr);
        assert!(ended.stderr.contains("expected a name or a path"), "{}", ended.stderr);
    }
    fs::remove_file(project.mask(0)).unwrap();
    fs::create_dir(project.mask(0)).unwrap();
    let nothing_left = list().and("--with-masks").run();
    let note = "is no file, expected a mask; 1 image of this kind left out";
    assert!(nothing_left.stderr.contains(note), "{}", nothing_left.stderr);
    list().and("--with-masks").refuses(&["--list train: no image id is left with a mask in "]);
}

#[test]
fn too_few_class_names_are_told_with_their_file() {
    let project = Project::with_scenes(3);
    let names = project.write("few.txt", "train\n");
    let evaluate = || project.evaluate(masks(&project)).with("--classes", &names);
    let classes = "expected 0..=1 or 255 (ignore): the classes of ";
    evaluate().refuses(&[classes, "few.txt"]);
    evaluate().and("--keep-going").refuses(&["nothing was scored; the list is ", "few.txt"]);
}

#[cfg(unix)]
#[test]
fn what_is_no_folder_in_the_place_of_one_is_a_fault_and_never_passed_over() {
    let project = Project::with_scenes(3);
    let data = |command: &str| eps("data").and(command).with("--data", project.data());
    fs::remove_dir_all(project.data().join("SALImages")).unwrap();
    fs::write(project.data().join("SALImages"), "").unwrap();
    let ended = data("check").run();
    assert_eq!(ended.status, Some(1), "{}", ended.stderr);
    assert!(
        ended.stdout.contains("SALImages: a file, expected a saliency map"),
        "{}",
        ended.stdout
    );
    data("stats").refuses(&["SALImages: a file, expected a folder"]);
    fs::remove_file(project.data().join("SALImages")).unwrap();
    std::os::unix::fs::symlink("nowhere", project.data().join("SALImages")).unwrap();
    data("stats").refuses(&["SALImages: a link that leads to no folder, expected a folder"]);
}

#[test]
fn the_files_of_a_run_and_of_a_data_set_are_no_outputs() {
    let project = Project::with_scenes(3);
    let run = project.path("run");
    fs::create_dir(&run).unwrap();
    fs::rename(masks(&project), run.join("masks")).unwrap();
    fs::create_dir(masks(&project)).unwrap();
    for entry in fs::read_dir(run.join("masks")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, masks(&project).join(path.file_name().unwrap())).unwrap();
    }
    for name in ["recipe.toml", "inference.json"] {
        fs::write(run.join(name), "").unwrap();
    }
    let size = Size::new(2, 1);
    let map = ScoreMap::new(size, vec![], vec![]);
    write_scores(&run.join("cams/scene_0001.npz"), &map, ScoreFormat::F32).unwrap();
    let on_run = |command: &str| eps(command).and(&run).with("--data", project.data());
    let named = format!("A={}", run.display());
    let compare = || eps("compare").and(&named).with("--data", project.data());
    let reproduce = || {
        let call = eps("reproduce").and("pseudo-masks-voc").with("--data", project.data());
        call.with("--ours", format!("EPS={}", run.join("masks").display()))
    };
    let ablate = |file: &Path| {
        eps("ablate")
            .with("--recipe", project.write("recipe.toml", crate::recipe::cam()))
            .with("--data", project.data())
            .with("--out", project.path("ablation"))
            .with("--slurm", file)
    };
    let read = "is read by this command, expected another file to write";
    let cases: Vec<(Call, &str)> = vec![
        (on_run("evaluate").with("--json", run.join("masks/scene_0001.png")), "scene_0001.png"),
        (on_run("audit").with("--markdown", run.join("recipe.toml")), "recipe.toml"),
        (on_run("sweep").with("--json", run.join("cams/scene_0001.npz")), "scene_0001.npz"),
        (on_run("sweep").with("--csv", project.image(0)), "scene_0001.jpg"),
        (compare().with("--csv", run.join("masks/scene_0002.png")), "scene_0002.png"),
        (compare().with("--csv", run.join("inference.json")), "inference.json"),
        (reproduce().with("--latex", run.join("masks/scene_0003.png")), "scene_0003.png"),
        (ablate(&project.saliency(0)), "scene_0001.png"),
    ];
    for (call, name) in cases {
        call.refuses(&[name, read]);
    }
}

#[test]
fn a_coco_root_gives_images_by_the_name_of_the_list() {
    let project = Project::with_scenes(1);
    let root = project.path("coco");
    write_coco(&root);
    let instances = |split: &str| root.join(format!("annotations/instances_{split}.json"));
    fs::copy(instances("train2014"), instances("val2014")).unwrap();
    let (maps, id) = (project.path("maps"), "COCO_train2014_000000000001");
    let size = Size::new(64, 56);
    let map = ScoreMap::new(size, vec![1], vec![0.5; size.pixels()]);
    write_scores(&maps.join(format!("{id}.npz")), &map, ScoreFormat::F32).unwrap();
    let refine = || {
        let call = eps("refine").and(&maps).with("--data", &root).with("--preset", "psa");
        call.with("--out", project.path("refined"))
    };
    refine().refuses(&["JPEGImages: is no folder, expected one of --data; --images names another"]);
    let list = project.write("train2014.txt", format!("{id}\n"));
    refine().with("--list", list).succeeds();
}
