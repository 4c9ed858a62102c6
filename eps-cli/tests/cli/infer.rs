//! `eps infer`

use crate::call::eps;
use crate::project::{Project, files, truncate};
use crate::recipe;
use eps_data::codec::{ScoreFormat, read_mask, read_scores, write_scores_and_logits};
use eps_data::scenes::scene_id;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Scenes and a trained run `run` without maps.
fn trained() -> Project {
    let project = Project::with_scenes(10);
    project.train("run", &recipe::eps()).succeeds();
    project
}

/// When the maps and masks of a run were written.
fn written(run: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let results = files(run).into_keys();
    let results = results.filter(|path| path.starts_with("cams") || path.starts_with("masks"));
    results
        .map(|path| (path.clone(), run.join(path).metadata().unwrap().modified().unwrap()))
        .collect()
}

#[test]
fn finished_images_are_kept_and_only_a_missing_one_is_made_again() {
    let project = trained();
    let run = project.path("run");
    project.infer("run").succeeds();
    let (first, times) = (files(&run), written(&run));
    let ended = project.infer("run").succeeds();
    assert!(ended.stderr.contains("10 of 10 images are there already"), "{}", ended.stderr);
    assert_eq!(written(&run), times);
    for result in ["masks/scene_0004.png", "cams/scene_0007.npz"] {
        fs::remove_file(run.join(result)).unwrap();
    }
    let ended = project.infer("run").succeeds();
    assert!(ended.stderr.contains("9 of 10 images are there already"), "{}", ended.stderr);
    let again = ["cams/scene_0007.npz", "masks/scene_0007.png", "masks/scene_0004.png"];
    for (path, time) in written(&run) {
        let is_again = again.iter().any(|name| path == Path::new(name));
        assert_eq!(time != times[&path], is_again, "{}", path.display());
    }
    for (path, bytes) in files(&run) {
        assert!(bytes == first[&path], "{} differs", path.display());
    }
}

#[test]
fn logits_of_another_number_of_classes_are_refused_by_file() {
    let project = trained();
    let run = project.path("run");
    project.infer("run").succeeds();
    let cam = run.join("cams/scene_0003.npz");
    let map = read_scores(&cam).unwrap();
    write_scores_and_logits(&cam, &map, &[0.5; 5], ScoreFormat::F32).unwrap();
    let parts = ["scene_0003.npz: logits of 5 classes, expected the data set's 6"];
    project.infer("run").refuses(&parts);
}

#[test]
fn results_are_the_same_on_any_number_of_threads() {
    let project = trained();
    let results = [1, 3].map(|threads| {
        let out = project.path(&format!("out-{threads}"));
        project.infer("run").with("--out", &out).on_threads(threads).succeeds();
        files(&out)
    });
    assert_eq!(results[0].len(), 22);
    assert!(results[0] == results[1]);
}

#[test]
fn shards_together_are_all_images() {
    let project = trained();
    let out = |name: &str| project.path(name);
    project.infer("run").with("--out", out("whole")).succeeds();
    let mut images = 0;
    for shard in ["1/3", "2/3", "3/3"] {
        let parts = out("parts");
        project.infer("run").with("--out", &parts).with("--shard", shard).succeeds();
        let alone = out(&shard.replace('/', "-"));
        project.infer("run").with("--out", &alone).with("--shard", shard).succeeds();
        images += files(&alone.join("cams")).len();
    }
    assert_eq!(images, 10);
    assert!(files(&out("parts")) == files(&out("whole")));
}

#[test]
fn the_table_of_logits_has_every_finished_image_in_the_order_of_the_list() {
    let project = trained();
    let (out, table) = (project.path("out"), project.path("out/logits.csv"));
    let rows =
        || fs::read_to_string(&table).unwrap().lines().map(str::to_owned).collect::<Vec<_>>();
    project.infer("run").with("--out", &out).with("--shard", "2/3").succeeds();
    let part = rows();
    assert!((2..10).contains(&part.len()), "{part:?}");
    project.infer("run").with("--out", &out).succeeds();
    let whole = rows();
    assert!(part.iter().all(|row| whole.contains(row)));
    let ids: Vec<&str> = whole.iter().map(|row| row.split(',').next().unwrap()).collect();
    assert_eq!((ids.len(), ids[0], ids[1], ids[10]), (11, "id", "scene_0001", "scene_0010"));
    let scores: Vec<f32> = whole[1].split(',').skip(1).map(|cell| cell.parse().unwrap()).collect();
    assert_eq!(scores.len(), 6);
    assert!(scores.iter().any(|score| *score != scores[0]), "{scores:?}");
    project.infer("run").succeeds();
    let report = project.path("sweep.json");
    project.sweep("run").with("--classifier", &table).with("--json", &report).succeeds();
    let report: serde_json::Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    let mean = report["classifier"]["mean"].as_f64().unwrap();
    assert!(mean > 0.0 && mean <= 1.0, "{report}");
}

