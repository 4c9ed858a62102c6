//! What every command takes and gives alike: inputs, outputs, flags, recipes.

use crate::call::{Call, eps};
use crate::project::{Project, files};
use eps_data::codec::{
    ScoreFormat, read_mask, write_jpeg, write_mask, write_saliency, write_scores,
};
use eps_data::{LabelMap, RgbImage, SaliencyMap, ScoreMap, Size};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Of the maps in the fixtures.
const SIZE: Size = Size::new(4, 3);

/// A VOC folder of one image, `psa`, whose ground truth has the classes of the fixtures' maps.
fn write_voc(root: &Path) {
    let image = RgbImage::from_fn(4, 3, |x, y| [x as u8, y as u8, 9].into());
    write_jpeg(&root.join("JPEGImages/psa.jpg"), &image, 90).unwrap();
    let truth = LabelMap::new(SIZE, vec![0, 0, 2, 2, 0, 15, 15, 2, 0, 15, 15, 255]);
    write_mask(&root.join("SegmentationClass/psa.png"), &truth).unwrap();
    fs::create_dir_all(root.join("ImageSets/Segmentation")).unwrap();
    fs::write(root.join("ImageSets/Segmentation/train.txt"), "psa\n").unwrap();
}

/// PSA's dictionary of the image, as a folder of maps.
fn foreign_maps(project: &Project) -> PathBuf {
    let folder = project.path("out_cam");
    fs::create_dir(&folder).unwrap();
    let fixture = eps_testkit::fixture("cams/psa.npy");
    fs::copy(fixture, folder.join("psa.npy")).unwrap();
    folder
}

fn json(call: Call) -> Value {
    let ended = call.with("--json", "-").succeeds();
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {}", ended.stdout))
}

#[test]
fn a_data_set_gives_ground_truth_list_and_classes() {
    let project = Project::with_scenes(4);
    let masks = project.data().join("SegmentationClass");
    let expected = json(project.evaluate(&masks));
    let data = || eps("evaluate").and(&masks).with("--data", project.data());
    assert_eq!(json(data()), expected);
    assert_eq!(json(data().with("--list", "train").with("--truth", &masks)), expected);
    let by_environment = eps("evaluate").and(&masks).with_variable("EPS_DATA", project.data());
    assert_eq!(json(by_environment), expected);
    let ended = eps("evaluate").and(&masks).run();
    assert_eq!(ended.status, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("expected --data ROOT or --truth DIR"), "{}", ended.stderr);
    let ended = eps("evaluate").and(&masks).with("--truth", &masks).run();
    assert_eq!(ended.status, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("expected --list beside --truth"), "{}", ended.stderr);
}

#[test]
fn a_name_without_a_path_is_refused_before_any_work() {
    for command in ["evaluate", "audit", "sweep", "compare", "report", "reproduce --ours"] {
        let words = command.split(' ').skip(1);
        let call = words.fold(eps(command.split(' ').next().unwrap()), |call, word| call.and(word));
        let ended = call.and("mine=").with("--data", "no").run();
        assert_eq!(ended.status, Some(2), "{command}: {}", ended.stderr);
        assert!(ended.stderr.contains("expected a path, or NAME= and a path"), "{}", ended.stderr);
    }
}

#[test]
fn masks_may_be_in_a_run_and_have_a_name() {
    let project = Project::with_scenes(4);
    let masks = project.data().join("SegmentationClass");
    let run = project.path("refined");
    fs::create_dir(&run).unwrap();
    for (name, bytes) in files(&masks) {
        fs::create_dir_all(run.join("masks")).unwrap();
        fs::write(run.join("masks").join(name), bytes).unwrap();
    }
    let named = format!("CRF={}", run.display());
    let call = || eps("evaluate").and(&named).with("--data", project.data());
    assert_eq!(json(call()), json(project.evaluate(&masks)));
    let csv = call().with("--csv", "-").succeeds().stdout;
    assert!(csv.contains("CRF"), "{csv}");
    let compared = json(eps("compare").and(&named).with("--data", project.data()));
    assert!(compared.to_string().contains("\"CRF\""), "{compared}");
    eps("audit").and(&run).with("--data", project.data()).succeeds();
}

