//! Labels at another size.

/// Rows of `from[0]` labels, `from[1]` of them, at `to`: each the label in the middle of its cell, as Pillow's
/// `NEAREST` takes it.
///
/// # Panics
///
/// If there are fewer labels than `from` has.
pub fn resize_labels(labels: &[u8], from: [usize; 2], to: [usize; 2]) -> Vec<u8> {
    let sources = |axis: usize| -> Vec<usize> {
        let step = from[axis] as f64 / to[axis] as f64;
        let source = |target: usize| ((target as f64 + 0.5) * step) as usize;
        (0..to[axis]).map(|target| source(target).min(from[axis] - 1)).collect()
    };
    let columns = sources(0);
    let rows = sources(1).into_iter().map(|row| &labels[row * from[0]..][..from[0]]);
    rows.flat_map(|row| columns.iter().map(|&column| row[column])).collect()
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
