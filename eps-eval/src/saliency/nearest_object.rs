//! The nearest object pixel of every pixel: an exact Euclidean distance transform in linear time.
//!
//! Down and up each column, every pixel gets the row of the column's nearest object pixel. Along a
//! row, column `c` then offers pixel `x` the squared distance `(x - c)² + lowest(c)`: a parabola.
//! The nearest object pixel of `x` is that of the lowest parabola there. Parabolas of one shape
//! cross once, so those that are lowest somewhere form a list from left to right; a new one removes
//! the last of the list as long as it crosses it before that one's start. Each is added and
//! removed at most once.

// A row in which the nearest object pixel of columns 0, 3 and 6 is 2, 5 and 1 rows away:
//
//   column      0         1   2   3            4   5   6
//   parabola    4 + x²            25 + (x-3)²          1 + (x-6)²
//   lowest      0         0   0   6            6   6   6
//
// Column 3 joins the list where it would be below column 0, from 6 on, and leaves it as column 6 comes.

use super::{Foreground, Truth};

/// The nearest object pixel of every pixel, and how far it is.
///
/// Exact Euclidean distances in time linear in the pixels: first along the columns, then along the
/// rows, where the lower envelope of one parabola a column is kept. Of several nearest pixels it is
/// the one in the leftmost column, and there the upper one, as SciPy's
/// `distance_transform_edt(.., return_indices=True)` gives them.
///
/// # References
///
/// Maurer, Qi, Raghavan, A linear time algorithm for computing exact Euclidean distance transforms
/// of binary images in arbitrary dimensions, PAMI 2003.
pub(super) struct NearestObject {
    /// Place of the nearest object pixel in the map.
    pub(super) place: Vec<u32>,
    /// Squared distance to it, in pixels.
    pub(super) squared_distance: Vec<f64>,
}

impl NearestObject {
    /// `None` without an object.
    pub(super) fn of(truth: &Foreground) -> Option<Self> {
        let size = truth.size();
        let rows = nearest_in_column(truth);
        let mut nearest = Self {
            place: Vec::with_capacity(size.pixels()),
            squared_distance: Vec::with_capacity(size.pixels()),
        };
        let mut envelope = Vec::with_capacity(size.width);
        for (row, in_column) in rows.chunks_exact(size.width.max(1)).enumerate() {
            lower_envelope(row, in_column, &mut envelope);
            if envelope.is_empty() {
                return None;
            }
            nearest.push_row(&envelope, in_column);
        }
        (!nearest.place.is_empty()).then_some(nearest)
    }

    fn push_row(&mut self, envelope: &[Parabola], in_column: &[u32]) {
        let width = in_column.len();
        let ends = envelope.iter().skip(1).map(|next| next.start).chain([width]);
        for (parabola, end) in envelope.iter().zip(ends) {
            let Parabola { column, lowest, start } = *parabola;
            let place = in_column[column] * width as u32 + column as u32;
            self.place.resize(self.place.len() + end - start, place);
            let distances = (start as i32..end as i32).map(|at| at - column as i32);
            self.squared_distance
                .extend(distances.map(|distance| lowest as f64 + f64::from(distance).powi(2)));
        }
    }
}

/// A row that is none.
const NO_ROW: u32 = u32::MAX;

/// Row of the nearest object pixel in the column of each pixel, the upper one of two; [`NO_ROW`]
/// where the column has none.
fn nearest_in_column(truth: &Foreground) -> Vec<u32> {
    let width = truth.size().width;
    let mut nearest = Vec::with_capacity(truth.size().pixels());
    let mut above = vec![NO_ROW; width];
    for (row, truth) in truth.rows().enumerate() {
        for (above, &truth) in above.iter_mut().zip(truth) {
            *above = if truth == Truth::Object { row as u32 } else { *above };
        }
        nearest.extend_from_slice(&above);
    }
    let mut below = vec![NO_ROW; width];
    let rows = nearest.chunks_exact_mut(width.max(1)).enumerate();
    for ((row, nearest), truth) in rows.zip(truth.rows()).rev() {
        let row = row as u32;
        for ((nearest, below), &truth) in nearest.iter_mut().zip(&mut below).zip(truth) {
            *below = if truth == Truth::Object { row } else { *below };
            // Strictly nearer: of two at one distance the upper one stays.
            let is_nearer =
                *below != NO_ROW && (*nearest == NO_ROW || *below - row < row - *nearest);
            *nearest = if is_nearer { *below } else { *nearest };
        }
    }
    nearest
}

