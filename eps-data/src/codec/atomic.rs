//! Files that are complete or absent.

use super::destination::{Destination, folder_of};
use super::temporary::temporary;
use crate::DataError;
use std::{
    fs,
    io::{self, BufWriter, Write},
    path::Path,
};

/// Writes a file under a temporary name in the same folder, then gives it its own.
///
/// The folder is created where it is missing. An interrupted or failed write leaves the former file,
/// or none. A link stays, and the file it points to is replaced; what is no regular file, such as a
/// device, a pipe or `/dev/stdout`, is written into.
pub fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), DataError> {
    let written = Destination::of(path).and_then(|destination| match destination {
        Destination::File(path) => replace(&path, write),
        // Appended: a descriptor may be of a file that has something in it.
        Destination::Stream(path) => fill(fs::OpenOptions::new().append(true).open(path)?, write),
        Destination::Stdout => fill(io::stdout().lock(), write),
        Destination::Stderr => fill(io::stderr().lock(), write),
    });
    written.map_err(|source| DataError::Write { path: path.into(), source })
}

/// Writes the bytes of a file whole or not at all, as [`write_atomically`] does.
pub fn write_file(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), DataError> {
    write_atomically(path, |file| file.write_all(bytes.as_ref()))
}

fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // In the same folder, thus on the same file system: there a rename replaces a file at once, and
    // a reader sees the old one or the new one. Nothing is synced: this is for processes that are
    // killed, not for machines that lose their power.
    let folder = folder_of(path);
    fs::create_dir_all(folder)?;
    let file = temporary(folder)?;
    // Written as a plain file, whose errors do not have the temporary name.
    fill(file.as_file(), write)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn fill(out: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    write(&mut out)?;
    out.flush()
}

/// Whether files can be made in a folder.
///
/// # Errors
///
/// Why they cannot.
pub fn can_write(folder: &Path) -> io::Result<()> {
    temporary(folder).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_folder_is_created_and_a_former_file_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/text.txt");
        for text in ["one", "two"] {
            write_atomically(&path, |file| file.write_all(text.as_bytes())).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_folder_that_is_none_is_told_without_a_temporary_name() {
        let folder = tempfile::tempdir().unwrap();
        can_write(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let file = folder.path().join("text");
        fs::write(&file, "").unwrap();
        let error = can_write(&file).unwrap_err();
        assert!(!error.to_string().contains(".part"), "{error}");
        assert!(error.to_string().contains("os error"), "{error}");
    }

    #[test]
    fn a_failed_write_leaves_the_former_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text.txt");
        fs::write(&path, "former").unwrap();
        let failure = write_atomically(&path, |file| {
            file.write_all(b"half")?;
            Err(io::Error::other("no more"))
        });
        assert!(failure.unwrap_err().to_string().ends_with("text.txt: cannot be written"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "former");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_is_told_in_the_systems_words_alone() {
        let error = write_atomically(Path::new("/dev/full"), |file| file.write_all(b"text"));
        let DataError::Write { path, source } = error.unwrap_err() else { unreachable!() };
        assert_eq!(path, Path::new("/dev/full"));
        assert_eq!(source.kind(), io::ErrorKind::StorageFull);
        assert!(!source.to_string().contains(".part"), "{source}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_the_file_that_it_points_to_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("below")).unwrap();
        std::os::unix::fs::symlink("below/text", path("link")).unwrap();
        for text in ["new", "newer"] {
            write_atomically(&path("link"), |file| file.write_all(text.as_bytes())).unwrap();
            assert!(fs::symlink_metadata(path("link")).unwrap().is_symlink());
            assert_eq!(fs::read_to_string(path("below/text")).unwrap(), text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_gets_the_bytes_and_stays_a_pipe() {
        use std::os::unix::fs::FileTypeExt;
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let read = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read_to_string(pipe).unwrap()
        });
        write_atomically(&pipe, |file| file.write_all(b"text")).unwrap();
        assert_eq!(read.join().unwrap(), "text");
        assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    }

    #[cfg(unix)]
    #[test]
    fn a_written_file_has_the_permissions_of_any_other() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |name: &str| {
            fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777
        };
        fs::write(folder.path().join("plain"), "").unwrap();
        write_atomically(&folder.path().join("ours"), |_| Ok(())).unwrap();
        assert_eq!(mode("ours"), mode("plain"));
    }
}
