//! `eps report`

use crate::project::{Project, truncate};
use crate::recipe;
use eps_data::codec::{write_mask, write_rgb_png};
use eps_data::{LabelMap, RgbImage, Size};
use std::fs;

/// Scenes and the maps of a run `run`.
fn inferred() -> Project {
    let project = Project::with_scenes(4);
    project.train("run", &recipe::with(&recipe::cam(), "updates = 1")).succeeds();
    project.infer("run").succeeds();
    project
}

#[test]
fn what_a_report_needs_is_checked_before_it_is_written() {
    let project = inferred();
    let kept = fs::read(project.mask(1)).unwrap();
    let refuses = |part: &str| {
        project.report(&["run"]).refuses(&[part]);
        assert!(!project.path("report").exists());
        fs::write(project.mask(1), &kept).unwrap();
    };
    truncate(&project.mask(1));
    refuses("SegmentationClass/scene_0002.png: not a PNG that can be decoded: ");
    let other = Size::new(56, 64);
    write_mask(&project.mask(1), &LabelMap::new(other, vec![0; other.pixels()])).unwrap();
    refuses("SegmentationClass/scene_0002.png: mask is 56×64, its image is 64×56");
    write_rgb_png(&project.mask(1), &RgbImage::new(64, 56)).unwrap();
    refuses("8-bit RGB PNG, expected palette or grey");
    fs::remove_file(project.mask(1)).unwrap();
    fs::remove_file(project.mask(3)).unwrap();
    refuses("SegmentationClass/scene_0002.png: mask is missing (and 1 more file)");
}

#[test]
fn a_run_without_maps_is_refused() {
    let project = inferred();
    for scene in ["scene_0003.npz", "scene_0004.npz"] {
        fs::remove_file(project.path("run/cams").join(scene)).unwrap();
    }
    project
        .report(&["run"])
        .refuses(&["run/cams/scene_0003.npz: class map is missing (and 1 more file)"]);
    fs::remove_dir_all(project.path("run/cams")).unwrap();
    project.report(&["run"]).refuses(&["run/cams: is not there, expected the maps of `eps infer`"]);
    assert!(!project.path("report").exists());
}

#[test]
fn runs_of_one_name_are_refused() {
    let project = inferred();
    project
        .report(&["run", "run"])
        .refuses(&["run: another run is named `run` too, expected a name of its own"]);
    assert!(!project.path("report").exists());
}

#[test]
fn a_report_without_pictures_has_no_photograph() {
    let project = inferred();
    project.report(&["run"]).with("--pictures", "0").succeeds();
    let page = fs::read_to_string(project.path("report/index.html")).unwrap();
    assert!(!page.contains("scene_0001"), "a picture of the data set is on the page");
}
