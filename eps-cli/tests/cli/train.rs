//! `eps train`

use crate::project::{Project, SIZE, files, truncate};
use crate::recipe::{self, with};
use eps_data::codec::write_saliency;
use eps_data::{SaliencyMap, Size};
use std::fs;

#[test]
fn missing_files_are_named_and_counted_before_training_starts() {
    let project = Project::with_scenes(6);
    let refuses = |recipe: &str, part: &str| {
        project.train("run", recipe).refuses(&[part]);
        assert!(!project.path("run").exists());
    };
    fs::remove_file(project.saliency(1)).unwrap();
    refuses(&recipe::eps(), "SALImages/scene_0002.png: saliency map is missing");
    fs::remove_file(project.saliency(4)).unwrap();
    refuses(&recipe::eps(), "SALImages/scene_0002.png: saliency map is missing (and 1 more file)");
    // The plain classifier needs none.
    project.train("plain", &with(&recipe::cam(), "updates = 1")).succeeds();
    fs::remove_file(project.image(2)).unwrap();
    refuses(&recipe::cam(), "JPEGImages/scene_0003.jpg: image is missing");
}

#[test]
fn a_map_of_another_size_is_refused() {
    let project = Project::with_scenes(4);
    let other = Size::new(SIZE.height, SIZE.width);
    write_saliency(&project.saliency(0), &SaliencyMap::new(other, vec![0; other.pixels()]))
        .unwrap();
    project
        .train("run", &recipe::eps())
        .refuses(&["SALImages/scene_0001.png: saliency map is 56×64, its image is 64×56"]);
    assert!(!project.path("run").exists());
    project.train("run", &recipe::eps()).and("--resize-saliency").succeeds();
}

#[test]
fn saliency_maps_may_be_jpeg_or_hold_16_bits() {
    let project = Project::with_scenes(4);
    let png = project.saliency(0);
    let map = image::open(&png).unwrap();
    map.save(png.with_extension("jpeg")).unwrap();
    fs::remove_file(png).unwrap();
    map.into_luma16().save(project.saliency(1)).unwrap();
    project.train("run", &recipe::eps()).succeeds();
}

#[test]
fn a_truncated_photograph_ends_training_until_it_is_repaired() {
    let project = Project::with_scenes(4);
    let whole = fs::read(project.image(3)).unwrap();
    truncate(&project.image(3));
    project
        .train("run", &recipe::eps())
        .refuses(&["JPEGImages/scene_0004.jpg: not a JPEG or PNG that can be decoded: "]);
    assert!(!project.path("run/checkpoints").exists());
    fs::write(project.image(3), whole).unwrap();
    project.train("run", &recipe::eps()).and("--resume").succeeds();
    assert!(project.path("run/checkpoints/update-0000006").exists());
}

#[test]
fn a_recipe_with_an_unknown_key_or_a_bad_value_is_refused() {
    let project = Project::with_scenes(2);
    let cases = [
        (recipe::cam().replace("momentum", "momentom"), "unknown field `momentom`"),
        (recipe::cam().replace("[inference]", "[inferring]"), "unknown field `inferring`"),
        (with(&recipe::cam(), "width = 0.0"), "network.width: 0.0, expected a factor above 0"),
        (
            with(&recipe::cam(), "updates = 0"),
            "optimiser.updates: 0, expected a whole number above 0",
        ),
        (with(&recipe::cam(), "batch = -4"), "batch = -4"),
        (with(&recipe::cam(), "learning_rate = nan"), "optimiser.learning_rate"),
        (with(&recipe::eps(), "tau = 1.5"), "saliency.tau: 1.5, expected at least 0 and at most 1"),
        (
            with(&recipe::cam(), "method = \"eps\""),
            "saliency: no table, expected one for method `eps`",
        ),
        (with(&recipe::cam(), "stride = 16"), "network.stride: 16, expected 8 for resnet38d"),
        ("nothing of the kind".into(), "TOML parse error"),
    ];
    for (recipe, reason) in cases {
        project.train("run", &recipe).refuses(&["run.toml: ", reason]);
        assert!(!project.path("run").exists());
    }
    let call = project.train("run", &recipe::cam());
    fs::remove_file(project.path("run.toml")).unwrap();
    call.refuses(&["run.toml: cannot be read: "]);
}

#[test]
fn a_device_that_is_unknown_or_not_compiled_in_is_refused() {
    let project = Project::with_scenes(2);
    let train = |device: &str| project.train("run", &recipe::cam()).with("--device", device);
    let ended = train("gpu").run();
    assert_eq!(ended.status, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("expected auto, cpu, torch, "), "{}", ended.stderr);
    if cfg!(not(feature = "tch")) {
        train("torch").refuses(&["device torch: not built in (rebuild with --features tch)"]);
    }
    assert!(!project.path("run").exists());
}

