//! Ctrl-C, and signals that mean the same, as a request to save and stop.

use std::sync::atomic::{AtomicBool, Ordering};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Turns the first signal to stop into a request and the second into an end at once.
///
/// These are SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2. One that was ignored when the program began,
/// as `nohup` has it for SIGHUP and a script for SIGINT of its background jobs, stays ignored.
pub(crate) fn install() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
        let ignored = ignored();
        let kinds = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2];
        let kinds = kinds.into_iter().filter(|kind| (ignored >> (kind - 1)) & 1 == 0);
        let mut signals = signal_hook::iterator::Signals::new(kinds)?;
        std::thread::spawn(move || signals.forever().for_each(|_| request()));
    }
    #[cfg(not(unix))]
    {
        use signal_hook::consts::{SIGINT, SIGTERM};
        use signal_hook::flag;
        use std::sync::Arc;
        let ended = Arc::new(AtomicBool::new(false));
        for kind in [SIGINT, SIGTERM] {
            flag::register_conditional_shutdown(
                kind,
                i32::from(crate::INTERRUPTED),
                Arc::clone(&ended),
            )?;
            flag::register(kind, Arc::clone(&ended))?;
        }
        std::thread::spawn(move || {
            while !ended.load(Ordering::SeqCst) {
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            request();
        });
    }
    Ok(())
}

fn request() {
    if REQUESTED.swap(true, Ordering::SeqCst) {
        std::process::exit(i32::from(crate::INTERRUPTED));
    }
    eprintln!("\nstopping after this step; press Ctrl-C again to stop at once");
}

/// Whether the program was asked to stop.
pub(crate) fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// A bit for each signal that is ignored, that of number 1 first; none where the system does not say it.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_signal_that_is_ignored_is_known() {
        // Rust ignores SIGPIPE, number 13, in every program.
        assert_eq!((ignored() >> 12) & 1, 1);
        let text = Command::new("nohup").args(["grep", "SigIgn", "/proc/self/status"]).output();
        let text = String::from_utf8(text.unwrap().stdout).unwrap();
        let mask = text.trim().strip_prefix("SigIgn:").unwrap().trim();
        assert_eq!(u64::from_str_radix(mask, 16).unwrap() & 1, 1, "{text}");
    }
}
