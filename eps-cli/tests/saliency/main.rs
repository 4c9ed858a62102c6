//! `eps saliency make` of a program that is built with it: a target of its own, since all other tests run without.

#[path = "../cli/call.rs"]
#[allow(dead_code, reason = "most of it serves the tests of other commands")]
mod call;
#[path = "../cli/project.rs"]
#[allow(dead_code, reason = "most of it serves the tests of other commands")]
mod project;

use boon::{Compiler, Schemas};
use call::{Call, eps};
use eps_data::codec::{read_saliency, size_of};
use eps_data::scenes::scene_id;
use project::{Project, SIZE, files, truncate};
use std::fs;
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    eps_testkit::fixture("saliency").join(name)
}

/// Maps of the scenes by a network of the fixtures, into the folder `maps`.
fn make(project: &Project, network: &str) -> Call {
    let kind = project.write("tiny.toml", "[saliency-model]\nsize = 32\n");
    eps("saliency")
        .and("make")
        .with("--model", fixture(network))
        .with("--kind", kind)
        .with("--data", project.data())
        .with("--out", project.path("maps"))
}

#[test]
fn maps_are_made_kept_and_made_again_where_they_are_cut_off() {
    let project = Project::with_scenes(4);
    make(&project, "tiny.onnx").succeeds();
    let made = files(&project.path("maps"));
    let description = fs::read(project.path("maps/saliency.json")).expect("a description");
    let description = serde_json::from_slice(&description).expect("JSON");
    let schema =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema/made-saliency.schema.json");
    let mut schemas = Schemas::new();
    let schema =
        Compiler::new().compile(&schema.to_string_lossy(), &mut schemas).expect("a schema");
    schemas.validate(&description, schema).expect("what the schema says");
    for index in 0..4 {
        let map = project.path("maps").join(scene_id(index) + ".png");
        assert_eq!(size_of(&map).expect("a map"), SIZE);
        let values = read_saliency(&map).expect("a map").values().to_vec();
        assert!(values.iter().any(|value| *value != values[0]), "a map without an object");
    }
    let map = project.path("maps").join(scene_id(1) + ".png");
    truncate(&map);
    let ended = make(&project, "tiny.onnx").succeeds();
    assert!(ended.stderr.contains("3 of 4 maps are there already"), "{}", ended.stderr);
    assert_eq!(files(&project.path("maps")), made);
}

#[test]
fn parts_give_the_maps_of_one_call() {
    let project = Project::with_scenes(6);
    make(&project, "tiny.onnx").succeeds();
    let whole = files(&project.path("maps"));
    fs::remove_dir_all(project.path("maps")).expect("a folder");
    for part in ["1/2", "2/2"] {
        make(&project, "tiny.onnx").with("--shard", part).succeeds();
    }
    assert_eq!(files(&project.path("maps")), whole);
}

#[test]
fn maps_with_other_settings_are_not_mixed() {
    let project = Project::with_scenes(2);
    make(&project, "tiny.onnx").succeeds();
    let refused = ["saliency.json: maps of another source or with other settings are there"];
    make(&project, "tiny.onnx").and("--sixteen-bit").refuses(&refused);
    let call = make(&project, "tiny.onnx");
    // After the maps of a first call; the description is read when the call runs.
    project.write("tiny.toml", "[saliency-model]\nsize = 32\nby-maximum = false\n");
    call.refuses(&refused);
    let call = eps("saliency").and("make").with("--model", fixture("tiny.onnx"));
    let call = call.with("--kind", project.path("tiny.toml"));
    let call = call.with("--data", project.data());
    call.with("--out", project.data().join("SALImages"))
        .refuses(&["SALImages: maps of unknown origin are there, expected another --out"]);
}

#[test]
fn what_is_wrong_is_known_before_the_first_map() {
    let project = Project::with_scenes(2);
    make(&project, "rank.onnx").refuses(&["rank.onnx: an input of 1x3072"]);
    make(&project, "operator.onnx").refuses(&["operator.onnx: ", "Unheard"]);
    make(&project, "disc.png").refuses(&["disc.png: no ONNX network"]);
    let unnamed = eps("saliency").and("make").with("--model", fixture("tiny.onnx"));
    let unnamed = unnamed.with("--data", project.data()).with("--out", project.path("maps"));
    unnamed.refuses(&["tiny.onnx: the name says no kind of network, use --kind: u2net"]);
    fs::remove_file(project.image(1)).expect("a file");
    make(&project, "tiny.onnx").with("--list", "train").refuses(&["image is missing"]);
    assert!(!project.path("maps").exists());
}
