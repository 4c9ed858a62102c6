//! `eps demo`

use crate::call::{Call, Ended, eps};
use crate::project::files;
use crate::schemas;
use eps_data::codec::read_mask;
use eps_data::scenes::scene_id;
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
    assert_eq!(ended.stderr.lines().last(), Some(&*format!("look at {}", page.display())));
    let reports = [first, second, other].map(|folder| folder.join("out"));
    let found = files(&reports[0]);
    assert!(schemas::of_folder(&reports[0]).contains("demo-scores"));
    assert!(found.contains_key(Path::new("index.html")));
    let scores = serde_json::from_slice(&found[Path::new("scores.json")]).unwrap();
    check_scores(&scores);
    check_confusion(first, &scores);
    check_second_stage(first, &scores);
    // A folder where a demo was made is used again, its results if they are of the same demo.
    demo(second, 4, 3);
    call(second, 3).refuses(&["out: already contains the results of other inputs", "now: seed 3"]);
    call(second, 3).and("--force").on_threads(3).succeeds();
    for (name, bytes) in files(&reports[1]) {
        assert!(bytes == found[&name], "{} depends on more than the seed", name.display());
    }
    demo(other, 4, 2);
    let name = Path::new("scores.json");
    assert_ne!(files(&reports[2])[name], found[name]);
}

fn check_scores(scores: &Value) {
    assert_eq!(scores["seed"], 3);
    for (scores, chosen) in [(scores, "fixed"), (&scores["best_on_truth"], "best on truth")] {
        for method in ["cam", "eps"] {
            let miou = scores[method]["miou"].as_f64().unwrap();
            assert!((0.0..=1.0).contains(&miou), "{miou}");
            assert_eq!(scores[method]["threshold"]["chosen"], chosen);
            assert!(scores["cooccurrence"].get(method).is_some(), "{scores}");
        }
    }
    assert_eq!(scores["eps"]["threshold"]["value"], 0.2);
}

/// The confusion with the background of a folder of masks, counted pixel by pixel.
fn confusion(masks: &Path, data: &Path) -> Option<f64> {
    let read = |folder: &Path, id: &str| read_mask(&folder.join(format!("{id}.png")), 7).unwrap();
    let (mut wrong, mut right, mut confusable) = ([0_u32; 7], [0_u32; 7], [false; 7]);
    for index in 0..12 {
        let id = scene_id(index);
        let (mask, truth) = (read(masks, &id), read(&data.join("SegmentationClass"), &id));
        let stuff = read(&data.join("Stuff"), &id);
        let pixels = mask.classes().iter().zip(truth.classes()).zip(stuff.classes());
        for ((&mask, &truth), &stuff) in pixels {
            if truth == 0 && stuff != 0 {
                confusable[usize::from(stuff)] = true;
                wrong[usize::from(stuff)] += u32::from(mask == stuff);
            }
            if truth != 0 && truth == mask {
                right[usize::from(truth)] += 1;
            }
        }
    }
    let sum = |counts: [u32; 7]| -> u32 {
        counts
            .iter()
            .zip(confusable)
            .filter(|(_, is_counted)| *is_counted)
            .map(|(count, _)| count)
            .sum()
    };
    let (wrong, right) = (sum(wrong), sum(right));
    (right > 0).then(|| f64::from(wrong) / f64::from(right))
}

/// Confusion is that of the masks that the runs made and the page shows.
fn check_confusion(folder: &Path, scores: &Value) {
    for method in ["cam", "eps"] {
        let work = folder.join("work");
        let expected = confusion(&work.join(method).join("masks"), &work.join("data"));
        assert_eq!(scores["cooccurrence"][method].as_f64(), expected, "{method}");
    }
    let page = fs::read_to_string(folder.join("out/index.html")).unwrap();
    let caption = "Masks of the runs: CAM as in its folder masks, at threshold 0.20; EPS as in its";
    assert!(page.contains(caption));
}

/// Three networks, scored on scenes that are not those of the training, all on the page.
fn check_second_stage(folder: &Path, scores: &Value) {
    let work = folder.join("work");
    let images = |data: &str| files(&work.join(data).join("JPEGImages"));
    let (seen, held_out) = (images("data"), images("held-out"));
    assert_eq!((seen.len(), held_out.len()), (12, 3));
    assert!(held_out.values().all(|image| !seen.values().any(|own| own == image)));
    for kind in ["cam", "eps", "truth"] {
        let miou = scores["segmentation"][kind]["miou"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&miou), "{miou}");
        assert_eq!(scores["segmentation"][kind]["list"]["images"], 3);
        assert_eq!(files(&work.join(format!("segment-{kind}/masks"))).len(), 3);
    }
    let page = fs::read_to_string(folder.join("out/index.html")).unwrap();
    assert!(page.contains("<h2>Segmentation networks on scenes never seen in training</h2>"));
    for head in ["trained on the masks of CAM", "trained on the ground truth"] {
        assert!(page.contains(head), "{head}");
    }
}

#[test]
fn a_folder_that_no_demo_made_is_left_as_it_is() {
    for (kept, expected) in [
        ("work/cam/notes.txt", "cam: is not the run of a demo, expected another --work"),
        ("work/eps/recipe.toml", "eps: is not the run of a demo, expected another --work"),
        ("work/segment-eps/a", "segment-eps: is not the run of a demo, expected another --work"),
        ("work/held-out/a", "held-out: is not of a demo, expected another --work"),
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
