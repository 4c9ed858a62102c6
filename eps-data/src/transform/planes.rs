//! A picture as three planes, as resizing leaves it and networks take it.

use super::{flip::flip_rows, normalize::normalized, picture_size};
use crate::Size;
use image::RgbImage;

/// Red, green and blue of a picture, each `[height, width]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planes {
    size: Size,
    channels: [Vec<u8>; 3],
}

impl Planes {
    pub(super) fn new(size: Size, channels: [Vec<u8>; 3]) -> Self {
        debug_assert!(channels.iter().all(|channel| channel.len() == size.pixels()));
        Self { size, channels }
    }

    /// The channels of a picture.
    pub fn of(picture: &RgbImage) -> Self {
        Self::new(picture_size(picture), taken_apart(picture))
    }

    /// Width and height.
    pub fn size(&self) -> Size {
        self.size
    }

    /// The bytes of each channel, row by row.
    pub fn channels(&self) -> &[Vec<u8>; 3] {
        &self.channels
    }

    pub(super) fn channels_mut(&mut self) -> &mut [Vec<u8>; 3] {
        &mut self.channels
    }

    /// Mirrors left and right.
    pub fn flip(&mut self) {
        for channel in &mut self.channels {
            flip_rows(channel, self.size.width);
        }
    }

    /// `(value / 255 − mean) / standard deviation` of ImageNet, as `[3, height, width]`.
    pub fn normalize(&self) -> Vec<f32> {
        let mut values = Vec::with_capacity(3 * self.size.pixels());
        for (channel, table) in self.channels.iter().zip(normalized()) {
            values.extend(channel.iter().map(|&value| table[usize::from(value)]));
        }
        values
    }

    /// The picture, pixel by pixel.
    #[cfg(test)]
    pub(super) fn to_rgb(&self) -> RgbImage {
        let [reds, greens, blues] = &self.channels;
        let pixels = reds.iter().zip(greens).zip(blues);
        let bytes = pixels.flat_map(|((&red, &green), &blue)| [red, green, blue]).collect();
        let Size { width, height } = self.size;
        RgbImage::from_raw(width as u32, height as u32, bytes).expect("three bytes a pixel")
    }
}

/// The planes of bytes of `CHANNELS` a pixel.
#[inline(always)]
pub(super) fn taken_apart<const CHANNELS: usize>(bytes: &[u8]) -> [Vec<u8>; CHANNELS] {
    let (pixels, _) = bytes.as_chunks::<CHANNELS>();
    std::array::from_fn(|channel| pixels.iter().map(|pixel| pixel[channel]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> RgbImage {
        RgbImage::from_raw(2, 2, vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]).unwrap()
    }

    #[test]
    fn channels_are_taken_apart_and_put_together() {
        let planes = Planes::of(&picture());
        assert_eq!(planes.channels, [vec![1, 4, 7, 10], vec![2, 5, 8, 11], vec![3, 6, 9, 12]]);
        assert_eq!(planes.to_rgb(), picture());
    }

    #[test]
    fn rows_are_mirrored_and_keep_their_order() {
        let mut planes = Planes::of(&picture());
        planes.flip();
        assert_eq!(planes.to_rgb().into_raw(), [4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9]);
    }

    #[test]
    fn every_channel_has_its_own_mean_and_deviation() {
        let picture = RgbImage::from_raw(2, 1, vec![0, 255, 51, 255, 0, 102]).unwrap();
        let expected = [
            -0.485 / 0.229,
            (1.0 - 0.485) / 0.229,
            (1.0 - 0.456) / 0.224,
            -0.456 / 0.224,
            (0.2 - 0.406) / 0.225,
            (0.4 - 0.406) / 0.225,
        ];
        for (value, expected) in Planes::of(&picture).normalize().into_iter().zip(expected) {
            // One unit in the last place of a value around 2.
            assert!((f64::from(value) - expected).abs() < 2.5e-7, "{value} {expected}");
        }
    }
}