/// Squared distance from a pixel of the row to the nearest object pixel of one column, as a function
/// of the pixel's column.
#[derive(Clone, Copy, Debug)]
struct Parabola {
    column: usize,
    /// Squared distance at the column itself.
    lowest: i64,
    /// First column at which it is below all parabolas to its left.
    start: usize,
}

impl Parabola {
    /// First column at which the parabola of `column`, to the right, is below this one; may be
    /// outside the row.
    fn crossing(&self, column: usize, lowest: i64) -> i64 {
        // The right one is below where (x - r)² + b < (x - l)² + a, which is 2x (r - l) > r² - l² + b - a.
        // Where they are equal the left one stays, so that the leftmost of several nearest pixels is taken.
        let (left, right) = (self.column as i64, column as i64);
        let sums = right * right - left * left + lowest - self.lowest;
        sums.div_euclid(2 * (right - left)) + 1
    }
}

/// The parabolas that are lowest somewhere in a row, from left to right.
fn lower_envelope(row: usize, in_column: &[u32], envelope: &mut Vec<Parabola>) {
    envelope.clear();
    for (column, &nearest) in in_column.iter().enumerate() {
        if nearest == NO_ROW {
            continue;
        }
        let lowest = i64::from((row as u32).abs_diff(nearest)).pow(2);
        let start = start_behind(envelope, column, lowest);
        if start < in_column.len() {
            envelope.push(Parabola { column, lowest, start });
        }
    }
}

/// Where a parabola begins to be lowest, after those that it hides are gone.
fn start_behind(envelope: &mut Vec<Parabola>, column: usize, lowest: i64) -> usize {
    while let Some(last) = envelope.last() {
        let crossing = last.crossing(column, lowest);
        if crossing > last.start as i64 {
            return crossing as usize;
        }
        envelope.pop();
    }
    0
}

#[cfg(test)]
mod tests {
    use super::super::foreground::tests::drawn;
    use super::*;
    use eps_data::Size;
    use proptest::prelude::*;

    /// Every object pixel is looked at, column by column from the left.
    fn by_looking(truth: &Foreground) -> Vec<(u32, f64)> {
        let Size { width, height } = truth.size();
        let is_object = |&(x, y): &(usize, usize)| truth.pixels()[y * width + x] == Truth::Object;
        let columns = (0..width).flat_map(|x| (0..height).map(move |y| (x, y)));
        let objects: Vec<_> = columns.filter(is_object).collect();
        let squared = |(x, y): (usize, usize), (ox, oy): (usize, usize)| {
            (x.abs_diff(ox).pow(2) + y.abs_diff(oy).pow(2)) as f64
        };
        let nearest = |pixel: (usize, usize)| {
            let mut best = (0, f64::INFINITY);
            for &(x, y) in &objects {
                if squared(pixel, (x, y)) < best.1 {
                    best = ((y * width + x) as u32, squared(pixel, (x, y)));
                }
            }
            best
        };
        (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(nearest).collect()
    }

    #[test]
    fn of_two_nearest_pixels_the_leftmost_counts_then_the_upper() {
        let nearest = NearestObject::of(&drawn(".#. #.# .#.")).expect("objects");
        assert_eq!(nearest.place, [3, 1, 1, 3, 3, 5, 3, 7, 7]);
        assert_eq!(nearest.squared_distance, [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0]);
        let rows = NearestObject::of(&drawn("# . #")).expect("objects");
        assert_eq!(rows.place, [0, 0, 2]);
    }

    #[test]
    fn without_objects_there_is_none() {
        assert!(NearestObject::of(&drawn("..? ...")).is_none());
    }

    proptest! {
        #[test]
        fn every_pixel_is_as_by_looking_at_every_object(
            width in 1_usize..14,
            pixels in prop::collection::vec(0..9_u8, 1..150),
        ) {
            let height = pixels.len().div_ceil(width);
            let letter = |place: usize| {
                if pixels.get(place).is_some_and(|&drawn| drawn == 0) { '#' } else { '.' }
            };
            let row = |y: usize| (0..width).map(|x| letter(y * width + x)).collect::<String>();
            let truth = drawn(&(0..height).map(row).collect::<Vec<_>>().join(" "));
            let expected = by_looking(&truth);
            if let Some(nearest) = NearestObject::of(&truth) {
                let found: Vec<_> =
                    nearest.place.into_iter().zip(nearest.squared_distance).collect();
                prop_assert_eq!(found, expected);
            } else {
                prop_assert!(expected.iter().all(|(_, distance)| distance.is_infinite()));
            }
        }
    }
}
