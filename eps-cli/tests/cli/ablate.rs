//! `eps ablate`

use crate::call::{Call, Ended, eps};
use crate::project::{Project, files, truncate};
use crate::recipe::{self, with};
use eps_data::SaliencyMap;
use eps_data::codec::{read_saliency, write_saliency};
use eps_eval::paired::SplitMix64;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What does not depend on how often the work was interrupted.
const RESULTS: [&str; 4] = ["results.json", "results.csv", "results.md", "results.tex"];

/// An ablation of a recipe into the folder `out`.
fn ablate(project: &Project, out: &str, recipe: &str, grid: &[&str]) -> Call {
    // Another call may be reading it.
    let base = project.path("base.toml");
    if fs::read_to_string(&base).ok().as_deref() != Some(recipe) {
        project.write("base.toml", recipe);
    }
    let call = eps("ablate")
        .with("--recipe", base)
        .with("--data", project.data())
        .with("--out", project.path(out))
        .with("--resamples", "99");
    grid.iter().fold(call, |call, axis| call.with("--grid", axis))
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn results(project: &Project, out: &str) -> Vec<Vec<u8>> {
    RESULTS.iter().map(|name| fs::read(project.path(out).join(name)).unwrap()).collect()
}

/// Folders of the trainings.
fn trainings(project: &Project, out: &str) -> Vec<PathBuf> {
    let folders = fs::read_dir(project.path(out).join("cells")).unwrap();
    let mut folders: Vec<PathBuf> = folders.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

/// Labels such as `cell 3/4` of the trainings that were taken.
fn taken(ended: &Ended) -> Vec<String> {
    let lines =
        ended.stderr.lines().filter(|line| line.starts_with("cell ") && line.contains(": "));
    lines.map(|line| line.split(':').next().unwrap().to_owned()).collect()
}

#[test]
fn thresholds_share_a_training_and_scores_are_those_of_the_other_commands() {
    let project = Project::with_scenes(8);
    let axes = ["lambda=0.2,0.8", "threshold=0.1,0.3"];
    let run = |axes: &[&str]| ablate(&project, "out", &recipe::eps(), axes).with("--seeds", "2");
    let ended = run(&axes).succeeds();
    assert_eq!(taken(&ended), ["cell 1/8", "cell 2/8", "cell 5/8", "cell 6/8"]);
    assert!(ended.stdout.contains("lambda  threshold  runs  mIoU fixed [%]"), "{}", ended.stdout);
    assert_eq!(trainings(&project, "out").len(), 4);
    let report = json(&project.path("out/results.json"));
    assert_eq!(report["rows"].as_array().unwrap().len(), 4);
    assert_eq!(report["missing"].as_array().unwrap().len(), 0);
    check_against_evaluate(&project, &report["rows"][1]["runs"][0], "0.3");
    let charts = files(&project.path("out/charts"));
    for name in ["map-lambda-threshold-fixed", "line-lambda", "line-threshold", "rows"] {
        for ending in ["svg", "png", "pdf"] {
            assert!(charts.contains_key(Path::new(&format!("{name}.{ending}"))), "{name}");
        }
    }
    // Steps have their speed in them: they would differ if they had been made again.
    let steps = |project: &Project| -> Vec<Vec<u8>> {
        let folders = trainings(project, "out");
        folders.iter().map(|folder| fs::read(folder.join("steps.csv")).unwrap()).collect()
    };
    let (before, first) = (steps(&project), results(&project, "out"));
    let again = run(&axes).succeeds();
    assert!(taken(&again).is_empty(), "{}", again.stderr);
    assert!(results(&project, "out") == first);
    run(&["lambda=0.2,0.8", "threshold=0.1,0.3,0.5"]).succeeds();
    assert!(steps(&project) == before, "another threshold trains nothing");
    assert_eq!(json(&project.path("out/results.json"))["rows"].as_array().unwrap().len(), 6);
    let status = eps("ablate").and("status").and(project.path("out")).and("--json").succeeds();
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!((&status["done"], &status["failed"]), (&12.into(), &0.into()));
}

/// The run of the first training at a threshold, against `eps infer` and `eps evaluate`.
fn check_against_evaluate(project: &Project, run: &Value, threshold: &str) {
    let seed_of = |folder: &PathBuf| fs::read_to_string(folder.join("recipe.toml")).unwrap();
    let is_own = |folder: &&PathBuf| {
        let recipe = seed_of(folder);
        recipe.contains("lambda = 0.2") && recipe.contains("seed = 1")
    };
    let folder = trainings(project, "out").iter().find(is_own).unwrap().clone();
    let maps = project.path("maps");
    eps("infer")
        .and(folder)
        .with("--data", project.data())
        .with("--threshold", threshold)
        .with("--out", &maps)
        .succeeds();
    let scores = project.path("scores.json");
    project.evaluate(maps.join("masks")).with("--json", &scores).succeeds();
    for (key, key_of_scores) in [("mean_iou", "miou"), ("mean_recall", "mean_recall")] {
        assert_eq!(run["fixed"][key], json(&scores)[key_of_scores], "{key}");
    }
    assert_eq!(run["fixed"]["threshold"].to_string(), threshold);
}

#[test]
fn a_plan_lists_cells_and_a_crf_and_a_cut_score_as_refine_and_masks_do() {
    let project = Project::with_scenes(6);
    project.write("base.toml", recipe::cam());
    let plan = "recipe = 'base.toml'\nseeds = [1]\n\n[[cell]]\ncrf = 'none'\n\n\
                [[cell]]\ncrf = 'psa'\nalpha = 2\n\n[[cell]]\nmethod = 'cam'\nseed = 5\n\n\
                [[cell]]\ncue = 0.5\n";
    let plan = project.write("plan.toml", plan);
    let call = || {
        eps("ablate")
            .with("--plan", &plan)
            .with("--data", project.data())
            .with("--out", project.path("out"))
    };
    let preview = call().and("--dry-run").succeeds();
    assert!(preview.stdout.contains("4 cells, 2 trainings"), "{}", preview.stdout);
    assert!(!project.path("out").exists());
    call().succeeds();
    let report = json(&project.path("out/results.json"));
    let refined = &report["rows"][1]["runs"][0];
    assert_eq!((&refined["best"], &refined["fixed"]["threshold"]), (&Value::Null, &Value::Null));
    let is_second = |folder: &&PathBuf| {
        fs::read_to_string(folder.join("recipe.toml")).unwrap().contains("seed = 1")
    };
    let folder = trainings(&project, "out").iter().find(is_second).unwrap().clone();
    let maps = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let maps = maps.into_iter().find(|path| path.join("cams").is_dir()).unwrap();
    eps("refine")
        .and(maps.join("cams"))
        .with("--images", project.data().join("JPEGImages"))
        .with("--preset", "psa")
        .with("--alpha", "2")
        .with("--out", project.path("refined"))
        .succeeds();
    let scores = project.path("scores.json");
    project.evaluate(project.path("refined/alpha-2/masks")).with("--json", &scores).succeeds();
    assert_eq!(refined["fixed"]["mean_iou"], json(&scores)["miou"]);
    let cut = &report["rows"][3]["runs"][0]["fixed"];
    let masks = eps("masks").and(maps.join("cams")).with("--saliency-cue", "0.5");
    masks.with("--data", project.data()).with("--out", project.path("cut")).succeeds();
    project.evaluate(project.path("cut")).with("--json", &scores).succeeds();
    assert_eq!(cut["mean_iou"], json(&scores)["miou"]);
    // Other saliency maps are other scores of the same maps.
    let map = read_saliency(&project.saliency(0)).unwrap();
    write_saliency(
        &project.saliency(0),
        &SaliencyMap::new(map.size(), vec![255; map.values().len()]),
    )
    .unwrap();
    let again = call().succeeds();
    assert!(taken(&again).len() == 1, "{}", again.stderr);
    let changed = json(&project.path("out/results.json"));
    assert_ne!(changed["rows"][3]["runs"][0]["fixed"]["mean_iou"], cut["mean_iou"]);
    assert_eq!(changed["rows"][1], report["rows"][1]);
}

#[test]
fn a_run_killed_three_times_has_the_results_of_an_undisturbed_one() {
    let project = Project::with_scenes(8);
    let recipe = with(&recipe::eps(), "updates = 24");
    let recipe = with(&recipe, "checkpoint_every = 4");
    let grid = ["lambda=0.2,0.8", "tau=0.2,0.6", "threshold=0.1,0.2"];
    let begun = Instant::now();
    ablate(&project, "whole", &recipe, &grid).succeeds();
    let mut whole = begun.elapsed();
    let call = || ablate(&project, "parts", &recipe, &grid);
    // A machine that has become faster ends before it is killed: once more, with shorter times.
    while !is_killed_three_times(call, whole) {
        fs::remove_dir_all(project.path("parts")).unwrap();
        whole /= 2;
    }
    let status = eps("ablate").and("status").and(project.path("parts")).succeeds();
    assert!(
        status.stdout.contains("8 cells, ") && status.stdout.contains(" 0 running"),
        "{}",
        status.stdout
    );
    ablate(&project, "parts", &recipe, &grid).succeeds();
    assert!(results(&project, "parts") == results(&project, "whole"));
    assert!(files(&project.path("parts/charts")) == files(&project.path("whole/charts")));
}

/// Starts a call three times and kills it after a moment; whether it always still ran.
fn is_killed_three_times(call: impl Fn() -> Call, whole: Duration) -> bool {
    let moments = SplitMix64::new(2026);
    (0..3).all(|kill| {
        let mut child = call().start();
        // From a twentieth to three tenths of the undisturbed time.
        let part = 0.05 + moments.below(1000, kill) as f64 / 4000.0;
        sleep(whole.mul_f64(part));
        let runs = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        runs
    })
}

#[test]
fn processes_on_one_folder_take_every_training_once() {
    let project = Project::with_scenes(6);
    let grid = ["lambda=0.1,0.3,0.5,0.7,0.9", "threshold=0.1,0.2"];
    ablate(&project, "alone", &recipe::eps(), &grid).succeeds();
    let calls = [(); 3].map(|()| ablate(&project, "shared", &recipe::eps(), &grid).start());
    let ends = calls.map(Ended::of);
    let mut all = Vec::new();
    for ended in &ends {
        assert_eq!(ended.status, Some(0), "{}", ended.stderr);
        all.extend(taken(ended));
    }
    all.sort();
    let expected = ["cell 1/10", "cell 3/10", "cell 5/10", "cell 7/10", "cell 9/10"];
    assert_eq!(all, expected);
    assert!(results(&project, "shared") == results(&project, "alone"));
}

#[test]
fn shards_make_the_table_of_one_process_together() {
    let project = Project::with_scenes(6);
    let grid = ["lambda=0.1,0.5,0.9"];
    ablate(&project, "alone", &recipe::eps(), &grid).succeeds();
    let shard = |part: &str| ablate(&project, "parts", &recipe::eps(), &grid).with("--shard", part);
    assert_eq!(taken(&shard("1/2").succeeds()), ["cell 1/3", "cell 3/3"]);
    let half = json(&project.path("parts/results.json"));
    assert_eq!(half["missing"][0]["reason"], "not finished");
    assert_eq!(taken(&shard("2/2").succeeds()), ["cell 2/3"]);
    assert!(results(&project, "parts") == results(&project, "alone"));
}

#[test]
fn a_cell_that_fails_is_listed_and_the_others_go_on() {
    let project = Project::with_scenes(6);
    let grid = ["learning_rate=1e38,0.1"];
    let call = || ablate(&project, "out", &recipe::cam(), &grid);
    let ended = call().run();
    assert_eq!(ended.status, Some(1), "{}", ended.stderr);
    assert_eq!(taken(&ended), ["cell 1/2", "cell 2/2"]);
    let failed = "failed: learning_rate=100000000000000000000000000000000000000 seed=1: update ";
    assert!(ended.stderr.contains(failed), "{}", ended.stderr);
    assert!(ended.stderr.contains("1 of 2 cells failed"), "{}", ended.stderr);
    let page = fs::read_to_string(project.path("out/results.md")).unwrap();
    assert!(
        page.contains("- no scores of learning_rate=1")
            && page.contains("a lower learning rate may help"),
        "{page}"
    );
    let again = call().run();
    assert_eq!((again.status, taken(&again).len()), (Some(1), 0), "{}", again.stderr);
    let retried = call().and("--retry-failed").run();
    assert_eq!((retried.status, taken(&retried)), (Some(1), vec!["cell 1/2".to_owned()]));
    let status = eps("ablate").and("status").and(project.path("out")).succeeds();
    assert!(status.stdout.contains("1 done, 0 running, 1 failed, 0 waiting"), "{}", status.stdout);
}

#[test]
fn a_page_follows_an_ablation_to_its_end() {
    let project = Project::with_scenes(6);
    let grid = ["learning_rate=1e38,0.1,0.05"];
    let child = ablate(&project, "out", &recipe::cam(), &grid).start();
    let begun = Instant::now();
    while !project.path("out/plan.json").exists() {
        assert!(begun.elapsed() < Duration::from_secs(120), "no plan in two minutes");
        sleep(Duration::from_millis(5));
    }
    let page = project.path("status.html");
    let status = || eps("ablate").and("status").and(project.path("out")).with("--html", &page);
    let first = status().succeeds();
    assert!(first.stdout.contains("3 cells, "), "{}", first.stdout);
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.contains("location.reload(), 10000") && html.contains("3 cells: "), "{html}");
    let last = status().with("--watch", "1s").succeeds();
    assert!(last.stdout.contains("2 done, 0 running, 1 failed, 0 waiting"), "{}", last.stdout);
    let html = fs::read_to_string(&page).unwrap();
    for part in
        ["3 cells: 0 running, 1 failed, 0 waiting, 2 done", "a lower learning rate may help"]
    {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(!html.contains("location.reload") && !html.contains("known once"), "{html}");
    assert_eq!(Ended::of(child).status, Some(1));
    eps("ablate").and("status").and(project.path("none")).with("--html", &page).refuses(&["plan"]);
    assert_eq!(fs::read_to_string(&page).unwrap(), html, "a page that is there stays");
}

#[test]
fn saliency_maps_of_several_folders_are_told_apart_by_their_contents() {
    let project = Project::with_scenes(4);
    let other = project.path("other");
    fs::create_dir(&other).unwrap();
    for scene in 0..4 {
        let (from, to) = (project.saliency(scene), project.saliency((scene + 1) % 4));
        fs::copy(from, other.join(to.file_name().unwrap())).unwrap();
    }
    let maps = project.data().join("SALImages");
    let axis = format!("saliency=own:{},moved:{}", maps.display(), other.display());
    let call = || ablate(&project, "out", &recipe::eps(), &[&axis]);
    assert_eq!(taken(&call().succeeds()).len(), 2);
    let report = json(&project.path("out/results.json"));
    assert_eq!(report["rows"][1]["settings"]["saliency"], "moved");
    // A map that changes makes its cell another one; a map that is cut fails it alone.
    truncate(&other.join(project.saliency(2).file_name().unwrap()));
    let ended = call().run();
    assert_eq!((ended.status, taken(&ended)), (Some(1), vec!["cell 2/2".to_owned()]));
    assert!(ended.stderr.contains("failed: saliency=moved seed=1: "), "{}", ended.stderr);
}

#[test]
fn a_slurm_script_runs_its_parts_of_the_plan_it_was_made_for() {
    let project = Project::with_scenes(4);
    let script = project.path("array.sh");
    let grid = ["lambda=0.2,0.8"];
    let call = |grid: &[&str]| ablate(&project, "it's here", &recipe::eps(), grid);
    call(&grid).with("--slurm", &script).with("--sbatch", "--time=1:00:00").succeeds();
    let text = fs::read_to_string(&script).unwrap();
    assert!(text.contains("#SBATCH --array=1-2\n#SBATCH --time=1:00:00\n"), "{text}");
    assert!(!project.path("it's here/cells").exists(), "nothing was trained");
    let status = eps("ablate").and("status").and(project.path("it's here")).succeeds();
    assert!(status.stdout.ends_with("2 cells, 0 done, 0 running, 0 failed, 2 waiting\n"));
    let task = |number: &str| {
        let mut task = Command::new("bash");
        task.arg(&script).env("SLURM_ARRAY_TASK_ID", number);
        task.output().unwrap()
    };
    for number in ["1", "2"] {
        let output = task(number);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let report = json(&project.path("it's here/results.json"));
    assert_eq!(report["missing"].as_array().unwrap().len(), 0);
    project.write("base.toml", with(&recipe::eps(), "updates = 7"));
    let refused = task("1");
    let error = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && error.contains("settings or files have changed"),
        "{error}"
    );
}

#[test]
fn bad_plans_are_refused_before_anything_is_trained() {
    let project = Project::with_scenes(2);
    let refuses = |grid: &[&str], part: &str| {
        ablate(&project, "out", &recipe::eps(), grid).refuses(&[part]);
    };
    refuses(&["lamda=0.1"], "no setting `lamda`: did you mean `saliency.lambda`?");
    refuses(&["flip=true"], "`flip` is `augmentation.flip` or `inference.flip`: write one of them");
    refuses(
        &["lambda=0.1,2"],
        "cell saliency.lambda=2 optimiser.seed=1: saliency.lambda: 2.0, expected at least 0",
    );
    refuses(&["lambda=0.1", "lambda=0.2"], "`saliency.lambda` again, expected each key once");
    refuses(&["crf=best"], "crf: preset `best`, expected one of psa, irn-label");
    refuses(&["cue=1.5"], "cue: 1.5, expected a level in 0..=1, or none");
    refuses(&["saliency=own"], "saliency: \"own\", expected NAME:PATH");
    refuses(&["saliency=own:nowhere"], "saliency map is missing");
    refuses(&["lambda=0.1..0.5"], "saliency.lambda: a range, expected values, or --random");
    ablate(&project, "out", &recipe::eps(), &["lambda=0.1,0.5"])
        .with("--baseline", "lambda=0.3")
        .refuses(&["baseline saliency.lambda=0.3: no such row"]);
    ablate(&project, "out", &recipe::eps(), &["lambda=0.1"])
        .with("--expect-plan", "0123456789abcdef")
        .refuses(&["expected 0123456789abcdef: settings or files have changed"]);
    let noise = project.write("noise.pth", "no weights");
    ablate(&project, "out", &recipe::eps(), &["lambda=0.1"])
        .with("--weights", noise)
        .and("--dry-run")
        .refuses(&["noise.pth: not a weights file"]);
    assert!(!project.path("out/cells").exists());
    eps("ablate")
        .and("status")
        .and(project.path("out"))
        .refuses(&["not the folder of an ablation"]);
    let ended = eps("ablate").with("--grid", "lambda=1").run();
    assert_eq!(ended.status, Some(2), "{}", ended.stderr);
}

#[cfg(unix)]
#[test]
fn a_wait_for_the_results_of_another_machine_is_explained_and_ends_at_the_first_signal() {
    let project = Project::with_scenes(2);
    let recipe = with(&recipe::eps(), "updates = 1");
    let call = || ablate(&project, "out", &recipe, &["lambda=0.5"]);
    call().succeeds();
    let locks = fs::read_dir(project.path("out/results.lock")).unwrap();
    let lock = locks.map(|entry| entry.unwrap().path()).next().unwrap();
    let mut note = json(&lock);
    let fields = note.as_object_mut().unwrap();
    fields.insert("host".into(), "elsewhere".into());
    fields.insert("is_released".into(), false.into());
    fs::write(&lock, note.to_string()).unwrap();
    let child = call().start();
    sleep(Duration::from_secs(4));
    let sent = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status();
    assert!(sent.unwrap().success());
    let sent = Instant::now();
    let ended = Ended::of(child);
    assert!(sent.elapsed() < Duration::from_secs(4));
    assert_eq!(ended.status, Some(130), "{}", ended.stderr);
    for part in ["results.lock, which process ", " of elsewhere holds", "after 15 min 00 s"] {
        assert!(ended.stderr.contains(part), "{}", ended.stderr);
    }
    // Once it has no sign of life any more.
    call().with("--lock-expiry", "1s").succeeds();
}
