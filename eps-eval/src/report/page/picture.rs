//! Pictures of maps, and pictures inside a page.

use crate::EvalError;
use base64::{Engine, engine::general_purpose::STANDARD};
use eps_data::{LabelMap, Size, codec::voc_palette};
use image::{ImageFormat, Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use std::io::Cursor;

/// Quality of photographs in a page, of 100.
const JPEG_QUALITY: u8 = 90;
/// Of thumbnails, of which there are many.
const THUMBNAIL_QUALITY: u8 = 80;

/// Colours of scores from 0 to 1 at equal distances. Source: viridis, by Smith and van der Walt.
const HEAT: [[u8; 3]; 9] = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
];

/// A mask in the colours of PASCAL VOC.
pub fn colour_mask(mask: &LabelMap) -> RgbImage {
    let palette = voc_palette();
    from_pixels(mask.size(), mask.classes().iter().map(|&class| palette[usize::from(class)]))
}

/// Scores in `0..=1`, row by row, from dark violet over green to yellow. Others are clamped; what is
/// not a number counts as 0.
///
/// # Panics
///
/// If there is not one score for each pixel.
pub fn heat(scores: &[f32], size: Size) -> RgbImage {
    assert_eq!(scores.len(), size.pixels(), "one score for each pixel of {size}");
    from_pixels(size, scores.iter().map(|&score| heat_colour(score)))
}

fn heat_colour(score: f32) -> [u8; 3] {
    let score = if score.is_nan() { 0.0 } else { score.clamp(0.0, 1.0) };
    let place = score * (HEAT.len() - 1) as f32;
    // The last colour has no next one: it is the end of the last stretch.
    let below = (place as usize).min(HEAT.len() - 2);
    let part = place - below as f32;
    std::array::from_fn(|channel| {
        let (low, high) = (f32::from(HEAT[below][channel]), f32::from(HEAT[below + 1][channel]));
        (low + (high - low) * part).round() as u8
    })
}

fn from_pixels(size: Size, pixels: impl Iterator<Item = [u8; 3]>) -> RgbImage {
    let mut picture = RgbImage::new(size.width as u32, size.height as u32);
    picture.pixels_mut().zip(pixels).for_each(|(pixel, colour)| *pixel = Rgb(colour));
    picture
}

/// The picture as a PNG file.
pub(super) fn encoded(picture: &RgbImage) -> Result<Vec<u8>, EvalError> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png)?;
    Ok(file.into_inner())
}

/// The picture as the address of an `img` without loss, as a mask needs it.
pub(super) fn png_address(picture: &RgbImage) -> Result<String, EvalError> {
    Ok(format!("data:image/png;base64,{}", STANDARD.encode(encoded(picture)?)))
}

/// A small photograph as the address of an `img`.
pub(super) fn thumbnail_address(picture: &RgbImage) -> Result<String, EvalError> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, THUMBNAIL_QUALITY).encode_image(picture)?;
    Ok(format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg)))
}

/// The picture as the address of an `img`: PNG or JPEG, whichever is smaller.
pub(super) fn data_address(picture: &RgbImage) -> Result<String, EvalError> {
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png)?;
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY).encode_image(picture)?;
    let png = png.into_inner();
    let (kind, file) = if png.len() <= jpeg.len() { ("png", png) } else { ("jpeg", jpeg) };
    Ok(format!("data:image/{kind};base64,{}", STANDARD.encode(file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_have_the_colours_of_voc() {
        let picture = colour_mask(&LabelMap::new(Size::new(2, 1), vec![15, 255]));
        assert_eq!(picture.into_raw(), [192, 128, 128, 224, 224, 192]);
    }

    #[test]
    fn heat_meets_its_colours_and_survives_any_score() {
        let picture = heat(&[0.0, 1.0, 0.5, f32::NAN, 7.0, -1.0], Size::new(3, 2));
        let colours: Vec<[u8; 3]> = picture.pixels().map(|pixel| pixel.0).collect();
        assert_eq!(colours, [HEAT[0], HEAT[8], HEAT[4], HEAT[0], HEAT[8], HEAT[0]]);
    }

    #[test]
    fn a_flat_picture_becomes_a_png_address() {
        let address = data_address(&RgbImage::new(64, 64)).expect("a picture");
        assert!(address.starts_with("data:image/png;base64,iVBOR"), "{address}");
    }
}
