//! A folder that one process of all machines works in at a time.

// What a process does that finds `lock.1` in a folder:
//
//     it is released                                      creates lock.2, and works
//     its process was of this machine, and is gone        creates lock.2, and works
//     its last sign of life is older than the expiry      creates lock.2, and works; the other process,
//                                                         should it wake up, finds lock.2 and ends
//     else                                                leaves the folder alone
//
// Processes of other machines cannot be looked up, and not every shared file system has locks that reach
// all machines: hence the signs of life. Of two processes that create lock.2 at once, the file system
// lets one win.

use super::lock_note::LockNote;
use crate::Alarm;
use crate::moment::now;
use anyhow::{Context as _, Result};
use eps_data::codec::{remove_abandoned, temporary_name};
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

/// The longest time between two signs of life.
const LONGEST_BEAT: Duration = Duration::from_secs(30);
/// How often progress is written at most, besides the signs of life.
const SHORTEST_BEAT: Duration = Duration::from_secs(2);
/// Missed signs of life before a lock may expire, whatever the time.
const MISSED: u32 = 3;

/// A folder that this process works in.
///
/// Locks are files `lock.1`, `lock.2`, ..: the last one counts. Whoever finds it expired takes the
/// folder over by creating the next one, which the file system grants to one process only. A number
/// is not used twice, so a process that was slow to act on what it saw cannot win against one that
/// came after.
pub(super) struct Lock {
    hold: Arc<Hold>,
    stop: Option<Sender<()>>,
    heart: Option<JoinHandle<()>>,
}

/// What came of trying to take a folder.
pub(super) enum Attempt {
    Taken(Lock),
    Held(LockNote),
}

/// A lock file and what it says.
struct Hold {
    folder: PathBuf,
    generation: u64,
    file: Mutex<File>,
    note: Mutex<LockNote>,
    written: Mutex<Instant>,
    alarm: fn(&Alarm),
}

impl Lock {
    /// Takes a folder unless somebody works in it: somebody of this machine whose process is there,
    /// or of another with a sign of life within `expiry`.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read or written.
    pub(super) fn acquire(folder: &Path, expiry: Duration, alarm: fn(&Alarm)) -> Result<Attempt> {
        fs::create_dir_all(folder).with_context(|| unlockable(folder))?;
        let latest = latest(folder).with_context(|| unlockable(folder))?;
        if let Some(note) = latest.and_then(|generation| held(folder, generation, expiry)) {
            return Ok(Attempt::Held(note));
        }
        Self::after(folder, latest.unwrap_or(0), expiry, alarm)
    }

    /// Takes a folder whose last lock, `latest`, counts no more.
    fn after(folder: &Path, latest: u64, expiry: Duration, alarm: fn(&Alarm)) -> Result<Attempt> {
        let generation = latest + 1;
        let path = path(folder, generation);
        let file = match File::options().read(true).write(true).create_new(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Ok(Attempt::Held(read(&path)));
            }
            Err(error) => return Err(error).with_context(|| unlockable(folder)),
        };
        // What was seen may have been old: a later lock wins.
        let last = self::latest(folder).with_context(|| unlockable(folder))?;
        if let Some(later) = last.filter(|later| *later > generation) {
            fs::remove_file(&path).with_context(|| unlockable(folder))?;
            return Ok(Attempt::Held(read(&self::path(folder, later))));
        }
        remove_earlier(folder, generation);
        remove_abandoned(folder);
        let lock = Self::hold(folder, generation, file, expiry, alarm)
            .with_context(|| unlockable(folder))?;
        Ok(Attempt::Taken(lock))
    }

    fn hold(
        folder: &Path,
        generation: u64,
        file: File,
        expiry: Duration,
        alarm: fn(&Alarm),
    ) -> std::io::Result<Self> {
        // Five or more within the expiry, of which a few may come late.
        let beat = (expiry / 5).min(LONGEST_BEAT).max(Duration::from_millis(100));
        let mut note = LockNote::of_this_process(beat.as_secs());
        // Before anything is written, since others look at it only once they know who we are.
        note.is_locked_by_system = file.try_lock().is_ok();
        let hold = Arc::new(Hold {
            folder: folder.into(),
            generation,
            file: Mutex::new(file),
            note: Mutex::new(note),
            written: Mutex::new(Instant::now()),
            alarm,
        });
        hold.write()?;
        let (stop, stopped) = channel();
        let beating = Arc::clone(&hold);
        let heart = std::thread::spawn(move || beating.beat(beat, &stopped));
        Ok(Self { hold, stop: Some(stop), heart: Some(heart) })
    }

    /// Says what is being done, for `eps ablate status`.
    pub(super) fn report(&self, stage: &str, done: usize, total: usize, left: Option<Duration>) {
        {
            let mut note = locked(&self.hold.note);
            stage.clone_into(&mut note.stage);
            (note.done, note.total) = (done, total);
            note.seconds_left = left.map(|left| left.as_secs());
        }
        if locked(&self.hold.written).elapsed() >= SHORTEST_BEAT || done == 0 {
            // A note that cannot be written is tried again by the next sign of life.
            let _ = self.hold.write();
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The heart first, whose next sign of life would undo the release.
        drop(self.stop.take());
        if let Some(heart) = self.heart.take() {
            let _ = heart.join();
        }
        // Marked, not removed, so that its number is not used again.
        locked(&self.hold.note).is_released = true;
        if let Err(error) = self.hold.write() {
            self.hold.unwritable(&format!("cannot be released: {error}"));
        }
    }
}

