//! Masks whose classes are colours, or numbers in another form than an index.

use super::{
    palette::voc_class,
    png_file::{PngFile, grey_step, kind, unpack},
    read_bytes,
    rgb::decode_picture,
};
use crate::{BACKGROUND, ClassId, ColourClasses, DataError, LabelMap, Size};
use image::DynamicImage;
use png::{BitDepth, ColorType};
use std::{collections::HashMap, path::Path};

/// How the pixels of a mask say their class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourKind {
    /// One number a pixel: grey of any depth, or three equal channels.
    Values,
    /// VOC's colours.
    Voc,
    /// Others, few enough to be those of classes.
    Few(usize),
    Many,
}

/// The most colours that a mask of classes has.
const MOST_COLOURS: usize = 256;

/// How the pixels of a picture say their class; `None` if it cannot be decoded, or if its alpha varies.
pub fn colour_kind(path: &Path, bytes: &[u8]) -> Option<ColourKind> {
    let picture = decode_picture(path, bytes).ok()?;
    if alpha_varies(&picture) {
        return None;
    }
    let mut colours = HashMap::new();
    for pixel in picture.to_rgb16().pixels() {
        colours.entry(pixel.0).or_insert(());
        // Too many for classes long before: of a photograph the set would go on to grow.
        if colours.len() > 1 << 16 {
            return Some(ColourKind::Many);
        }
    }
    let is_grey = colours.keys().all(|[red, green, blue]| red == green && green == blue);
    Some(match colours.len() {
        _ if !picture.color().has_color() || is_grey => ColourKind::Values,
        _ if colours.keys().all(is_voc) => ColourKind::Voc,
        count if count <= MOST_COLOURS => ColourKind::Few(count),
        _ => ColourKind::Many,
    })
}

/// Whether a colour of 16 bits a channel is one of VOC's palette.
fn is_voc(colour: &[u16; 3]) -> bool {
    // Eight bits become sixteen as `257 value`, whose upper half is the value again.
    voc_class(colour.map(|value| (value >> 8) as u8)).is_some()
}

fn alpha_varies(picture: &DynamicImage) -> bool {
    picture.color().has_alpha() && {
        let pixels = picture.to_luma_alpha8();
        let mut alphas = pixels.pixels().map(|pixel| pixel.0[1]);
        let first = alphas.next();
        alphas.any(|alpha| Some(alpha) != first)
    }
}

/// Reads a mask in which each class has a colour; a palette is applied first.
///
/// # Errors
///
/// [`DataError::Content`] for a colour that is of no class, and for alpha that varies, whose pixels
/// have no colour of their own; else as [`read_rgb`](super::read_rgb).
pub fn read_colour_mask(path: &Path, classes: &ColourClasses) -> Result<LabelMap, DataError> {
    let picture = decode_picture(path, &read_bytes(path)?)?;
    refuse_alpha(path, &picture)?;
    let colours = picture.into_rgb8();
    let (width, height) = colours.dimensions();
    let size = Size::new(width as usize, height as usize);
    let mut unknown: Option<([u8; 3], usize)> = None;
    let labels = colours.pixels().map(|pixel| {
        classes.class_of(pixel.0).unwrap_or_else(|| {
            unknown = match unknown {
                None => Some((pixel.0, 1)),
                Some((first, count)) => Some((first, count + 1)),
            };
            BACKGROUND
        })
    });
    let labels = labels.collect();
    match unknown {
        None => Ok(LabelMap::new(size, labels)),
        Some(([red, green, blue], count)) => Err(DataError::Content {
            path: path.into(),
            found: format!("{count} pixels of other colours, {red},{green},{blue} first"),
            expected: "colours of the label map alone".into(),
        }),
    }
}

/// Reads a mask in which each pixel holds the number of its class: an index of a palette, a grey value
/// of 8 or 16 bits, or three channels that are equal.
///
/// Indices are taken as they are, whatever the palette's colours.
///
/// # Errors
///
/// [`DataError::Content`] for a number above 255, channels that differ and alpha that varies; else as
/// [`read_mask`](super::read_mask).
pub fn read_index_mask(path: &Path) -> Result<LabelMap, DataError> {
    let bytes = read_bytes(path)?;
    let png = PngFile::read(path, &bytes, |_| Ok(()))?;
    let channels: usize = match png.colour {
        ColorType::Grayscale | ColorType::Indexed => 1,
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgb => 3,
        ColorType::Rgba => 4,
    };
    if channels.is_multiple_of(2) {
        refuse_alpha(path, &decode_picture(path, &bytes)?)?;
    }
    let values: Vec<u16> = match png.depth {
        BitDepth::Sixteen => {
            let (pairs, _) = png.packed.as_chunks::<2>();
            pairs.iter().map(|&pair| u16::from_be_bytes(pair)).collect()
        }
        BitDepth::Eight => png.packed.iter().copied().map(u16::from).collect(),
        depth => {
            let bits = depth as usize;
            let step = if png.colour == ColorType::Indexed { 1 } else { grey_step(bits) };
            let mut unpacked = Vec::new();
            unpack(&png.packed, png.size, bits, step, &mut unpacked);
            unpacked.into_iter().map(u16::from).collect()
        }
    };
    // An even number of channels ends with alpha: grey has one before it, RGB three.
    let colour_channels = channels.next_multiple_of(2) - 1;
    let labels = values
        .chunks_exact(channels)
        .map(|pixel| class_of(path, &png, &pixel[..colour_channels]))
        .collect::<Result<_, _>>()?;
    Ok(LabelMap::new(png.size, labels))
}

