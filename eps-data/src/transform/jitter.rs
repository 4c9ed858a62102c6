//! Random changes of colour, on bytes.
//!
//! The results are those of torchvision's colour jitter on Pillow images: blends are computed in
//! single precision, clamped and truncated.

use super::hsv;
use image::RgbImage;

/// One change of colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Adjustment {
    /// Blend with black; 1 changes nothing.
    Brightness(f32),
    /// Blend with the mean grey of the picture; 1 changes nothing.
    Contrast(f32),
    /// Blend with the grey of each pixel; 1 changes nothing.
    Saturation(f32),
    /// Shift of the hue as a fraction of its circle; 0 changes nothing but rounding.
    Hue(f32),
}

/// Changes of colour in the order that they are applied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jitter(pub [Adjustment; 4]);

impl Jitter {
    /// Changes the colours of a picture in place.
    pub fn apply(&self, picture: &mut RgbImage) {
        self.0.iter().for_each(|adjustment| adjustment.apply(picture));
    }
}

impl Adjustment {
    /// Changes the colours of a picture in place.
    pub fn apply(self, picture: &mut RgbImage) {
        match self {
            Self::Brightness(factor) => blend_with(picture, factor, |_| 0),
            Self::Contrast(factor) => {
                let mean = mean_grey(picture);
                blend_with(picture, factor, |_| mean);
            }
            Self::Saturation(factor) => blend_with(picture, factor, grey),
            Self::Hue(shift) => shift_hue(picture, shift),
        }
    }
}

fn blend_with(picture: &mut RgbImage, factor: f32, base: impl Fn([u8; 3]) -> u8) {
    for pixel in picture.pixels_mut() {
        let base = base(pixel.0);
        pixel.0 = pixel.0.map(|value| blend(base, value, factor));
    }
}

/// `base + factor · (value − base)`; the conversion to a byte clamps and truncates.
fn blend(base: u8, value: u8, factor: f32) -> u8 {
    let distance = i16::from(value) - i16::from(base);
    (f32::from(base) + factor * f32::from(distance)) as u8
}

/// Luma of ITU-R 601 in Pillow's fixed point.
fn grey([red, green, blue]: [u8; 3]) -> u8 {
    let sum = 19_595 * u32::from(red) + 38_470 * u32::from(green) + 7_471 * u32::from(blue);
    ((sum + 0x8000) >> 16) as u8
}

/// Mean luma of a picture, rounded half up.
fn mean_grey(picture: &RgbImage) -> u8 {
    let sum: u64 = picture.pixels().map(|pixel| u64::from(grey(pixel.0))).sum();
    let pixels = u64::from(picture.width()) * u64::from(picture.height());
    (sum as f64 / pixels.max(1) as f64 + 0.5) as u8
}

fn shift_hue(picture: &mut RgbImage, shift: f32) {
    // Truncated towards zero, then counted around the circle of 256 hues.
    let steps = (f64::from(shift) * 255.0) as i32 as u8;
    for pixel in picture.pixels_mut() {
        let [hue, saturation, value] = hsv::from_rgb(pixel.0);
        pixel.0 = hsv::to_rgb([hue.wrapping_add(steps), saturation, value]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_pixels_change_as_pillow_changes_them() {
        use Adjustment::{Brightness, Contrast, Hue, Saturation};
        // The method's vectors 3.3.
        let cases = [
            (Brightness(1.3), [255, 130, 65, 13, 26, 39]),
            (Contrast(1.3), [238, 108, 43, 0, 4, 17]),
            (Contrast(0.7), [161, 91, 56, 28, 35, 42]),
            (Saturation(1.3), [222, 92, 27, 7, 20, 33]),
            (Saturation(0.7), [177, 107, 72, 12, 19, 26]),
            (Hue(0.1), [200, 188, 50, 11, 10, 30]),
            (Hue(-0.1), [200, 50, 85, 10, 30, 28]),
        ];
        for (adjustment, expected) in cases {
            let mut picture = RgbImage::from_raw(2, 1, vec![200, 100, 50, 10, 20, 30]).unwrap();
            adjustment.apply(&mut picture);
            assert_eq!(picture.into_raw(), expected, "{adjustment:?}");
        }
    }

    #[test]
    fn a_factor_of_one_changes_nothing() {
        let before = RgbImage::from_fn(16, 16, |x, y| image::Rgb([x as u8 * 17, y as u8 * 17, 77]));
        for adjust in [Adjustment::Brightness, Adjustment::Contrast, Adjustment::Saturation] {
            let mut after = before.clone();
            adjust(1.0).apply(&mut after);
            assert_eq!(after, before);
        }
    }
}
