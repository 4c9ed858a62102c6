//! How far each pixel is from the nearest one of another class.
//!
//! In two steps, since the square of a distance is a sum over the axes. First along every row: `h`,
//! how far the next pixel of another class is in the same row. Then along every column, up and down
//! from the pixel:
//!
//! ```text
//! d²(x, y) = min over rows y' of  (y - y')² + h(x, y')²     while (x, y') has the class of (x, y)
//!                                 (y - y')²                 at the first that has not
//! ```
//!
//! The walk ends at that first one, and as soon as `(y - y')²` is no less than the best so far or
//! than the limit. So a pixel takes at most `2 (limit + 1)` steps.

use eps_data::{ClassId, LabelMap};

/// Squared distance in pixels from the centre of each pixel to that of the nearest pixel of another
/// class, 255 being a class too; `None` beyond `limit` pixels. What is outside the map is of no class.
///
/// ```
/// use eps_data::{LabelMap, Size};
/// use eps_eval::boundary::distances;
///
/// let map = LabelMap::new(Size::new(4, 1), vec![0, 0, 0, 7]);
/// assert_eq!(distances(&map, 2), [None, Some(4), Some(1), Some(1)]);
/// ```
pub fn distances(map: &LabelMap, limit: u32) -> Vec<Option<u32>> {
    let (width, height) = (map.size().width, map.size().height);
    let along = along_rows(map.classes(), width, limit);
    let mut squares = Vec::with_capacity(along.len());
    for y in 0..height {
        squares.extend((0..width).map(|x| Column { map, along: &along, limit, x }.nearest(y)));
    }
    squares
}

/// Distance to the nearest pixel of another class in the same row, at most `limit + 1`.
fn along_rows(classes: &[ClassId], width: usize, limit: u32) -> Vec<u32> {
    let far = limit + 1;
    let mut along = vec![far; classes.len()];
    for (row, along) in classes.chunks(width.max(1)).zip(along.chunks_mut(width.max(1))) {
        let mut start = 0;
        for run in row.chunk_by(|a, b| a == b) {
            let end = start + run.len();
            for (x, along) in along.iter_mut().enumerate().take(end).skip(start) {
                // A run at the edge has no other class on that side, since what is outside the map is of none.
                let left = if start > 0 { x - start + 1 } else { usize::MAX };
                let right = if end < width { end - x } else { usize::MAX };
                *along = u32::try_from(left.min(right)).unwrap_or(far).min(far);
            }
            start = end;
        }
    }
    along
}

/// A column of a map whose distances along rows are known.
struct Column<'a> {
    map: &'a LabelMap,
    along: &'a [u32],
    limit: u32,
    x: usize,
}

impl Column<'_> {
    /// The squared distance at row `y`: up and down as far as the class is that of the pixel, since
    /// the nearest other pixel is no further than the first other one of the column.
    fn nearest(&self, y: usize) -> Option<u32> {
        let width = self.map.size().width;
        let class = self.map.classes()[y * width + self.x];
        // One above the last square that counts stands for all that is further away.
        let mut best = self.limit.saturating_mul(self.limit).saturating_add(1);
        // Both walks begin at the row of the pixel itself, where the nearest one may lie.
        best = self.along_column((0..=y).rev(), class, best);
        best = self.along_column(y..self.map.size().height, class, best);
        (best <= self.limit * self.limit).then_some(best)
    }

    /// The smaller of `best` and the squares of distances by way of `rows`, that of the pixel first.
    fn along_column(
        &self,
        rows: impl Iterator<Item = usize>,
        class: ClassId,
        mut best: u32,
    ) -> u32 {
        for (step, row) in (0_u32..).zip(rows) {
            let index = row * self.map.size().width + self.x;
            let square = step * step;
            if square >= best {
                break;
            }
            if self.map.classes()[index] != class {
                return square;
            }
            // Beyond the limit it is not a distance, only "far".
            let along = self.along[index];
            if along <= self.limit {
                best = best.min(square + along * along);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eps_data::Size;
    use proptest::prelude::*;

    #[test]
    fn distances_of_a_hand_measured_map() {
        // A single pixel of class 1 at the left of the middle row.
        let map = LabelMap::new(Size::new(4, 3), vec![0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
        let row = [Some(1), Some(2), Some(5), None];
        let middle = [Some(1), Some(1), Some(4), Some(9)];
        assert_eq!(
            distances(&map, 3),
            [&row[..3], &[None], &middle[..], &row[..3], &[None]].concat()
        );
    }

    /// Every pair of pixels.
    fn by_definition(map: &LabelMap, limit: u32) -> Vec<Option<u32>> {
        let width = map.size().width;
        let place = |index: usize| ((index % width) as i64, (index / width) as i64);
        let all = || map.classes().iter().copied().enumerate();
        all()
            .map(|(index, class)| {
                let (x, y) = place(index);
                let others = all().filter(|&(_, other)| other != class);
                let squares = others.map(|(other, _)| {
                    let (u, v) = place(other);
                    ((x - u).pow(2) + (y - v).pow(2)) as u32
                });
                squares.min().filter(|&square| square <= limit * limit)
            })
            .collect()
    }

    proptest! {
        #[test]
        fn distances_are_those_of_the_nearest_of_all_pixels(
            width in 1_usize..12,
            classes in prop::collection::vec(prop_oneof![6 => Just(0_u8), 1 => Just(1), 1 => Just(255)], 1..140),
            limit in 1_u32..9,
        ) {
            let height = classes.len().div_ceil(width);
            let mut classes = classes;
            classes.resize(width * height, 0);
            let map = LabelMap::new(Size::new(width, height), classes);
            prop_assert_eq!(distances(&map, limit), by_definition(&map, limit));
        }
    }
}
