//! The markers of a JPEG file: its size, and whether it ends.

use crate::Size;
use std::io::{self, BufRead, Seek, SeekFrom};

const END_OF_IMAGE: u8 = 0xD9;
const START_OF_SCAN: u8 = 0xDA;

/// Size of the first frame; reads up to its header only.
pub(super) fn size(file: &mut (impl BufRead + Seek)) -> io::Result<Size> {
    file.seek(SeekFrom::Start(2))?;
    loop {
        let marker = next_marker(file)?;
        match marker {
            marker if starts_frame(marker) => return frame_size(file),
            START_OF_SCAN | END_OF_IMAGE => return Err(io::ErrorKind::UnexpectedEof.into()),
            _ => skip_segment(file)?,
        }
    }
}

/// Whether the end marker is reached, scan after scan.
///
/// A decoder that forgives fills the rest of a truncated photograph with grey; training on that
/// should not go unnoticed.
pub(super) fn is_complete(file: &mut (impl BufRead + Seek)) -> io::Result<bool> {
    file.seek(SeekFrom::Start(2))?;
    loop {
        // A search from marker to marker through the data, without a look at what it codes.
        let marker = next_marker(file);
        if let Ok(END_OF_IMAGE) = marker {
            return Ok(true);
        }
        match marker.and_then(|_| skip_segment(file)) {
            Ok(()) => {}
            Err(end) if end.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(other) => return Err(other),
        }
    }
}

/// Skips compressed data up to the next marker that is neither stuffing nor a restart.
fn next_marker(file: &mut impl BufRead) -> io::Result<u8> {
    loop {
        if file.skip_until(0xFF)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut code = byte(file)?;
        while code == 0xFF {
            code = byte(file)?;
        }
        if code != 0 && !stands_alone(code) {
            return Ok(code);
        }
    }
}

fn skip_segment(file: &mut (impl BufRead + Seek)) -> io::Result<()> {
    let length = u16::from_be_bytes([byte(file)?, byte(file)?]);
    // A length below the two bytes that it takes itself is damage, and must not lead back.
    file.seek_relative(i64::from(length).max(2) - 2)
}

/// Length, precision, height, width.
fn frame_size(file: &mut impl BufRead) -> io::Result<Size> {
    let mut header = [0; 7];
    file.read_exact(&mut header)?;
    let [_, _, _, a, b, c, d] = header;
    Ok(Size::new(u16::from_be_bytes([c, d]).into(), u16::from_be_bytes([a, b]).into()))
}

/// Start of frame, but not the three other tables that share its range.
fn starts_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
}

/// Markers without a length: restarts, the start of the image and the temporary one.
fn stands_alone(marker: u8) -> bool {
    matches!(marker, 0xD0..=0xD8 | 0x01)
}

fn byte(file: &mut impl BufRead) -> io::Result<u8> {
    let mut byte = [0];
    file.read_exact(&mut byte)?;
    Ok(byte[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// A comment, a frame of 5×3, a scan with stuffing and a restart, a second scan.
    #[rustfmt::skip]
    const MARKERS: &[u8] = &[
        0xFF, 0xD8,
        0xFF, 0xFE, 0, 6, 0xFF, 0xD9, 0xFF, 0xDA,
        0xFF, 0xFF, 0xC2, 0, 8, 8, 0, 3, 0, 5, 0,
        0xFF, 0xDA, 0, 3, 0, 1, 2, 0xFF, 0, 3, 0xFF, 0xD0, 4,
        0xFF, 0xDA, 0, 2, 5,
        0xFF, 0xD9,
    ];

    #[test]
    fn the_frame_is_found_behind_a_comment_that_looks_like_markers() {
        assert_eq!(size(&mut Cursor::new(MARKERS)).unwrap(), Size::new(5, 3));
    }

    #[test]
    fn only_the_end_marker_behind_the_last_scan_ends_a_file() {
        assert!(is_complete(&mut Cursor::new(MARKERS)).unwrap());
        for length in 2..MARKERS.len() {
            assert!(!is_complete(&mut Cursor::new(&MARKERS[..length])).unwrap(), "{length} bytes");
        }
    }
}
