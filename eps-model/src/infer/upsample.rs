//! Bilinear enlargement of maps.

use eps_data::transform::{BilinearTap, bilinear_taps};

/// Adds `map`, bilinearly resized, to `target`; `mirrored` turns it left to right.
///
/// Corners are not aligned, as in [`bilinear_taps`].
pub(super) fn add_resized(
    map: &[f32],
    [height, width]: [usize; 2],
    target: &mut [f32],
    [rows, columns]: [usize; 2],
    mirrored: bool,
) {
    let across = bilinear_taps(width, columns, width as f32 / columns as f32);
    let down = bilinear_taps(height, rows, height as f32 / rows as f32);
    // Down first, into a line of the map's width that all values of a row read. A value takes two
    // products from there, where a blend of four neighbours takes four.
    let mut line = vec![0.0_f32; width];
    for (row, BilinearTap { first, second, share }) in target.chunks_exact_mut(columns).zip(down) {
        let (top, bottom) = (&map[first * width..][..width], &map[second * width..][..width]);
        for (value, (top, bottom)) in line.iter_mut().zip(top.iter().zip(bottom)) {
            *value = top * (1.0 - share) + bottom * share;
        }
        if mirrored {
            row.iter_mut().rev().zip(&across).for_each(|(to, tap)| *to += blended(&line, *tap));
        } else {
            row.iter_mut().zip(&across).for_each(|(to, tap)| *to += blended(&line, *tap));
        }
    }
}

fn blended(line: &[f32], BilinearTap { first, second, share }: BilinearTap) -> f32 {
    line[first] * (1.0 - share) + line[second] * share
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
