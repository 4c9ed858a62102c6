//! Random changes of colour, on bytes.
//!
//! The results are those of torchvision's colour jitter on Pillow images: blends are computed in
//! single precision, clamped and truncated.

use super::hsv::{self, BLOCK, Block};
use image::RgbImage;
use pulp::{Arch, NullaryFnOnce};

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
        Arch::new().dispatch(Change { adjustments: &self.0, bytes: picture });
    }
}

/// Changes of an RGB picture, for the vector instructions that the processor has.
struct Change<'a> {
    adjustments: &'a [Adjustment],
    bytes: &'a mut [u8],
}

impl NullaryFnOnce for Change<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (pixels, _) = self.bytes.as_chunks_mut::<3>();
        let mut planes = Planes::of(pixels);
        for adjustment in self.adjustments {
            planes.adjust(*adjustment);
        }
        let [reds, greens, blues] = &planes.channels;
        for (((pixel, &red), &green), &blue) in pixels.iter_mut().zip(reds).zip(greens).zip(blues) {
            *pixel = [red, green, blue];
        }
    }
}

/// The channels of a picture, each filled up to whole blocks.
struct Planes {
    pixels: usize,
    channels: [Vec<u8>; 3],
}

impl Planes {
    #[inline(always)]
    fn of(pixels: &[[u8; 3]]) -> Self {
        let filled = pixels.len().next_multiple_of(BLOCK);
        let mut channels = [0; 3].map(|_| vec![0; filled]);
        let [reds, greens, blues] = &mut channels;
        for (((pixel, red), green), blue) in pixels.iter().zip(reds).zip(greens).zip(blues) {
            [*red, *green, *blue] = *pixel;
        }
        Self { pixels: pixels.len(), channels }
    }

    #[inline(always)]
    fn adjust(&mut self, adjustment: Adjustment) {
        match adjustment {
            Adjustment::Brightness(factor) => self.blend_with(factor, 0),
            Adjustment::Contrast(factor) => self.blend_with(factor, self.mean_grey()),
            Adjustment::Saturation(factor) => {
                for block in self.blocks() {
                    blend_with_grey(block, factor);
                }
            }
            Adjustment::Hue(shift) => {
                // Truncated towards zero, then counted around the circle of 256 hues.
                let steps = (f64::from(shift) * 255.0) as i32 as u8;
                for block in self.blocks() {
                    hsv::turn(block, steps);
                }
            }
        }
    }

    /// Blends every channel of every pixel with one byte.
    #[inline(always)]
    fn blend_with(&mut self, factor: f32, base: u8) {
        let table: [u8; 256] = std::array::from_fn(|value| blend(base, value as u8, factor));
        let bytes = self.channels.iter_mut().flatten();
        bytes.for_each(|byte| *byte = table[usize::from(*byte)]);
    }

    /// Mean luma, rounded half up.
    #[inline(always)]
    fn mean_grey(&self) -> u8 {
        let [reds, greens, blues] = self.channels.each_ref().map(|own| &own[..self.pixels]);
        let greys = reds.iter().zip(greens).zip(blues);
        let sum: u64 =
            greys.map(|((&red, &green), &blue)| u64::from(grey([red, green, blue]))).sum();
        (sum as f64 / self.pixels.max(1) as f64 + 0.5) as u8
    }

    #[inline(always)]
    fn blocks(&mut self) -> impl Iterator<Item = Block<'_>> {
        let [reds, greens, blues] = self.channels.each_mut().map(|own| own.as_chunks_mut().0);
        reds.iter_mut().zip(greens).zip(blues).map(|((red, green), blue)| [red, green, blue])
    }
}

#[inline(always)]
fn blend_with_grey([reds, greens, blues]: Block<'_>, factor: f32) {
    for ((red, green), blue) in reds.iter_mut().zip(greens).zip(blues) {
        let base = grey([*red, *green, *blue]);
        [*red, *green, *blue] = [*red, *green, *blue].map(|value| blend(base, value, factor));
    }
}

/// `base + factor · (value − base)`; the conversion to a byte clamps and truncates.
#[inline(always)]
fn blend(base: u8, value: u8, factor: f32) -> u8 {
    let distance = i16::from(value) - i16::from(base);
    // By way of a whole number, which can be done for several bytes at once.
    ((f32::from(base) + factor * f32::from(distance)) as i32).clamp(0, 255) as u8
}

/// Luma of ITU-R 601 in Pillow's fixed point.
#[inline(always)]
fn grey([red, green, blue]: [u8; 3]) -> u8 {
    let sum = 19_595 * u32::from(red) + 38_470 * u32::from(green) + 7_471 * u32::from(blue);
    ((sum + 0x8000) >> 16) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(adjustment: Adjustment, picture: &mut RgbImage) {
        Change { adjustments: &[adjustment], bytes: picture }.call();
    }

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
            apply(adjustment, &mut picture);
            assert_eq!(picture.into_raw(), expected, "{adjustment:?}");
        }
    }

    #[test]
    fn a_factor_of_one_changes_nothing() {
        let before = RgbImage::from_fn(16, 16, |x, y| image::Rgb([x as u8 * 17, y as u8 * 17, 77]));
        for adjust in [Adjustment::Brightness, Adjustment::Contrast, Adjustment::Saturation] {
            let mut after = before.clone();
            apply(adjust(1.0), &mut after);
            assert_eq!(after, before);
        }
    }
}
