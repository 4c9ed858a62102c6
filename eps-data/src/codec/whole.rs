//! Whether a result of an earlier call is whole, without decoding it.

use super::header::PNG_SIGNATURE;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// The empty chunk that every PNG ends with.
const PNG_END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";
const ZIP_START: &[u8] = b"PK\x03\x04";
/// The record that an archive without a comment ends with.
const ZIP_END: &[u8] = b"PK\x05\x06";
const ZIP_END_LENGTH: u64 = 22;

/// Whether a PNG or `.npz` starts and ends as one that was written to its end.
///
/// A file that is not there is not whole, nor is one without bytes or one that was cut off: a result of
/// this kind is made again. Bytes that changed between start and end are not seen.
pub fn is_whole(path: &Path) -> bool {
    ends(path).unwrap_or(false)
}

fn ends(path: &Path) -> io::Result<bool> {
    if !std::fs::metadata(path)?.is_file() {
        return Ok(false);
    }
    let mut file = File::open(path)?;
    let (mut start, mut end) = ([0; 8], [0; ZIP_END_LENGTH as usize]);
    file.read_exact(&mut start)?;
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(ZIP_END_LENGTH)))?;
    file.read_exact(&mut end)?;
    let (words, _) = end[12..].as_chunks::<4>();
    let [size, place] = [words[0], words[1]].map(|word| u64::from(u32::from_le_bytes(word)));
    // The directory of an archive, whose size and place are said here, lies right before its end:
    //
    //   files | directory: `size` bytes from `place` on | 22 bytes, which say both
    //
    // An archive beyond 4 GB says them elsewhere, and has the largest number here.
    let is_archive = start.starts_with(ZIP_START)
        && end.starts_with(ZIP_END)
        && (place == u64::from(u32::MAX) || size + place + ZIP_END_LENGTH == length);
    Ok(is_archive || (start == *PNG_SIGNATURE && end.ends_with(PNG_END)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{ScoreFormat, write_mask, write_scores};
    use crate::{LabelMap, ScoreMap, Size};
    use std::fs;

    #[test]
    fn results_are_whole_and_no_part_of_one_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let size = Size::new(5, 4);
        write_mask(&path("a.png"), &LabelMap::new(size, vec![1; 20])).unwrap();
        for (name, format) in [("a.npz", ScoreFormat::F32), ("b.npz", ScoreFormat::F16)] {
            write_scores(&path(name), &ScoreMap::new(size, vec![3], vec![0.5; 20]), format)
                .unwrap();
        }
        for name in ["a.png", "a.npz", "b.npz"] {
            assert!(is_whole(&path(name)), "{name}");
            let whole = fs::read(path(name)).unwrap();
            for length in 0..whole.len() {
                fs::write(path(name), &whole[..length]).unwrap();
                assert!(!is_whole(&path(name)), "{name} of {length} bytes");
            }
        }
        assert!(!is_whole(&path("none.png")));
        assert!(!is_whole(folder.path()));
    }
}
