//! A folder that one call writes to at a time, or the parts of one call together.

use super::place::check_place;
use crate::Session;
use crate::machine::host;
use anyhow::{Context as _, Error, Result, anyhow, bail};
use eps_data::codec::remove_abandoned;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// In the folder, while a call writes to it.
const NAME: &str = ".eps-lock";
/// How long a part waits for another that begins, and a call for one that ends.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time between two tries.
const TRY_EVERY: Duration = Duration::from_millis(20);

/// A folder that this call may write to, until it is dropped.
///
/// The system locks a file in it, so the lock ends with its process, however that ends. Calls of other
/// machines see it where the file system has locks that reach all of them, as NFS has.
pub struct FolderLock {
    folder: PathBuf,
    /// Absent where the file system has no locks.
    file: Option<File>,
    is_alone: bool,
    /// Whether the folder was made for it.
    is_new: bool,
    /// Whether the folder goes with everything in it.
    is_discarded: bool,
}

/// Who writes to a folder: a line of the lock's file.
#[derive(Serialize, Deserialize)]
struct Holder {
    host: String,
    pid: u32,
    command: String,
    is_part: bool,
}

impl Holder {
    /// Whether its process has ended, where the system tells.
    fn is_gone(&self) -> bool {
        cfg!(target_os = "linux")
            && self.host == host()
            && !Path::new("/proc").join(self.pid.to_string()).exists()
    }
}

/// What came of one try.
enum Attempt {
    Alone(File),
    /// Beside other parts.
    Beside(File),
    Held,
    /// The file was removed by who released it, or the folder by who had made it.
    Gone,
    /// The file system has no locks.
    Impossible,
}

impl FolderLock {
    /// Takes a folder for this call alone.
    ///
    /// # Errors
    ///
    /// If another call writes to it, or it cannot be made or written to.
    pub fn take(folder: &Path, session: &Session<'_>) -> Result<Self> {
        Self::acquire(folder, false, session)?.ok_or_else(|| refusal(folder))
    }

    /// Takes a folder for results that are of no use unless all are there: one that was made for them is
    /// removed again unless the call ends with [`finish`](Self::finish).
    ///
    /// # Errors
    ///
    /// As [`take`](Self::take).
    pub fn take_for_results(folder: &Path, session: &Session<'_>) -> Result<Self> {
        let mut lock = Self::take(folder, session)?;
        lock.is_discarded = lock.is_new;
        Ok(lock)
    }

    /// As [`take_for_results`](Self::take_for_results), where there is a folder for results.
    pub fn take_if_any(folder: Option<&Path>, session: &Session<'_>) -> Result<Option<Self>> {
        folder.map(|folder| Self::take_for_results(folder, session)).transpose()
    }

    /// Keeps the results.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub fn finish(mut self) -> Result<()> {
        self.check()?;
        self.is_discarded = false;
        Ok(())
    }

    /// As [`take`](Self::take); `None` if another call writes to it.
    pub fn try_take(folder: &Path, session: &Session<'_>) -> Result<Option<Self>> {
        Self::acquire(folder, false, session)
    }

    /// Takes a folder for one part of a call: alone until [`share`](Self::share), or beside parts that
    /// have begun.
    ///
    /// # Errors
    ///
    /// As [`take`](Self::take), but not for other parts.
    pub fn take_for_part(folder: &Path, session: &Session<'_>) -> Result<Self> {
        Self::acquire(folder, true, session)?.ok_or_else(|| refusal(folder))
    }

    /// Whether no other call writes to the folder.
    pub fn is_alone(&self) -> bool {
        self.is_alone
    }

    /// Lets other parts in.
    ///
    /// # Errors
    ///
    /// If another call takes the folder in this moment.
    pub fn share(&mut self) -> Result<()> {
        self.is_alone = false;
        // A system may release the exclusive lock before it grants the shared one.
        let shared = self.file.as_ref().is_none_or(|file| file.try_lock_shared().is_ok());
        if shared { Ok(()) } else { Err(refusal(&self.folder)) }
    }

    /// # Errors
    ///
    /// If the folder was removed or replaced since it was taken: what was written to it is lost.
    pub fn check(&self) -> Result<()> {
        let is_there = match &self.file {
            Some(file) => is_named(file, &self.folder.join(NAME)),
            None => self.folder.is_dir(),
        };
        if !is_there {
            let folder = self.folder.display();
            bail!("{folder}: was removed or replaced while this command wrote to it");
        }
        Ok(())
    }

    /// The machine and the number of the process that writes to a folder, if they are known.
    pub fn who(folder: &Path) -> Option<(String, u32)> {
        holder(folder).map(|holder| (holder.host, holder.pid))
    }

    fn acquire(folder: &Path, is_part: bool, session: &Session<'_>) -> Result<Option<Self>> {
        check_place(folder)?;
        let is_new = !folder.exists();
        let of = |file, is_alone| {
            let is_discarded = false;
            Self { folder: folder.into(), file, is_alone, is_new, is_discarded }
        };
        let begun = Instant::now();
        loop {
            let attempt = attempt(folder, is_part)
                .with_context(|| format!("{}: cannot be written to", folder.display()))?;
            match attempt {
                Attempt::Alone(file) => {
                    clear(folder);
                    sign(&file, is_part, true, session);
                    return Ok(Some(of(Some(file), true)));
                }
                Attempt::Beside(file) => {
                    sign(&file, is_part, false, session);
                    return Ok(Some(of(Some(file), false)));
                }
                Attempt::Impossible => {
                    session.observer.note(&without_locks(folder));
                    return Ok(Some(of(None, true)));
                }
                // Who had it has just removed the file: the next try makes another.
                Attempt::Gone if begun.elapsed() < PATIENCE => {}
                Attempt::Held if may_be_brief(folder, is_part) && begun.elapsed() < PATIENCE => {}
                Attempt::Gone | Attempt::Held => return Ok(None),
            }
            std::thread::sleep(TRY_EVERY);
        }
    }
}

