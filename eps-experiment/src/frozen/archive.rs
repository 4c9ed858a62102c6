//! The tar archive: written without a clock, read within limits.

use anyhow::{Context as _, Result, bail, ensure};
use eps_data::codec::open_file;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Component, Path, PathBuf};

/// The folder in the archive.
const ROOT: &str = "frozen";

/// The most bytes of one file: counts of COCO's 82,783 images take a tenth of it.
const MAX_FILE: u64 = 256 << 20;

/// The most bytes of all files.
const MAX_FILES: u64 = 16 << 30;

/// An archive in the making.
pub(super) struct ArchiveWriter<W: Write>(tar::Builder<GzEncoder<W>>);

impl<W: Write> ArchiveWriter<W> {
    pub(super) fn new(out: W) -> Self {
        Self(tar::Builder::new(GzEncoder::new(out, Compression::default())))
    }

    /// Adds a file of the folder.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut header = tar::Header::new_ustar();
        // Names that do not fit would become entries of their own, which are not read back.
        header.set_path(format!("{ROOT}/{name}"))?;
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_cksum();
        self.0.append(&header, bytes)
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.0.into_inner()?.finish()?.flush()
    }
}

/// Unpacks an archive into an empty folder.
///
/// # Errors
///
/// If it is no such archive, or holds anything but plain files below its folder, a file twice, or more bytes
/// than any result has.
pub(super) fn unpack(archive: &Path, folder: &Path) -> Result<()> {
    let file = BufReader::new(open_file(archive)?);
    let mut entries = tar::Archive::new(GzDecoder::new(file));
    let mut left = MAX_FILES;
    // Raw, since names in entries of their own have no limit.
    for entry in entries.entries().with_context(|| no_archive(archive))?.raw(true) {
        let entry = entry.with_context(|| no_archive(archive))?;
        let name = name_of(&entry).with_context(|| no_archive(archive))?;
        let size = entry.header().size().with_context(|| no_archive(archive))?;
        // By what the header claims, before a byte is unpacked: a megabyte of gzip may hold a gigabyte.
        // No more than this is read of the entry.
        ensure!(
            size <= MAX_FILE.min(left),
            "{}: {} has {size} bytes, expected at most {}",
            archive.display(),
            name.display(),
            MAX_FILE.min(left)
        );
        left -= size;
        write_new(&folder.join(&name), entry).with_context(|| {
            format!("{}: {} cannot be unpacked", archive.display(), name.display())
        })?;
    }
    Ok(())
}

fn no_archive(path: &Path) -> String {
    format!(
        "{}: is no archive of `eps freeze`, expected one, a folder of masks, or a run",
        path.display()
    )
}

/// Name of an entry below the folder, which leads nowhere else.
fn name_of(entry: &tar::Entry<'_, impl Read>) -> Result<PathBuf> {
    let path = entry.path()?;
    let kind = entry.header().entry_type();
    ensure!(kind.is_file(), "{} is of kind {kind:?}, expected a file", path.display());
    let mut parts = path.components();
    let is_below = parts.next() == Some(Component::Normal(ROOT.as_ref()));
    let name = parts.as_path();
    let is_plain = name.components().all(|part| matches!(part, Component::Normal(_)));
    if !is_below || !is_plain || name.as_os_str().is_empty() {
        bail!("{} is in it, expected files below {ROOT}/", path.display());
    }
    Ok(name.into())
}

fn write_new(path: &Path, mut bytes: impl Read) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Not over another entry of this name.
    io::copy(&mut bytes, &mut File::create_new(path)?).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive of entries with these names and bytes, written without any check.
    fn archive(entries: &[(&str, u8, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (name, kind, bytes) in entries {
            let mut header = tar::Header::new_ustar();
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_entry_type(tar::EntryType::new(*kind));
            header.set_size(bytes.len() as u64);
            header.set_cksum();
            builder.append(&header, *bytes).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap()
    }

    fn unpacked(bytes: &[u8]) -> Result<Vec<PathBuf>> {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a.tgz");
        fs::write(&path, bytes).unwrap();
        let folder = root.path().join("unpacked");
        fs::create_dir(&folder).unwrap();
        unpack(&path, &folder)?;
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 2, "something beside the folder");
        Ok(fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into()).collect())
    }

    #[test]
    fn files_below_the_folder_are_unpacked() {
        let files = unpacked(&archive(&[("frozen/a.txt", b'0', b"text")])).unwrap();
        assert_eq!(files, [PathBuf::from("a.txt")]);
    }

    #[test]
    fn whatever_else_an_archive_may_hold_is_refused() {
        let refused = |entries: &[(&str, u8, &[u8])], expected: &str| {
            let error = format!("{:#}", unpacked(&archive(entries)).unwrap_err());
            assert!(error.contains(expected), "{error}");
        };
        refused(&[("a.txt", b'0', b"")], "expected files below frozen/");
        refused(&[("frozen/../../a.txt", b'0', b"")], "expected files below frozen/");
        refused(&[("/frozen/a.txt", b'0', b"")], "expected files below frozen/");
        refused(&[("frozen", b'0', b"")], "expected files below frozen/");
        refused(&[("frozen/link", b'2', b"")], "expected a file");
        refused(&[("frozen/name", b'L', b"a long name")], "expected a file");
        refused(&[("frozen/a", b'0', b""), ("frozen/a", b'0', b"")], "cannot be unpacked");
        let error = format!("{:#}", unpacked(b"no archive").unwrap_err());
        assert!(error.contains("is no archive of `eps freeze`"), "{error}");
    }

    #[test]
    fn a_size_that_no_result_has_is_refused_before_it_is_unpacked() {
        let mut header = tar::Header::new_ustar();
        header.set_path("frozen/large").unwrap();
        header.set_size(MAX_FILE + 1);
        header.set_cksum();
        let mut bytes = GzEncoder::new(Vec::new(), Compression::fast());
        bytes.write_all(header.as_bytes()).unwrap();
        let error = format!("{:#}", unpacked(&bytes.finish().unwrap()).unwrap_err());
        assert!(error.contains("large has 268435457 bytes"), "{error}");
    }

    #[test]
    fn a_cut_archive_is_refused() {
        let bytes = archive(&[("frozen/a.txt", b'0', &[7; 5000])]);
        assert!(unpacked(&bytes[..bytes.len() / 2]).is_err());
    }
}
