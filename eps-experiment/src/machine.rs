//! Which machine this is.

use std::fs;
use std::process::Command;

/// Name of this machine.
pub(crate) fn host() -> String {
    let of_system = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    of_system.or_else(host_of_command).unwrap_or_default().trim().to_owned()
}

/// For systems without `/proc`.
fn host_of_command() -> Option<String> {
    let output = Command::new("hostname").output().ok()?;
    String::from_utf8(output.stdout).ok()
}

/// Changes when the machine is started; empty where nothing says it.
pub(crate) fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}
