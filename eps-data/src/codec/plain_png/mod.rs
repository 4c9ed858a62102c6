//! Plain PNGs, which masks nearly always are, read at the speed of memory.
//!
//! A plain PNG has a palette index or a grey value of at most 8 bits for each pixel, row after row, and
//! nothing wrong with it. Everything else is left to the `png` crate, which says what it is. The CRC-32
//! of every chunk up to the one after the pixels and the Adler-32 of the pixels are verified.

// One buffer holds a file from inflation to pixels; `f` names the filter of the row behind it:
//
//   0 0 0 | f row | f row | f row      as inflated, behind a row of zeros for the first to refer to
//   0 0 0 | row | row | row            for pixels: each row moves over the bytes before it
//   0 0 0 0 row 0 row 0 row            for runs: the rows stay, one byte apart
//
// Cost: the inflation with its checksums, a move of each row at most, and a pass over those rows that
// have a filter.

mod chunks;
mod filter;
#[cfg(test)]
mod tests;

use super::png_file::{grey_step, unpack};
use crate::{ClassId, LabelRuns, Size};
use chunks::Header;
use flate2::{Decompress, FlushDecompress, Status};

/// The most pixels of a plain PNG.
const MOST_PIXELS: usize = 32 << 20;

/// Reads plain PNGs one after another into the same memory.
pub(super) struct PlainPngReader {
    inflater: Decompress,
    deflated: Vec<u8>,
    /// A row of zeroes, as which filters see what is above the picture, and the rows.
    rows: Vec<u8>,
    /// One byte a pixel, of files that hold more than one in a byte.
    unpacked: Vec<ClassId>,
}

/// Index or grey value of each pixel; grey values are in 0..=255 whatever the depth.
pub(super) struct PlainPng<'a> {
    pub(super) size: Size,
    pub(super) has_palette: bool,
    /// Whether one of the values stands for no colour at all.
    pub(super) has_transparency: bool,
    pub(super) pixels: &'a [ClassId],
}

impl Default for PlainPngReader {
    fn default() -> Self {
        let (deflated, rows, unpacked) = Default::default();
        Self { inflater: Decompress::new(true), deflated, rows, unpacked }
    }
}

impl PlainPngReader {
    /// Decodes the bytes of a file; `None` if it is not plain.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Option<PlainPng<'_>> {
        let header = self.inflate(bytes)?;
        let Header { size, has_palette, has_transparency, .. } = header;
        Some(PlainPng { size, has_palette, has_transparency, pixels: self.pixels(&header)? })
    }

    /// Finds the runs of equal values in the bytes of a file; `None` if it is not plain.
    pub(super) fn read_runs(&mut self, bytes: &[u8], runs: &mut LabelRuns) -> Option<()> {
        let header = self.inflate(bytes)?;
        let size = header.size;
        if header.bits == 8 {
            // The rows stay where they were inflated, after the byte that named their filter.
            let stride = header.line() + 1;
            self.unfilter(&header, stride)?;
            runs.find(size, &mut self.rows[stride..], stride);
        } else {
            runs.find(size, self.pixels(&header)?, size.width);
        }
        Some(())
    }

    /// Fills the rows, each after the byte that names its filter.
    fn inflate(&mut self, bytes: &[u8]) -> Option<Header> {
        self.deflated.clear();
        let header = chunks::read(bytes, &mut self.deflated)?;
        let Size { width, height } = header.size;
        if width * height > MOST_PIXELS {
            return None;
        }
        let line = header.line();
        let length = (line + 1) * height;
        self.rows.resize(line + length, 0);
        self.rows[..line].fill(0);
        self.inflater.reset(true);
        let rows = &mut self.rows[line..];
        let status = self.inflater.decompress(&self.deflated, rows, FlushDecompress::Finish);
        // A stream of more rows than the header says has not ended when the buffer is full.
        let is_whole = matches!(status, Ok(Status::StreamEnd));
        (is_whole && self.inflater.total_out() == length as u64).then_some(header)
    }

    /// One byte a pixel, without any between the rows.
    fn pixels(&mut self, header: &Header) -> Option<&mut [ClassId]> {
        let line = header.line();
        self.unfilter(header, line)?;
        let packed = &mut self.rows[line..][..line * header.size.height];
        if header.bits == 8 {
            return Some(packed);
        }
        let step = if header.has_palette { 1 } else { grey_step(header.bits) };
        unpack(packed, header.size, header.bits, step, &mut self.unpacked);
        Some(&mut self.unpacked)
    }

    /// Undoes the filters and moves the rows over the bytes that named these, so that each begins
    /// `stride` bytes after the one before, the first at `stride`.
    fn unfilter(&mut self, header: &Header, stride: usize) -> Option<()> {
        let line = header.line();
        for row in 1..=header.size.height {
            let (start, stored) = (row * stride, row * (line + 1));
            let filter = self.rows[stored - 1];
            if start < stored {
                self.rows.copy_within(stored..stored + line, start);
            }
            if filter > 0 {
                let rows = &mut self.rows[start - stride..][..stride + line];
                let (above, row) = rows.split_at_mut(stride);
                filter::undo(filter, &above[..line], row)?;
            }
        }
        Some(())
    }
}
