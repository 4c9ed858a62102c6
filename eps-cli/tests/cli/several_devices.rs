//! Several devices in one command: the bits of one, and what is said of each.

use crate::call::{Call, Ended, eps};
use crate::project::{Project, files, truncate};
use crate::recipe::{self, with};
use std::fs;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A recipe whose normalisations are constants, without the weights that it counts on.
fn frozen(recipe: &str) -> String {
    with(&with(recipe, "norms = \"frozen\""), "learning_rate = 0.0001")
}

/// The same with an update divided into parts.
fn in_parts(recipe: &str, parts: usize) -> String {
    recipe.replace("batch = 4\n", &format!("batch = 4\nparts = {parts}\n"))
}

/// Columns of the record without the speed.
fn losses(project: &Project, run: &str) -> Vec<String> {
    let steps = fs::read_to_string(project.path(run).join("steps.csv")).unwrap();
    let without_speed = |line: &str| line.rsplit_once(',').unwrap().0.to_owned();
    steps.lines().map(without_speed).collect()
}

/// Asserts that two runs have the same recipe, record and results.
fn check_equal(project: &Project, [one, other]: [&str; 2], results: &[&str]) {
    assert_eq!(losses(project, one), losses(project, other));
    let recipe = |run: &str| fs::read_to_string(project.path(run).join("recipe.toml")).unwrap();
    assert_eq!(recipe(one), recipe(other));
    for part in results {
        let of = |run: &str| files(&project.path(run).join(part));
        assert!(!of(one).is_empty() && of(one) == of(other), "{part}");
    }
}

#[test]
fn a_classifier_trained_on_two_devices_has_the_bits_of_two_parts_on_one() {
    let project = Project::with_scenes(8);
    for (name, recipe) in [("cam", frozen(&recipe::cam())), ("eps", frozen(&recipe::eps()))] {
        let runs = [format!("{name}-two"), format!("{name}-one")];
        let train = |run: &str, recipe: &str| project.train(run, recipe).and("--from-scratch");
        train(&runs[0], &recipe).with("--device", "cpu,cpu").succeeds();
        train(&runs[1], &in_parts(&recipe, 2)).with("--device", "cpu").succeeds();
        runs.iter().for_each(|run| drop(project.infer(run).succeeds()));
        check_equal(&project, [&runs[0], &runs[1]], &["cams", "masks"]);
    }
    let provenance = fs::read_to_string(project.path("eps-two/provenance.json")).unwrap();
    assert!(provenance.contains("\"device\": \"cpu,cpu\""), "{provenance}");
}

/// A segmentation network that trains in a moment.
const SEGMENTATION: &str = r#"
[network]
backbone = "vgg16"
width = 0.03125
stride = 8
norms = "frozen"
input = "imagenet"

[head]
dilations = [1, 2]
hidden = 8
loss_at = "image"
new_layers = "head"

[augmentation]
scales = [0.5, 1.0, 1.5]
crop = 48
flip = true

[optimiser]
updates = 5
batch = 4
learning_rate = 0.001
classifier_factor = 10.0
weight_decay = 0.0005
momentum = 0.9
power = 0.9
seed = 1
checkpoint_every = 2

[inference]
scales = [1.0, 0.5]
flip = true
"#;

fn segment(project: &Project, run: &str, recipe: &str) -> Call {
    eps("segment")
        .and("train")
        .with("--recipe", project.write(&format!("{run}.toml"), recipe))
        .with("--data", project.data())
        .with("--out", project.path(run))
        .and("--from-scratch")
}

#[test]
fn a_segmentation_network_trained_on_three_devices_has_the_bits_of_its_parts_on_one() {
    let project = Project::with_scenes(9);
    // A batch of 4 has no three equal parts: one of the devices takes two of four.
    segment(&project, "three", SEGMENTATION).with("--device", "cpu,cpu,cpu").succeeds();
    segment(&project, "one", &in_parts(SEGMENTATION, 4)).with("--device", "cpu").succeeds();
    let infer = |run: &str, devices: &str| {
        let call = eps("segment").and("infer").and(project.path(run)).and("--scores");
        call.with("--data", project.data()).with("--device", devices).succeeds()
    };
    infer("one", "cpu");
    infer("three", "cpu,cpu");
    check_equal(&project, ["three", "one"], &["cams", "masks"]);
}

#[test]
fn what_several_devices_cannot_train_is_refused() {
    let project = Project::with_scenes(4);
    let train = |devices: &str, recipe: &str| {
        let call = project.train("run", recipe).and("--from-scratch");
        call.with("--device", devices)
    };
    train("cpu,cpu", &recipe::cam()).refuses(&["network.norms is learned, expected frozen"]);
    train("cpu,cpu,cpu,cpu,cpu", &frozen(&recipe::cam()))
        .refuses(&["5 devices cannot share updates of 4 images in 1 parts"]);
    train("auto,cpu", &frozen(&recipe::cam())).refuses(&["--device: auto among 2 devices"]);
    assert!(!project.path("run/recipe.toml").exists(), "nothing is begun");
}

