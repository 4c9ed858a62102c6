//! The chunks of a plain PNG.

use crate::Size;
use crate::codec::{header::PNG_SIGNATURE, png_chunks::Chunk};

/// The most bytes of a chunk that is passed over.
const MOST_ANCILLARY: usize = 64 << 10;

/// What a plain PNG announces.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) size: Size,
    pub(super) has_palette: bool,
    pub(super) has_transparency: bool,
    /// Of a pixel: 1, 2, 4 or 8.
    pub(super) bits: usize,
}

impl Header {
    /// Bytes of a row.
    pub(super) fn line(&self) -> usize {
        (self.size.width * self.bits).div_ceil(8)
    }

    fn of(data: &[u8]) -> Option<Self> {
        let (width, rest) = split_number(data)?;
        let (height, rest) = split_number(rest)?;
        // Depth, colour, and the only methods of compression, filter and interlacing.
        let (bits, has_palette) = match *rest {
            [bits @ (1 | 2 | 4 | 8), 0, 0, 0, 0] => (bits.into(), false),
            [bits @ (1 | 2 | 4 | 8), 3, 0, 0, 0] => (bits.into(), true),
            _ => return None,
        };
        let size = Size::new(width, height);
        let has_transparency = false;
        (width > 0 && height > 0).then_some(Self { size, has_palette, has_transparency, bits })
    }
}

/// The header, and the pixels as they are compressed, appended to `deflated`; `None` if a chunk is
/// damaged, at an unusual place, or one that changes what is read.
pub(super) fn read(bytes: &[u8], deflated: &mut Vec<u8>) -> Option<Header> {
    let (Chunk { kind, data, .. }, mut rest) = split_chunk(bytes.strip_prefix(PNG_SIGNATURE)?)?;
    let mut header = (kind == b"IHDR").then(|| Header::of(data))??;
    let (mut palettes, mut is_pixels) = (0, false);
    loop {
        let (Chunk { kind, data, .. }, next) = split_chunk(rest)?;
        rest = next;
        match kind {
            b"IDAT" => {
                is_pixels = true;
                deflated.extend(data);
            }
            _ if is_pixels => break,
            b"PLTE" if (3..=768).contains(&data.len()) => palettes += 1,
            _ if is_passed_over(kind, data) => header.has_transparency |= kind == b"tRNS",
            _ => return None,
        }
    }
    (palettes == usize::from(header.has_palette)).then_some(header)
}

/// Whether a chunk says nothing about the stored values; those of animations do.
fn is_passed_over(kind: &[u8; 4], data: &[u8]) -> bool {
    // Readers may pass over a chunk whose first letter is small, whatever it is.
    let is_ancillary = kind[0].is_ascii_lowercase();
    is_ancillary && ![b"acTL", b"fcTL", b"fdAT"].contains(&kind) && data.len() <= MOST_ANCILLARY
}

/// The first chunk, and what comes after it; `None` if it is damaged.
fn split_chunk(bytes: &[u8]) -> Option<(Chunk<'_>, &[u8])> {
    Chunk::split(bytes).filter(|(chunk, _)| chunk.is_whole())
}

/// A number of four bytes, the highest first.
fn split_number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_be_bytes(*number) as usize, rest))
}
