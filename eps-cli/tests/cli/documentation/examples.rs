//! The examples that the help of each command ends with, run where the pages' commands were.

use super::{after_first_pages, page::Words, world};
use crate::call::{Call, eps};
use std::fs;
use std::path::Path;

/// What makes an example one of a moment: recipes in the program are those of the paper and of laptops.
const REPLACED: [(&str, &str); 4] = [
    ("--recipe laptop-eps", "--recipe recipes/laptop-eps.toml"),
    ("--recipe laptop-segment", "--recipe recipes/laptop-segment.toml"),
    ("--recipe voc12-deeplab-v2-r101", "--recipe recipes/voc12-deeplab-v2-r101.toml"),
    ("eps demo", "eps demo --scenes 12 --updates 2"),
];

/// Commands whose examples are not run, with the reason.
const NOT_RUN: [(&str, &str); 1] =
    [("saliency make", "a network of scripts/fetch-u2net.sh, and the feature `saliency`")];

/// The commands and those below them that help lists, `help` and hidden ones left out.
fn commands(of: &[String]) -> Vec<Vec<String>> {
    let help = Call::of(of).and("--help").succeeds().stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let mut commands = Vec::new();
    for line in listed.take_while(|line| !line.is_empty()) {
        // Descriptions that go on have a wider margin.
        let name = line.strip_prefix("  ").filter(|line| !line.starts_with(' '));
        let name = name.and_then(|line| line.split_whitespace().next());
        if let Some(name) = name.filter(|name| *name != "help") {
            let command = [of, &[name.to_owned()]].concat();
            let below = self::commands(&command);
            // `ablate` is a command and has one; those of `recipes` are in its own examples.
            if below.is_empty() || name == "ablate" || name == "recipes" {
                commands.push(command);
            }
            if name != "recipes" {
                commands.extend(below);
            }
        }
    }
    commands
}

/// The examples at the end of a command's help, without their remarks.
fn examples(command: &[String]) -> Vec<String> {
    let help = Call::of(command).and("--help").succeeds().stdout;
    let (_, text) = help.split_once("Examples:\n").unwrap_or_default();
    let joined = text.replace("\\\n     ", "");
    let lines = joined.lines().filter_map(|line| line.strip_prefix("  eps "));
    lines.map(|line| format!("eps {}", line.split("    ").next().unwrap_or(line).trim())).collect()
}

/// Maps of other programs, of images that the data set has not.
fn write_foreign_maps(root: &Path) {
    let fixtures = eps_testkit::fixture("cams");
    let copies = [
        ("psa.npy", "out_cam/2008_000001.npy"),
        ("psa.npy", "irn_cam/2008_000001.npy"),
        ("psa.npy", "out_la_crf/2008_000001.npy"),
        ("psa.npy", "suffixed/2008_000001_cam.npy"),
    ];
    for (fixture, copy) in copies {
        let copy = root.join(copy);
        fs::create_dir_all(copy.parent().expect("a folder")).expect("a folder");
        fs::copy(fixtures.join(fixture), copy).expect("a copy");
    }
}

#[test]
fn every_command_ends_its_help_with_examples_that_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    world::copy_folder(after_first_pages().0.path(), folder.path());
    write_foreign_maps(folder.path());
    let commands = commands(&[]);
    assert!(commands.len() > 25, "{commands:?}");
    for (name, needs) in NOT_RUN {
        assert!(
            commands.iter().any(|command| command.join(" ") == name),
            "no {name}, which needs {needs}"
        );
    }
    for command in commands {
        let examples = examples(&command);
        assert!(!examples.is_empty(), "no example: {command:?}");
        if NOT_RUN.iter().any(|(name, _)| command.join(" ") == *name) {
            continue;
        }
        for example in examples {
            let call =
                REPLACED.iter().fold(example, |call, (long, short)| call.replace(long, short));
            let Words { words, .. } = Words::of(&call, |name| panic!("${name} in: {call}"));
            let ended = Call::of(&words[1..]).in_folder(folder.path()).run();
            assert_eq!(ended.status, Some(0), "{call}\n{}", ended.stderr);
        }
    }
}

#[test]
fn help_lists_every_command_once() {
    let help = eps("--help").succeeds().stdout;
    for name in ["masks", "recipes", "sweep", "saliency"] {
        assert_eq!(help.matches(&format!("\n  {name} ")).count(), 1, "{name} in {help}");
    }
}
