//! The lines of Python that a page shows, run where its commands were.

use super::page::Page;
use std::env;
use std::path::Path;
use std::process::Command;

/// What a page may import besides Python's own.
const NEEDED: &str = "import numpy, PIL";

/// Runs the page's Python from its first block to its last, with the program on the path; leaves it out, and says
/// so, where Python or a package that it needs is not installed.
#[expect(clippy::print_stderr, reason = "says what a test leaves out")]
pub(super) fn run(page: &Page, root: &Path) {
    let script = page.python();
    if script.is_empty() {
        return;
    }
    let python = |code: &str| {
        let mut call = Command::new("python3");
        call.arg("-c").arg(code).current_dir(root).env("PATH", path_with_program());
        call.output()
    };
    if !python(NEEDED).is_ok_and(|ended| ended.status.success()) {
        eprintln!("no Python with NumPy and Pillow: the Python of {} is left out", page.name);
        return;
    }
    let ended = python(&script).expect("Python can be started");
    let error = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{}: {error}", page.name);
}

fn path_with_program() -> std::ffi::OsString {
    let program = Path::new(env!("CARGO_BIN_EXE_eps")).parent().expect("a folder").to_owned();
    let others = env::var_os("PATH").unwrap_or_default();
    let folders = [program].into_iter().chain(env::split_paths(&others));
    env::join_paths(folders).expect("folders without separators")
}