impl Drop for FolderLock {
    /// Leaves nothing: neither the lock's file, nor a folder without results.
    fn drop(&mut self) {
        let Some(file) = &self.file else { return };
        let path = self.folder.join(NAME);
        // Beside other parts the file cannot be locked for one alone: it stays until the last of them ends.
        // Whoever opened the file before it is removed finds that it has no name any more.
        if (self.is_alone || file.try_lock().is_ok()) && is_named(file, &path) {
            let _ = fs::remove_file(&path);
            if self.is_discarded {
                let _ = fs::remove_dir_all(&self.folder);
            } else if self.is_new {
                let _ = fs::remove_dir(&self.folder);
            }
        }
    }
}

fn attempt(folder: &Path, is_part: bool) -> io::Result<Attempt> {
    fs::create_dir_all(folder)?;
    let path = folder.join(NAME);
    let mut options = File::options();
    // Appended to: parts add a line each, and only who is alone cuts the file off.
    let file = match options.read(true).append(true).create(true).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Attempt::Gone),
        Err(error) => return Err(error),
    };
    let is_alone = match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) if is_part => match file.try_lock_shared() {
            Ok(()) => false,
            Err(_) => return Ok(Attempt::Held),
        },
        Err(TryLockError::WouldBlock) => return Ok(Attempt::Held),
        // A call without a lock removes nothing at its end.
        Err(TryLockError::Error(_)) => {
            let _ = fs::remove_file(&path);
            return Ok(Attempt::Impossible);
        }
    };
    Ok(match is_alone {
        // Removed between opening and locking: the lock is on a file that nobody else will open.
        _ if !is_named(&file, &path) => Attempt::Gone,
        true => Attempt::Alone(file),
        false => Attempt::Beside(file),
    })
}

/// Whether a file is the one that has this name.
fn is_named(file: &File, path: &Path) -> bool {
    let Ok(named) = fs::symlink_metadata(path) else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let named = (named.dev(), named.ino());
        file.metadata().is_ok_and(|open| (open.dev(), open.ino()) == named)
    }
    #[cfg(not(unix))]
    {
        let _ = (file, named);
        true
    }
}

/// Removes what killed processes left in the folder and in those below it.
fn clear(folder: &Path) {
    remove_abandoned(folder);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_abandoned(&entry.path());
        }
    }
}

/// Says who has the lock. On a full disk nobody is named, and the lock holds all the same.
fn sign(mut file: &File, is_part: bool, is_alone: bool, session: &Session<'_>) {
    if is_alone {
        let _ = file.set_len(0);
    }
    let command = session.command_name().to_owned();
    let holder = Holder { host: host(), pid: std::process::id(), command, is_part };
    let _ = writeln!(file, "{}", serde_json::to_string(&holder).expect("plain fields"));
}

/// The last who took the lock and may still have it.
fn holder(folder: &Path) -> Option<Holder> {
    let text = fs::read_to_string(folder.join(NAME)).ok()?;
    let mut holders =
        text.lines().rev().filter_map(|line| serde_json::from_str::<Holder>(line).ok());
    holders.find(|holder| !holder.is_gone())
}