/// The class that the colour channels of a pixel spell.
fn class_of(path: &Path, png: &PngFile, channels: &[u16]) -> Result<ClassId, DataError> {
    let value = channels[0];
    if channels.iter().any(|&channel| channel != value) {
        let found = format!("a {} PNG whose channels differ", kind(png.colour, png.depth));
        let expected = "one number a pixel; --colours FILE reads colours";
        return Err(DataError::content(path, found, expected));
    }
    ClassId::try_from(value)
        .map_err(|_| DataError::content(path, format!("a value of {value}"), "0..=255"))
}

fn refuse_alpha(path: &Path, picture: &DynamicImage) -> Result<(), DataError> {
    match alpha_varies(picture) {
        true => Err(DataError::Content {
            path: path.into(),
            found: "an alpha channel that varies".into(),
            expected: "opaque colours".into(),
        }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{write_mask, write_rgb_png};
    use image::{GrayAlphaImage, ImageBuffer, Luma, LumaA, Rgb, RgbImage};

    /// The message of what was refused, from the file name on.
    fn refusal(result: Result<LabelMap, DataError>) -> String {
        let message = result.unwrap_err().to_string();
        message[message.find("a.png").unwrap()..].to_owned()
    }

    #[test]
    fn colours_become_the_classes_of_a_label_map() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let colours = [[0, 0, 0], [250, 50, 83], [51, 221, 255]];
        let picture =
            |colours: [[u8; 3]; 3]| RgbImage::from_fn(3, 1, |x, _| Rgb(colours[x as usize]));
        write_rgb_png(&path, &picture(colours)).unwrap();
        let text = "background:0,0,0::\ncat:51,221,255::\ndog:250,50,83::\n";
        let map = ColourClasses::of(Path::new("labelmap.txt"), text).unwrap();
        assert_eq!(read_colour_mask(&path, &map).unwrap().classes(), [0, 2, 1]);
        assert_eq!(colour_kind(&path, &std::fs::read(&path).unwrap()), Some(ColourKind::Few(3)));
        write_rgb_png(&path, &picture([[1, 2, 3], [250, 50, 83], [3, 2, 1]])).unwrap();
        let expected = "a.png: 2 pixels of other colours, 1,2,3 first, expected colours of the \
                        label map alone";
        assert_eq!(refusal(read_colour_mask(&path, &map)), expected);
    }

    #[test]
    fn a_palette_in_another_order_is_put_right_by_its_colours_and_kept_by_its_indices() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let mask = LabelMap::new(Size::new(3, 1), vec![0, 15, 255]);
        write_mask(&path, &mask).unwrap();
        assert_eq!(read_colour_mask(&path, &ColourClasses::voc()).unwrap(), mask);
        let mut encoder = png::Encoder::new(std::fs::File::create(&path).unwrap(), 2, 1);
        encoder.set_color(ColorType::Indexed);
        encoder.set_palette(vec![0, 0, 0, 0, 128, 0]);
        encoder.write_header().unwrap().write_image_data(&[0, 1]).unwrap();
        let voc = ColourClasses::voc();
        assert_eq!(read_colour_mask(&path, &voc).unwrap().classes(), [0, 2]);
        assert_eq!(read_index_mask(&path).unwrap().classes(), [0, 1]);
    }

    #[test]
    fn numbers_are_read_from_every_form() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let read = || read_index_mask(&path).map(|map| map.classes().to_vec());
        let deep = |values: [u16; 2]| {
            ImageBuffer::from_fn(2, 1, |x, _| Luma([values[x as usize]])).save(&path).unwrap();
        };
        deep([15, 255]);
        assert_eq!(read().unwrap(), [15, 255]);
        deep([15, 256]);
        let expected = "a.png: a value of 256, expected 0..=255";
        assert_eq!(refusal(read_index_mask(&path)), expected);
        GrayAlphaImage::from_fn(2, 1, |x, _| LumaA([3 + x as u8, 255])).save(&path).unwrap();
        assert_eq!(read().unwrap(), [3, 4]);
        GrayAlphaImage::from_fn(2, 1, |x, _| LumaA([3, x as u8])).save(&path).unwrap();
        let expected = "a.png: an alpha channel that varies, expected opaque colours";
        assert_eq!(refusal(read_index_mask(&path)), expected);
        write_rgb_png(&path, &RgbImage::from_pixel(2, 1, Rgb([7; 3]))).unwrap();
        assert_eq!(read().unwrap(), [7, 7]);
        assert_eq!(colour_kind(&path, &std::fs::read(&path).unwrap()), Some(ColourKind::Values));
        write_rgb_png(&path, &RgbImage::from_pixel(2, 1, Rgb([0, 128, 0]))).unwrap();
        let expected = "a.png: a 8-bit RGB PNG whose channels differ, expected one number a pixel; \
                        --colours FILE reads colours";
        assert_eq!(refusal(read_index_mask(&path)), expected);
        assert_eq!(colour_kind(&path, &std::fs::read(&path).unwrap()), Some(ColourKind::Voc));
    }
}
