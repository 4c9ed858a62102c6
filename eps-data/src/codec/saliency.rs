//! Saliency maps: grey PNG and JPEG files, and arrays.

use super::{
    Content,
    png_file::sides,
    read_bytes,
    rgb::{decode_picture, read_picture},
    saliency_array::{array_size, decode_array},
    size_of, write_atomically,
};
use crate::{DataError, SaliencyMap, Size};
use image::{
    DynamicImage, ExtendedColorType, ImageEncoder, Rgb, RgbImage, codecs::png::PngEncoder,
};
use std::{io, path::Path};

/// How far the channels of a grey picture may differ: JPEG stores colours in other units.
const GREY_SPREAD: u8 = 32;

/// Reads a grey value for each pixel of a PNG or JPEG, or of a NumPy array of fractions or grey values.
///
/// A file of three channels gives their mean, rounded; alpha that is the same everywhere is dropped,
/// and 16 bits are scaled to 8, fewer ones up to 8.
///
/// # Errors
///
/// [`DataError::Alpha`] for a cut-out, whose map may be its alpha, and [`DataError::Colours`] for a
/// photograph or a map in false colours; else as [`read_rgb`](super::read_rgb).
pub fn read_saliency(path: &Path) -> Result<SaliencyMap, DataError> {
    Ok(decode_saliency(path, &read_bytes(path)?)?.0)
}

/// Reads the grey values of a mask whose objects are bright.
///
/// # Errors
///
/// If the file cannot be read, has colours, as masks of classes often have, or is a cut-out.
pub fn read_grey_mask(path: &Path) -> Result<SaliencyMap, DataError> {
    let picture = read_picture(path)?;
    refuse_alpha(path, &picture)?;
    if picture.color().has_color() && picture.to_rgb8().pixels().any(|pixel| spread(pixel) > 0) {
        return Err(DataError::Colours { path: path.into() });
    }
    Ok(saliency_of(picture).0)
}

/// Refuses a picture whose alpha says something, which grey values drop.
fn refuse_alpha(path: &Path, picture: &DynamicImage) -> Result<(), DataError> {
    if picture.color().has_alpha() {
        let pixels = picture.to_luma_alpha8();
        let mut alphas = pixels.pixels().map(|pixel| pixel.0[1]);
        let first = alphas.next();
        if alphas.any(|alpha| Some(alpha) != first) {
            return Err(DataError::Alpha { path: path.into() });
        }
    }
    Ok(())
}

/// Refuses a picture that is coloured at more than a hundredth of its pixels.
fn refuse_colours(path: &Path, picture: &DynamicImage) -> Result<(), DataError> {
    if picture.color().has_color() {
        let pixels = picture.to_rgb8();
        let coloured = pixels.pixels().filter(|pixel| spread(pixel) > GREY_SPREAD).count();
        // `len` counts values, three for each pixel.
        if coloured * 100 > pixels.len() / 3 {
            return Err(DataError::Colours { path: path.into() });
        }
    }
    Ok(())
}

/// Largest channel less the smallest.
fn spread(pixel: &Rgb<u8>) -> u8 {
    let [red, green, blue] = pixel.0;
    red.max(green).max(blue) - red.min(green).min(blue)
}

/// What the file of a saliency map holds besides 8-bit grey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaliencyKind {
    /// One byte a pixel, as expected.
    Grey,
    /// 16 bits, scaled to 8.
    Deep,
    /// Three channels, averaged.
    Colour,
    /// A NumPy array, scaled to 8 bits.
    Array,
}

/// Decodes the bytes of a saliency map; `path` is named in errors.
///
/// # Errors
///
/// As [`read_saliency`].
pub fn decode_saliency(
    path: &Path,
    bytes: &[u8],
) -> Result<(SaliencyMap, SaliencyKind), DataError> {
    if is_array(path) || Content::of(bytes) == Some(Content::NumPyArray) {
        return Ok((decode_array(path, bytes)?, SaliencyKind::Array));
    }
    let picture = decode_picture(path, bytes)?;
    refuse_alpha(path, &picture)?;
    refuse_colours(path, &picture)?;
    Ok(saliency_of(picture))
}

