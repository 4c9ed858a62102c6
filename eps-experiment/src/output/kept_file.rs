//! Results that are not written over others without being told to.

use anyhow::{Result, ensure};
use eps_data::codec::write_file;
use std::fs;
use std::path::Path;

/// Writes a result; a file of other content is replaced only if `force` says so.
pub fn write_kept(path: &Path, bytes: &[u8], force: bool) -> Result<()> {
    let found = if path.is_file() { fs::read(path).ok() } else { None };
    if found.as_deref() == Some(bytes) {
        return Ok(());
    }
    ensure!(
        force || found.is_none(),
        "{}: a file with other content is there, expected another --out, or --force to replace it",
        path.display()
    );
    Ok(write_file(path, bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_other_content_stays_unless_forced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.txt");
        write_kept(&path, b"a\n", false).unwrap();
        write_kept(&path, b"a\n", false).unwrap();
        let message = write_kept(&path, b"b\n", false).unwrap_err().to_string();
        assert!(message.ends_with("another --out, or --force to replace it"), "{message}");
        assert_eq!(fs::read(&path).unwrap(), b"a\n");
        write_kept(&path, b"b\n", true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"b\n");
    }
}