#[test]
fn maps_made_on_two_devices_are_those_of_one() {
    let project = Project::with_scenes(30);
    project.train("run", &with(&recipe::eps(), "updates = 1")).succeeds();
    let infer = |out: &str, devices: &str| {
        project.infer("run").with("--out", project.path(out)).with("--device", devices)
    };
    infer("one", "cpu").succeeds();
    infer("two", "cpu,cpu").succeeds();
    assert!(files(&project.path("two")) == files(&project.path("one")));
    // A file that cannot be read ends both, and the device that met it is named.
    fs::remove_dir_all(project.path("two/cams")).unwrap();
    truncate(&project.image(17));
    infer("two", "cpu,cpu").refuses(&["device cpu#", "scene_0018.jpg"]);
}

fn ablate(project: &Project, out: &str, recipe: &str, grid: &str) -> Call {
    eps("ablate")
        .with("--recipe", project.write(&format!("{out}.toml"), recipe))
        .with("--data", project.data())
        .with("--out", project.path(out))
        .with("--resamples", "99")
        .with("--grid", grid)
}

/// Labels such as `cell 3/4` of the trainings that the workers took, in order.
fn taken(ended: &Ended) -> Vec<String> {
    let of_line = |line: &str| {
        let (worker, text) = line.split_once(": ")?;
        let (label, _) = text.split_once(": ")?;
        (worker.starts_with("cpu#") && label.starts_with("cell ")).then(|| label.to_owned())
    };
    let mut found: Vec<String> = ended.stderr.lines().filter_map(of_line).collect();
    found.sort();
    found
}

fn results(project: &Project, out: &str) -> Vec<Vec<u8>> {
    let names = ["results.json", "results.csv", "results.md", "results.tex"];
    names.iter().map(|name| fs::read(project.path(out).join(name)).unwrap()).collect()
}

#[test]
fn an_ablation_on_two_devices_has_the_results_of_one() {
    let project = Project::with_scenes(6);
    let grid = "lambda=0.1,0.3,0.5,0.7";
    ablate(&project, "one", &recipe::eps(), grid).with("--device", "cpu").succeeds();
    let ended =
        ablate(&project, "two", &recipe::eps(), grid).with("--device", "cpu,cpu").succeeds();
    assert_eq!(taken(&ended), ["cell 1/4", "cell 2/4", "cell 3/4", "cell 4/4"]);
    for worker in ["cpu#1: cell ", "cpu#2: cell "] {
        assert!(ended.stderr.contains(worker), "{}", ended.stderr);
    }
    assert!(results(&project, "two") == results(&project, "one"));
    assert!(files(&project.path("two/charts")) == files(&project.path("one/charts")));
}

#[test]
fn a_cell_that_fails_names_its_device_and_is_tried_again_by_one_worker_alone() {
    let project = Project::with_scenes(6);
    let call = || {
        let grid = "learning_rate=1e38,0.1,0.05";
        ablate(&project, "out", &recipe::cam(), grid).with("--device", "cpu,cpu")
    };
    let ended = call().run();
    assert_eq!(ended.status, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("1 of 3 cells failed"), "{}", ended.stderr);
    let status = eps("ablate").and("status").and(project.path("out")).succeeds().stdout;
    assert!(status.contains("failed   device cpu#"), "{status}");
    let again = call().and("--retry-failed").run();
    assert_eq!((again.status, taken(&again).len()), (Some(1), 1), "{}", again.stderr);
}

#[cfg(unix)]
#[test]
fn a_signal_stops_every_worker_and_the_same_command_goes_on() {
    let project = Project::with_scenes(6);
    let recipe = with(&recipe::eps(), "updates = 40");
    let grid = "lambda=0.1,0.3,0.5,0.7";
    ablate(&project, "one", &recipe, grid).with("--device", "cpu").succeeds();
    let call = || ablate(&project, "two", &recipe, grid).with("--device", "cpu,cpu");
    let mut child = call().start();
    let begun = Instant::now();
    let trainings = || {
        let folders = fs::read_dir(project.path("two/cells")).into_iter().flatten().flatten();
        folders.filter(|folder| folder.path().join("steps.csv").exists()).count()
    };
    while trainings() < 2 && child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(120), "no training in two minutes");
        sleep(Duration::from_millis(2));
    }
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    let ended = Ended::of(child);
    assert_eq!(ended.status, Some(130), "{}", ended.stderr);
    for worker in ["cpu#1: saved after ", "cpu#2: saved after "] {
        assert!(ended.stderr.contains(worker), "{}", ended.stderr);
    }
    call().succeeds();
    assert!(results(&project, "two") == results(&project, "one"));
}
