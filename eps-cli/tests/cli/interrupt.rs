//! Ctrl-C while training, and going on.

use crate::call::Ended;
use crate::project::{Project, files};
use crate::recipe;
use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// So many that a signal after the second lands well before the end.
const UPDATES: usize = 60;

/// Patience with a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn an_interrupted_run_goes_on_as_if_it_had_not_stopped() {
    let project = Project::with_scenes(12);
    let recipe = recipe::with(&recipe::eps(), &format!("updates = {UPDATES}"));
    project.train("whole", &recipe).succeeds();
    let mut child = project.train("parts", &recipe).start();
    wait_for_rows(&project.path("parts/steps.csv"), 2, &mut child);
    interrupt(&child);
    let ended = Ended::of(child);
    assert_eq!(ended.status, Some(130), "{}", ended.stderr);
    let made = steps(&project.path("parts/steps.csv")).len();
    assert!((2..UPDATES).contains(&made), "{made} updates");
    let expected = format!("saved after {made} updates: go on with --resume");
    assert!(ended.stderr.contains(&expected), "{}", ended.stderr);
    assert!(project.path(&format!("parts/checkpoints/update-{made:07}/state.json")).exists());
    project.train("parts", &recipe).and("--resume").succeeds();
    check_equal(&project);
}

fn check_equal(project: &Project) {
    let [whole, parts] = ["whole", "parts"].map(|run| project.path(run));
    assert_eq!(steps(&whole.join("steps.csv")), steps(&parts.join("steps.csv")));
    let last = |run: &Path| files(&run.join(format!("checkpoints/update-{UPDATES:07}")));
    for (name, bytes) in last(&whole) {
        assert!(bytes == last(&parts)[&name], "{} differs", name.display());
    }
}

/// Rows of a record without their last column, which is a time.
fn steps(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|row| row.rsplit_once(',').unwrap().0.to_owned()).collect()
}

fn wait_for_rows(path: &Path, rows: usize, child: &mut Child) {
    let begun = Instant::now();
    let count = || fs::read_to_string(path).map_or(0, |text| text.lines().skip(1).count());
    while count() < rows {
        assert!(begun.elapsed() < PATIENCE, "no update in {PATIENCE:?}");
        assert!(child.try_wait().unwrap().is_none(), "training ended early");
        sleep(Duration::from_millis(5));
    }
}

fn interrupt(child: &Child) {
    let signal = Command::new("kill").arg("-INT").arg(child.id().to_string()).status();
    assert!(signal.unwrap().success());
}
