//! Files that are complete or absent.

use crate::DataError;
use std::{
    fs,
    io::{self, BufWriter, Write},
    path::Path,
};

/// Writes a file under a temporary name in the same folder, then gives it its own.
///
/// The folder is created where it is missing. An interrupted or failed write leaves the former file,
/// or none.
pub fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), DataError> {
    replace(path, write).map_err(|source| DataError::Write { path: path.into(), source })
}

fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut file = BufWriter::new(temporary(folder)?);
    write(&mut file)?;
    file.into_inner()?.persist(path)?;
    Ok(())
}

/// Whether files can be made in a folder.
///
/// # Errors
///
/// Why they cannot.
pub fn can_write(folder: &Path) -> io::Result<()> {
    temporary(folder).map(drop)
}

/// The system's words alone, without the temporary name, which nobody asked for.
fn plain(error: io::Error) -> io::Error {
    let words = error.to_string();
    let own = words.split_once(" at path ").map_or(words.as_str(), |(own, _)| own);
    io::Error::new(error.kind(), own)
}

fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".").suffix(".part");
    #[cfg(unix)]
    {
        // A temporary file is private to its owner unless told otherwise; a result is not.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(plain)
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
