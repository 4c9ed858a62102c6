//! Maps and masks of other programs from the check to the page, by eps alone.

use crate::call::{Call, eps};
use crate::pickled_maps::{Named, npy};
use crate::project::{Project, SIZE, files};
use eps_data::codec::{read_mask, write_mask};
use eps_data::scenes::scene_id;
use eps_data::{IGNORE, LabelMap, ScoreMap, Size};
use serde_json::Value;
use std::fs;
use std::path::Path;

const SCENES: usize = 6;
const CLASSES: usize = 7;

/// The truth of a scene, where every pixel has a class.
fn truth(project: &Project, scene: usize) -> LabelMap {
    read_mask(&project.mask(scene), CLASSES).unwrap()
}

/// Class maps as a classifier leaves them: high inside an object, lower towards its border, and with a
/// pattern of wrong pixels that `strength`, from 0 to 1, makes as high as the right ones.
fn maps(truth: &LabelMap, strength: f32) -> ScoreMap {
    let size = truth.size();
    let classes: Vec<u8> = (1..CLASSES as u8).filter(|&c| truth.classes().contains(&c)).collect();
    let is_inside = |class: u8, x: usize, y: usize| {
        let near = [(0, 0), (2, 0), (0, 2), (2, 2)];
        let at = |(right, down): (usize, usize)| {
            (x + right).min(size.width - 1) + size.width * (y + down).min(size.height - 1)
        };
        near.into_iter().filter(|&shift| truth.classes()[at(shift)] == class).count() as f32 / 4.0
    };
    let score = |class: u8| {
        let pixels = (0..size.pixels()).map(move |pixel| (pixel % size.width, pixel / size.width));
        pixels.map(move |(x, y)| {
            let wave = ((x * 7 + y * 3 + usize::from(class)) % 11) as f32 / 11.0;
            (0.9 * is_inside(class, x, y)).max(strength * wave).min(1.0)
        })
    };
    let scores = classes.iter().flat_map(|&class| score(class)).collect();
    ScoreMap::new(size, classes, scores)
}

/// Writes a file of each scene.
fn write_each(project: &Project, folder: &str, file: impl Fn(&LabelMap) -> Vec<u8>) {
    let folder = project.path(folder);
    fs::create_dir(&folder).unwrap();
    for scene in 0..SCENES {
        fs::write(folder.join(scene_id(scene) + ".npy"), file(&truth(project, scene))).unwrap();
    }
}

/// Maps in the files of three programs, and the masks of a fourth.
fn written_by_others() -> Project {
    let project = Project::with_scenes(SCENES);
    // PSA: {class: map}, counted from 0 without background.
    write_each(&project, "psa", |truth| npy(&Named::by_class(&maps(truth, 0.6))));
    // IRN: `keys` with `cam` at a quarter of the size and `high_res`.
    write_each(&project, "irn", |truth| {
        let whole = maps(truth, 0.4);
        let quarter = whole.resized(Size::new(SIZE.width / 4, SIZE.height / 4));
        npy(&[Named::keys(&whole), Named::maps("cam", &quarter), Named::maps("high_res", &whole)])
    });
    // CLIP-ES: `keys` with `attn_highres`.
    write_each(&project, "clip-es", |truth| {
        let whole = maps(truth, 0.2);
        npy(&[Named::keys(&whole), Named::maps("attn_highres", &whole)])
    });
    // A method of which there are masks alone, two pixels to the left.
    for scene in 0..SCENES {
        let truth = truth(&project, scene);
        let shifted = truth.classes().iter().cycle().skip(2).take(SIZE.pixels());
        let no_ignored = shifted.map(|&class| if class == IGNORE { 0 } else { class });
        let mask = LabelMap::new(SIZE, no_ignored.collect());
        write_mask(&project.path("transcam").join(scene_id(scene) + ".png"), &mask).unwrap();
    }
    project
}

fn json(call: Call) -> Value {
    let ended = call.with("--json", "-").succeeds();
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {}", ended.stdout))
}

