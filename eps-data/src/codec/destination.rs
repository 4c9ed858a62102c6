//! Where the bytes of a file that is written go.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Links that are followed, as Linux follows them.
const MOST_LINKS: usize = 40;

/// Where the bytes that are written to a path go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Destination {
    /// A file, there or not yet, which is replaced as a whole: the path with its links followed.
    File(PathBuf),
    /// What is no regular file, or is open already: a device, a pipe, a descriptor. It is written into.
    Stream(PathBuf),
    Stdout,
    Stderr,
}

impl Destination {
    /// Follows the links of a path, of which the last may point to a file that is not there yet.
    ///
    /// # Errors
    ///
    /// If a link cannot be read or has no end, or the path cannot be looked at.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut path = path.to_owned();
        for _ in 0..MOST_LINKS {
            // Not opened by its path: a file behind a shell's `>` would be written from its first byte.
            match descriptor(&path) {
                Some(1) => return Ok(Self::Stdout),
                Some(2) => return Ok(Self::Stderr),
                Some(_) => return Ok(Self::Stream(path)),
                None => {}
            }
            let kind = match fs::symlink_metadata(&path) {
                Ok(metadata) => metadata.file_type(),
                // Whoever makes the file finds out whether its folder can be made.
                Err(error) if is_absence(&error) => return Ok(Self::File(path)),
                Err(error) => return Err(error),
            };
            if !kind.is_symlink() {
                let is_replaced = kind.is_file() || kind.is_dir();
                return Ok(if is_replaced { Self::File(path) } else { Self::Stream(path) });
            }
            let target = fs::read_link(&path)?;
            path = folder_of(&path).join(target);
        }
        Err(io::Error::other("too many links, or links in a circle"))
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The folder of a file.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The open file of this process that a path such as `/proc/self/fd/1` stands for.
fn descriptor(path: &Path) -> Option<u32> {
    let number = path.file_name()?.to_str()?.parse().ok()?;
    let folder = folder_of(path).canonicalize().ok()?;
    let of_this = format!("/proc/{}", std::process::id());
    let is_of_descriptors = folder == Path::new("/dev/fd")
        || (folder.starts_with(of_this) && folder.file_name().is_some_and(|name| name == "fd"));
    is_of_descriptors.then_some(number)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_followed_to_files_that_are_there_and_that_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("below")).unwrap();
        fs::write(path("below/text"), "").unwrap();
        symlink("below/text", path("one")).unwrap();
        symlink(path("one"), path("two")).unwrap();
        symlink("below/new", path("three")).unwrap();
        assert_eq!(Destination::of(&path("two")).unwrap(), Destination::File(path("below/text")));
        assert_eq!(Destination::of(&path("three")).unwrap(), Destination::File(path("below/new")));
        assert_eq!(Destination::of(&path("plain")).unwrap(), Destination::File(path("plain")));
        symlink("circle", path("circle")).unwrap();
        assert!(Destination::of(&path("circle")).is_err());
    }

    #[test]
    fn devices_and_descriptors_are_written_into() {
        let null = PathBuf::from("/dev/null");
        assert_eq!(Destination::of(&null).unwrap(), Destination::Stream(null.clone()));
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        symlink(&null, &link).unwrap();
        assert_eq!(Destination::of(&link).unwrap(), Destination::Stream(null));
        if cfg!(target_os = "linux") {
            let of = |path: &str| Destination::of(Path::new(path)).unwrap();
            assert_eq!(of("/proc/self/fd/1"), Destination::Stdout);
            assert_eq!(of("/dev/stdout"), Destination::Stdout);
            assert_eq!(of("/dev/stderr"), Destination::Stderr);
            assert_eq!(of("/dev/fd/7"), Destination::Stream("/dev/fd/7".into()));
        }
    }
}
