//! The numbers that a segmentation network takes an image as, at any size.

use super::bilinear::{BilinearTap, bilinear_taps};
use super::normalize::{MEAN, STANDARD_DEVIATION};
use super::picture_size;
use crate::Size;
use image::RgbImage;
use serde::{Deserialize, Serialize};

/// Mean of ImageNet's blue, green and red channel, as Caffe's networks subtract it.
const CAFFE_MEAN: [f64; 3] = [104.008, 116.669, 122.675];

/// What networks were trained to take an image as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputForm {
    /// Red, green and blue in `0..=1`, less ImageNet's mean, by its standard deviation.
    Imagenet,
    /// Blue, green and red in `0..=255`, less their mean: DeepLab's weights, which come from Caffe.
    Caffe,
}

/// Where the values of one plane of the network's come from.
struct Channel {
    /// Of the image: 0 is red.
    source: usize,
    scale: f64,
    shift: f64,
}

impl InputForm {
    fn channels(self) -> [Channel; 3] {
        std::array::from_fn(|index| match self {
            Self::Imagenet => {
                let [mean, deviation] = [MEAN[index], STANDARD_DEVIATION[index]];
                Channel {
                    source: index,
                    scale: 1.0 / (255.0 * deviation),
                    shift: -mean / deviation,
                }
            }
            Self::Caffe => Channel { source: 2 - index, scale: 1.0, shift: -CAFFE_MEAN[index] },
        })
    }

    /// The planes of an image, `[3, height, width]`, bilinearly resized without smoothing before, as
    /// DeepLab's code resizes.
    ///
    /// # Panics
    ///
    /// If either size has no pixels.
    pub fn planes(self, image: &RgbImage, size: Size) -> Vec<f32> {
        let from = picture_size(image);
        assert!(from.pixels() > 0 && size.pixels() > 0, "{from} to {size} has no pixels");
        let [across, down] = [(from.width, size.width), (from.height, size.height)]
            .map(|(from, to)| bilinear_taps(from, to, from as f32 / to as f32));
        let mut values = Vec::with_capacity(3 * size.pixels());
        // Between two rows first, a line at a time: a value is then there for every column that takes it.
        let mut line = vec![0.0_f32; from.width];
        for Channel { source, scale, shift } in self.channels() {
            let value =
                |x: usize, y: usize| f32::from(image.as_raw()[(y * from.width + x) * 3 + source]);
            for &BilinearTap { first, second, share } in &down {
                for (x, between) in line.iter_mut().enumerate() {
                    *between = value(x, first) * (1.0 - share) + value(x, second) * share;
                }
                values.extend(across.iter().map(|&BilinearTap { first, second, share }| {
                    let value = line[first] * (1.0 - share) + line[second] * share;
                    (f64::from(value) * scale + shift) as f32
                }));
            }
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caffes_planes_are_blue_green_and_red_less_their_mean() {
        let image = RgbImage::from_raw(1, 1, vec![10, 20, 30]).unwrap();
        let planes = InputForm::Caffe.planes(&image, Size::new(1, 1));
        let expected = [30.0 - 104.008, 20.0 - 116.669, 10.0 - 122.675];
        for (found, expected) in planes.iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-5, "{planes:?}");
        }
    }

    #[test]
    fn imagenets_planes_at_their_own_size_are_those_of_the_classifier() {
        let image = RgbImage::from_fn(4, 3, |x, y| image::Rgb([x as u8 * 60, y as u8 * 99, 7]));
        let found = InputForm::Imagenet.planes(&image, Size::new(4, 3));
        let expected = crate::transform::Planes::of(&image).normalize();
        assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6));
    }

    #[test]
    fn halving_averages_two_pixels_and_does_not_smooth() {
        let image = RgbImage::from_fn(4, 1, |x, _| image::Rgb([[0, 10, 40, 100][x as usize]; 3]));
        let planes = InputForm::Caffe.planes(&image, Size::new(2, 1));
        let expected = [5.0 - 104.008, 70.0 - 104.008];
        assert!(
            planes.iter().zip(expected).all(|(a, b): (&f32, f64)| (f64::from(*a) - b).abs() < 1e-4)
        );
    }
}
