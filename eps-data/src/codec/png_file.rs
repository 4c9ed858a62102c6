//! PNG files as they are stored: no palette applied.

use super::{png_data::check_png_data, rgb::check_pixels};
use crate::{DataError, Size};
use png::{BitDepth, ColorType, Decoder, Info, Transformations};
use std::{
    io::{self, Cursor},
    path::Path,
};

/// The stored values of a PNG.
pub(super) struct PngFile {
    pub(super) size: Size,
    pub(super) colour: ColorType,
    pub(super) depth: BitDepth,
    /// Rows of whole bytes.
    pub(super) packed: Vec<u8>,
}

impl PngFile {
    /// Decodes the first frame, unless `accept` refuses what the header announces.
    pub(super) fn read(
        path: &Path,
        bytes: &[u8],
        accept: impl FnOnce(&Info<'_>) -> Result<(), DataError>,
    ) -> Result<Self, DataError> {
        let mut decoder = Decoder::new(Cursor::new(bytes));
        decoder.set_transformations(Transformations::IDENTITY);
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        let mut reader =
            decoder.read_info().map_err(|error| DataError::decode(path, "PNG", error))?;
        let info = reader.info();
        accept(info)?;
        let (width, height) = info.size();
        let size = Size::new(width as usize, height as usize);
        check_pixels(path, size)?;
        let mut packed = vec![0; reader.output_buffer_size().unwrap_or_default()];
        let frame = reader
            .next_frame(&mut packed)
            .map_err(|error| DataError::decode(path, "PNG", error))?;
        check_png_data(path, bytes)?;
        let (colour, depth) = (frame.color_type, frame.bit_depth);
        Ok(Self { size, colour, depth, packed })
    }
}

/// Width and height as a PNG's header holds them.
///
/// # Errors
///
/// If one of them needs more than 32 bits.
pub(super) fn sides(size: Size) -> io::Result<(u32, u32)> {
    let Size { width, height } = size;
    Ok((width.try_into().map_err(io::Error::other)?, height.try_into().map_err(io::Error::other)?))
}

/// Grey value of the sample 1: samples of few bits are scaled so that the largest is 255, as PNG
/// defines it (section 13.12 of the specification).
pub(super) fn grey_step(bits: usize) -> u8 {
    match bits {
        1 => 255,
        2 => 85,
        4 => 17,
        _ => 1,
    }
}

/// One byte a pixel, from rows that hold the first of several pixels in the highest bits of a byte;
/// each sample is multiplied by `step`, which is 1 for indices of a palette.
pub(super) fn unpack(packed: &[u8], size: Size, bits: usize, step: u8, unpacked: &mut Vec<u8>) {
    let in_byte = 8 / bits;
    let lowest = (0xFF_u16 >> (8 - bits)) as u8;
    unpacked.resize(size.width * size.height, 0);
    let lines = packed.chunks_exact(size.width.div_ceil(in_byte));
    for (row, line) in unpacked.chunks_exact_mut(size.width).zip(lines) {
        for (pixels, byte) in row.chunks_mut(in_byte).zip(line) {
            for (place, pixel) in (1..).zip(pixels) {
                *pixel = (byte >> (8 - bits * place) & lowest) * step;
            }
        }
    }
}

/// Depth and colours of a PNG in words, such as `8-bit palette`.
pub(super) fn kind(colour: ColorType, depth: BitDepth) -> String {
    let colour = match colour {
        ColorType::Grayscale => "grey",
        ColorType::Rgb => "RGB",
        ColorType::Indexed => "palette",
        ColorType::GrayscaleAlpha => "grey-alpha",
        ColorType::Rgba => "RGBA",
    };
    format!("{}-bit {colour}", depth as u8)
}
