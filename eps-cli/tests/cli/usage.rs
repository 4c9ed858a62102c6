//! Help, and arguments that are no call.

use crate::call::eps;
use std::path::Path;
use std::process::{Command, Stdio};

/// Each command with its main flags.
const COMMANDS: [(&str, &[&str]); 9] = [
    ("demo", &["--seed", "--out", "--work", "--scenes", "--updates", "--device"]),
    ("train", &["--recipe", "--data", "--list", "--weights", "--out", "--resume", "--device"]),
    ("infer", &["<RUN>", "--data", "--list", "--weights", "--out", "--shard", "--f16", "--device"]),
    ("evaluate", &["--truth", "--predictions", "--list", "--json", "--csv", "--markdown"]),
    ("sweep", &["--truth", "--cams", "--list", "--csv"]),
    ("report", &["<[NAME=]DIR>...", "--data", "--list", "--out", "--title", "--pictures"]),
    ("weights", &["inspect", "convert"]),
    ("devices", &["--help"]),
    ("ablate", &["--device", "status"]),
];

#[test]
fn help_names_every_command() {
    let help = eps("--help").succeeds().stdout;
    for (command, _) in COMMANDS {
        assert!(help.contains(&format!("\n  {command} ")), "no {command} in {help}");
    }
}

#[test]
fn help_of_a_command_names_its_flags() {
    for (command, flags) in COMMANDS {
        let help = eps(command).and("--help").succeeds().stdout;
        for flag in flags {
            assert!(help.contains(flag), "no {flag} in {help}");
        }
    }
}

#[test]
fn bad_usage_ends_with_status_2() {
    for (command, _) in COMMANDS {
        let ended = eps(command).and("--no-such-flag").run();
        assert_eq!(ended.status, Some(2), "{command}: {}", ended.stderr);
        assert!(ended.stderr.contains("--no-such-flag"), "{}", ended.stderr);
        assert_eq!(ended.stdout, "");
    }
    let cases = [
        eps("no-such-command"),
        eps("train"),
        eps("demo").with("--seed", "many"),
        eps("demo").with("--updates", "0"),
        eps("infer").and("run").with("--data", "data").with("--threshold", "1.5"),
        eps("infer").and("run").with("--data", "data").with("--shard", "5/4"),
    ];
    for case in cases {
        let ended = case.run();
        assert_eq!(ended.status, Some(2), "{}", ended.stderr);
    }
}

#[test]
fn the_processor_is_a_device_that_works() {
    let devices = eps("devices").succeeds().stdout;
    let cpu = devices.lines().find(|line| line.starts_with("cpu ")).unwrap();
    assert_eq!(cpu.ends_with("works"), cfg!(feature = "flex"), "{cpu}");
}

#[cfg(unix)]
#[test]
fn a_reader_that_left_ends_nothing_and_a_full_disk_is_an_error() {
    let called = |redirection: &str| {
        let script = format!("\"$0\" reproduce pseudo-masks-voc {redirection}");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_eps")]).output().expect("a shell")
    };
    let mut child = Command::new(env!("CARGO_BIN_EXE_eps"))
        .args(["reproduce", "pseudo-masks-voc"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("the program can be waited for");
    let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!((ended.status.code(), stderr.as_str()), (Some(0), ""));
    if Path::new("/dev/full").exists() {
        let full = called("> /dev/full");
        let stderr = String::from_utf8_lossy(&full.stderr).into_owned();
        assert_eq!(full.status.code(), Some(1), "{stderr}");
        assert!(stderr.starts_with("error: stdout: cannot be written: "), "{stderr}");
    }
}