#[test]
fn an_output_to_stdout_takes_the_place_of_the_table_and_files_are_told_at_the_end() {
    let project = Project::with_scenes(4);
    let masks = project.data().join("SegmentationClass");
    let ended = project.evaluate(&masks).with("--csv", "-").succeeds();
    assert!(ended.stdout.starts_with("class,predictions iou"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("pixel accuracy"), "{}", ended.stdout);
    let path = project.path("scores.json");
    let ended = project.evaluate(&masks).with("--json", &path).succeeds();
    assert!(ended.stdout.contains("pixel accuracy"), "{}", ended.stdout);
    let last = ended.stderr.lines().last();
    assert_eq!(last, Some(&*format!("wrote {}", path.display())));
}

#[test]
fn threads_and_quiet_stand_before_or_after_the_command() {
    let project = Project::with_scenes(4);
    let masks = project.data().join("SegmentationClass");
    let expected = json(project.evaluate(&masks));
    let global = [["--threads", "1"], ["--threads", "3"]];
    for threads in global {
        let before = Call::of(threads).and("--quiet").and("evaluate").and(&masks);
        let before = before.with("--data", project.data()).with("--json", "-").succeeds();
        let is_progress = |line: &str| !line.starts_with("note: ");
        assert!(!before.stderr.lines().any(is_progress), "{}", before.stderr);
        assert_eq!(serde_json::from_str::<Value>(&before.stdout).unwrap(), expected);
    }
    assert_eq!(json(project.evaluate(&masks).with("--threads", "2").and("--quiet")), expected);
    let none = project.evaluate(&masks).with("--threads", "0").run();
    assert_eq!(none.status, Some(2), "{}", none.stderr);
}

#[test]
fn maps_of_other_programs_are_swept_and_refined_without_a_conversion() {
    let project = Project::with_scenes(1);
    let (root, foreign) = (project.path("voc"), foreign_maps(&project));
    write_voc(&root);
    let converted = project.path("cams");
    eps("data").and("convert").and(&foreign).with("--out", &converted).succeeds();
    let sweep = |maps: &Path| json(eps("sweep").and(maps).with("--data", &root));
    assert_eq!(sweep(&foreign), sweep(&converted));
    let masks = |maps: &Path, out: &str| {
        let refine = eps("refine").and(maps).with("--data", &root).with("--preset", "psa");
        refine.with("--out", project.path(out)).succeeds();
        read_mask(&project.path(out).join("masks/psa.png"), 21).unwrap()
    };
    assert_eq!(masks(&foreign, "a"), masks(&converted, "b"));
}

#[test]
fn maps_are_scored_wherever_masks_are_and_equal_the_masks_that_they_give() {
    let project = Project::with_scenes(1);
    let (root, foreign) = (project.path("voc"), foreign_maps(&project));
    write_voc(&root);
    let masks = project.path("made");
    let made = eps("masks").and(&foreign).with("--threshold", "0.4").with("--out", &masks);
    made.succeeds();
    for command in ["evaluate", "audit"] {
        let scored = |folder: &Path| eps(command).and(folder).with("--data", &root);
        let mut of_maps = json(scored(&foreign).with("--threshold", "0.4"));
        let of_masks = json(scored(&masks));
        if command == "evaluate" {
            assert_eq!(of_maps["threshold"]["value"], 0.4);
            of_maps["threshold"] = Value::Null;
        }
        assert_eq!(of_maps, of_masks);
    }
    let compared = |folder: &Path| {
        let named = format!("IRN={}", folder.display());
        json(eps("compare").and(named).with("--data", &root).with("--threshold", "0.4"))
    };
    assert_eq!(compared(&foreign), compared(&masks));
    let ended = eps("evaluate").and(&foreign).with("--data", &root).succeeds();
    let note = "out_cam: class maps, scored at background threshold 0.2; `eps sweep` shows every";
    assert!(ended.stderr.contains(note), "{}", ended.stderr);
}

#[test]
fn masks_are_made_of_maps_at_a_threshold_or_a_power() {
    let project = Project::with_scenes(1);
    let maps = project.path("maps");
    let map = ScoreMap::new(Size::new(2, 1), vec![2, 15], vec![0.5, 0.1, 0.4, 0.2]);
    write_scores(&maps.join("a.npz"), &map, ScoreFormat::F32).unwrap();
    let call = |out: &str| eps("masks").and(&maps).with("--out", project.path(out));
    let read = |out: &str| read_mask(&project.path(out).join("a.png"), 21).unwrap();
    call("low").with("--threshold", "0.2").succeeds();
    assert_eq!(read("low"), LabelMap::new(Size::new(2, 1), vec![2, 0]));
    // (1 - 0.5)^2 is below 0.5, and (1 - 0.2)^2 above 0.2.
    call("power").with("--power", "2").succeeds();
    assert_eq!(read("power"), LabelMap::new(Size::new(2, 1), vec![2, 0]));
    let again = call("low").with("--threshold", "0.2").succeeds();
    assert!(again.stderr.contains("1 of 1 masks are there already"), "{}", again.stderr);
    call("low").with("--threshold", "0.3").refuses(&["masks.json", "expected another --out"]);
    let ended = call("none").run();
    assert_eq!(ended.status, Some(2), "{}", ended.stderr);
    let ended = call("large").with("--threshold", "0.2").and("--resize").run();
    assert_eq!(ended.status, Some(2), "{}", ended.stderr);
    let image = RgbImage::from_fn(4, 1, |x, _| [x as u8, 0, 0].into());
    write_jpeg(&project.path("images/a.jpg"), &image, 90).unwrap();
    let large = call("large").with("--threshold", "0.2").and("--resize");
    large.with("--images", project.path("images")).succeeds();
    // 0.5, 0.4, 0.2, 0.1 of the first class.
    assert_eq!(read("large"), LabelMap::new(Size::new(4, 1), vec![2, 2, 15, 0]));
    let saliency = SaliencyMap::new(Size::new(2, 1), vec![127, 128]);
    write_saliency(&project.path("saliency/a.png"), &saliency).unwrap();
    let cut = call("cut").with("--saliency-cue", "0.5");
    cut.with("--saliency", project.path("saliency")).succeeds();
    assert_eq!(read("cut"), LabelMap::new(Size::new(2, 1), vec![0, 15]));
    // The same cut by a threshold, of maps that have the saliency as their score.
    let cued = |out: &str| {
        let call = eps("data").and("convert").and(&maps).with("--out", project.path(out));
        call.and("--saliency-cue").with("--saliency", project.path("saliency"))
    };
    cued("cued").succeeds();
    let thresholded = eps("masks").and(project.path("cued")).with("--out", project.path("by-maps"));
    thresholded.with("--threshold", "0.5").succeeds();
    assert_eq!(read("by-maps"), read("cut"));
    let plain = eps("data").and("convert").and(&maps).with("--out", project.path("cued"));
    plain.refuses(&["convert.json", "expected another --out"]);
    fs::rename(project.path("saliency/a.png"), project.path("saliency/a_sal.png")).unwrap();
    cued("other").refuses(&["a.png: saliency map is missing"]);
    let suffixed = || {
        let call = call("suffixed").with("--saliency-cue", "0.5");
        call.with("--saliency", project.path("saliency"))
    };
    suffixed().refuses(&["a.png: saliency map is missing", "--saliency-suffix=_sal reads it"]);
    suffixed().with("--saliency-suffix", "_sal").succeeds();
    assert_eq!(read("suffixed"), read("cut"));
    let list = project.write("list.txt", "b\n");
    let listed = call("listed").with("--threshold", "0.2").with("--list", list);
    listed.refuses(&["no map of `b`", "list"]);
}

#[test]
fn pixels_that_two_cuts_judge_differently_are_left_out() {
    let project = Project::with_scenes(1);
    let maps = project.path("maps");
    let map = ScoreMap::new(Size::new(3, 1), vec![2], vec![0.5, 0.2, 0.01]);
    write_scores(&maps.join("a.npz"), &map, ScoreFormat::F32).unwrap();
    let saliency = SaliencyMap::new(Size::new(3, 1), vec![200, 100, 0]);
    write_saliency(&project.path("saliency/a.png"), &saliency).unwrap();
    let call = |out: &str, flag: &str, value: &str, unsure: &str| {
        let call = eps("masks").and(&maps).with("--out", project.path(out));
        call.with(flag, value).with("--unsure", unsure)
    };
    let read = |out: &str| read_mask(&project.path(out).join("a.png"), 21).unwrap();
    let expected = LabelMap::new(Size::new(3, 1), vec![2, 255, 0]);
    call("threshold", "--threshold", "0.3", "0.05").succeeds();
    assert_eq!(read("threshold"), expected);
    // 0.8^2 is above 0.2 and 0.8^16 is not; 0.99^16 is above 0.01.
    call("power", "--power", "2", "16").succeeds();
    assert_eq!(read("power"), expected);
    let cut = call("cut", "--saliency-cue", "0.5", "0.2");
    cut.with("--saliency", project.path("saliency")).succeeds();
    assert_eq!(read("cut"), expected);
    // Masks of another second cut are others.
    let other = call("threshold", "--threshold", "0.3", "0.1");
    other.refuses(&["masks.json", "expected another --out"]);
    let refused = |flag: &str, value: &str, unsure: &str, expected: &str| {
        call("none", flag, value, unsure).refuses(&[&format!("--unsure {unsure}: {expected}")]);
        assert!(!project.path("none").exists());
    };
    refused("--threshold", "0.3", "0.3", "expected a value in 0..=1 and below --threshold");
    refused("--threshold", "0.3", "NaN", "expected a value in 0..=1 and below --threshold");
    refused("--power", "4", "2", "expected a value above that of --power");
}

/// Class maps of ten images of four pixels, the last two of them objects, as the class maps have it at 0.3. The
/// saliency maps of the first eight have both, those of the others the first two pixels.
fn write_doubtful(project: &Project) {
    let size = Size::new(4, 1);
    for index in 0..10 {
        let name = |folder: &str, ending: &str| project.path(&format!("{folder}/{index}.{ending}"));
        let map = ScoreMap::new(size, vec![2], vec![0.1, 0.1, 0.2, 0.9]);
        write_scores(&name("maps", "npz"), &map, ScoreFormat::F32).unwrap();
        let salient = if index < 8 { [0, 0, 255, 255] } else { [255, 255, 0, 0] };
        let saliency = SaliencyMap::new(size, salient.to_vec());
        write_saliency(&name("voc/SALImages", "png"), &saliency).unwrap();
        let truth = LabelMap::new(size, vec![0, 0, 2, 2]);
        write_mask(&name("voc/SegmentationClass", "png"), &truth).unwrap();
    }
}

#[test]
fn an_image_is_cut_only_where_class_map_and_saliency_map_agree() {
    let project = Project::with_scenes(1);
    write_doubtful(&project);
    let call = |out: &str| {
        let call = eps("masks").and(project.path("maps")).with("--out", project.path(out));
        call.with("--data", project.path("voc")).with("--saliency-cue", "0.5")
    };
    let read = |out: &str, id: usize| {
        read_mask(&project.path(out).join(format!("{id}.png")), 21).unwrap().classes().to_vec()
    };
    // The threshold leaves one pixel of two: an agreement of 0.5 with a good map, 0 with a bad one.
    call("fixed").with("--threshold", "0.3").with("--agreement", "0.5").succeeds();
    assert_eq!((read("fixed", 0), read("fixed", 9)), (vec![0, 0, 2, 2], vec![0, 0, 0, 2]));
    call("high").with("--threshold", "0.3").with("--agreement", "0.6").succeeds();
    assert_eq!(read("high", 0), [0, 0, 0, 2]);
    let chosen = || call("chosen").with("--threshold", "0.3").with("--agreement", "held-out");
    let ended = chosen().succeeds();
    let said = "agreement from 0.05, 0.05, 0.05, 0.05, 0.05, each chosen on other images: 8 of 10 images cut";
    assert!(ended.stderr.contains(said), "{}", ended.stderr);
    assert_eq!((read("chosen", 0), read("chosen", 9)), (vec![0, 0, 2, 2], vec![0, 0, 0, 2]));
    assert!(chosen().succeeds().stderr.contains("10 of 10 masks are there already"));
    // Other masks have another origin.
    let other = call("chosen").with("--threshold", "0.3").with("--agreement", "0.05");
    other.refuses(&["masks.json", "expected another --out"]);
    let wrong = |call: Call, part: &str| {
        let ended = call.run();
        assert_eq!(ended.status, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains(part), "{}", ended.stderr);
    };
    wrong(call("none").with("--agreement", "0.5"), "--agreement needs --threshold or --power");
    wrong(call("none").with("--threshold", "0.5"), "needs --agreement");
    wrong(call("none").with("--power", "4").with("--agreement", "2"), "in 0..=1, or held-out");
    fs::remove_file(project.path("voc/SegmentationClass/3.png")).unwrap();
    let lacking = call("none").with("--threshold", "0.3").with("--agreement", "held-out");
    lacking.refuses(&["3.png: ground-truth mask is missing"]);
    assert!(!project.path("none").exists());
}

#[test]
fn recipes_of_the_program_are_listed_shown_and_taken_by_name() {
    let listed = eps("recipes").succeeds().stdout;
    assert_eq!(listed, eps("recipes").and("list").succeeds().stdout);
    let columns =
        listed.lines().map(|line| line.split_once(' ').expect("a name and what it is for"));
    let about: Vec<&str> =
        columns.filter(|(name, _)| *name == "laptop-eps").map(|(_, about)| about.trim()).collect();
    assert!(about.len() == 1 && about[0].starts_with("EPS on photographs"), "{listed}");
    let shown = eps("recipes").and("show").and("voc12-eps").succeeds().stdout;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../recipes/voc12-eps.toml");
    assert_eq!(shown, fs::read_to_string(file).unwrap());
    let project = Project::with_scenes(12);
    let train = |recipe: &str| {
        let train = eps("train").with("--recipe", recipe).with("--data", project.data());
        train.with("--updates", "1").with("--out", project.path("run"))
    };
    train("demo").refuses(&["demo: no such file, nor one of the recipes", "demo-cam"]);
    train("demo-cam").succeeds();
    let resolved = fs::read_to_string(project.path("run/recipe.toml")).unwrap();
    assert!(resolved.contains("method = \"cam\""), "{resolved}");
}