/// Whether who has the lock may give it back at once: a part that begins, or one that nothing is known of
/// yet.
fn may_be_brief(folder: &Path, is_part: bool) -> bool {
    is_part && holder(folder).is_none_or(|holder| holder.is_part)
}

fn refusal(folder: &Path) -> Error {
    let who = match holder(folder) {
        Some(Holder { host, pid, command, .. }) => {
            format!("`eps {command}`, process {pid} of {host},")
        }
        None => "another process".into(),
    };
    let folder = folder.display();
    anyhow!("{folder}: {who} is writing to it; wait for its end, or choose another folder")
}

fn without_locks(folder: &Path) -> String {
    format!(
        "{}: its file system has no locks, so nothing keeps another call from writing to it too",
        folder.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn is_empty(folder: &Path) -> bool {
        fs::read_dir(folder).unwrap().next().is_none()
    }

    #[test]
    fn a_folder_has_one_writer_who_is_named_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let lock = FolderLock::take(folder.path(), &Session::SILENT).unwrap();
        let refused = FolderLock::take(folder.path(), &Session::SILENT).err().unwrap().to_string();
        assert!(refused.contains(&format!("process {} of ", std::process::id())), "{refused}");
        assert!(FolderLock::take_for_part(folder.path(), &Session::SILENT).is_err());
        drop(lock);
        assert!(is_empty(folder.path()));
        FolderLock::take(folder.path(), &Session::SILENT).unwrap();
    }

    #[test]
    fn parts_share_a_folder_that_no_whole_call_then_gets() {
        let folder = tempfile::tempdir().unwrap();
        let mut one = FolderLock::take_for_part(folder.path(), &Session::SILENT).unwrap();
        assert!(one.is_alone());
        one.share().unwrap();
        let two = FolderLock::take_for_part(folder.path(), &Session::SILENT).unwrap();
        assert!(!two.is_alone());
        assert!(FolderLock::take(folder.path(), &Session::SILENT).is_err());
        drop(one);
        two.check().unwrap();
        assert!(FolderLock::take(folder.path(), &Session::SILENT).is_err());
        drop(two);
        assert!(is_empty(folder.path()));
    }

    #[test]
    fn a_part_waits_for_one_that_begins() {
        let folder = tempfile::tempdir().unwrap();
        let mut one = FolderLock::take_for_part(folder.path(), &Session::SILENT).unwrap();
        let path = folder.path().to_owned();
        let two = std::thread::spawn(move || {
            FolderLock::take_for_part(&path, &Session::SILENT).unwrap().is_alone()
        });
        std::thread::sleep(TRY_EVERY * 3);
        one.share().unwrap();
        assert!(!two.join().unwrap());
    }

    #[test]
    fn the_lock_of_a_process_that_is_gone_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let left = Holder { host: host(), pid: 1, command: "train".into(), is_part: false };
        fs::write(folder.path().join(NAME), serde_json::to_string(&left).unwrap()).unwrap();
        FolderLock::take(folder.path(), &Session::SILENT).unwrap();
    }

    #[test]
    fn one_of_many_wins_and_whoever_comes_later_finds_no_trace() {
        for round in 0..50 {
            let folder = tempfile::tempdir().unwrap();
            let (start, wins) = (Barrier::new(4), AtomicUsize::new(0));
            let take = || {
                start.wait();
                let lock = FolderLock::take(folder.path(), &Session::SILENT);
                wins.fetch_add(usize::from(lock.is_ok()), Ordering::SeqCst);
                start.wait();
            };
            std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(take))));
            assert_eq!(wins.load(Ordering::SeqCst), 1, "round {round}");
            assert!(is_empty(folder.path()));
        }
    }

    #[test]
    fn a_folder_that_was_removed_is_noticed_and_one_without_results_is_not_left() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("new");
        let lock = FolderLock::take(&folder, &Session::SILENT).unwrap();
        lock.check().unwrap();
        fs::remove_dir_all(&folder).unwrap();
        fs::create_dir(&folder).unwrap();
        let error = lock.check().unwrap_err().to_string();
        assert!(error.ends_with("new: was removed or replaced while this command wrote to it"));
        drop(lock);
        fs::remove_dir(&folder).unwrap();
        drop(FolderLock::take(&folder, &Session::SILENT).unwrap());
        assert!(!folder.exists());
        for (finishes, stays) in [(false, false), (true, true), (false, true)] {
            let lock = FolderLock::take_for_results(&folder, &Session::SILENT).unwrap();
            fs::write(folder.join("result"), "").unwrap();
            if finishes {
                lock.finish().unwrap();
            } else {
                drop(lock);
            }
            // The last time it was there already.
            assert_eq!(folder.join("result").exists(), stays);
        }
    }
}