impl Hold {
    fn path(&self) -> PathBuf {
        path(&self.folder, self.generation)
    }

    fn write(&self) -> std::io::Result<()> {
        let text = {
            let mut note = locked(&self.note);
            note.heartbeat = now();
            note.padded()
        };
        let mut file = locked(&self.file);
        file.seek(SeekFrom::Start(0))?;
        file.write_all(text.as_bytes())?;
        *locked(&self.written) = Instant::now();
        Ok(())
    }

    fn unwritable(&self, fault: &str) {
        (self.alarm)(&Alarm::Unwritable(format!("{}: {fault}", self.path().display())));
    }

    /// Gives signs of life until the lock is released. A process that was stopped for so long that
    /// another took its folder must not write there any more, so the alarm is to end it.
    fn beat(&self, every: Duration, stopped: &Receiver<()>) {
        while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
            if latest(&self.folder).ok().flatten().is_some_and(|latest| latest > self.generation) {
                (self.alarm)(&Alarm::Lost(format!(
                    "{}: taken over by another process, since this one gave no sign of life",
                    self.path().display()
                )));
                return;
            }
            if let Err(error) = self.write() {
                self.unwritable(&format!("cannot be renewed: {error}"));
            }
        }
    }
}

/// Who works in a folder, and whether their lock has not expired.
pub(super) fn holder(folder: &Path, expiry: Duration) -> Option<LockNote> {
    held(folder, latest(folder).ok().flatten()?, expiry)
}

/// The note of a lock that counts.
fn held(folder: &Path, generation: u64, expiry: Duration) -> Option<LockNote> {
    let path = path(folder, generation);
    let note = read(&path);
    let is_gone = note.is_locked_by_system && note.is_of_this_machine() && is_unlocked(&path);
    if note.is_released || is_gone {
        return None;
    }
    let beats = Duration::from_secs(note.beat) * MISSED;
    (age(folder, &path) <= expiry.max(beats)).then_some(note)
}

/// The note of a lock; one without names where it cannot be read yet.
fn read(path: &Path) -> LockNote {
    fs::read_to_string(path).ok().and_then(|text| LockNote::parse(&text)).unwrap_or_default()
}

/// Whether the system has no lock on the file, so that the process which had it is gone.
fn is_unlocked(path: &Path) -> bool {
    let Ok(file) = File::options().read(true).write(true).open(path) else { return false };
    match file.try_lock() {
        // Given back with the handle.
        Ok(()) => true,
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
    }
}

/// Time since a lock was written; both ends are times of the file system, since the clocks of two
/// machines differ.
fn age(folder: &Path, path: &Path) -> Duration {
    let written = fs::metadata(path).and_then(|metadata| metadata.modified());
    let written = written.unwrap_or_else(|_| SystemTime::now());
    time_of(folder).duration_since(written).unwrap_or_default()
}

/// What the file system takes for the present; the clock of this machine where nothing can be written.
fn time_of(folder: &Path) -> SystemTime {
    let path = folder.join(temporary_name(&format!("{:?}", std::thread::current().id())));
    let touched = fs::write(&path, b"0").and_then(|()| fs::metadata(&path)?.modified());
    let _ = fs::remove_file(&path);
    touched.unwrap_or_else(|_| SystemTime::now())
}

