//! Who holds a lock, and how far they are.

use crate::machine::{boot, host};
use crate::moment::now;
use serde::{Deserialize, Serialize};

/// Bytes of a note: a rewrite never leaves the end of a longer one.
pub(super) const LENGTH: usize = 1024;

/// The content of a lock file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockNote {
    pub host: String,
    /// Changes when the machine is started; empty where there is none.
    pub(super) boot: String,
    pub pid: u32,
    /// Whether the holder also has the file locked by the system, which ends with its process.
    pub(super) is_locked_by_system: bool,
    /// Seconds between two signs of life.
    pub(super) beat: u64,
    /// Seconds since 1970 at which the holder took the lock, by its clock; 0 where it is not known.
    #[serde(default)]
    pub since: u64,
    /// Seconds since 1970 of the last sign of life, by the holder's clock.
    pub heartbeat: u64,
    pub(super) is_released: bool,
    /// What is being done, and how much of it.
    pub stage: String,
    pub done: usize,
    pub total: usize,
    pub seconds_left: Option<u64>,
}

impl LockNote {
    /// Of this process.
    pub(super) fn of_this_process(beat: u64) -> Self {
        Self {
            host: host(),
            boot: boot(),
            pid: std::process::id(),
            beat,
            since: now(),
            stage: "starting".into(),
            ..Self::default()
        }
    }

    /// Of another command's process, of which no more is known than its machine and number.
    pub(super) fn of(who: Option<(String, u32)>) -> Self {
        let (host, pid) = who.unwrap_or_default();
        Self { host, pid, ..Self::default() }
    }

    /// Whether the holder's process would be one of this machine.
    pub(super) fn is_of_this_machine(&self) -> bool {
        !self.host.is_empty() && self.host == host() && self.boot == boot()
    }

    /// Whether the holder is this process.
    pub(super) fn is_of_this_process(&self) -> bool {
        self.host == host() && self.pid == std::process::id()
    }

    /// The note as it stands in its file.
    pub(super) fn padded(&self) -> String {
        let text = serde_json::to_string(self).expect("plain fields");
        format!("{text:<LENGTH$}")
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text.trim()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_back_from_its_padded_text() {
        let note = LockNote { seconds_left: Some(7), ..LockNote::of_this_process(3) };
        assert_eq!(note.padded().len(), LENGTH);
        assert_eq!(LockNote::parse(&note.padded()), Some(note));
        assert_eq!(LockNote::parse(""), None);
    }
}