#[test]
fn maps_in_16_bits_are_smaller_and_masks_are_those_of_the_stored_maps() {
    let project = trained();
    let [whole, half] = ["whole", "half"].map(|name| project.path(name));
    project.infer("run").with("--out", &whole).succeeds();
    project.infer("run").with("--out", &half).and("--f16").succeeds();
    for folder in [&whole, &half] {
        for index in 0..10 {
            let map = read_scores(&folder.join("cams").join(scene_id(index) + ".npz")).unwrap();
            let mask = read_mask(&folder.join("masks").join(scene_id(index) + ".png"), 7).unwrap();
            assert_eq!(mask, map.to_labels(0.2));
        }
    }
    let bytes = |folder: &Path| files(&folder.join("cams")).values().map(Vec::len).sum::<usize>();
    assert!(bytes(&half) * 3 < bytes(&whole) * 2, "{} and {}", bytes(&half), bytes(&whole));
}

#[test]
fn another_threshold_makes_all_masks_of_the_folder_again_of_its_maps() {
    let project = trained();
    let run = project.path("run");
    project.infer("run").succeeds();
    let maps = files(&run.join("cams"));
    let two = project.write("two.txt", "scene_0001\nscene_0002\n");
    let again =
        |threshold: &str| project.infer("run").with("--list", &two).with("--threshold", threshold);
    again("0.6").with("--shard", "1/2").refuses(&[
        "inference.json: masks at threshold 0.2 are there, expected a call without --shard",
    ]);
    again("0.6").succeeds();
    assert!(files(&run.join("cams")) == maps);
    let check = |threshold: f32| {
        for index in 0..10 {
            let map = read_scores(&run.join("cams").join(scene_id(index) + ".npz")).unwrap();
            let mask = read_mask(&run.join("masks").join(scene_id(index) + ".png"), 7).unwrap();
            assert_eq!(mask, map.to_labels(threshold), "{index} at {threshold}");
        }
    };
    check(0.6);
    // As after a kill: what a mask has is not known, and the same call goes on.
    let origin = fs::read_to_string(run.join("inference.json")).unwrap();
    let begun = origin.replace("\"masks_unfinished\": false", "\"masks_unfinished\": true");
    assert_ne!(begun, origin);
    fs::write(run.join("inference.json"), begun).unwrap();
    fs::copy(run.join("masks/scene_0001.png"), run.join("masks/scene_0005.png")).unwrap();
    again("0.6").succeeds();
    check(0.6);
    assert_eq!(fs::read_to_string(run.join("inference.json")).unwrap(), origin);
    fs::remove_file(run.join("cams/scene_0009.npz")).unwrap();
    again("0.3").refuses(&["masks/scene_0009.png: its map is not there to make it again"]);
}

#[test]
fn maps_of_another_network_or_of_other_settings_are_not_mixed() {
    let project = trained();
    project.infer("run").succeeds();
    let kept = files(&project.path("run"));
    let refused = "inference.json: maps of another source or with other settings are there";
    let scales =
        project.write("scales.toml", recipe::eps().replace("scales = [1.0", "scales = [0.5"));
    project.infer("run").with("--recipe", &scales).refuses(&[refused]);
    project.infer("run").and("--f16").refuses(&[refused]);
    project.train("other", &recipe::with(&recipe::eps(), "seed = 9")).succeeds();
    let weights = |run: &str| project.path(run).join("checkpoints/update-0000006/network.bpk");
    project.infer("run").with("--weights", weights("other")).refuses(&[refused]);
    assert!(files(&project.path("run")) == kept);
    // A folder for weights that were trained elsewhere.
    let recipe = project.write("recipe.toml", recipe::eps());
    let imported =
        |run: &str| project.infer("new").with("--recipe", &recipe).with("--weights", weights(run));
    imported("run").succeeds();
    let kept = files(&project.path("new"));
    imported("other")
        .refuses(&["new: results of another network are there, expected another folder"]);
    imported("other")
        .with("--out", project.path("elsewhere"))
        .refuses(&["new: results of another"]);
    let other_threshold = imported("run").with("--threshold", "0.7");
    other_threshold.with("--out", project.path("elsewhere")).succeeds();
    assert!(files(&project.path("new")) == kept);
    imported("run").succeeds();
}

#[test]
fn the_learned_background_is_a_recipe_switch_of_eps() {
    let project = trained();
    let learned =
        recipe::eps().replace("threshold = 0.2", "threshold = 0.5\nbackground = \"learned\"");
    let recipe = project.write("learned.toml", &learned);
    let out = project.path("learned");
    project.infer("run").with("--recipe", recipe).with("--out", &out).succeeds();
    assert_eq!(files(&out).len(), 22);
    let baseline = recipe::cam()
        .replace("flip = true\nthreshold", "flip = true\nbackground = \"learned\"\nthreshold");
    project.train("cam", &baseline).refuses(&[
        "inference.background: learned, expected constant, since only method `eps` learns one",
    ]);
}

#[test]
fn a_folder_that_is_no_run_is_refused() {
    let project = Project::with_scenes(2);
    project.infer("data").refuses(&["data: not the folder of a training run: ", "recipe.toml"]);
    project.infer("nothing").refuses(&["nothing: not the folder of a training run: "]);
}

