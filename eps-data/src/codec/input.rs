//! Opening files that others wrote: regular ones, of a size that can be meant, with text as UTF-8.

use super::Content;
use crate::DataError;
use std::fs::{self, File, FileType};
use std::io::Read as _;
use std::path::Path;

/// The most bytes of a file that is read whole: COCO's largest instances file has half a gigabyte.
pub const MAX_BYTES: u64 = 4 << 30;

/// The most bytes of a text: a million lines with a label for each of a hundred classes.
pub const MAX_TEXT: u64 = 256 << 20;

/// Opens a regular file.
///
/// A device may never end and a pipe may never begin, so neither is opened.
///
/// # Errors
///
/// [`DataError::Open`] if it cannot be opened, [`DataError::Content`] if it is no regular file.
pub fn open_file(path: &Path) -> Result<File, DataError> {
    // Before it is opened: opening a pipe waits for who writes to it.
    let kind = fs::metadata(path).map_err(|source| DataError::open(path, source))?.file_type();
    if !kind.is_file() {
        return Err(DataError::content(path, name_of(kind), "a regular file"));
    }
    File::open(path).map_err(|source| DataError::open(path, source))
}

/// The bytes of a regular file of at most [`MAX_BYTES`].
///
/// # Errors
///
/// As [`open_file`], and [`DataError::Content`] if it is longer.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, DataError> {
    read_bytes_up_to(path, MAX_BYTES)
}

/// SHA-256 of a file's bytes, in hexadecimal.
///
/// # Errors
///
/// As [`read_bytes`].
pub fn sha256_of_file(path: &Path) -> Result<String, DataError> {
    Ok(crate::sha256(read_bytes(path)?))
}

/// The bytes of a regular file of at most `limit` bytes.
///
/// # Errors
///
/// As [`read_bytes`].
pub fn read_bytes_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, DataError> {
    let file = open_file(path)?;
    let length = file.metadata().map_err(|source| DataError::open(path, source))?.len();
    let mut bytes = Vec::with_capacity(length.min(limit) as usize);
    // A file may grow while it is read, and those of /proc say that they are empty.
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|source| DataError::open(path, source))?;
    if bytes.len() as u64 > limit {
        return Err(DataError::content(path, "a larger file", format!("at most {limit} bytes")));
    }
    Ok(bytes)
}

/// The text of a file of at most [`MAX_TEXT`], without a byte-order mark.
///
/// UTF-8, or UTF-16 that begins with its byte-order mark, as spreadsheets save it.
///
/// # Errors
///
/// As [`read_bytes`], and [`DataError::Content`] if it is not such text: it says what it is instead.
pub fn read_text(path: &Path) -> Result<String, DataError> {
    decode_text(path, read_bytes_up_to(path, MAX_TEXT)?)
}

/// The text that these bytes spell, as [`read_text`] does it; `path` is named in errors.
///
/// # Errors
///
/// [`DataError::Content`] if they are no text.
pub fn decode_text(path: &Path, bytes: Vec<u8>) -> Result<String, DataError> {
    let expected = "text in UTF-8";
    match Content::of(&bytes) {
        Some(Content::Utf16) => {
            let text = utf16(&bytes);
            return text
                .ok_or_else(|| DataError::content(path, "damaged text in UTF-16", expected));
        }
        // These can be text, and their readers know better what to expect of it.
        None | Some(Content::Empty | Content::Xml) => {}
        Some(other) => return Err(DataError::content(path, other.to_string(), expected)),
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let (bytes, end) = (error.as_bytes(), error.utf8_error().valid_up_to());
        DataError::content(path, not_utf8(bytes, end), expected)
    })?;
    if text.contains('\0') {
        return Err(DataError::content(path, "binary data", expected));
    }
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Where bytes stop being UTF-8.
fn not_utf8(bytes: &[u8], end: usize) -> String {
    if bytes.contains(&0) {
        return "binary data".into();
    }
    let line = bytes[..end].iter().filter(|&&byte| byte == b'\n').count() + 1;
    format!("byte 0x{:02X} in line {line}, which is not UTF-8 (Latin-1?)", bytes[end])
}

/// Text of two bytes a unit after its byte-order mark.
fn utf16(bytes: &[u8]) -> Option<String> {
    let (units, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let unit = if bytes.starts_with(b"\xFE\xFF") { u16::from_be_bytes } else { u16::from_le_bytes };
    let units: Vec<u16> = units.iter().skip(1).copied().map(unit).collect();
    String::from_utf16(&units).ok()
}

/// What an input is that is no regular file.
fn name_of(kind: FileType) -> &'static str {
    if kind.is_dir() { "a folder" } else { special(kind) }
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "a device"
}

/// Whether something has this name, be it a link to nothing: what a reader then says of it is better
/// than to take another file without a word.
pub fn is_named(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of a file with these bytes, or what is found in it.
    fn text_of(bytes: &[u8]) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.txt");
        fs::write(&path, bytes).unwrap();
        read_text(&path).map_err(|error| {
            let message = error.to_string();
            message.split("list.txt: ").nth(1).unwrap().to_owned()
        })
    }

    #[test]
    fn texts_of_every_encoding_with_a_mark_are_the_same() {
        assert_eq!(text_of("é\n".as_bytes()).unwrap(), "é\n");
        assert_eq!(text_of(b"\xEF\xBB\xBF\xC3\xA9\n").unwrap(), "é\n");
        assert_eq!(text_of(b"\xFF\xFE\xE9\x00\n\x00").unwrap(), "é\n");
        assert_eq!(text_of(b"\xFE\xFF\x00\xE9\x00\n").unwrap(), "é\n");
        assert_eq!(text_of(b"").unwrap(), "");
    }

    #[test]
    fn what_is_no_text_is_named() {
        let cases: [(&[u8], &str); 5] = [
            (b"a\nb\xE9\n", "byte 0xE9 in line 2, which is not UTF-8 (Latin-1?)"),
            (b"a\0b\0", "binary data"),
            (b"\xFF\xFEa", "damaged text in UTF-16"),
            (b"<html><body>404", "an HTML page"),
            (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
        ];
        for (bytes, found) in cases {
            assert_eq!(text_of(bytes).unwrap_err(), format!("{found}, expected text in UTF-8"));
        }
    }

    #[test]
    fn a_file_above_the_limit_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, [0; 10]).unwrap();
        assert_eq!(read_bytes_up_to(&path, 10).unwrap().len(), 10);
        let message = read_bytes_up_to(&path, 9).unwrap_err().to_string();
        assert!(message.ends_with("a larger file, expected at most 9 bytes"), "{message}");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let message = |path: &Path| read_bytes(path).unwrap_err().to_string();
        assert!(message(folder.path()).ends_with(": a folder, expected a regular file"));
        assert_eq!(message(Path::new("/dev/zero")), "/dev/zero: a device, expected a regular file");
        let absent = read_bytes(&folder.path().join("none")).unwrap_err();
        let DataError::Open { source, .. } = &absent else { panic!("{absent}") };
        assert_eq!(source.kind(), std::io::ErrorKind::NotFound);
    }
}
