//! What a photograph's file holds, found by decoding all of it.

use super::{
    header::{Format, size_of_bytes},
    jpeg_blocks::check_blocks,
    png_file::PngFile,
    rgb::check_pixels,
};
use crate::{DataError, Size};
use image::metadata::Orientation;
use png::{BitDepth, ColorType};
use std::path::Path;
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

/// A photograph as its file stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Photograph {
    /// As stored; an orientation is not applied.
    pub size: Size,
    pub format: Format,
    pub colours: Colours,
    /// Bits of a channel.
    pub bits: u8,
    /// How a viewer turns the picture by its EXIF entry: 1 (not at all) to 8.
    pub orientation: u8,
    /// Whether an alpha channel differs from pixel to pixel; readers drop it.
    pub is_transparent: bool,
}

/// The channels of a photograph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    Grey,
    Rgb,
    Cmyk,
}

/// Decodes every byte of a JPEG or PNG and says what it holds; `path` is named in errors.
///
/// A JPEG is not converted to RGB. Damage that [`read_rgb`](super::read_rgb) forgives is found: data
/// that ends before the last block or goes on behind it, codes that are none, lost restart markers and
/// scans.
///
/// # Errors
///
/// [`DataError::Decode`] for a file that is corrupt or cut short, [`DataError::Content`] above
/// [`MAX_PIXELS`](super::MAX_PIXELS).
pub fn inspect_photograph(path: &Path, bytes: &[u8]) -> Result<Photograph, DataError> {
    let size = size_of_bytes(path, bytes)?;
    check_pixels(path, size)?;
    match Format::of(bytes) {
        Some(Format::Png) => inspect_png(path, bytes),
        _ => inspect_jpeg(path, bytes, size),
    }
}

fn inspect_png(path: &Path, bytes: &[u8]) -> Result<Photograph, DataError> {
    let mut orientation = 1;
    let png = PngFile::read(path, bytes, |info| {
        orientation = orientation_of(info.exif_metadata.as_deref());
        Ok(())
    })?;
    let colours = match png.colour {
        ColorType::Grayscale | ColorType::GrayscaleAlpha => Colours::Grey,
        _ => Colours::Rgb,
    };
    let bits = if png.depth == BitDepth::Sixteen { 16 } else { 8 };
    let is_transparent = alpha_varies(&png);
    let format = Format::Png;
    Ok(Photograph { size: png.size, format, colours, bits, orientation, is_transparent })
}

fn inspect_jpeg(path: &Path, bytes: &[u8], size: Size) -> Result<Photograph, DataError> {
    check_blocks(bytes).map_err(|misfit| DataError::decode(path, "JPEG", misfit))?;
    // What is too large was refused by its pixels; the decoder would refuse long sides.
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| DataError::decode(path, "JPEG", error))?;
    // Left as it is stored where the decoder can: only its bytes are of interest, not its colours.
    let stored = decoder.input_colorspace().unwrap_or(ColorSpace::YCbCr);
    let (colours, decoded) = match stored {
        ColorSpace::Luma => (Colours::Grey, stored),
        ColorSpace::YCbCr | ColorSpace::RGB => (Colours::Rgb, stored),
        ColorSpace::CMYK | ColorSpace::YCCK => (Colours::Cmyk, ColorSpace::RGB),
        _ => (Colours::Rgb, ColorSpace::RGB),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(decoded));
    decoder.decode().map_err(|error| DataError::decode(path, "JPEG", error))?;
    let orientation = orientation_of(decoder.exif().map(Vec::as_slice));
    let format = Format::Jpeg;
    Ok(Photograph { size, format, colours, bits: 8, orientation, is_transparent: false })
}

/// Whether the last channel of a PNG is alpha, and not the same everywhere.
fn alpha_varies(png: &PngFile) -> bool {
    let channels = match png.colour {
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgba => 4,
        _ => return false,
    };
    // Alpha has 8 bits or 16, of which the higher ones come first.
    let bytes = (png.depth as usize / 8).max(1);
    let mut alphas = png.packed.iter().skip((channels - 1) * bytes).step_by(channels * bytes);
    let first = alphas.next();
    alphas.any(|alpha| Some(alpha) != first)
}

