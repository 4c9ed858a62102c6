//! Bilinear resizing of lines of values.

/// Which two values a value of a resized line lies between, and the share of the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BilinearTap {
    pub first: usize,
    pub second: usize,
    pub share: f32,
}

/// Those of a line of `from` values that becomes `to` long, each value `step` values of the source after the
/// one before: `from / to`, or less where the line is enlarged and cut.
///
/// Corners are not aligned: source `(target + 0.5) * step - 0.5`, clamped below at 0, as PyTorch's
/// `align_corners=False`.
pub fn bilinear_taps(from: usize, to: usize, step: f32) -> Vec<BilinearTap> {
    let last = from.saturating_sub(1);
    (0..to)
        .map(|target| {
            let source = ((target as f32 + 0.5) * step - 0.5).max(0.0);
            // Beyond the centre of the last value both are that one, whatever the share.
            let first = (source as usize).min(last);
            BilinearTap { first, second: (first + 1).min(last), share: source - first as f32 }
        })
        .collect()
}
