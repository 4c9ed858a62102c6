//! Random changes of colour, on bytes.
//!
//! The results are those of torchvision's colour jitter on Pillow images: blends are computed in
//! single precision, clamped and truncated.

use super::{
    Planes,
    byte::truncated,
    hsv::{self, BLOCK, Block},
};
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
    pub fn apply(&self, picture: &mut Planes) {
        let channels = picture.channels_mut().each_mut().map(Vec::as_mut_slice);
        Arch::new().dispatch(Change { adjustments: &self.0, channels });
    }
}

/// Changes of three planes, for the vector instructions that the processor has.
struct Change<'a> {
    adjustments: &'a [Adjustment],
    channels: [&'a mut [u8]; 3],
}

impl NullaryFnOnce for Change<'_> {
    type Output = ();

    #[inline(always)]
    fn call(mut self) {
        for &adjustment in self.adjustments {
            self.adjust(adjustment);
        }
    }
}

impl Change<'_> {
    #[inline(always)]
    fn adjust(&mut self, adjustment: Adjustment) {
        match adjustment {
            Adjustment::Brightness(factor) => self.blend_with(factor, 0),
            Adjustment::Contrast(factor) => self.blend_with(factor, self.mean_grey()),
            Adjustment::Saturation(factor) => {
                self.each_block(
                    #[inline(always)]
                    |block| blend_with_grey(block, factor),
                );
            }
            Adjustment::Hue(shift) => {
                // Truncated towards zero, then counted around the circle of 256 hues.
                let steps = (f64::from(shift) * 255.0) as i32 as u8;
                self.each_block(
                    #[inline(always)]
                    |block| hsv::turn(block, steps),
                );
            }
        }
    }

    /// Blends every channel of every pixel with one byte.
    #[inline(always)]
    fn blend_with(&mut self, factor: f32, base: u8) {
        // A byte becomes the same wherever it is: 256 blends instead of one a pixel.
        let table: [u8; 256] = std::array::from_fn(|value| blend(base, value as u8, factor));
        for channel in &mut self.channels {
            channel.iter_mut().for_each(|byte| *byte = table[usize::from(*byte)]);
        }
    }

    /// Mean luma, rounded half up.
    #[inline(always)]
    fn mean_grey(&self) -> u8 {
        let [reds, greens, blues] = &self.channels;
        let greys = reds.iter().zip(greens.iter()).zip(blues.iter());
        let sum: u64 =
            greys.map(|((&red, &green), &blue)| u64::from(grey([red, green, blue]))).sum();
        (sum as f64 / reds.len().max(1) as f64 + 0.5) as u8
    }

    /// Changes the colours of every block; the last one is filled up.
    #[inline(always)]
    fn each_block(&mut self, change: impl Fn(Block<'_>)) {
        let [(reds, red), (greens, green), (blues, blue)] =
            self.channels.each_mut().map(|channel| channel.as_chunks_mut::<BLOCK>());
        for ((reds, greens), blues) in reds.iter_mut().zip(greens).zip(blues) {
            change([reds, greens, blues]);
        }
        // Filled up rather than done one by one: the code of a block is compiled once, and its bytes
        // do not depend on their neighbours.
        let rest = [red, green, blue];
        let mut filled = [[0; BLOCK]; 3];
        for (block, rest) in filled.iter_mut().zip(&rest) {
            block[..rest.len()].copy_from_slice(rest);
        }
        let [reds, greens, blues] = &mut filled;
        change([reds, greens, blues]);
        for (rest, block) in rest.into_iter().zip(&filled) {
            rest.copy_from_slice(&block[..rest.len()]);
        }
    }
}

#[inline(always)]
fn blend_with_grey([reds, greens, blues]: Block<'_>, factor: f32) {
    for ((red, green), blue) in reds.iter_mut().zip(greens).zip(blues) {
        let base = grey([*red, *green, *blue]);
        [*red, *green, *blue] = [*red, *green, *blue].map(|value| blend(base, value, factor));
    }
}

/// `base + factor · (value − base)`, clamped and truncated to a byte.
#[inline(always)]
fn blend(base: u8, value: u8, factor: f32) -> u8 {
    let distance = i16::from(value) - i16::from(base);
    truncated((f32::from(base) + factor * f32::from(distance)).clamp(0.0, 255.0))
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
    use image::RgbImage;

    fn apply(adjustment: Adjustment, planes: &mut Planes) {
        let channels = planes.channels_mut().each_mut().map(Vec::as_mut_slice);
        Change { adjustments: &[adjustment], channels }.call();
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
            let picture = RgbImage::from_raw(2, 1, vec![200, 100, 50, 10, 20, 30]).unwrap();
            let mut planes = Planes::of(&picture);
            apply(adjustment, &mut planes);
            assert_eq!(planes.to_rgb().into_raw(), expected, "{adjustment:?}");
        }
    }

    #[test]
    fn a_factor_of_one_changes_nothing() {
        // The last block is not whole.
        let colour = |x, y| image::Rgb([x as u8 * 17, y as u8 * 17, 77]);
        let before = Planes::of(&RgbImage::from_fn(15, 13, colour));
        for adjust in [Adjustment::Brightness, Adjustment::Contrast, Adjustment::Saturation] {
            let mut after = before.clone();
            apply(adjust(1.0), &mut after);
            assert_eq!(after, before);
        }
    }
}
