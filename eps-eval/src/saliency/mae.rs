//! Mean absolute error.

use super::{LevelCounts, Levels};

/// Mean over pixels of the difference between map and mask, in `0..=1`; lower is better.
///
/// # References
///
/// Perazzi et al., Saliency filters, CVPR 2012.
pub(super) fn mean_absolute_error(counts: &LevelCounts, levels: &Levels) -> f64 {
    let pixels = counts.objects.iter().zip(&counts.background).zip(levels.numbers());
    let errors = pixels.map(|((&object, &background), level)| {
        object as f64 * (1.0 - level) + background as f64 * level
    });
    errors.sum::<f64>() / counts.pixels() as f64
}