#[test]
fn a_run_is_not_overwritten_and_goes_on_with_its_own_recipe_only() {
    let project = Project::with_scenes(4);
    let recipe = with(&recipe::cam(), "updates = 2");
    project.train("run", &recipe).succeeds();
    let found = files(&project.path("run"));
    project
        .train("run", &recipe)
        .refuses(&["run: a run is there already, expected --resume or another --out"]);
    project.train("run", &with(&recipe, "seed = 2")).and("--resume").refuses(&[
        "run/recipe.toml: optimiser.seed is 1, but 2 in the given recipe, expected the same",
    ]);
    assert!(files(&project.path("run")) == found);
    project.write("data/ImageSets/Segmentation/train.txt", "scene_0001\nscene_0002\nscene_0003");
    project.train("run", &recipe).and("--resume").refuses(&[
        "run/checkpoints: of a run on the list of images ",
        "expected the same list to go on",
    ]);
}

#[test]
fn a_run_without_its_log_goes_on_with_its_provenance() {
    let project = Project::with_scenes(4);
    let recipe = with(&recipe::cam(), "updates = 2");
    project.train("run", &recipe).succeeds();
    let provenance = fs::read(project.path("run/provenance.json")).unwrap();
    fs::remove_file(project.path("run/steps.csv")).unwrap();
    let resumed = project.train("run", &recipe).and("--resume").succeeds();
    assert!(resumed.stderr.contains("has rows for 0 of the 2 updates"), "{}", resumed.stderr);
    assert_eq!(fs::read(project.path("run/provenance.json")).unwrap(), provenance);
}

#[test]
fn a_finished_run_may_be_resumed_without_change() {
    let project = Project::with_scenes(4);
    let recipe = with(&recipe::cam(), "updates = 2");
    project.train("run", &recipe).succeeds();
    let found = files(&project.path("run"));
    project.train("run", &recipe).and("--resume").succeeds();
    assert!(files(&project.path("run")) == found);
    // The record of the first update alone, as a full disk may leave it.
    let steps = fs::read_to_string(project.path("run/steps.csv")).unwrap();
    let cut: Vec<&str> = steps.lines().take(2).collect();
    fs::write(project.path("run/steps.csv"), cut.join("\n") + "\n").unwrap();
    let resumed = project.train("run", &recipe).and("--resume").succeeds();
    let note = "run/steps.csv: has rows for 1 of the 2 updates made so far";
    assert!(resumed.stderr.contains(note), "{}", resumed.stderr);
}

#[test]
fn a_list_without_ids_or_with_one_twice_is_refused() {
    let project = Project::with_scenes(3);
    let cases = [
        ("", "list.txt: no image id in it"),
        ("scene_0001\nscene_0001\n", "list.txt:2: `scene_0001` again, expected each image id once"),
        ("scene_0009\n", "JPEGImages/scene_0009.jpg: image is missing"),
    ];
    for (text, reason) in cases {
        let list = project.write("list.txt", text);
        project.train("run", &recipe::cam()).with("--list", list).refuses(&[reason]);
    }
    project
        .train("run", &recipe::cam())
        .with("--list", "validation")
        .refuses(&["ImageSets/Segmentation/validation.txt: image list is missing"]);
    assert!(!project.path("run").exists());
}

#[test]
fn labels_other_than_0_and_1_are_refused() {
    let project = Project::with_scenes(2);
    let header = "id,train,boat,aeroplane,car,cow,bird\n";
    let cases = [
        (
            "scene_0001,1,0,0,0,0,0\nscene_0002,0,0,2,0,0,0\n",
            "cls_labels.csv:3: `2` for aeroplane, expected 0 or 1",
        ),
        (
            "scene_0001,1,0,0,0,0,0\nscene_0002,0,0,,0,0,0\n",
            "cls_labels.csv:3: `` for aeroplane, expected 0 or 1",
        ),
        ("scene_0001,1,0,0,0,0,0\nscene_0002,0,0\n", "cls_labels.csv:3: 3 cells, expected 7"),
        (
            "scene_0001,1,0,0,0,0,0\n",
            "cls_labels.csv: no row for `scene_0002`, expected one for each image",
        ),
    ];
    for (rows, reason) in cases {
        project.write("data/cls_labels.csv", header.to_owned() + rows);
        project.train("run", &recipe::cam()).refuses(&[reason]);
        assert!(!project.path("run").exists());
    }
}
