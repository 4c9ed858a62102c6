//! `eps sweep`

use crate::project::{Project, truncate};
use crate::recipe;
use std::fs;

#[test]
fn maps_that_are_damaged_or_missing_are_refused() {
    let project = Project::with_scenes(3);
    project.train("run", &recipe::with(&recipe::cam(), "updates = 1")).succeeds();
    project.infer("run").succeeds();
    let csv = project.path("sweep.csv");
    truncate(&project.path("run/cams/scene_0002.npz"));
    project
        .sweep("run")
        .with("--csv", &csv)
        .refuses(&["cams/scene_0002.npz: not a score archive (.npz) that can be decoded: "]);
    fs::remove_file(project.path("run/cams/scene_0001.npz")).unwrap();
    project.sweep("run").with("--csv", &csv).refuses(&["scene_0001.npz: class map is missing"]);
    assert!(!csv.exists());
}