/// The best mean IoU of a sweep under a constant background, and its threshold.
fn best(sweep: &Value) -> (f64, f64) {
    let best = &sweep["rules"][0]["best"];
    let number = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("no number in {best}"));
    (number(&best["mean_iou"]), number(&best["parameters"][0]))
}

const PROGRAMS: [&str; 3] = ["psa", "irn", "clip-es"];

#[test]
fn maps_and_masks_of_four_programs_go_from_the_check_to_the_page() {
    let project = written_by_others();
    let data = project.data();
    let check = eps("data").and("check").with("--data", &data);
    check.with("--masks", project.path("transcam")).with("--need", "masks").succeeds();
    let mut found = Vec::new();
    for name in PROGRAMS {
        let maps = project.path(name);
        let (miou, threshold) = best(&json(eps("sweep").and(&maps).with("--data", &data)));
        let masks = project.path(&format!("{name}-masks"));
        let cut = eps("masks").and(&maps).with("--threshold", threshold.to_string());
        cut.with("--out", &masks).succeeds();
        // The masks at the best threshold have the score that the sweep says.
        let scored = json(eps("evaluate").and(&masks).with("--data", &data));
        let difference = scored["miou"].as_f64().unwrap() - miou;
        assert!(difference.abs() < 1e-12, "{name}: {scored} is not {miou}");
        let refine = eps("refine").and(&maps).with("--data", &data).with("--preset", "psa");
        refine.with("--out", project.path(&format!("{name}-crf"))).succeeds();
        found.push(miou);
    }
    // The weaker the wrong pixels, the better the maps.
    assert!(found.is_sorted() && found[0] < found[2], "{found:?}");
    let named = |name: &str, folder: &str| format!("{name}={}", project.path(folder).display());
    let methods = [
        named("PSA", "psa-masks"),
        named("IRN", "irn"),
        named("IRN+CRF", "irn-crf"),
        named("CLIP-ES", "clip-es"),
        named("TransCAM", "transcam"),
    ];
    let call = |command: &str| {
        let call = eps(command).with("--data", &data).with("--out", project.path(command));
        methods.iter().fold(call, |call, method| call.and(method))
    };
    let compared = json(call("compare").with("--resamples", "50"));
    let names = ["PSA", "IRN", "IRN+CRF", "CLIP-ES", "TransCAM"];
    let shown = compared["comparison"]["methods"].as_array().unwrap();
    assert_eq!(shown.iter().map(|method| &method["name"]).collect::<Vec<_>>(), names);
    call("report").succeeds();
    for command in ["compare", "report"] {
        assert_page(&project.path(command), &names);
    }
}

/// A page that names every method, and charts beside it.
#[track_caller]
fn assert_page(folder: &Path, names: &[&str]) {
    let page = fs::read_to_string(folder.join("index.html")).unwrap();
    for name in names {
        assert!(page.contains(name), "no {name} in {}", folder.display());
    }
    assert!(files(folder).into_keys().any(|path| path.starts_with("charts")));
}

#[test]
fn maps_at_a_quarter_of_the_size_become_masks_of_the_whole() {
    let project = Project::with_scenes(SCENES);
    write_each(&project, "cam", |truth| {
        let whole = maps(truth, 0.2);
        let quarter = whole.resized(Size::new(SIZE.width / 4, SIZE.height / 4));
        npy(&[Named::keys(&quarter), Named::maps("cam", &quarter)])
    });
    let (maps, data) = (project.path("cam"), project.data());
    eps("sweep").and(&maps).with("--data", &data).refuses(&["class map is 16×14"]);
    let masks = project.path("masks");
    let call = eps("masks").and(&maps).with("--threshold", "0.3").with("--out", &masks);
    call.and("--resize").with("--data", &data).succeeds();
    let scored = json(eps("evaluate").and(&masks).with("--data", &data));
    assert!(scored["miou"].as_f64().unwrap() > 0.5, "{scored}");
}
