//! Help, and arguments that are no call.

use crate::call::eps;

/// Each command with its main flags.
const COMMANDS: [(&str, &[&str]); 8] = [
    ("demo", &["--seed", "--out", "--work", "--scenes", "--updates", "--device"]),
    ("train", &["--recipe", "--data", "--list", "--weights", "--out", "--resume", "--device"]),
    ("infer", &["<RUN>", "--data", "--list", "--weights", "--out", "--shard", "--f16", "--device"]),
    ("evaluate", &["--truth", "--predictions", "--list", "--json", "--csv", "--markdown"]),
    ("sweep", &["--truth", "--cams", "--list", "--csv"]),
    ("report", &["<RUN>...", "--data", "--list", "--out", "--title", "--pictures"]),
    ("weights", &["inspect", "convert"]),
    ("devices", &["--help"]),
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
