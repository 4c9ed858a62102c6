//! Colour pictures.

use super::{
    MAX_PIXELS,
    header::{Format, PICTURE, refuse_other},
    jpeg,
    plain_png::PlainPngReader,
    png_data::check_png_data,
    read_bytes, write_atomically,
};
use crate::{DataError, Size};
use image::{
    DynamicImage, GrayImage, ImageDecoder, ImageEncoder, ImageError, RgbImage,
    codecs::{
        jpeg::{JpegDecoder, JpegEncoder},
        png::{PngDecoder, PngEncoder},
    },
};
use std::{
    io::{self, Cursor},
    path::Path,
};

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Decodes a JPEG or PNG as RGB; grey and CMYK are converted, alpha is dropped.
///
/// # Errors
///
/// [`DataError::Decode`] if the file is corrupt or cut short, [`DataError::Content`] if it has more
/// than [`MAX_PIXELS`].
pub fn read_rgb(path: &Path) -> Result<RgbImage, DataError> {
    Ok(read_picture(path)?.into_rgb8())
}

/// Encodes a JPEG at a quality in `1..=100`.
pub fn write_jpeg(path: &Path, picture: &RgbImage, quality: u8) -> Result<(), DataError> {
    write_atomically(path, |file| {
        JpegEncoder::new_with_quality(file, quality.clamp(1, 100))
            .encode_image(picture)
            .map_err(into_io)
    })
}

/// Encodes an RGB PNG.
pub fn write_rgb_png(path: &Path, picture: &RgbImage) -> Result<(), DataError> {
    write_atomically(path, |file| {
        let (width, height) = picture.dimensions();
        PngEncoder::new(file)
            .write_image(picture, width, height, image::ExtendedColorType::Rgb8)
            .map_err(into_io)
    })
}

/// Decodes a JPEG or PNG in the colour type that it has.
pub(super) fn read_picture(path: &Path) -> Result<DynamicImage, DataError> {
    decode_picture(path, &read_bytes(path)?)
}

/// Decodes the bytes of a JPEG or PNG in the colour type that they have; `path` is named in errors.
pub(super) fn decode_picture(path: &Path, bytes: &[u8]) -> Result<DynamicImage, DataError> {
    refuse_other(path, bytes, PICTURE)?;
    match Format::of(bytes) {
        Some(Format::Png) => {
            if let Some(grey) = plain_grey(bytes) {
                return Ok(grey);
            }
            let decoder =
                PngDecoder::new(Cursor::new(bytes)).map_err(|error| refused(path, error))?;
            let picture = decode(path, decoder)?;
            check_png_data(path, bytes)?;
            Ok(picture)
        }
        Some(Format::Jpeg) => {
            let decoder =
                JpegDecoder::new(Cursor::new(bytes)).map_err(|error| refused(path, error))?;
            match jpeg::is_complete(&mut Cursor::new(bytes)) {
                Ok(true) => decode(path, decoder),
                Ok(false) => Err(refused(path, "it ends before its end marker")),
                Err(error) => Err(refused(path, error)),
            }
        }
        None => Err(refused(path, "it starts like neither")),
    }
}

fn refused(path: &Path, source: impl Into<Cause>) -> DataError {
    DataError::decode(path, "JPEG or PNG", source)
}

/// The grey values of a PNG without palette or transparency, as saliency maps are.
fn plain_grey(bytes: &[u8]) -> Option<DynamicImage> {
    let mut reader = PlainPngReader::default();
    let png = reader.read(bytes).filter(|png| !png.has_palette && !png.has_transparency)?;
    let (width, height) = (png.size.width.try_into().ok()?, png.size.height.try_into().ok()?);
    GrayImage::from_raw(width, height, png.pixels.to_vec()).map(DynamicImage::ImageLuma8)
}

fn decode(path: &Path, decoder: impl ImageDecoder) -> Result<DynamicImage, DataError> {
    let (width, height) = decoder.dimensions();
    check_pixels(path, Size::new(width as usize, height as usize))?;
    DynamicImage::from_decoder(decoder).map_err(|error| refused(path, error))
}

