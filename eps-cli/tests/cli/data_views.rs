//! `eps data stats` and `eps data browse`

use crate::call::{Call, eps};
use crate::project::{Project, files, truncate};
use std::fs;

fn data(command: &str, project: &Project) -> Call {
    eps("data").and(command).with("--data", project.data())
}

#[test]
fn statistics_agree_with_the_labels_and_do_not_depend_on_threads() {
    let project = Project::with_scenes(8);
    let write = |name: &str, threads| {
        let out = project.path(name);
        data("stats", &project).with("--out", &out).on_threads(threads).succeeds();
        files(&out)
    };
    let (one, three) = (write("one", 1), write("three", 3));
    assert!(one == three, "files differ between 1 and 3 threads");
    for name in [
        "statistics.md",
        "statistics.json",
        "classes.csv",
        "cooccurrence.csv",
        "charts/cooccurrence.pdf",
        "charts/cooccurrence.png",
    ] {
        assert!(one.contains_key(std::path::Path::new(name)), "no {name}");
    }
    let json: serde_json::Value =
        serde_json::from_slice(&one[std::path::Path::new("statistics.json")]).unwrap();
    let labels = fs::read_to_string(project.data().join("cls_labels.csv")).unwrap();
    for class in 0..6 {
        let column = labels.lines().skip(1).map(|row| row.split(',').nth(class + 1).unwrap());
        let images = column.filter(|flag| *flag == "1").count();
        assert_eq!(json["classes"][class]["images"], images, "class {class}");
        assert_eq!(json["cooccurrence"][class][class], images, "class {class}");
    }
    assert_eq!((&json["masks"], &json["saliency_maps"]), (&8.into(), &8.into()));
}

#[test]
fn statistics_are_printed_and_a_broken_mask_is_named() {
    let project = Project::with_scenes(4);
    let printed = data("stats", &project).succeeds().stdout;
    assert!(printed.contains("## Classes") && printed.contains("| train |"), "{printed}");
    assert!(!printed.contains("## Charts"));
    truncate(&project.mask(2));
    data("stats", &project).refuses(&["SegmentationClass/scene_0003.png: not a PNG"]);
    fs::remove_dir_all(project.data().join("SegmentationClass")).unwrap();
    fs::remove_dir_all(project.data().join("SALImages")).unwrap();
    let printed = data("stats", &project).succeeds().stdout;
    assert!(!printed.contains("of pixels"), "{printed}");
}

#[test]
fn a_contact_sheet_shows_the_chosen_images() {
    let project = Project::with_scenes(8);
    let out = project.path("sheet");
    let page = |call: Call| {
        call.with("--out", &out).succeeds();
        fs::read_to_string(out.join("index.html")).unwrap()
    };
    let browse = || data("browse", &project);
    let shown = |page: &str| page.matches("<figure").count();
    assert_eq!(shown(&page(browse())), 8);
    assert!(out.join("contact-sheet.png").is_file());
    assert_eq!(shown(&page(browse().with("--first", "3"))), 3);
    let some = page(browse().with("--ids", "scene_0007").and("scene_0002"));
    assert!(some.find("<b>scene_0007").unwrap() < some.find("<b>scene_0002").unwrap());
    let random = |seed: &str| page(browse().with("--random", "4").with("--seed", seed));
    assert_eq!(shown(&random("1")), 4);
    assert_eq!(random("1"), random("1"));
    assert_ne!(random("1"), random("2"));
}

#[test]
fn a_choice_of_nothing_is_refused() {
    let project = Project::with_scenes(3);
    let browse = || data("browse", &project).with("--out", project.path("sheet"));
    browse()
        .with("--ids", "scene_0009")
        .refuses(&["--ids: `scene_0009` is not in the list `train`"]);
    browse().with("--class", "tram").refuses(&["--class: `tram`, expected one of train, boat"]);
    assert!(!project.path("sheet").exists());
}