fn saliency_of(picture: DynamicImage) -> (SaliencyMap, SaliencyKind) {
    let size = Size::new(picture.width() as usize, picture.height() as usize);
    let (values, kind) = match picture {
        DynamicImage::ImageLuma8(grey) => (grey.into_raw(), SaliencyKind::Grey),
        DynamicImage::ImageLumaA8(_) => (picture.into_luma8().into_raw(), SaliencyKind::Grey),
        DynamicImage::ImageLuma16(_) | DynamicImage::ImageLumaA16(_) => {
            (picture.into_luma8().into_raw(), SaliencyKind::Deep)
        }
        colour => (means(&colour.into_rgb8()), SaliencyKind::Colour),
    };
    (SaliencyMap::new(size, values), kind)
}

fn means(picture: &RgbImage) -> Vec<u8> {
    let sums = picture.pixels().map(|pixel| pixel.0.into_iter().map(u16::from).sum::<u16>());
    // The nearest integer: a third is never a half.
    sums.map(|sum| ((sum + 1) / 3) as u8).collect()
}

/// Width and height of a saliency map, from its header.
pub fn saliency_size_of(path: &Path) -> Result<Size, DataError> {
    if is_array(path) { array_size(path) } else { size_of(path) }
}

/// Whether a file is named as an array is.
fn is_array(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "npy")
}

/// Writes an 8-bit grey PNG.
pub fn write_saliency(path: &Path, map: &SaliencyMap) -> Result<(), DataError> {
    write_grey(path, map.size(), map.values(), ExtendedColorType::L8)
}

/// Writes a 16-bit grey PNG.
///
/// # Panics
///
/// If the values are not as many as the size has pixels.
pub fn write_deep_saliency(path: &Path, size: Size, values: &[u16]) -> Result<(), DataError> {
    assert_eq!(values.len(), size.pixels(), "values of {size}");
    // The encoder takes samples in the processor's order of bytes.
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_ne_bytes()).collect();
    write_grey(path, size, &bytes, ExtendedColorType::L16)
}

