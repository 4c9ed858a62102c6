//! `eps demo`

use crate::call::{Call, Ended, eps};
use crate::project::files;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// A demo of four updates in `folder`.
fn demo(folder: &Path, seed: u64, threads: usize) -> Ended {
    call(folder, seed).on_threads(threads).succeeds()
}

fn call(folder: &Path, seed: u64) -> Call {
    eps("demo")
        .with("--scenes", "12")
        .with("--updates", "4")
        .with("--seed", seed.to_string())
        .with("--out", folder.join("out"))
        .with("--work", folder.join("work"))
}

#[test]
fn a_demo_scores_both_methods_and_depends_on_its_seed_only() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let [first, second, other] = folders.each_ref().map(|folder| folder.path());
    let ended = demo(first, 3, 1);
    let page = first.join("out/index.html");
    assert_eq!(ended.stdout.lines().last(), Some(&*format!("Look at {}", page.display())));
    let reports = [first, second, other].map(|folder| folder.join("out"));
    let found = files(&reports[0]);
    assert!(found.contains_key(Path::new("index.html")));
    check_scores(&serde_json::from_slice(&found[Path::new("scores.json")]).unwrap());
    // A folder where a demo was made is used again.
    demo(second, 4, 3);
    demo(second, 3, 3);
    for (name, bytes) in files(&reports[1]) {
        assert!(bytes == found[&name], "{} depends on more than the seed", name.display());
    }
    demo(other, 4, 2);
    let scores = Path::new("scores.json");
    assert_ne!(files(&reports[2])[scores], found[scores]);
}

fn check_scores(scores: &Value) {
    assert_eq!(scores["seed"], 3);
    for method in ["cam", "eps"] {
        let miou = scores[method]["miou"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&miou), "{miou}");
        assert!(scores["cooccurrence"].get(method).is_some(), "{scores}");
    }
}

#[test]
fn a_folder_that_no_demo_made_is_left_as_it_is() {
    for (kept, expected) in [
        ("work/cam/notes.txt", "cam: is not the run of a demo, expected another --work"),
        ("work/eps/recipe.toml", "eps: is not the run of a demo, expected another --work"),
        ("work/data/JPEGImages/a.jpg", "data: is not of a demo, expected another --work"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join(kept);
        fs::create_dir_all(kept.parent().unwrap()).unwrap();
        fs::write(&kept, "mine").unwrap();
        call(folder.path(), 3).refuses(&[expected]);
        assert_eq!(fs::read(&kept).unwrap(), b"mine");
    }
}

#[test]
fn too_few_scenes_are_bad_usage() {
    let folder = tempfile::tempdir().unwrap();
    let ended = eps("demo").with("--scenes", "11").with("--out", folder.path().join("out")).run();
    assert_eq!(ended.status, Some(2), "{}", ended.stderr);
    assert!(!folder.path().join("out").exists());
}
