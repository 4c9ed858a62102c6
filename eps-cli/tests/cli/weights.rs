//! `eps train --weights`

use crate::project::Project;
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
    assert!(!project.path("run/steps.csv").exists());
    assert!(!project.path("run/checkpoints").exists());
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
    refuses(&project, project.data(), "cannot be read: ");
}

#[test]
fn a_file_that_is_no_pytorch_file_is_refused() {
    let project = Project::with_scenes(4);
    let files: [(&str, Vec<u8>); 7] = [
        ("empty.pth", vec![]),
        ("noise.pth", noise(5_000)),
        ("text.pth", b"not found".to_vec()),
        ("archive.pth", cut_archive()),
        ("pickle.pth", b"\x80\x02}q\x00(X\xff\xff\xff\xffweight".to_vec()),
        ("stack.pth", b"\x80\x02RRRR.".to_vec()),
        ("number.pth", b"\x80\x02K\x01.".to_vec()),
    ];
    for (name, bytes) in files {
        let weights = project.write(name, bytes);
        refuses(&project, weights, "weights do not fit the network: ");
    }
}

#[test]
fn weights_that_were_refused_leave_nothing_in_the_way() {
    let project = Project::with_scenes(4);
    let weights = project.write("noise.pth", noise(100));
    refuses(&project, weights, "weights do not fit the network: ");
    project.train("run", &recipe::with(&recipe::pretrained(), "updates = 1")).succeeds();
}

#[test]
fn a_backbone_that_loads_no_pytorch_file_says_so() {
    let project = Project::with_scenes(4);
    let weights = project.write("weights.pth", noise(100));
    project
        .train("run", &recipe::cam())
        .with("--weights", weights)
        .refuses(&["weights.pth: ", "only EfficientNet-Lite0 loads a PyTorch file"]);
}
