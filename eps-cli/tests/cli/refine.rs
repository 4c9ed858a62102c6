//! `eps refine`

use crate::call::{Call, eps};
use crate::project::{Project, files, truncate};
use crate::recipe;
use eps_data::codec::{ScoreFormat, read_mask, read_scores, write_scores};
use eps_data::scenes::scene_id;
use eps_data::{ScoreMap, Size};
use std::fs;
use std::path::Path;

const IMAGES: usize = 6;

/// Scenes and maps of a short training in `run/cams`.
fn inferred() -> Project {
    let project = Project::with_scenes(IMAGES);
    project.train("run", &recipe::with(&recipe::cam(), "updates = 1")).succeeds();
    project.infer("run").succeeds();
    project
}

/// Refinement of the maps of `run` into a folder.
fn refine(project: &Project, preset: &str, out: &Path) -> Call {
    eps("refine")
        .and(project.path("run/cams"))
        .with("--images", project.data().join("JPEGImages"))
        .with("--preset", preset)
        .with("-o", out)
}

#[test]
fn every_preset_makes_masks_of_the_classes_in_the_maps() {
    let project = inferred();
    for preset in ["psa", "irn-label", "deeplab-v2", "deeplab-v2-raw", "toco"] {
        let out = project.path(preset);
        refine(&project, preset, &out).succeeds();
        assert_eq!(files(&out.join("masks")).len(), IMAGES, "{preset}");
        for image in 0..IMAGES {
            let mask = out.join("masks").join(scene_id(image) + ".png");
            let map = project.path("run/cams").join(scene_id(image) + ".npz");
            let map = read_scores(&map).unwrap();
            let mask = read_mask(&mask, 256).unwrap();
            assert_eq!(mask.size(), map.size());
            let known = |class| class == 0 || map.classes().contains(&class);
            assert!(mask.classes().iter().all(|&class| known(class)), "{preset}");
        }
    }
}

#[test]
fn several_exponents_are_those_alone_and_scores_are_probabilities() {
    let project = inferred();
    let [both, two] = ["both", "two"].map(|name| project.path(name));
    refine(&project, "psa", &both).with("--alpha", "2,8.5").and("--scores").succeeds();
    refine(&project, "psa", &two).with("--alpha", "2").and("--scores").succeeds();
    let folders = [both.join("alpha-2"), both.join("alpha-8.5")];
    // One value has the structure of several.
    let two = two.join("alpha-2");
    assert!(files(&folders[0]) == files(&two));
    assert!(files(&folders[1]).len() == 2 * IMAGES + 1 && files(&folders[1]) != files(&two));
    let map = read_scores(&two.join("cams").join(scene_id(0) + ".npz")).unwrap();
    assert!(map.scores().iter().all(|score| (0.0..=1.0).contains(score)));
}

#[test]
fn results_are_the_same_on_any_number_of_threads_and_in_shards() {
    let project = inferred();
    let outs = ["one", "three", "parts"].map(|name| project.path(name));
    refine(&project, "deeplab-v2", &outs[0]).on_threads(1).succeeds();
    refine(&project, "deeplab-v2", &outs[1]).on_threads(3).succeeds();
    for shard in ["1/2", "2/2"] {
        refine(&project, "deeplab-v2", &outs[2]).with("--shard", shard).succeeds();
    }
    assert!(files(&outs[0]) == files(&outs[1]));
    assert!(files(&outs[0]) == files(&outs[2]));
}

#[test]
fn finished_images_are_skipped_and_a_missing_one_is_made_again() {
    let project = inferred();
    let out = project.path("out");
    refine(&project, "psa", &out).succeeds();
    let first = files(&out);
    fs::remove_file(out.join("masks").join(scene_id(2) + ".png")).unwrap();
    let ended = refine(&project, "psa", &out).succeeds();
    assert!(ended.stderr.contains("5 of 6 images are there already"), "{}", ended.stderr);
    assert!(files(&out) == first);
}

#[test]
fn masks_of_other_maps_or_with_other_settings_are_not_kept() {
    let project = inferred();
    let out = project.path("out");
    refine(&project, "psa", &out).succeeds();
    let first = files(&out);
    let refused = "refine.json: masks of another source or with other settings are there";
    refine(&project, "toco", &out).refuses(&[refused]);
    for (flag, value) in [("--steps", "5"), ("--floor", "0.1")] {
        refine(&project, "psa", &out).with(flag, value).refuses(&[refused]);
    }
    project.infer("run").with("--out", project.path("other")).succeeds();
    eps("refine")
        .and(project.path("other/cams"))
        .with("--images", project.data().join("JPEGImages"))
        .with("--preset", "psa")
        .with("-o", &out)
        .refuses(&[refused]);
    assert!(files(&out) == first);
}

#[test]
fn a_floor_says_what_it_may_change() {
    let project = inferred();
    let floor = |value: &str| {
        let out = project.path(value);
        refine(&project, "psa", &out).with("--floor", value).succeeds().stdout
    };
    let nothing = floor("0");
    assert!(
        nothing.contains(&format!("pixels it may change 0 of {}", 64 * 56 * IMAGES)),
        "{nothing}"
    );
    assert!(floor("0.999").contains("labels inferred"));
}

#[test]
fn only_the_images_of_a_list_are_refined() {
    let project = inferred();
    let list = project.write("list.txt", format!("{}\n", scene_id(3)));
    let out = project.path("out");
    refine(&project, "psa", &out).with("--list", list).succeeds();
    assert_eq!(files(&out.join("masks")).len(), 1);
}

#[test]
fn maps_and_photographs_that_do_not_go_together_are_named() {
    let project = inferred();
    let out = project.path("out");
    let cam = project.path("run/cams").join(scene_id(1) + ".npz");
    let id = scene_id(1);
    let other = ScoreMap::new(Size::new(3, 2), vec![1], vec![0.5; 6]);
    write_scores(&cam, &other, ScoreFormat::F32).unwrap();
    refine(&project, "psa", &out)
        .refuses(&[&format!("{id}.npz: class map is 3×2, its image is 64×56")]);
    let negative = ScoreMap::new(Size::new(64, 56), vec![1], vec![-0.5; 64 * 56]);
    write_scores(&cam, &negative, ScoreFormat::F32).unwrap();
    refine(&project, "psa", &out).refuses(&[&format!(
        "{id}.npz: cannot be refined: probability -0.5 of label 1 at pixel 0, expected a number from 0"
    )]);
    truncate(&project.image(1));
    refine(&project, "psa", &out).refuses(&[&format!("{id}.jpg: not a JPEG or PNG")]);
    fs::remove_file(project.image(1)).unwrap();
    refine(&project, "psa", &out).refuses(&[&format!("{id}.jpg: image is missing")]);
    assert!(!out.join("masks").join(id + ".png").exists());
}

#[test]
fn folders_without_maps_are_refused() {
    let project = Project::with_scenes(1);
    fs::create_dir_all(project.path("run/cams")).unwrap();
    refine(&project, "psa", &project.path("out")).refuses(&["cams: no class map in it"]);
}
