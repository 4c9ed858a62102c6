//! Bytes to the numbers that a network expects.

use std::sync::LazyLock;

/// Mean of each channel of ImageNet, for values in `0..=1`.
pub const MEAN: [f64; 3] = [0.485, 0.456, 0.406];

/// Standard deviation of each channel of ImageNet, for values in `0..=1`.
pub const STANDARD_DEVIATION: [f64; 3] = [0.229, 0.224, 0.225];

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
pub(super) fn fractions() -> &'static [f32; 256] {
    static TABLE: LazyLock<[f32; 256]> =
        LazyLock::new(|| std::array::from_fn(|value| value as f32 / 255.0));
    &TABLE
}
