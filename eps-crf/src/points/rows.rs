//! Values of all labels at a point, side by side in lanes.

use crate::pages::Pages;

/// Points whose rows stay near the processor while each label is moved.
const BLOCK: usize = 64;

/// Lanes of a field with so many labels: a whole number of those that go together.
pub(super) fn lanes(labels: usize) -> usize {
    if labels <= 4 { 4 } else { labels.next_multiple_of(8) }
}

/// Rows `[points, lanes]` of planes `[labels, points]`; lanes without a label are `filling`.
pub(super) fn rows_of(labels: usize, planes: &[f32], filling: f32) -> Pages<f32> {
    let (points, lanes) = (planes.len() / labels, lanes(labels));
    let mut rows = Pages::unset(points * lanes);
    rows.fill(filling);
    // A label at a time would go through all rows for each of them: block by block they stay near.
    for (block, rows) in rows.chunks_mut(BLOCK * lanes).enumerate() {
        for (label, plane) in planes.chunks_exact(points).enumerate() {
            let points = rows[label..].iter_mut().step_by(lanes).zip(&plane[block * BLOCK..]);
            points.for_each(|(lane, &value)| *lane = value);
        }
    }
    rows
}

/// Sets planes `[labels, points]` from rows `[points, lanes]`.
pub(super) fn set_planes(labels: usize, rows: &[f32], planes: &mut [f32]) {
    let (points, lanes) = (planes.len() / labels, lanes(labels));
    for (block, rows) in rows.chunks(BLOCK * lanes).enumerate() {
        for (label, plane) in planes.chunks_exact_mut(points).enumerate() {
            let values = rows[label..].iter().step_by(lanes);
            plane[block * BLOCK..]
                .iter_mut()
                .zip(values)
                .for_each(|(probability, &value)| *probability = value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_become_rows_and_planes_again() {
        for (labels, width) in [(1, 4), (4, 4), (5, 8), (21, 24), (300, 304)] {
            let planes: Vec<f32> = (0..labels * 3).map(|value| value as f32).collect();
            let rows = rows_of(labels, &planes, -1.0);
            assert_eq!(rows.len(), 3 * width);
            assert_eq!(rows[width], 1.0);
            assert!(rows.chunks(width).all(|row| row[labels..].iter().all(|&value| value == -1.0)));
            let mut back = vec![0.0; planes.len()];
            set_planes(labels, &rows, &mut back);
            assert_eq!(back, planes);
        }
    }
}
