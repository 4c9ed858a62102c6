//! `eps segment train` and `eps segment infer`

use crate::call::{Call, Ended, eps};
use crate::project::{Project, SIZE, files};
use crate::recipe::{self, with};
use eps_data::codec::{read_mask, write_mask};
use eps_data::{LabelMap, Size};
use std::fs;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A network that trains in a moment, with dropout and three sizes of the image.
pub(crate) const RECIPE: &str = r#"
[network]
backbone = "vgg16"
width = 0.03125
stride = 8
norms = "learned"
input = "imagenet"

[head]
dilations = [1, 2]
hidden = 8
loss_at = "maps"
new_layers = "head"

[augmentation]
scales = [0.5, 1.0, 1.5]
crop = 48
flip = true

[optimiser]
updates = 6
batch = 4
parts = 2
learning_rate = 0.01
classifier_factor = 10.0
weight_decay = 0.0005
momentum = 0.9
power = 0.9
rate_every = 2
seed = 1
checkpoint_every = 2

[inference]
scales = [1.0]
flip = true
"#;

fn train(project: &Project, run: &str, recipe: &str) -> Call {
    let recipe = project.write(&format!("{run}.toml"), recipe);
    eps("segment")
        .and("train")
        .with("--recipe", recipe)
        .with("--data", project.data())
        .with("--out", project.path(run))
}

fn infer(project: &Project, run: &str) -> Call {
    eps("segment").and("infer").and(project.path(run)).with("--data", project.data())
}

#[test]
fn a_run_has_masks_of_its_images_and_they_are_scored() {
    let project = Project::with_scenes(8);
    // Neither is asked for labels.
    fs::remove_file(project.data().join("cls_labels.csv")).unwrap();
    train(&project, "run", &with(RECIPE, "updates = 2")).succeeds();
    let steps = fs::read_to_string(project.path("run/steps.csv")).unwrap();
    assert_eq!(steps.lines().count(), 3, "{steps}");
    infer(&project, "run").and("--scores").succeeds();
    let mask = read_mask(&project.path("run/masks/scene_0001.png"), 12).unwrap();
    assert_eq!(mask.size(), SIZE);
    // Its maps go through the commands that take maps.
    assert_eq!(files(&project.path("run/cams")).len(), 8);
    project.evaluate(project.path("run")).succeeds();
    let again = infer(&project, "run").and("--scores").succeeds();
    assert!(again.stderr.contains("8 of 8 images are there already"), "{}", again.stderr);
}

#[test]
fn runs_are_bit_equal_for_any_number_of_threads() {
    let project = Project::with_scenes(6);
    for (run, threads) in [("one", 1), ("three", 3)] {
        train(&project, run, RECIPE).on_threads(threads).succeeds();
        infer(&project, run).on_threads(threads).and("--scores").succeeds();
    }
    for part in ["checkpoints", "masks", "cams"] {
        let of = |run: &str| files(&project.path(run).join(part));
        let is_same = of("one").iter().zip(of("three")).all(|(one, three)| {
            // The identifiers of parameters in a checkpoint are drawn anew by each process.
            one.0 == &three.0 && (part == "checkpoints" || one.1 == &three.1)
        });
        assert!(is_same, "{part}");
    }
    assert_eq!(losses(&project, "one"), losses(&project, "three"));
}

/// Columns of the record without the speed.
fn losses(project: &Project, run: &str) -> Vec<String> {
    let steps = fs::read_to_string(project.path(run).join("steps.csv")).unwrap();
    let without_speed = |line: &str| line.rsplit_once(',').unwrap().0.to_owned();
    steps.lines().map(without_speed).collect()
}

#[cfg(unix)]
#[test]
fn a_run_that_was_killed_three_times_ends_with_the_same_bits() {
    let project = Project::with_scenes(6);
    let recipe = with(&with(RECIPE, "updates = 60"), "checkpoint_every = 3");
    train(&project, "whole", &recipe).succeeds();
    for made in [4, 20, 41] {
        let mut child = train(&project, "parts", &recipe).and("--resume").start();
        let record = project.path("parts/steps.csv");
        let begun = Instant::now();
        let rows = || fs::read_to_string(&record).map_or(0, |text| text.lines().count());
        while rows() < made && child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < Duration::from_secs(120), "no update in two minutes");
            sleep(Duration::from_millis(2));
        }
        let pid = child.id().to_string();
        Command::new("kill").args(["-KILL", &pid]).status().unwrap();
        assert_eq!(Ended::of(child).status, None, "it ended before it was killed");
    }
    train(&project, "parts", &recipe).and("--resume").succeeds();
    assert_eq!(losses(&project, "parts"), losses(&project, "whole"));
    for run in ["whole", "parts"] {
        infer(&project, run).and("--scores").succeeds();
    }
    for part in ["masks", "cams"] {
        assert!(
            files(&project.path("parts").join(part)) == files(&project.path("whole").join(part)),
            "{part}"
        );
    }
}

