//! The lines that the scripts of the measurements read.

use eps_data::Size;
use eps_data::scenes::write_voc_folder;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{fs, str};
use tempfile::TempDir;

const SIZE: Size = Size::new(64, 56);

/// Four scenes in the folder `data`.
fn scenes() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_voc_folder(&folder.path().join("data"), 7, 4, SIZE).expect("scenes are written");
    folder
}

fn bench(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eps-bench"));
    command.args(arguments);
    command
}

fn output(command: &mut Command) -> Output {
    command.output().expect("the program runs")
}

fn lines(command: &mut Command) -> Vec<serde_json::Value> {
    let output = output(command);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = str::from_utf8(&output.stdout).expect("text");
    printed.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// The ground truth of the scenes, decoded as its own prediction.
fn masks(root: &Path) -> Command {
    let truth = root.join("data/SegmentationClass");
    let mut command = bench(&["masks", "--list", "train"]);
    command.arg("--truth").arg(&truth).arg("--predictions").arg(&truth);
    command
}

#[test]
fn every_reader_decodes_all_pixels_of_both_folders() {
    let folder = scenes();
    for (flags, rounds) in
        [(&["--cold"][..], 1), (&["--cold", "--png-crate"], 1), (&["--repeat", "2"], 2)]
    {
        let lines = lines(masks(folder.path()).args(flags));
        assert_eq!(lines.len(), 1, "{flags:?}");
        assert_eq!(lines[0]["pass"], "masks");
        assert_eq!(lines[0]["images"], 4);
        assert_eq!(lines[0]["pixels"], 2 * 4 * SIZE.pixels());
        assert_eq!(lines[0]["seconds"].as_array().map(Vec::len), Some(rounds), "{flags:?}");
    }
}

#[test]
fn counting_is_timed_beside_decoding_and_not_cold() {
    let folder = scenes();
    let lines = lines(masks(folder.path()).args(["--count", "--repeat", "3"]));
    let passes: Vec<_> =
        lines.iter().map(|line| (&line["pass"], line["seconds"].as_array())).collect();
    assert_eq!(passes.len(), 2);
    assert!(passes.iter().all(|(_, seconds)| seconds.is_some_and(|seconds| seconds.len() == 3)));
    assert_eq!([passes[0].0, passes[1].0], ["masks", "count"]);
    let refused = output(masks(folder.path()).args(["--cold", "--count"]));
    assert_eq!(refused.status.code(), Some(2));
}

/// A recipe whose network makes a pass in a moment.
fn recipe() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../recipes/demo-eps.toml")
}

#[test]
fn a_paced_network_makes_a_pass_for_each_line_and_counts_all_but_the_first_of_a_kind() {
    let folder = scenes();
    let paced = |lines: &str| {
        let turns = folder.path().join("turns");
        fs::write(&turns, lines).expect("a file is written");
        let mut command = bench(&["network", "--size", "32", "--repeat", "2", "--paced"]);
        command.arg("--recipe").arg(recipe());
        command.stdin(Stdio::from(fs::File::open(turns).expect("it was written")));
        command
    };
    let measurements = lines(&mut paced("\n\n\n\n\n\n"));
    let seconds: Vec<_> = measurements.iter().map(|line| line["seconds"].as_array()).collect();
    let counts: Vec<_> = seconds.into_iter().map(|seconds| seconds.map(Vec::len)).collect();
    assert_eq!(counts, [0, 1, 1, 0, 1, 1].map(Some));
    assert_eq!(measurements[2]["pass"], "forward");
    assert_eq!(measurements[3]["pass"], "forward and backward");
    let ended = output(&mut paced("\n\n"));
    assert_eq!(ended.status.code(), Some(1));
    let message = String::from_utf8_lossy(&ended.stderr);
    assert!(message.contains("stdin has ended, expected a line for each pass"), "{message}");
}

#[test]
fn loader_examination_inference_and_bootstrap_print_a_line_a_pass() {
    let folder = scenes();
    let data = folder.path().join("data");
    let of_data = |name: &str| {
        let mut command = bench(&[name, "--repeat", "1"]);
        command.arg("--data").arg(&data);
        command
    };
    let loaded = lines(of_data("loader").args(["--batches", "1", "--recipe"]).arg(recipe()));
    let examined = lines(&mut of_data("check"));
    let inferred = lines(bench(&["inference", "--recipe"]).arg(recipe()));
    let resampled = lines(&mut bench(&["bootstrap", "--images", "20", "--resamples", "100"]));
    let passes = |lines: Vec<serde_json::Value>| -> Vec<String> {
        lines.iter().map(|line| line["pass"].as_str().unwrap_or("none").to_owned()).collect()
    };
    assert_eq!(passes(loaded), ["loader"]);
    assert_eq!(passes(examined), ["decode", "inspect", "check"]);
    assert_eq!(passes(inferred), ["inference"]);
    assert_eq!(passes(resampled), ["bootstrap"]);
}
