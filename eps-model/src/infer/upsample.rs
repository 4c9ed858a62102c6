//! Bilinear enlargement of maps.

/// Adds `map`, bilinearly resized, to `target`; `mirrored` turns it left to right.
///
/// Corners are not aligned: source `(target + 0.5) * in / out - 0.5`, clamped below at 0, as
/// PyTorch's `align_corners=False`.
pub(super) fn add_resized(
    map: &[f32],
    [height, width]: [usize; 2],
    target: &mut [f32],
    [rows, columns]: [usize; 2],
    mirrored: bool,
) {
    let across = taps(width, columns);
    let mut line = vec![0.0_f32; width];
    for (row, (top, bottom, share)) in target.chunks_exact_mut(columns).zip(taps(height, rows)) {
        let (top, bottom) = (&map[top * width..][..width], &map[bottom * width..][..width]);
        for (value, (top, bottom)) in line.iter_mut().zip(top.iter().zip(bottom)) {
            *value = top * (1.0 - share) + bottom * share;
        }
        let blend = |&(left, right, share): &(usize, usize, f32)| {
            line[left] * (1.0 - share) + line[right] * share
        };
        if mirrored {
            row.iter_mut().rev().zip(&across).for_each(|(to, tap)| *to += blend(tap));
        } else {
            row.iter_mut().zip(&across).for_each(|(to, tap)| *to += blend(tap));
        }
    }
}

/// For each target index its two sources and the share of the second.
fn taps(from: usize, to: usize) -> Vec<(usize, usize, f32)> {
    let step = from as f32 / to as f32;
    let tap = |target: usize| {
        let source = ((target as f32 + 0.5) * step - 0.5).max(0.0);
        let first = (source as usize).min(from - 1);
        (first, (first + 1).min(from - 1), source - first as f32)
    };
    (0..to).map(tap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resized(line: &[f32], to: usize, mirrored: bool) -> Vec<f32> {
        let mut target = vec![0.0; to];
        add_resized(line, [1, line.len()], &mut target, [1, to], mirrored);
        target
    }

    #[test]
    fn lines_are_resized_as_pytorch_resizes_them() {
        assert_eq!(resized(&[0.0, 1.0], 4, false), [0.0, 0.25, 0.75, 1.0]);
        assert_eq!(resized(&[0.0, 1.0], 4, true), [1.0, 0.75, 0.25, 0.0]);
        let five = resized(&[0.0, 1.0, 4.0], 5, false);
        for (found, expected) in five.iter().zip([0.0, 0.4, 1.0, 2.8, 4.0]) {
            assert!((found - expected).abs() < 1e-5, "{five:?}");
        }
    }

    #[test]
    fn columns_are_resized_like_lines() {
        let mut target = vec![0.0; 4];
        add_resized(&[0.0, 1.0], [2, 1], &mut target, [4, 1], false);
        assert_eq!(target, [0.0, 0.25, 0.75, 1.0]);
    }
}
