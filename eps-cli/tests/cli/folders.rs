//! One writer a folder, folders that vanish, and results that were cut off.

use crate::call::{Call, Ended, eps};
use crate::project::{Project, files};
use crate::recipe::{self, with};
use std::fs::{self, File};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(120);

/// Scenes and a run of one update.
fn trained(scenes: usize) -> Project {
    let project = Project::with_scenes(scenes);
    project.train("run", &with(&recipe::cam(), "updates = 1")).succeeds();
    project
}

fn refine(project: &Project) -> Call {
    eps("refine")
        .and(project.path("run/cams"))
        .with("--images", project.data().join("JPEGImages"))
        .with("--preset", "psa")
}

/// A folder that another process, this one, writes to until the file is dropped.
fn held(folder: &Path) -> File {
    fs::create_dir_all(folder).unwrap();
    let file = File::create(folder.join(".eps-lock")).unwrap();
    file.try_lock().unwrap();
    file
}

fn wait_for(ready: impl Fn() -> bool) {
    let begun = Instant::now();
    while !ready() {
        assert!(begun.elapsed() < PATIENCE, "not ready within {PATIENCE:?}");
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_folder_that_is_written_to_is_refused_until_its_lock_ends() {
    let project = trained(2);
    project.infer("run").succeeds();
    let fixture = eps_testkit::fixture("cams/psa.npy");
    let maps = project.path("psa");
    fs::create_dir(&maps).unwrap();
    fs::copy(fixture, maps.join("a.npy")).unwrap();
    let recipe = project.write("new.toml", with(&recipe::cam(), "updates = 1"));
    let call = |name: &str| match name {
        "train" => eps("train").with("--recipe", &recipe).with("--data", project.data()),
        "infer" => project.infer("run"),
        "refine" => refine(&project),
        "convert" => eps("data").and("convert").and(&maps),
        _ => eps("report").and(project.path("run")).with("--data", project.data()),
    };
    for name in ["train", "infer", "refine", "convert", "report"] {
        let out = project.path(&format!("{name}-out"));
        let lock = held(&out);
        let refused = format!("{name}-out: another process is writing to it");
        call(name).with("--out", &out).refuses(&[&refused]);
        drop(lock);
        call(name).with("--out", &out).succeeds();
        assert!(!out.join(".eps-lock").exists());
    }
}

#[test]
fn parts_of_one_call_share_a_folder_and_others_are_refused() {
    let project = trained(12);
    let infer = |out: &str| project.infer("run").with("--out", project.path(out));
    infer("whole").succeeds();
    let parts = ["1/3", "2/3", "3/3"].map(|part| infer("parts").with("--shard", part).start());
    for part in parts {
        assert_eq!(Ended::of(part).status, Some(0));
    }
    assert!(files(&project.path("parts")) == files(&project.path("whole")));
    // A part that works: the lock is shared, and the folder is marked.
    let lock = File::create(project.path("parts/.eps-lock")).unwrap();
    lock.try_lock_shared().unwrap();
    infer("parts").with("--shard", "1/3").succeeds();
    infer("parts").refuses(&["parts: another process is writing to it"]);
    let other = infer("parts").with("--shard", "1/3").and("--f16");
    other.refuses(&["inference.json: maps of another source or with other settings are there"]);
}

#[test]
fn two_calls_with_other_settings_at_once_do_not_mix() {
    let project = trained(12);
    let infer = |out: &str, threshold: &str| {
        project.infer("run").with("--out", project.path(out)).with("--threshold", threshold)
    };
    let alone = ["0.1", "0.8"].map(|threshold| {
        infer(threshold, threshold).succeeds();
        files(&project.path(threshold))
    });
    for round in 0..3 {
        let out = format!("both-{round}");
        let calls = ["0.1", "0.8"].map(|threshold| infer(&out, threshold).start());
        let ended = calls.map(|call| Ended::of(call).status);
        let found = files(&project.path(&out));
        // Both may succeed, one after the other: then all masks are the later one's.
        assert!(ended.contains(&Some(0)), "{ended:?}");
        assert!(alone.contains(&found), "{ended:?}");
    }
}

#[test]
fn a_training_that_goes_on_is_not_resumed() {
    let project = Project::with_scenes(4);
    let recipe = with(&recipe::cam(), "updates = 60");
    let running = project.train("run", &recipe).start();
    wait_for(|| {
        let rows = fs::read_to_string(project.path("run/steps.csv"));
        rows.is_ok_and(|text| text.lines().count() > 2)
    });
    project.train("run", &recipe).and("--resume").refuses(&[
        "run: `eps train`, process ",
        " is writing to it; wait for its end, or choose another folder",
    ]);
    let ended = Ended::of(running);
    assert_eq!(ended.status, Some(0), "{}", ended.stderr);
    let rows = fs::read_to_string(project.path("run/steps.csv")).unwrap();
    assert_eq!(rows.lines().count(), 61);
}

#[test]
fn a_resumed_call_that_is_refused_leaves_the_recipe() {
    let project = trained(4);
    fs::remove_file(project.path("run/steps.csv")).unwrap();
    let found = files(&project.path("run"));
    let other = with(&with(&recipe::cam(), "updates = 1"), "seed = 2");
    project.train("run", &other).and("--resume").refuses(&["optimiser.seed is 1, but 2 in"]);
    fs::remove_file(project.path("run/recipe.toml")).unwrap();
    project.train("run", &other).and("--resume").refuses(&["of a run with another recipe"]);
    assert!(!project.path("run/recipe.toml").exists());
    project.train("run", &other).refuses(&["run: a run is there already"]);
    assert_eq!(files(&project.path("run")).len(), found.len() - 1);
}

#[test]
fn a_folder_that_vanishes_is_an_error() {
    let project = Project::with_scenes(40);
    let recipe = with(&with(&recipe::cam(), "updates = 400"), "checkpoint_every = 1");
    let running = project.train("run", &recipe).start();
    let run = project.path("run");
    wait_for(|| run.join("checkpoints/update-0000002").exists());
    remove(&run);
    Ended::of(running).refused_with(&["run"]);
    let quick = with(&with(&recipe::cam(), "updates = 1"), "scales = [3.0]");
    project.train("quick", &quick).succeeds();
    let out = project.path("maps");
    let running = project.infer("quick").with("--out", &out).start();
    wait_for(|| out.join("masks/scene_0002.png").exists());
    remove(&out);
    Ended::of(running)
        .refused_with(&["maps: was removed or replaced while this command wrote to it"]);
}

/// Removes a folder into which files are still written.
fn remove(folder: &Path) {
    wait_for(|| fs::remove_dir_all(folder).is_ok());
}

#[test]
fn a_result_that_is_empty_or_cut_off_is_made_again() {
    let project = trained(3);
    let damage = |folder: &Path, ending: &str| {
        let path = |number: usize| folder.join(format!("scene_000{number}.{ending}"));
        fs::write(path(1), "").unwrap();
        let bytes = fs::read(path(2)).unwrap();
        fs::write(path(2), &bytes[..bytes.len() - 5]).unwrap();
    };
    project.infer("run").succeeds();
    let whole = files(&project.path("run"));
    let said = ["made from their maps: 2\n3 of 3 images are there", "1 of 3 images are there"];
    for ((folder, ending), said) in [("masks", "png"), ("cams", "npz")].into_iter().zip(said) {
        damage(&project.path("run").join(folder), ending);
        let ended = project.infer("run").succeeds();
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
        assert!(files(&project.path("run")) == whole);
    }
    let refined = project.path("refined");
    refine(&project).with("--out", &refined).succeeds();
    let whole = files(&refined);
    damage(&refined.join("masks"), "png");
    refine(&project).with("--out", &refined).succeeds();
    assert!(files(&refined) == whole);
    let [maps, converted] = ["others", "converted"].map(|name| project.path(name));
    fs::create_dir(&maps).unwrap();
    let fixture = eps_testkit::fixture("cams/psa.npy");
    for number in 1..=3 {
        fs::copy(&fixture, maps.join(format!("scene_000{number}.npy"))).unwrap();
    }
    let convert = || eps("data").and("convert").and(&maps).with("--out", &converted);
    convert().succeeds();
    let whole = files(&converted);
    damage(&converted, "npz");
    convert().succeeds();
    assert!(files(&converted) == whole);
}

#[test]
fn refined_scores_do_not_replace_the_maps() {
    let project = trained(2);
    project.infer("run").succeeds();
    fs::remove_dir_all(project.path("run/masks")).unwrap();
    let cams = files(&project.path("run/cams"));
    refine(&project)
        .with("--out", project.path("run"))
        .and("--scores")
        .refuses(&["run/cams: holds the maps to refine, which --scores would replace"]);
    assert!(files(&project.path("run/cams")) == cams);
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_killed_process_left_is_removed_by_the_next_call() {
    let project = Project::with_scenes(2);
    let recipe = with(&with(&recipe::cam(), "updates = 60"), "checkpoint_every = 1");
    let mut running = project.train("run", &recipe).start();
    let checkpoints = project.path("run/checkpoints");
    let parts = || {
        let entries = fs::read_dir(&checkpoints).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".part")).collect::<Vec<_>>()
    };
    let begun = Instant::now();
    let name = loop {
        assert!(begun.elapsed() < PATIENCE, "no checkpoint is written");
        if let Some(name) = parts().pop() {
            break name;
        }
    };
    running.kill().unwrap();
    running.wait().unwrap();
    assert!(name.contains(&format!("-{}-", running.id())), "{name}");
    // As if it had been killed at the worst moments.
    fs::create_dir_all(checkpoints.join(&name)).unwrap();
    fs::write(checkpoints.join(&name).join("network.bpk"), "half").unwrap();
    let file = project.path("run").join(&name);
    fs::write(&file, "half").unwrap();
    let foreign = project.path("run/.mine.part");
    fs::write(&foreign, "of another program").unwrap();
    project.train("run", &recipe).and("--resume").succeeds();
    assert!(parts().is_empty() && !file.exists() && foreign.exists());
}
