//! Signals that ask a command to stop, and resuming.

use crate::call::{Call, Ended};
use crate::project::{Project, files};
use crate::recipe;
use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// So many that a signal after the second lands well before the end.
const UPDATES: usize = 150;

/// Patience with a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn a_run_that_usr1_stopped_resumes_with_the_same_bits() {
    let project = Project::with_scenes(12);
    let recipe = recipe::with(&recipe::eps(), &format!("updates = {UPDATES}"));
    project.train("whole", &recipe).succeeds();
    let record = project.path("parts/steps.csv");
    let ended = interrupted(project.train("parts", &recipe), "USR1", || {
        fs::read_to_string(&record).is_ok_and(|text| text.lines().count() > 2)
    });
    let before = fs::read_to_string(&record).unwrap();
    let made = steps(&record).len();
    assert!((2..UPDATES).contains(&made), "{made} updates");
    let expected = format!("saved after {made} updates; continue with --resume");
    assert!(ended.stderr.contains(&expected), "{}", ended.stderr);
    assert!(project.path(&format!("parts/checkpoints/update-{made:07}/state.json")).exists());
    project.train("parts", &recipe).and("--resume").succeeds();
    let after = fs::read_to_string(&record).unwrap();
    assert!(after.starts_with(&before), "updates were made again");
    check_equal(&project);
}

#[test]
fn an_interrupted_inference_keeps_what_is_finished() {
    let project = Project::with_scenes(40);
    let recipe = recipe::with(&recipe::cam(), "updates = 1");
    project.train("run", &recipe::with(&recipe, "scales = [4.0, 6.0]")).succeeds();
    project.infer("run").with("--out", project.path("whole")).succeeds();
    let out = project.path("parts");
    let infer = || project.infer("run").with("--out", &out);
    let first = out.join("masks/scene_0001.png");
    let ended = interrupted(infer(), "TERM", || first.exists());
    assert!(ended.stderr.contains("finished images are kept"), "{}", ended.stderr);
    let finished = files(&out.join("masks")).len();
    assert!((1..40).contains(&finished), "{finished} images");
    let ended = infer().succeeds();
    let expected = format!("{finished} of 40 images are there already");
    assert!(ended.stderr.contains(&expected), "{}", ended.stderr);
    assert!(files(&out) == files(&project.path("whole")));
}

#[cfg(unix)]
#[test]
fn every_signal_to_stop_saves_unless_it_was_ignored() {
    let project = Project::with_scenes(12);
    let recipe = recipe::with(&recipe::cam(), &format!("updates = {UPDATES}"));
    // Where Ctrl-C is ignored, as in a script's background job, TERM stands for it.
    let interrupt = if is_interrupt_ignored() { "TERM" } else { "INT" };
    for (signal, run) in [("HUP", "a"), (interrupt, "b"), ("USR2", "c"), ("TERM", "d")] {
        let record = project.path(run).join("steps.csv");
        let is_begun = || fs::read_to_string(&record).is_ok_and(|text| text.lines().count() > 2);
        let mut child = project.train(run, &recipe).start();
        wait_for(&mut child, is_begun);
        send(signal, &child);
        let ended = Ended::of(child);
        assert_eq!(ended.status, Some(130), "{signal}: {}", ended.stderr);
        assert!(ended.stderr.contains("continue with --resume"), "{}", ended.stderr);
    }
    let record = project.path("ignored/steps.csv");
    let is_begun = || fs::read_to_string(&record).is_ok_and(|text| text.lines().count() > 2);
    let mut child = project.train("ignored", &recipe).ignoring("HUP").start();
    wait_for(&mut child, is_begun);
    send("HUP", &child);
    let ended = Ended::of(child);
    assert_eq!(ended.status, Some(0), "{}", ended.stderr);
}

/// Whether the programs that this one starts ignore Ctrl-C, since it does.
#[cfg(unix)]
fn is_interrupt_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::trim);
    let mask = mask.and_then(|mask| u64::from_str_radix(mask, 16).ok());
    mask.is_some_and(|mask| (mask >> 1) & 1 == 1)
}

/// Checkpoints name their tensors at random, so the maps and masks that they give are compared.
fn check_equal(project: &Project) {
    let [whole, parts] = ["whole", "parts"].map(|run| project.path(run));
    assert_eq!(steps(&whole.join("steps.csv")), steps(&parts.join("steps.csv")));
    let [expected, found] = ["whole", "parts"].map(|run| {
        let out = project.path(&format!("{run}-maps"));
        project.infer(run).with("--out", &out).succeeds();
        files(&out)
    });
    // Maps and masks of twelve scenes, the table of logits, and what they were made with.
    assert_eq!(expected.len(), 26);
    for (name, bytes) in expected {
        assert!(bytes == found[&name], "{} differs", name.display());
    }
}

/// Rows of a record without their last column, which is a time.
fn steps(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|row| row.rsplit_once(',').unwrap().0.to_owned()).collect()
}

/// The end of a call that gets a signal once `ready`.
fn interrupted(call: Call, signal: &str, ready: impl Fn() -> bool) -> Ended {
    let mut child = call.start();
    wait_for(&mut child, ready);
    send(signal, &child);
    let ended = Ended::of(child);
    assert_eq!(ended.status, Some(130), "{}", ended.stderr);
    ended
}

fn wait_for(child: &mut Child, ready: impl Fn() -> bool) {
    let begun = Instant::now();
    while !ready() {
        assert!(begun.elapsed() < PATIENCE, "not ready within {PATIENCE:?}");
        assert!(child.try_wait().unwrap().is_none(), "it ended early");
        sleep(Duration::from_millis(5));
    }
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()).status();
    assert!(sent.unwrap().success());
}
