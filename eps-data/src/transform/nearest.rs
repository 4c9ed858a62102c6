//! Labels at another size.

/// Rows of `from[0]` labels, `from[1]` of them, at `to`: each the label in the middle of its cell, as Pillow's
/// `NEAREST` takes it.
///
/// # Panics
///
/// If there are fewer labels than `from` has.
pub fn resize_labels(labels: &[u8], from: [usize; 2], to: [usize; 2]) -> Vec<u8> {
    let columns = sources(from[0], to[0]);
    let rows = sources(from[1], to[1]);
    let rows = rows.into_iter().map(|row| &labels[row * from[0]..][..from[0]]);
    rows.flat_map(|row| columns.iter().map(|&column| row[column])).collect()
}

/// The source of each target along an axis.
fn sources(from: usize, to: usize) -> Vec<usize> {
    let step = from as f64 / to as f64;
    let middles = (0..to).map(|target| (target as f64 + 0.5) * step);
    middles.map(|middle| (middle as usize).min(from - 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_those_that_pillow_takes() {
        // Image.fromarray(..).resize(.., Image.NEAREST) of Pillow 13.0.
        assert_eq!(resize_labels(&[0, 1, 2, 3, 4], [5, 1], [2, 1]), [1, 3]);
        assert_eq!(resize_labels(&[0, 1, 2, 3, 4, 5], [6, 1], [4, 1]), [0, 2, 3, 5]);
        assert_eq!(resize_labels(&[7, 9], [2, 1], [5, 1]), [7, 7, 9, 9, 9]);
        assert_eq!(resize_labels(&[1, 2, 3, 4], [2, 2], [1, 2]), [2, 4]);
    }
}
