//! Saliency maps: grey PNG files.

use super::{
    rgb::{decode_picture, read_picture},
    write_atomically,
};
use crate::{DataError, SaliencyMap, Size};
use image::{
    DynamicImage, ExtendedColorType, ImageEncoder, Rgb, RgbImage, codecs::png::PngEncoder,
};
use std::{io, path::Path};

/// Reads a grey value for each pixel of a PNG or JPEG.
///
/// A colour file gives the mean of its three channels, rounded; alpha is dropped, and 16 bits are
/// scaled to 8.
pub fn read_saliency(path: &Path) -> Result<SaliencyMap, DataError> {
    Ok(saliency_of(read_picture(path)?).0)
}

/// Reads the grey values of a mask whose objects are bright.
///
/// # Errors
///
/// If the file cannot be read, or has colours, as masks of classes often have.
pub fn read_grey_mask(path: &Path) -> Result<SaliencyMap, DataError> {
    let picture = read_picture(path)?;
    if has_colours(&picture) {
        return Err(DataError::Colours { path: path.into() });
    }
    Ok(saliency_of(picture).0)
}

fn has_colours(picture: &DynamicImage) -> bool {
    let differ = |pixel: &Rgb<u8>| pixel.0 != [pixel.0[0]; 3];
    picture.color().has_color() && picture.to_rgb8().pixels().any(differ)
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
    Ok(saliency_of(decode_picture(path, bytes)?))
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
    let sum = |colour: [u8; 3]| colour.into_iter().map(u16::from).sum::<u16>();
    picture.pixels().map(|pixel| ((sum(pixel.0) + 1) / 3) as u8).collect()
}

/// Writes an 8-bit grey PNG.
pub fn write_saliency(path: &Path, map: &SaliencyMap) -> Result<(), DataError> {
    write_atomically(path, |file| {
        let side = |pixels: usize| u32::try_from(pixels).map_err(io::Error::other);
        let (width, height) = (side(map.size().width)?, side(map.size().height)?);
        PngEncoder::new(file)
            .write_image(map.values(), width, height, ExtendedColorType::L8)
            .map_err(io::Error::other)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LabelMap;
    use crate::codec::{write_mask, write_rgb_png};
    use image::{GrayAlphaImage, ImageBuffer, Luma, LumaA};

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

    #[test]
    fn alpha_is_dropped_and_16_bits_are_scaled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        GrayAlphaImage::from_pixel(2, 1, LumaA([90, 3])).save(&path).unwrap();
        assert_eq!(read_saliency(&path).unwrap().values(), [90, 90]);
        ImageBuffer::from_pixel(1, 1, Luma([0xFFFF_u16])).save(&path).unwrap();
        assert_eq!(read_saliency(&path).unwrap().values(), [255]);
    }
}