fn unlockable(folder: &Path) -> String {
    format!("{}: cannot be locked", folder.display())
}

fn path(folder: &Path, generation: u64) -> PathBuf {
    folder.join(format!("lock.{generation}"))
}

/// The number of the last lock.
fn latest(folder: &Path) -> std::io::Result<Option<u64>> {
    Ok(generations(folder)?.into_iter().max())
}

fn generations(folder: &Path) -> std::io::Result<Vec<u64>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("lock."));
        found.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    Ok(found)
}

/// Earlier locks say nothing any more; one that cannot be removed does no harm.
fn remove_earlier(folder: &Path, generation: u64) {
    for earlier in generations(folder).unwrap_or_default() {
        if earlier < generation {
            let _ = fs::remove_file(path(folder, earlier));
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const HOUR: Duration = Duration::from_secs(3600);

    fn taken(folder: &Path, expiry: Duration) -> Option<Lock> {
        match Lock::acquire(folder, expiry, |_| {}).unwrap() {
            Attempt::Taken(lock) => Some(lock),
            Attempt::Held(_) => None,
        }
    }

    /// A lock of another machine, written so long ago.
    fn write_foreign(folder: &Path, generation: u64, age: Duration) {
        let note = LockNote { host: "elsewhere".into(), pid: 7, beat: 1, ..LockNote::default() };
        let path = path(folder, generation);
        fs::write(&path, note.padded()).unwrap();
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(SystemTime::now() - age)
            .unwrap();
    }

    #[test]
    fn a_folder_is_held_until_its_lock_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let lock = taken(folder.path(), HOUR).expect("nobody has it");
        lock.report("training", 3, 9, Some(Duration::from_secs(5)));
        assert!(taken(folder.path(), HOUR).is_none());
        let note = holder(folder.path(), HOUR).expect("it is held");
        assert_eq!((note.pid, note.host.is_empty()), (std::process::id(), false));
        drop(lock);
        assert!(holder(folder.path(), HOUR).is_none());
        assert!(taken(folder.path(), HOUR).is_some());
    }

    #[test]
    fn a_lock_of_another_machine_counts_until_it_expires() {
        let folder = tempfile::tempdir().unwrap();
        write_foreign(folder.path(), 4, Duration::from_secs(60));
        assert!(taken(folder.path(), Duration::from_secs(120)).is_none());
        assert_eq!(holder(folder.path(), HOUR).unwrap().host, "elsewhere");
        assert!(taken(folder.path(), Duration::from_secs(30)).is_some());
        assert_eq!(generations(folder.path()).unwrap(), [5]);
    }

    #[test]
    fn a_process_of_this_machine_that_is_gone_holds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let note = LockNote { is_locked_by_system: true, ..LockNote::of_this_process(30) };
        fs::write(path(folder.path(), 1), note.padded()).unwrap();
        assert!(taken(folder.path(), HOUR).is_some());
    }

    #[test]
    fn one_of_many_takers_of_an_expired_lock_wins() {
        for round in 0..50 {
            let folder = tempfile::tempdir().unwrap();
            write_foreign(folder.path(), 1, HOUR);
            let (start, wins) = (Barrier::new(4), AtomicUsize::new(0));
            let take = || {
                start.wait();
                let lock = taken(folder.path(), Duration::from_secs(60));
                wins.fetch_add(usize::from(lock.is_some()), Ordering::SeqCst);
                // Whoever won holds it until all have tried.
                start.wait();
                drop(lock);
            };
            std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(take))));
            assert_eq!(wins.load(Ordering::SeqCst), 1, "round {round}");
        }
    }

    #[test]
    fn who_acts_on_an_older_lock_does_not_win_against_a_later_one() {
        let folder = tempfile::tempdir().unwrap();
        // The second lock was there and is cleared away, so its number is free again.
        write_foreign(folder.path(), 3, Duration::ZERO);
        let late = Lock::after(folder.path(), 1, HOUR, |_| {}).unwrap();
        assert!(matches!(late, Attempt::Held(note) if note.host == "elsewhere"));
        assert_eq!(generations(folder.path()).unwrap(), [3]);
    }
}
