//! The size of a picture, from its header.

use super::{Content, jpeg, open_file};
use crate::{DataError, Size};
use std::{
    io::{self, BufRead, BufReader, Cursor, Read, Seek},
    path::Path,
};

pub(super) const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// What most readers of pictures take.
pub(super) const PICTURE: &str = "a JPEG or PNG";
const JPEG_SIGNATURE: &[u8] = &[0xFF, 0xD8];

/// What a picture file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Png,
    Jpeg,
}

impl Format {
    /// The format that these first bytes announce.
    pub fn of(start: &[u8]) -> Option<Self> {
        if start.starts_with(PNG_SIGNATURE) {
            Some(Self::Png)
        } else if start.starts_with(JPEG_SIGNATURE) {
            Some(Self::Jpeg)
        } else {
            None
        }
    }
}

/// Width and height of a JPEG or PNG; pixels are not decoded.
pub fn size_of(path: &Path) -> Result<Size, DataError> {
    let mut file = BufReader::new(open_file(path)?);
    let start = file.fill_buf().map_err(|source| DataError::open(path, source))?;
    refuse_other(path, start, PICTURE)?;
    read_size(&mut file).map_err(|source| refusal(path, source))
}

/// Width and height from the bytes of a JPEG or PNG; `path` is named in errors.
pub fn size_of_bytes(path: &Path, bytes: &[u8]) -> Result<Size, DataError> {
    refuse_other(path, bytes, PICTURE)?;
    read_size(&mut Cursor::new(bytes)).map_err(|source| refusal(path, source))
}

fn refusal(path: &Path, source: io::Error) -> DataError {
    DataError::decode(path, "JPEG or PNG", source)
}

fn read_size(file: &mut (impl BufRead + Seek)) -> io::Result<Size> {
    let format = Format::of(file.fill_buf()?);
    let size = match format {
        Some(Format::Png) => png_size(file)?,
        Some(Format::Jpeg) => jpeg::size(file)?,
        None => return Err(io::Error::other("it starts like neither")),
    };
    match size {
        Size { width: 0, .. } | Size { height: 0, .. } => Err(io::Error::other("it has no pixel")),
        size => Ok(size),
    }
}

/// Refuses bytes that are known to be something else than a PNG or JPEG, or than a PNG where that is
/// `expected`.
pub(super) fn refuse_other(path: &Path, bytes: &[u8], expected: &str) -> Result<(), DataError> {
    match Content::of(bytes) {
        None | Some(Content::Png) => Ok(()),
        Some(Content::Jpeg) if !expected.starts_with("a PNG") => Ok(()),
        Some(content) => Err(DataError::content(path, content.to_string(), expected)),
    }
}

/// Signature, length and name of the first chunk, then width and height.
fn png_size(file: &mut impl Read) -> io::Result<Size> {
    // 8 bytes of signature, 4 of the chunk's length, 4 of its name, 4 a side.
    let mut header = [0; 24];
    file.read_exact(&mut header)?;
    if &header[12..16] != b"IHDR" {
        return Err(io::Error::other("its first chunk is not IHDR"));
    }
    let (sides, _) = header[16..].as_chunks::<4>();
    let [width, height] = [sides[0], sides[1]].map(|side| u32::from_be_bytes(side) as usize);
    Ok(Size::new(width, height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{write_jpeg, write_rgb_png};
    use image::RgbImage;
    use std::fs;

    #[test]
    fn sizes_are_read_without_decoding() {
        let folder = tempfile::tempdir().unwrap();
        let picture = RgbImage::from_fn(37, 21, |x, y| image::Rgb([x as u8, y as u8, 9]));
        let (jpeg, png) = (folder.path().join("a.jpg"), folder.path().join("a.png"));
        write_jpeg(&jpeg, &picture, 90).unwrap();
        write_rgb_png(&png, &picture).unwrap();
        assert_eq!(size_of(&jpeg).unwrap(), Size::new(37, 21));
        assert_eq!(size_of(&png).unwrap(), Size::new(37, 21));
        fs::write(&png, &fs::read(&png).unwrap()[..30]).unwrap();
        assert_eq!(size_of(&png).unwrap(), Size::new(37, 21), "the header is enough");
    }

    #[test]
    fn other_files_and_cut_headers_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        for (bytes, found) in [(&b""[..], "an empty file"), (b"GIF89a", "a GIF")] {
            fs::write(&path, bytes).unwrap();
            let message = size_of(&path).unwrap_err().to_string();
            let expected = format!("a.png: {found}, expected a JPEG or PNG");
            assert!(message.ends_with(&expected), "{message}");
        }
        for bytes in [&b"words"[..], PNG_SIGNATURE, JPEG_SIGNATURE, &[0xFF, 0xD8, 0xFF, 0xC0]] {
            fs::write(&path, bytes).unwrap();
            let message = size_of(&path).unwrap_err().to_string();
            assert!(message.ends_with("a.png: not a JPEG or PNG that can be decoded"), "{message}");
        }
    }
}
