//! `eps saliency`

use crate::call::{Call, eps};
use crate::project::{Project, SIZE, truncate};
use eps_data::codec::{read_mask, read_saliency, write_saliency};
use eps_data::scenes::scene_id;
use eps_data::{SaliencyMap, Size};
use std::fs;
use std::path::PathBuf;

/// Scores of the scenes' saliency maps against the classes of their masks.
fn evaluate(project: &Project, maps: &str) -> Call {
    eps("saliency")
        .and("evaluate")
        .with("--truth", project.data().join("SegmentationClass"))
        .with("--truth-as", "classes")
        .with("--predictions", maps)
}

fn maps(project: &Project) -> String {
    project.data().join("SALImages").display().to_string()
}

/// Writes the maps again, changed, into another folder.
fn write_changed(project: &Project, folder: &str, change: fn(u8) -> u8) -> String {
    let folder = project.path(folder);
    for index in 0..4 {
        let map = read_saliency(&project.saliency(index)).expect("a map of a scene");
        let values = map.values().iter().map(|&value| change(value)).collect();
        let path = folder.join(scene_id(index) + ".png");
        write_saliency(&path, &SaliencyMap::new(map.size(), values)).expect("a folder");
    }
    folder.display().to_string()
}

#[test]
fn sources_stand_side_by_side_in_every_view() {
    let project = Project::with_scenes(4);
    let binary = write_changed(&project, "binary", |value| if value > 127 { 255 } else { 0 });
    let ended = evaluate(&project, &format!("soft={}", maps(&project)))
        .with("--predictions", &binary)
        .with("--json", project.path("scores.json"))
        .with("--csv", project.path("scores.csv"))
        .with("--markdown", project.path("scores.md"))
        .with("--latex", project.path("scores.tex"))
        .with("--images", project.path("images.csv"))
        .with("--charts", project.path("charts"))
        .succeeds();
    let names: Vec<_> = ended.stdout.lines().map(|line| line.split(' ').next()).collect();
    assert_eq!(names[2..], [Some("soft"), Some("binary")]);
    assert!(ended.stderr.contains("note: binary: 4 of 4 images have a binary map"));
    let json = fs::read(project.path("scores.json")).expect("scores");
    let scores: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(scores[1]["source"], "binary");
    assert_eq!(scores[0]["truth"], "classes");
    assert_eq!(scores[0]["list"]["images"], 4);
    assert_eq!(scores[0]["curves"]["f"].as_array().map(Vec::len), Some(256));
    let read = |name: &str| fs::read_to_string(project.path(name)).expect("a view");
    assert!(read("scores.csv").starts_with("source,images,mae,max_f,mean_f,"));
    assert_eq!(read("images.csv").lines().count(), 1 + 2 * 4);
    assert!(
        read("images.csv").lines().nth(1).is_some_and(|row| row.starts_with("soft,scene_0001,"))
    );
    assert!(read("scores.md").contains("| soft | "));
    assert!(read("scores.tex").contains("\\textbf{"));
    for chart in ["precision_recall.svg", "precision_recall.png", "f_measure.svg", "f_measure.png"]
    {
        assert!(project.path("charts").join(chart).is_file(), "{chart}");
    }
}

#[test]
fn a_list_leaves_images_out() {
    let project = Project::with_scenes(4);
    let list = project.write("two.txt", "scene_0002\nscene_0004\n");
    let json = project.path("scores.json");
    evaluate(&project, &maps(&project)).with("--list", &list).with("--json", &json).succeeds();
    let scores: serde_json::Value =
        serde_json::from_slice(&fs::read(json).expect("scores")).expect("JSON");
    assert_eq!(
        (&scores[0]["list"]["images"], &scores[0]["list"]["name"]),
        (&2.into(), &"two".into())
    );
}

#[test]
fn maps_may_be_jpeg_and_masks_that_hold_classes_are_recognised() {
    let project = Project::with_scenes(4);
    for index in 0..4 {
        let png = project.saliency(index);
        let map = image::open(&png).expect("a map of a scene");
        map.save(png.with_extension("jpg")).expect("a folder");
        fs::remove_file(png).expect("a file");
    }
    evaluate(&project, &maps(&project)).succeeds();
    let against = |masks: PathBuf| {
        let call = eps("saliency").and("evaluate").with("--truth", masks);
        call.with("--predictions", maps(&project))
    };
    against(project.data().join("SegmentationClass")).refuses(&[
        "SegmentationClass/scene_0001.png: colours, expected grey values, or `--truth-as classes`",
    ]);
    // Classes as grey values are dark everywhere, and bright objects are ignored as classes.
    let grey = |name: &str, value: fn(u8) -> u8| {
        for index in 0..4 {
            let mask = read_mask(&project.mask(index), 7).expect("a mask of a scene");
            let values = mask.classes().iter().map(|&class| value(class)).collect();
            let path = project.path(name).join(scene_id(index) + ".png");
            write_saliency(&path, &SaliencyMap::new(SIZE, values)).expect("a folder");
        }
        project.path(name)
    };
    let ended = against(grey("classes", |class| class)).succeeds();
    let hint = "`--truth-as classes` if the masks hold classes";
    assert!(ended.stderr.contains(hint), "{}", ended.stderr);
    let bright = grey("bright", |class| if class == 0 { 0 } else { 255 });
    let ended = against(bright).with("--truth-as", "classes").succeeds();
    let hint = "`--truth-as grey` if objects are 255 in the masks";
    assert!(ended.stderr.contains(hint), "{}", ended.stderr);
}

