//! The chunks that a PNG consists of.

use super::header::PNG_SIGNATURE;
use flate2::Crc;

/// A chunk of a PNG.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk<'a> {
    pub(super) kind: &'a [u8; 4],
    pub(super) data: &'a [u8],
    /// What its checksum is of: kind and data.
    summed: &'a [u8],
    checksum: [u8; 4],
}

impl<'a> Chunk<'a> {
    /// The first chunk of these bytes, and what comes after it; `None` if they end before it does.
    pub(super) fn split(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (length, bytes) = bytes.split_first_chunk()?;
        let length = u32::from_be_bytes(*length) as usize;
        let (summed, rest) = bytes.split_at_checked(length.checked_add(4)?)?;
        let (&checksum, rest) = rest.split_first_chunk()?;
        let (kind, data) = summed.split_first_chunk()?;
        Some((Self { kind, data, summed, checksum }, rest))
    }

    /// Whether it has the bytes that were summed when it was written.
    pub(super) fn is_whole(&self) -> bool {
        let mut crc = Crc::new();
        crc.update(self.summed);
        crc.sum().to_be_bytes() == self.checksum
    }
}

/// The chunks of a PNG as far as they go; none of what is no PNG.
pub(super) fn chunks(bytes: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    let mut rest = bytes.strip_prefix(PNG_SIGNATURE).unwrap_or_default();
    std::iter::from_fn(move || {
        let (chunk, after) = Chunk::split(rest)?;
        rest = after;
        Some(chunk)
    })
}