/// Refuses pictures that would not fit in memory.
pub(super) fn check_pixels(path: &Path, size: Size) -> Result<(), DataError> {
    match size.width.checked_mul(size.height) {
        Some(pixels) if pixels <= MAX_PIXELS => Ok(()),
        _ => Err(DataError::Content {
            path: path.into(),
            found: format!("{size} pixels"),
            expected: format!("at most {MAX_PIXELS} of them"),
        }),
    }
}

fn into_io(error: ImageError) -> io::Error {
    match error {
        ImageError::IoError(error) => error,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Luma, Rgb};
    use std::{fs, path::PathBuf};

    fn colourful() -> RgbImage {
        RgbImage::from_fn(40, 30, |x, y| Rgb([x as u8 * 6, y as u8 * 8, (x * y) as u8]))
    }

    fn refusal(path: &Path) -> String {
        read_rgb(path).unwrap_err().to_string()
    }

    #[test]
    fn a_png_is_read_back_and_a_jpeg_nearly() {
        let folder = tempfile::tempdir().unwrap();
        let (png, jpeg) = (folder.path().join("a.png"), folder.path().join("a.jpg"));
        write_rgb_png(&png, &colourful()).unwrap();
        assert_eq!(read_rgb(&png).unwrap(), colourful());
        let smooth = RgbImage::from_pixel(40, 30, Rgb([200, 100, 50]));
        write_jpeg(&jpeg, &smooth, 95).unwrap();
        for (found, expected) in read_rgb(&jpeg).unwrap().iter().zip(smooth.iter()) {
            assert!(found.abs_diff(*expected) <= 3, "{found} {expected}");
        }
    }

    #[test]
    fn grey_becomes_three_equal_channels() {
        let folder = tempfile::tempdir().unwrap();
        let grey = GrayImage::from_pixel(8, 8, Luma([77]));
        for name in ["a.png", "a.jpg"] {
            let path = folder.path().join(name);
            grey.save(&path).unwrap();
            assert!(read_rgb(&path).unwrap().iter().all(|value| value.abs_diff(77) <= 1), "{name}");
        }
    }

    #[test]
    fn cmyk_becomes_the_colour_that_pillow_makes_of_it() {
        let fixture = eps_testkit::fixture("codec/cmyk.jpg");
        let picture = read_rgb(&fixture).unwrap();
        // The fixture is Image.new("CMYK", (16, 16), (200, 100, 50, 20)), saved at quality 95.
        for (found, expected) in picture.get_pixel(3, 3).0.into_iter().zip([51, 143, 189]) {
            // Other roundings of the same conversion.
            assert!(found.abs_diff(expected) <= 3, "{found} {expected}");
        }
    }

    #[test]
    fn a_cut_file_is_refused_wherever_it_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let (png, jpeg) = (folder.path().join("a.png"), folder.path().join("a.jpg"));
        write_rgb_png(&png, &colourful()).unwrap();
        write_jpeg(&jpeg, &colourful(), 90).unwrap();
        for path in [png, jpeg] {
            let whole = fs::read(&path).unwrap();
            let cuts = [1, 10, 100, whole.len() / 2, whole.len() - 40];
            for length in cuts.into_iter().filter(|&length| length < whole.len()) {
                fs::write(&path, &whole[..length]).unwrap();
                let message = refusal(&path);
                assert!(message.ends_with("not a JPEG or PNG that can be decoded"), "{message}");
                assert!(message.starts_with(path.to_str().unwrap()), "{message}");
            }
        }
    }

    #[test]
    fn a_jpeg_without_its_last_byte_is_refused_and_one_with_bytes_behind_it_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jpg");
        write_jpeg(&path, &colourful(), 90).unwrap();
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert!(read_rgb(&path).is_err());
        fs::write(&path, [&whole[..], b"behind"].concat()).unwrap();
        assert!(read_rgb(&path).is_ok());
    }

    #[test]
    fn a_missing_file_cannot_be_read() {
        assert_eq!(refusal(&PathBuf::from("nowhere/a.jpg")), "nowhere/a.jpg: cannot be read");
    }

    #[test]
    fn the_limit_is_on_pixels() {
        let path = Path::new("a.png");
        assert!(check_pixels(path, Size::new(1 << 14, 1 << 14)).is_ok());
        assert!(check_pixels(path, Size::new(1 << 14, (1 << 14) + 1)).is_err());
        assert!(check_pixels(path, Size::new(usize::MAX, 2)).is_err());
    }
}