#[test]
fn every_fault_is_named_if_asked() {
    let project = Project::with_scenes(4);
    fs::remove_file(project.saliency(0)).expect("a file");
    truncate(&project.saliency(2));
    let turned = Size::new(SIZE.height, SIZE.width);
    let map = SaliencyMap::new(turned, vec![0; turned.pixels()]);
    write_saliency(&project.saliency(3), &map).expect("a folder");
    let faults = [
        "SALImages/scene_0001.png: saliency map is missing",
        "SALImages/scene_0003.png: not a JPEG or PNG that can be decoded",
        "SALImages/scene_0004.png: saliency map is 56×64, its image is 64×56",
    ];
    evaluate(&project, &maps(&project)).refuses(&faults[..1]);
    evaluate(&project, &maps(&project)).and("--keep-going").refuses(&faults);
    let resized = evaluate(&project, &maps(&project)).and("--keep-going").and("--resize").run();
    assert!(resized.stderr.contains(faults[1]) && !resized.stderr.contains(faults[2]));
}

#[test]
fn sources_need_folders_and_names_of_their_own() {
    let project = Project::with_scenes(1);
    evaluate(&project, "nowhere").refuses(&["nowhere: is not there, expected a folder"]);
    let maps = maps(&project);
    evaluate(&project, &maps)
        .with("--predictions", &maps)
        .refuses(&["another source is named `SALImages` too; give each a name: NAME="]);
    let empty = project.path("empty");
    fs::create_dir(&empty).expect("a folder");
    eps("saliency")
        .and("evaluate")
        .with("--truth", &empty)
        .with("--predictions", &maps)
        .refuses(&["empty: no mask in it, expected PNG or JPEG files"]);
}

#[test]
fn a_data_set_gives_masks_list_and_maps() {
    let project = Project::with_scenes(4);
    let scores = |name: &str| fs::read(project.path(name)).expect("scores");
    let of_data = || eps("saliency").and("evaluate").with("--json", project.path("data.json"));
    evaluate(&project, &maps(&project))
        .with("--list", "train")
        .with("--json", project.path("folders.json"))
        .succeeds();
    of_data().with("--data", project.data()).succeeds();
    assert!(scores("data.json") == scores("folders.json"));
    of_data().with_variable("EPS_DATA", project.data()).succeeds();
    assert!(scores("data.json") == scores("folders.json"));
    // Maps that are named take the place of the data set's, and --truth that of its masks.
    let binary = write_changed(&project, "binary", |value| if value > 127 { 255 } else { 0 });
    let ended = of_data().with("--data", project.data()).with("--predictions", &binary).succeeds();
    assert!(ended.stdout.contains("binary") && !ended.stdout.contains("SALImages"));
    let grey = of_data().with("--data", project.data()).with("--truth", &binary).succeeds();
    assert!(grey.stdout.contains("SALImages"), "{}", grey.stdout);
    let json: serde_json::Value = serde_json::from_slice(&scores("data.json")).expect("JSON");
    assert_eq!(json[0]["truth"], "grey");
}

#[test]
fn masks_and_maps_must_be_given_by_something() {
    let project = Project::with_scenes(2);
    let call = || eps("saliency").and("evaluate");
    let refused = |call: Call, part: &str| {
        let ended = call.run();
        assert_eq!(ended.status, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains(part), "{}", ended.stderr);
    };
    refused(
        call().with("--predictions", maps(&project)),
        "no masks, expected --data ROOT or --truth DIR",
    );
    fs::rename(project.data().join("SALImages"), project.path("elsewhere")).unwrap();
    refused(
        call().with("--data", project.data()),
        "no saliency maps, expected --predictions DIR, or --data with maps",
    );
}

#[cfg(not(feature = "saliency"))]
#[test]
fn a_program_without_the_engine_says_how_to_have_it() {
    let project = Project::with_scenes(1);
    let call = eps("saliency").and("make").with("--data", project.data());
    let call = call.with("--model", eps_testkit::fixture("saliency").join("tiny.onnx"));
    call.with("--out", project.path("maps"))
        .refuses(&["not built in (rebuild with --features saliency)"]);
    assert!(!project.path("maps").exists());
}