fn orientation_of(exif: Option<&[u8]>) -> u8 {
    exif.and_then(Orientation::from_exif_chunk).map_or(1, Orientation::to_exif)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{read_rgb, write_jpeg};
    use image::{GrayImage, ImageBuffer, Luma, Rgb, RgbImage};
    use std::fs;
    use std::io::Cursor;

    const SIZE: Size = Size::new(40, 30);

    fn colourful() -> RgbImage {
        RgbImage::from_fn(40, 30, |x, y| Rgb([x as u8 * 6, y as u8 * 8, (x * y) as u8]))
    }

    fn jpeg() -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jpg");
        write_jpeg(&path, &colourful(), 90).unwrap();
        fs::read(path).unwrap()
    }

    fn encoded(picture: &image::DynamicImage, format: image::ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn inspect(bytes: &[u8]) -> Result<Photograph, DataError> {
        inspect_photograph(Path::new("a"), bytes)
    }

    #[test]
    fn kinds_of_photographs_are_told_apart() {
        use image::{DynamicImage, ImageFormat};
        let cmyk = include_bytes!("../../../fixtures/codec/cmyk.jpg");
        let grey = DynamicImage::from(GrayImage::from_pixel(40, 30, Luma([7])));
        let deep: ImageBuffer<Rgb<u16>, _> = ImageBuffer::from_pixel(40, 30, Rgb([9_u16, 8, 7]));
        let deep = DynamicImage::from(deep);
        #[rustfmt::skip]
        let cases = [
            ("JPEG", jpeg(), (Format::Jpeg, Colours::Rgb, 8)),
            ("PNG", encoded(&colourful().into(), ImageFormat::Png), (Format::Png, Colours::Rgb, 8)),
            ("grey JPEG", encoded(&grey, ImageFormat::Jpeg), (Format::Jpeg, Colours::Grey, 8)),
            ("grey PNG", encoded(&grey, ImageFormat::Png), (Format::Png, Colours::Grey, 8)),
            ("16 bits", encoded(&deep, ImageFormat::Png), (Format::Png, Colours::Rgb, 16)),
            ("CMYK", cmyk.to_vec(), (Format::Jpeg, Colours::Cmyk, 8)),
        ];
        for (name, bytes, expected) in cases {
            let photograph = inspect(&bytes).unwrap();
            let Photograph { size, format, colours, bits, orientation, is_transparent } =
                photograph;
            assert!(!is_transparent, "{name}");
            assert_eq!((format, colours, bits), expected, "{name}");
            assert_eq!(orientation, 1, "{name}");
            assert_eq!(size, if name == "CMYK" { Size::new(16, 16) } else { SIZE }, "{name}");
        }
    }

    #[test]
    fn a_cut_out_is_transparent_and_an_opaque_picture_is_not() {
        use image::{DynamicImage, ImageFormat, LumaA, Rgba};
        for (far, expected) in [(255, false), (9, true)] {
            let alpha = |x: u32| if x < 20 { 255 } else { far };
            let colours = image::RgbaImage::from_fn(40, 30, |x, _| Rgba([1, 2, 3, alpha(x)]));
            let greys = image::GrayAlphaImage::from_fn(40, 30, |x, _| LumaA([7, alpha(x)]));
            let deep = |x, _| Rgba([1, 2, 3, u16::from(alpha(x)) * 257]);
            let deep: ImageBuffer<Rgba<u16>, _> = ImageBuffer::from_fn(40, 30, deep);
            for picture in [DynamicImage::from(colours), greys.into(), deep.into()] {
                let photograph = inspect(&encoded(&picture, ImageFormat::Png)).unwrap();
                assert_eq!(photograph.is_transparent, expected, "{:?}", picture.color());
            }
        }
    }

    #[test]
    fn a_cut_photograph_is_refused_wherever_it_is_cut() {
        for bytes in [jpeg(), encoded(&colourful().into(), image::ImageFormat::Png)] {
            // The last 16 bytes of a PNG hold no pixel: a checksum and the chunk that ends it.
            for length in (0..bytes.len() - 16).step_by(13) {
                assert!(inspect(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
            }
        }
    }

    #[test]
    fn damage_that_a_forgiving_decoder_fills_with_grey_is_found() {
        let mut bytes = jpeg();
        let middle = bytes.len() * 3 / 4;
        // A marker that has no place in compressed data.
        bytes[middle..middle + 2].copy_from_slice(&[0xFF, 0xC0]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jpg");
        fs::write(&path, &bytes).unwrap();
        assert!(inspect(&bytes).is_err() || read_rgb(&path).is_err());
    }
}
