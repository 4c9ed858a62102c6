//! Colours to the numbers that a pre-trained network expects.

use image::RgbImage;
use std::sync::LazyLock;

/// Mean of each channel of ImageNet, for values in `0..=1`.
pub const MEAN: [f64; 3] = [0.485, 0.456, 0.406];

/// Standard deviation of each channel of ImageNet, for values in `0..=1`.
pub const STANDARD_DEVIATION: [f64; 3] = [0.229, 0.224, 0.225];

/// `(value / 255 − mean) / standard deviation`, as `[3, height, width]`.
pub fn normalize(picture: &RgbImage) -> Vec<f32> {
    let mut planes = Vec::with_capacity(picture.len());
    for (channel, table) in normalized().iter().enumerate() {
        planes.extend(picture.pixels().map(|pixel| table[usize::from(pixel.0[channel])]));
    }
    planes
}

/// The normalised form of every byte of each channel; computed in double precision, as the reference
/// does.
pub(super) fn normalized() -> &'static [[f32; 256]; 3] {
    static TABLES: LazyLock<[[f32; 256]; 3]> = LazyLock::new(|| {
        std::array::from_fn(|channel| {
            let [mean, deviation] = [MEAN[channel], STANDARD_DEVIATION[channel]];
            std::array::from_fn(|value| ((value as f64 / 255.0 - mean) / deviation) as f32)
        })
    });
    &TABLES
}

/// Every byte as a fraction of 255.
pub(super) fn fractions() -> &'static [[f32; 256]; 1] {
    static TABLE: LazyLock<[[f32; 256]; 1]> =
        LazyLock::new(|| [std::array::from_fn(|value| value as f32 / 255.0)]);
    &TABLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_become_planes() {
        let picture = RgbImage::from_raw(2, 1, vec![0, 255, 51, 255, 0, 102]).unwrap();
        let expected = [
            -0.485 / 0.229,
            (1.0 - 0.485) / 0.229,
            (1.0 - 0.456) / 0.224,
            -0.456 / 0.224,
            (0.2 - 0.406) / 0.225,
            (0.4 - 0.406) / 0.225,
        ];
        for (value, expected) in normalize(&picture).into_iter().zip(expected) {
            // One unit in the last place of a value around 2.
            assert!((f64::from(value) - expected).abs() < 2.5e-7, "{value} {expected}");
        }
    }
}
