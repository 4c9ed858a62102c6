//! `eps bench`, whose lines the scripts of the measurements read

use crate::call::{Call, eps};
use crate::project::{Project, SIZE};
use crate::recipe;

/// The truth of four scenes, decoded as its own prediction.
fn masks(project: &Project) -> Call {
    let truth = project.data().join("SegmentationClass");
    eps("bench")
        .and("masks")
        .with("--truth", &truth)
        .with("--predictions", &truth)
        .with("--list", "train")
}

fn lines(call: Call) -> Vec<serde_json::Value> {
    let printed = call.succeeds().stdout;
    printed.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[test]
fn every_reader_decodes_all_pixels_of_both_folders() {
    let project = Project::with_scenes(4);
    for flags in [&["--cold"][..], &["--cold", "--png-crate"], &["--repeat", "2"]] {
        let call = flags.iter().fold(masks(&project), |call, flag| call.and(*flag));
        let lines = lines(call);
        assert_eq!(lines.len(), 1, "{flags:?}");
        assert_eq!(lines[0]["pass"], "masks");
        assert_eq!(lines[0]["images"], 4);
        assert_eq!(lines[0]["pixels"], 2 * 4 * SIZE.pixels());
        let rounds = if flags.contains(&"2") { 2 } else { 1 };
        assert_eq!(lines[0]["seconds"].as_array().map(Vec::len), Some(rounds), "{flags:?}");
    }
}

#[test]
fn counting_is_timed_beside_decoding_and_not_cold() {
    let project = Project::with_scenes(4);
    let lines = lines(masks(&project).and("--count").with("--repeat", "3"));
    let passes: Vec<_> =
        lines.iter().map(|line| (&line["pass"], line["seconds"].as_array())).collect();
    assert_eq!(passes.len(), 2);
    assert!(passes.iter().all(|(_, seconds)| seconds.is_some_and(|seconds| seconds.len() == 3)));
    assert_eq!([passes[0].0, passes[1].0], ["masks", "count"]);
    let refused = masks(&project).and("--cold").and("--count").run();
    assert_eq!(refused.status, Some(2));
}

#[test]
fn a_paced_network_makes_a_pass_for_each_line_and_counts_all_but_the_first_of_a_kind() {
    let project = Project::with_scenes(1);
    let recipe = project.write("eps.toml", recipe::eps());
    let paced = |lines: &str| {
        let turns = project.write("turns", lines);
        let call = eps("bench").and("network").with("--recipe", &recipe).with("--size", "32");
        call.with("--repeat", "2").and("--paced").reading(&turns)
    };
    let measurements = lines(paced("\n\n\n\n\n\n"));
    let seconds: Vec<_> = measurements.iter().map(|line| line["seconds"].as_array()).collect();
    let counts: Vec<_> = seconds.into_iter().map(|seconds| seconds.map(Vec::len)).collect();
    assert_eq!(counts, [0, 1, 1, 0, 1, 1].map(Some));
    assert_eq!(measurements[2]["pass"], "forward");
    assert_eq!(measurements[3]["pass"], "forward and backward");
    let ended = paced("\n\n").run();
    assert_eq!(ended.status, Some(1));
    assert!(ended.stderr.contains("stdin has ended, expected a line for each pass"));
}