#[test]
fn a_run_without_checkpoint_is_refused() {
    let project = trained();
    fs::remove_dir_all(project.path("run/checkpoints")).unwrap();
    project.infer("run").refuses(&["run/checkpoints: no checkpoint, expected at least one"]);
}

#[test]
fn a_damaged_checkpoint_is_refused() {
    let project = trained();
    let network = project.path("run/checkpoints/update-0000006/network.bpk");
    truncate(&network);
    project.infer("run").refuses(&["network.bpk: other bytes than training wrote"]);
    fs::write(network, b"nothing of the kind").unwrap();
    project.infer("run").refuses(&["network.bpk: other bytes than training wrote"]);
}

#[test]
fn a_run_of_other_classes_is_refused() {
    let project = trained();
    fs::remove_file(project.path("data/classes.txt")).unwrap();
    let labels = project.path("data/SegmentationClass");
    project
        .infer("run")
        .with("--labels", "masks")
        .with("--masks", labels)
        .refuses(&["run: the network has 6 object classes, expected the data set's 20"]);
}

#[test]
fn a_missing_image_is_named_before_anything_is_written() {
    let project = trained();
    for index in [4, 5, 8] {
        fs::remove_file(project.image(index)).unwrap();
    }
    project
        .infer("run")
        .refuses(&["JPEGImages/scene_0005.jpg: image is missing (and 2 more files)"]);
    assert!(written(&project.path("run")).is_empty());
}

#[test]
fn a_truncated_photograph_is_refused_and_leaves_no_result() {
    let project = trained();
    truncate(&project.image(9));
    project
        .infer("run")
        .refuses(&["JPEGImages/scene_0010.jpg: not a JPEG or PNG that can be decoded: "]);
    let results = written(&project.path("run"));
    assert!(!results.keys().any(|path| path.file_stem().unwrap() == "scene_0010"), "{results:?}");
    assert!(results.keys().all(|path| !path.to_string_lossy().contains(".part")), "{results:?}");
}

#[test]
fn an_unknown_device_is_bad_usage() {
    let project = Project::with_scenes(2);
    let call = eps("infer").and(project.path("run")).with("--device", "gpu");
    let ended = call.with("--data", project.data()).run();
    assert_eq!(ended.status, Some(2), "{}", ended.stderr);
    let expected = "expected auto, cpu, torch, torch:cuda:N, cuda:N or wgpu";
    assert!(ended.stderr.contains(expected), "{}", ended.stderr);
}

#[test]
fn results_of_unknown_origin_are_not_taken_for_ones_own() {
    let project = trained();
    let (run, out) = (project.path("run"), project.path("out"));
    project.infer("run").succeeds();
    let refine = |out: &Path| {
        let call = eps("refine").and(run.join("cams")).with("--preset", "psa").with("-o", out);
        call.with("--images", project.data().join("JPEGImages"))
    };
    refine(&run).refuses(&["run/masks: masks of unknown origin are there, expected another --out"]);
    refine(&out).and("--scores").succeeds();
    project.infer("run").with("--out", &out).refuses(&["out/cams: maps of unknown origin"]);
    fs::remove_file(run.join("inference.json")).unwrap();
    project.infer("run").with("--threshold", "0.9").refuses(&["run/cams: maps of unknown origin"]);
}

#[test]
fn images_without_labels_get_the_classes_that_the_network_finds() {
    let project = trained();
    let data = project.data();
    project.infer("run").succeeds();
    let labelled = |index: usize| {
        read_scores(&project.path("run/cams").join(scene_id(index) + ".npz")).unwrap()
    };
    fs::remove_file(data.join("cls_labels.csv")).unwrap();
    fs::rename(data.join("Annotations"), project.path("gone")).ok();
    project.infer("run").refuses(&["no image labels", "`--labels predicted`"]);
    let predict = |score: &str, out: &'static str| {
        let call = project.infer("run").with("--labels", "predicted");
        call.with("--score", score).with("--out", project.path(out)).succeeds();
        let folder = project.path(out);
        move |index: usize| {
            read_scores(&folder.join("cams").join(scene_id(index) + ".npz")).unwrap()
        }
    };
    let (every, none) = (predict("0", "every"), predict("1", "none"));
    for index in 0..10 {
        assert_eq!(every(index).classes().len(), 6);
        assert_eq!(none(index).classes(), [0_u8; 0]);
        let (found, expected) = (every(index), labelled(index));
        for &class in expected.classes() {
            assert_eq!(found.of(class), expected.of(class), "{index} {class}");
        }
    }
    let again = project.infer("run").with("--labels", "predicted").with("--score", "0.4");
    let again = again.with("--out", project.path("every"));
    again.refuses(&["inference.json", "with other settings"]);
    let train = eps("train").with("--recipe", "demo-cam").with("--data", &data);
    let train = train.with("--labels", "predicted").with("--out", project.path("other"));
    train.refuses(&["--labels predicted", "`eps infer` alone"]);
}
