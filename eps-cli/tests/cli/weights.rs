//! `eps weights`, and the weights that other commands take.

use crate::call::eps;
use crate::project::{Project, files};
use crate::recipe;
use std::path::PathBuf;

/// Training from a file of weights is refused, and nothing of a run is left to be resumed.
#[track_caller]
fn refuses(project: &Project, weights: PathBuf, reason: &str) {
    let name = weights.file_name().unwrap().to_string_lossy().into_owned();
    project
        .train("run", &recipe::pretrained())
        .with("--weights", weights)
        .refuses(&[&format!("{name}: "), reason]);
    assert!(!project.path("run").exists());
}

/// Bytes without any order.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let mut byte = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..count).map(|_| byte()).collect()
}

/// The start of a zip archive that promises a member and ends in it.
fn cut_archive() -> Vec<u8> {
    let mut bytes = b"PK\x03\x04\x14\x00\x00\x00\x00\x00".to_vec();
    bytes.extend([0; 8]);
    bytes.extend(1_000_u32.to_le_bytes());
    bytes.extend(1_000_u32.to_le_bytes());
    bytes.extend(16_u16.to_le_bytes());
    bytes.extend([0; 2]);
    bytes.extend(b"archive/data.pkl");
    bytes.extend(b"\x80\x02}q\x00");
    bytes
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let project = Project::with_scenes(4);
    refuses(&project, project.path("missing.pth"), "cannot be read: ");
    refuses(&project, project.data(), "a folder, expected a regular file");
}

#[test]
fn a_file_that_holds_no_weights_is_refused() {
    let project = Project::with_scenes(4);
    let files: [(&str, Vec<u8>, &str); 8] = [
        ("empty.pth", vec![], "an empty file, expected MXNet .params, a PyTorch state dict"),
        ("noise.pth", noise(5_000), "not a weights file"),
        ("text.pth", b"not found".to_vec(), "not a weights file"),
        ("archive.pth", cut_archive(), "PyTorch: "),
        ("pickle.pth", b"\x80\x02}q\x00(X\xff\xff\xff\xffweight".to_vec(), "PyTorch: "),
        ("stack.pth", b"\x80\x02RRRR.".to_vec(), "PyTorch: "),
        ("number.pth", b"\x80\x02K\x01.".to_vec(), "PyTorch: "),
        (
            "cut.params",
            [0x112_u64, 0, 7].map(u64::to_le_bytes).concat(),
            "MXNet .params: says it has 7",
        ),
    ];
    for (name, bytes, reason) in files {
        let weights = project.write(name, bytes);
        refuses(&project, weights, reason);
    }
}

#[test]
fn weights_that_were_refused_leave_nothing_in_the_way() {
    let project = Project::with_scenes(4);
    let weights = project.write("noise.pth", noise(100));
    refuses(&project, weights, "not a weights file");
    project.train("run", &recipe::with(&recipe::pretrained(), "updates = 1")).succeeds();
}

#[test]
fn weights_of_another_network_are_refused_by_name() {
    let project = Project::with_scenes(4);
    project.train("other", &recipe::with(&recipe::cam(), "updates = 1")).succeeds();
    let weights = project.path("other.safetensors");
    let convert = eps("weights").and("convert").and(project.path("other")).and(&weights);
    convert.succeeds();
    refuses(&project, weights, "weights do not fit the network: 0 tensors of efficientnet-lite0, ");
}

#[test]
fn a_run_is_inspected_converted_and_run_from_the_converted_file() {
    let project = Project::with_scenes(4);
    project.train("run", &recipe::with(&recipe::eps(), "updates = 2")).succeeds();
    project.infer("run").succeeds();
    let inspect = |path: PathBuf| eps("weights").and("inspect").and(path).succeeds().stdout;
    let found = inspect(project.path("run"));
    assert!(found.contains("backbone.Resnet38d.b4.0.conv_branch2a.weight"), "{found}");
    assert!(found.contains("[7, 128, 1, 1]"), "{found}");
    assert!(found.trim_end().ends_with("82 have names of resnet38d"), "{found}");
    let weights = project.path("network.safetensors");
    let convert = eps("weights").and("convert").and(project.path("run")).and(&weights).succeeds();
    assert!(convert.stderr.contains("82 tensors of resnet38d"), "{}", convert.stderr);
    let found = inspect(weights.clone());
    assert!(
        found.contains("\nb4.conv_branch2a.weight ") && found.contains("safetensors: 82"),
        "{found}"
    );
    let again = project
        .infer("again")
        .with("--recipe", project.path("run.toml"))
        .with("--weights", &weights)
        .succeeds();
    assert!(again.stderr.contains("weights: safetensors: 82 tensors loaded"), "{}", again.stderr);
    let results = |run: &str| {
        [files(&project.path(run).join("cams")), files(&project.path(run).join("masks"))]
    };
    assert_eq!(results("run")[0].len(), 4);
    assert!(results("run") == results("again"));
    project.report(&["run", "again"]).succeeds();
}

#[test]
fn conversion_needs_a_known_network_and_an_output_it_can_write() {
    let project = Project::with_scenes(4);
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/");
    let convert = |file: &str, out: &str| {
        let path = PathBuf::from(fixtures).join(file);
        eps("weights").and("convert").and(path).and(project.path(out))
    };
    convert("mxnet/version0.params", "out.safetensors")
        .refuses(&["version0.params: has names of no network", "resnet38d or efficientnet-lite0"]);
    convert("pytorch/zip.pth", "out.bin")
        .refuses(&["out.bin: expected a name that ends in .safetensors"]);
    convert("pytorch/zip.pth", "out.safetensors").succeeds();
    let data = eps("weights").and("inspect").and(project.data());
    data.refuses(&["data: has no checkpoint, expected one or a file"]);
}
