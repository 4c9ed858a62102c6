//! Checkpoints that are damaged, old, or hold no numbers.

use crate::call::eps;
use crate::project::{Project, files};
use crate::recipe::{self, with};
use std::fs;
use std::path::PathBuf;

/// Scenes and a run of one update, and the folder of its checkpoint.
fn trained() -> (Project, PathBuf) {
    let project = Project::with_scenes(3);
    project.train("run", &with(&recipe::cam(), "updates = 1")).succeeds();
    let checkpoint = project.path("run/checkpoints/update-0000001");
    (project, checkpoint)
}

/// Takes the hashes out of a state, as versions before them wrote it.
fn without_hashes(checkpoint: &std::path::Path) {
    let path = checkpoint.join("state.json");
    let text = fs::read_to_string(&path).unwrap();
    let mut state: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(state.as_object_mut().unwrap().remove("sha256").is_some());
    fs::write(path, state.to_string()).unwrap();
}

#[test]
fn a_changed_or_inserted_byte_is_noticed_by_every_reader() {
    let (project, checkpoint) = trained();
    let network = checkpoint.join("network.bpk");
    let whole = fs::read(&network).unwrap();
    let middle = whole.len() / 2;
    let mut flipped = whole.clone();
    flipped[middle] ^= 1;
    let inserted = [&whole[..middle], b"abcdefg", &whole[middle..]].concat();
    let refused = "network.bpk: other bytes than training wrote, whose hash is in state.json";
    for bytes in [flipped, inserted] {
        fs::write(&network, bytes).unwrap();
        project.infer("run").refuses(&[refused]);
        eps("weights").and("inspect").and(project.path("run")).refuses(&[refused]);
        let out = project.path("out.safetensors");
        eps("weights").and("convert").and(project.path("run")).and(out).refuses(&[refused]);
        project
            .train("run", &with(&recipe::cam(), "updates = 1"))
            .and("--resume")
            .refuses(&[refused]);
    }
    assert!(!project.path("run/masks").exists());
    fs::write(&network, whole).unwrap();
    fs::write(checkpoint.join("optimiser.bpk"), "other").unwrap();
    // Only training reads it.
    project.infer("run").succeeds();
    project
        .train("run", &with(&recipe::cam(), "updates = 1"))
        .and("--resume")
        .refuses(&["optimiser.bpk: other bytes than training wrote"]);
}

#[test]
fn a_state_of_another_number_of_updates_than_its_folder_is_refused() {
    let (project, checkpoint) = trained();
    fs::rename(&checkpoint, checkpoint.with_file_name("update-0000005")).unwrap();
    project.infer("run").refuses(&["update-0000005/state.json: 1 updates, expected the state"]);
}

#[test]
fn a_checkpoint_without_hashes_is_read_with_a_note() {
    let (project, checkpoint) = trained();
    project.infer("run").succeeds();
    let found = files(&project.path("run/masks"));
    without_hashes(&checkpoint);
    fs::remove_dir_all(project.path("run/masks")).unwrap();
    let ended = project.infer("run").succeeds();
    let notes = ended.stderr.matches("note: ").count();
    assert!(notes == 1 && ended.stderr.contains("earlier version"), "{}", ended.stderr);
    assert!(files(&project.path("run/masks")) == found);
}

#[test]
fn scores_that_are_no_numbers_stop_inference_with_the_images_name() {
    let (project, checkpoint) = trained();
    let network = checkpoint.join("network.bpk");
    let mut bytes = fs::read(&network).unwrap();
    // The values of the last tensors, which begin at multiples of 256.
    let half = bytes.len() / 512 * 256;
    for value in bytes[half..].chunks_exact_mut(4) {
        value.copy_from_slice(&f32::NAN.to_le_bytes());
    }
    fs::write(&network, bytes).unwrap();
    without_hashes(&checkpoint);
    project.infer("run").refuses(&["scene_0001.jpg: the network's scores are infinite or NaN"]);
    assert!(!project.path("run/masks/scene_0001.png").exists());
}

#[test]
fn training_that_diverges_ends_with_the_update() {
    let project = Project::with_scenes(4);
    let recipe = with(&recipe::cam(), "learning_rate = 1e30");
    project.train("run", &with(&recipe, "checkpoint_every = 1")).refuses(&["update "]);
    // In one update the loss is finite, and only the weights are not.
    let checkpoints = project.path("run/checkpoints");
    let left = fs::read_dir(checkpoints).map_or(0, Iterator::count);
    assert!(left <= 1);
}