#[test]
fn parts_of_the_images_together_are_all_and_a_crf_refines_them() {
    let project = Project::with_scenes(6);
    train(&project, "run", &with(RECIPE, "updates = 1")).succeeds();
    infer(&project, "run").with("--out", project.path("whole")).succeeds();
    for shard in ["1/3", "2/3", "3/3"] {
        let out = project.path("parts");
        infer(&project, "run").with("--shard", shard).with("--out", out).succeeds();
    }
    let masks = |out: &str| files(&project.path(out).join("masks"));
    assert!(masks("parts") == masks("whole") && masks("whole").len() == 6);
    let crf = |out: &str| {
        infer(&project, "run").with("--crf", "deeplab-v2").with("--out", project.path(out))
    };
    crf("crf").succeeds();
    assert_eq!(masks("crf").len(), 6);
    crf("whole").refuses(&["masks of another source or with other settings"]);
    let call = infer(&project, "run").with("--crf", "irn-label").run();
    assert_eq!(call.status, Some(2), "{}", call.stderr);
    let scales = infer(&project, "run").with("--scales", "0.5,1").and("--no-flip");
    scales.with("--out", project.path("scales")).succeeds();
    assert_eq!(masks("scales").len(), 6);
}

#[test]
fn masks_that_cannot_be_learnt_are_refused_before_training() {
    let project = Project::with_scenes(4);
    let refuses = |parts: &[&str]| {
        train(&project, "run", RECIPE).refuses(parts);
        assert!(!project.path("run").exists());
    };
    let whole = fs::read(project.mask(2)).unwrap();
    let filled = |size: Size, class| LabelMap::new(size, vec![class; size.pixels()]);
    write_mask(&project.mask(2), &filled(SIZE, 77)).unwrap();
    refuses(&["SegmentationClass/scene_0003.png: class 77, expected 0..="]);
    write_mask(&project.mask(2), &filled(Size::new(SIZE.height, SIZE.width), 0)).unwrap();
    refuses(&["SegmentationClass/scene_0003.png: mask is 56×64, its image is 64×56"]);
    fs::remove_file(project.mask(2)).unwrap();
    refuses(&["SegmentationClass/scene_0003.png: mask is missing"]);
    fs::write(project.mask(2), "no picture").unwrap();
    refuses(&["SegmentationClass/scene_0003.png"]);
    (0..4).for_each(|index| write_mask(&project.mask(index), &filled(SIZE, 255)).unwrap());
    refuses(&["SegmentationClass: every pixel of all 4 masks is 255 (ignore), expected classes"]);
    fs::write(project.mask(2), whole).unwrap();
    let ended = train(&project, "run", &with(RECIPE, "updates = 1")).succeeds();
    let note = "3 of 4 masks are 255 (ignore) everywhere and teach nothing, first scene_0001";
    assert!(ended.stderr.contains(note), "{}", ended.stderr);
}

#[test]
fn recipes_and_weights_of_another_kind_are_refused() {
    let project = Project::with_scenes(4);
    let classifier = "a recipe of `eps train`, expected one of `eps segment train`";
    train(&project, "run", &recipe::cam()).refuses(&[classifier]);
    project.train("run", RECIPE).refuses(&["a recipe of `eps segment train`"]);
    assert!(!project.path("run").exists());
    train(&project, "run", &with(RECIPE, "updates = 1")).succeeds();
    project.infer("run").refuses(&["a recipe of `eps segment train`"]);
    let file = project.path("run.safetensors");
    eps("weights").and("convert").and(project.path("run")).and(&file).succeeds();
    let of_file = |recipe: &str, out: &str| {
        let recipe = project.write("other.toml", recipe);
        infer(&project, out).with("--recipe", recipe).with("--weights", &file)
    };
    of_file(RECIPE, "file").succeeds();
    infer(&project, "run").succeeds();
    assert!(files(&project.path("file/masks")) == files(&project.path("run/masks")));
    let other = with(RECIPE, "dilations = [1, 2, 3]");
    of_file(&other, "other")
        .refuses(&["run.safetensors: weights do not fit the network", "missing"]);
    of_file(&with(RECIPE, "hidden = 0"), "other").refuses(&["weights do not fit the network"]);
    assert!(!project.path("other").exists());
    // A backbone is taken from the whole network, and its head left out.
    let again = train(&project, "again", &with(RECIPE, "updates = 1")).with("--weights", &file);
    let said = again.succeeds().stderr;
    assert!(said.contains("26 tensors loaded, 12 unused"), "{said}");
}

#[test]
fn a_run_is_continued_only_with_its_recipe_and_never_replaced() {
    let project = Project::with_scenes(4);
    train(&project, "run", RECIPE).succeeds();
    let before = files(&project.path("run"));
    train(&project, "run", RECIPE).refuses(&["a run is there already, expected --resume"]);
    train(&project, "run", &with(RECIPE, "hidden = 16"))
        .and("--resume")
        .refuses(&["head.hidden is 8, but 16 in the given recipe"]);
    assert!(files(&project.path("run")) == before);
}

#[test]
fn a_recipe_that_counts_on_weights_asks_for_them() {
    let project = Project::with_scenes(4);
    let frozen = with(RECIPE, "norms = \"frozen\"");
    train(&project, "run", &frozen).refuses(&["no --weights", "--from-scratch"]);
    assert!(!project.path("run/steps.csv").exists());
}
