//! Files on their way to their names, and those that a process left when it was killed.

// The name of a temporary file says whose it is:
//
//   .eps-<machine>-<pid>-<start>-<random>.part
//
// `machine` is a hash of host name, boot and container, so that a pid is looked up only where it
// means anything. A pid is used again, so the start of its process is compared as well. A file whose
// process cannot be looked up stays for a day after its last change.

use crate::sha256;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

const PREFIX: &str = ".eps-";
const SUFFIX: &str = ".part";

/// Age from which a file is abandoned if it cannot be known whether its process is there: that of
/// another machine or user.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The process that a temporary file belongs to, as the file's name says it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owner {
    /// Of the machine since it was started, and of the container.
    machine: String,
    pid: u32,
    /// Clock ticks from the start of the machine to that of the process, which tell it from an earlier one
    /// of the same number.
    start: u64,
}

static THIS: LazyLock<Owner> = LazyLock::new(|| {
    let pid = std::process::id();
    Owner { machine: machine(), pid, start: start_of(pid).unwrap_or(0) }
});

/// Folders that this process has looked through.
static SEEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Opens a file with a name of its own in a folder, which it leaves when it is dropped.
///
/// What killed processes left in the folder is removed before the first file.
pub(super) fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    if SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned()) {
        remove_abandoned(folder);
    }
    let prefix = THIS.prefix();
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(SUFFIX);
    #[cfg(unix)]
    {
        // A temporary file is private to its owner unless told otherwise; a result is not.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(plain)
}

/// A name that no other process gives a file, and that [`remove_abandoned`] knows.
pub fn temporary_name(purpose: &str) -> String {
    format!("{}{purpose}{SUFFIX}", THIS.prefix())
}

/// Removes temporary files and folders of this program whose process is gone.
///
/// Processes of this machine are looked up. What another machine or user left goes after a day without
/// a change. What cannot be removed stays: it does no harm.
pub fn remove_abandoned(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(owner) = name.to_str().and_then(Owner::parse) else { continue };
        let Ok(metadata) = entry.metadata() else { continue };
        if owner.is_gone(&metadata) {
            let _ = match metadata.is_dir() {
                true => fs::remove_dir_all(entry.path()),
                false => fs::remove_file(entry.path()),
            };
        }
    }
}

impl Owner {
    fn prefix(&self) -> String {
        format!("{PREFIX}{}-{}-{}-", self.machine, self.pid, self.start)
    }

    fn parse(name: &str) -> Option<Self> {
        let mut parts = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?.splitn(4, '-');
        let machine = parts.next()?.to_owned();
        let (pid, start) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        parts.next().map(|_| Self { machine, pid, start })
    }

    /// Whether the process that left a file is surely there no more.
    fn is_gone(&self, file: &fs::Metadata) -> bool {
        if self.machine == THIS.machine && THIS.start != 0 && is_of_this_user(file) {
            return start_of(self.pid) != Some(self.start);
        }
        let age = file.modified().ok().and_then(|time| SystemTime::now().duration_since(time).ok());
        age.is_some_and(|age| age > DAY)
    }
}

/// Tells this machine since its start, and this container on it, from others.
fn machine() -> String {
    let [host, boot] = ["/proc/sys/kernel/hostname", "/proc/sys/kernel/random/boot_id"]
        .map(|path| fs::read_to_string(path).unwrap_or_default());
    let container = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    sha256(format!("{host}{boot}{}", container.display()))[..8].to_owned()
}

/// When a process was started; `None` if it is not there, or this cannot be known.
fn start_of(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Its second field is a name in brackets, which may hold anything; the third is the state.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    let is_there = !matches!(fields.next()?, "Z" | "X");
    // Field 22 of all, the start in clock ticks since boot (proc_pid_stat(5)).
    fields.nth(18)?.parse().ok().filter(|_| is_there)
}

/// Processes of other users may be hidden.
fn is_of_this_user(file: &fs::Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        fs::metadata("/proc/self").is_ok_and(|process| process.uid() == file.uid())
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}

/// The system's words alone, without the temporary name, which nobody asked for.
fn plain(error: io::Error) -> io::Error {
    let words = error.to_string();
    let words = words.split_once(" at path ").map_or(words.as_str(), |(words, _)| words);
    io::Error::new(error.kind(), words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(folder: &Path, owner: &Owner) -> PathBuf {
        let path = folder.join(format!("{}abc123{SUFFIX}", owner.prefix()));
        fs::write(&path, "half").unwrap();
        path
    }

    fn age(path: &Path, age: Duration) {
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    }

    #[test]
    fn a_name_tells_its_process() {
        assert_eq!(Owner::parse(&temporary_name("clock")), Some(THIS.clone()));
        for name in [".abc123.part", ".eps-1234-5.part", ".eps-1-x-3-a.part", "eps-1-2-3-a.part"] {
            assert_eq!(Owner::parse(name), None, "{name}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn files_of_processes_of_this_machine_that_are_gone_are_removed_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let living = left(folder.path(), &THIS);
        // The same number was given to another process, or to none.
        let earlier = left(folder.path(), &Owner { start: THIS.start - 1, ..THIS.clone() });
        let gone = left(folder.path(), &Owner { pid: u32::MAX, ..THIS.clone() });
        let tree = folder
            .path()
            .join(format!("{}tree{SUFFIX}", Owner { pid: u32::MAX, ..THIS.clone() }.prefix()));
        fs::create_dir_all(tree.join("below")).unwrap();
        let foreign = folder.path().join(".abc123.part");
        fs::write(&foreign, "of another program").unwrap();
        remove_abandoned(folder.path());
        for (path, stays) in
            [(&living, true), (&foreign, true), (&earlier, false), (&gone, false), (&tree, false)]
        {
            assert_eq!(path.exists(), stays, "{}", path.display());
        }
    }

    #[test]
    fn files_of_other_machines_are_removed_after_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let other = Owner { machine: "00000000".into(), ..THIS.clone() };
        let path = left(folder.path(), &other);
        age(&path, DAY / 2);
        remove_abandoned(folder.path());
        assert!(path.exists());
        age(&path, DAY * 2);
        remove_abandoned(folder.path());
        assert!(!path.exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_first_file_of_a_process_clears_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let gone = left(folder.path(), &Owner { pid: u32::MAX, ..THIS.clone() });
        drop(temporary(folder.path()).unwrap());
        assert!(!gone.exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