fn write_grey(
    path: &Path,
    size: Size,
    bytes: &[u8],
    samples: ExtendedColorType,
) -> Result<(), DataError> {
    write_atomically(path, |file| {
        let (width, height) = sides(size)?;
        PngEncoder::new(file).write_image(bytes, width, height, samples).map_err(io::Error::other)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LabelMap;
    use crate::codec::{read_class_pictures, read_rgb, write_mask, write_rgb_png};
    use image::{GrayAlphaImage, ImageBuffer, Luma, LumaA, Rgba, RgbaImage};
    use std::fs;

    #[test]
    fn a_written_map_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let map = SaliencyMap::new(Size::new(16, 16), (0..=255).collect());
        write_saliency(&path, &map).unwrap();
        assert_eq!(read_saliency(&path).unwrap(), map);
    }

    #[test]
    fn colours_give_their_rounded_mean() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let colours = [[10, 10, 10], [0, 0, 1], [0, 1, 1], [255, 255, 255], [1, 2, 6]];
        let picture = RgbImage::from_fn(5, 1, |x, _| Rgb(colours[x as usize]));
        write_rgb_png(&path, &picture).unwrap();
        assert_eq!(read_saliency(&path).unwrap().values(), [10, 0, 1, 255, 3]);
    }

    #[test]
    fn a_grey_mask_in_three_channels_is_read_and_one_in_colours_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        write_rgb_png(&path, &RgbImage::from_pixel(2, 1, Rgb([200; 3]))).unwrap();
        assert_eq!(read_grey_mask(&path).unwrap().values(), [200, 200]);
        let classes = LabelMap::new(Size::new(2, 1), vec![0, 15]);
        write_mask(&path, &classes).unwrap();
        let message = read_grey_mask(&path).unwrap_err().to_string();
        assert!(message.ends_with("a.png: colours, expected grey values"), "{message}");
    }

    /// The message of a map that is refused, from its file name on.
    fn refusal(path: &Path) -> String {
        let message = read_saliency(path).unwrap_err().to_string();
        message[message.find("a.png").unwrap()..].to_owned()
    }

    #[test]
    fn a_cut_out_is_refused_and_alpha_that_says_nothing_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let expected = "a.png: an alpha channel that varies, expected grey values alone";
        GrayAlphaImage::from_fn(2, 1, |x, _| LumaA([255, x as u8 * 200])).save(&path).unwrap();
        assert_eq!(refusal(&path), expected);
        assert!(matches!(read_grey_mask(&path), Err(DataError::Alpha { .. })));
        let colours = |x: u32, _| Rgba([10, 200, 30, x as u8]);
        RgbaImage::from_fn(2, 1, colours).save(&path).unwrap();
        assert_eq!(refusal(&path), expected);
        RgbaImage::from_pixel(2, 1, Rgba([9, 9, 9, 255])).save(&path).unwrap();
        assert_eq!(read_saliency(&path).unwrap().values(), [9, 9]);
    }

    #[test]
    fn a_photograph_or_false_colours_are_no_map_and_a_jpegs_traces_of_colour_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let heat = |x: u32, _| Rgb([x as u8 * 20, 0, 255 - x as u8 * 20]);
        write_rgb_png(&path, &RgbImage::from_fn(10, 10, heat)).unwrap();
        assert_eq!(refusal(&path), "a.png: colours, expected grey values");
        write_rgb_png(&path, &RgbImage::from_pixel(10, 10, Rgb([100, 97, 103]))).unwrap();
        assert_eq!(read_saliency(&path).unwrap().values(), [100; 100]);
    }

    /// A grey PNG of few bits.
    fn write_packed(path: &Path, depth: png::BitDepth, row: &[u8], width: u32) {
        let mut encoder = png::Encoder::new(fs::File::create(path).unwrap(), width, 1);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(depth);
        encoder.write_header().unwrap().write_image_data(row).unwrap();
    }

    #[test]
    fn samples_of_few_bits_are_scaled_wherever_grey_is_read() {
        use png::BitDepth::{Four, One, Two};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let cases: [(_, &[u8], &[u8]); 3] = [
            (One, &[0b1010_0000], &[255, 0, 255]),
            (Two, &[0b0001_1011], &[0, 85, 170, 255]),
            (Four, &[0x01, 0xF8], &[0, 17, 255, 136]),
        ];
        for (depth, row, expected) in cases {
            write_packed(&path, depth, row, expected.len() as u32);
            assert_eq!(read_saliency(&path).unwrap().values(), expected);
            assert_eq!(read_grey_mask(&path).unwrap().values(), expected);
            let photograph: Vec<u8> = expected.iter().flat_map(|&value| [value; 3]).collect();
            assert_eq!(read_rgb(&path).unwrap().into_raw(), photograph);
            let scores = read_class_pictures(&[(3, path.clone())].into()).unwrap();
            let fractions: Vec<f32> =
                expected.iter().map(|&value| f32::from(value) / 255.0).collect();
            assert_eq!(scores.scores(), fractions);
        }
    }

    #[test]
    fn sixteen_bits_are_written_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let values = [0, 1, 0x1234, 0x8000, 0xFF00, 0xFFFF];
        write_deep_saliency(&path, Size::new(3, 2), &values).unwrap();
        let read = image::open(&path).unwrap();
        assert_eq!(read.as_luma16().unwrap().as_raw(), &values);
    }

    #[test]
    fn sixteen_bits_are_scaled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        ImageBuffer::from_pixel(1, 1, Luma([0xFFFF_u16])).save(&path).unwrap();
        assert_eq!(read_saliency(&path).unwrap().values(), [255]);
    }
}
