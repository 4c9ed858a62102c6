//! Tiles of a plane, and what they are in Winograd's domain: 16 values each.
//!
//! A tile is 2x2 outputs of a 3x3 convolution, from 4x4 inputs. A dilated convolution is an
//! undilated one for each phase of rows and columns, so neighbours in a tile are a dilation apart:
//!
//! ```text
//! dilation 1   columns  0 1 | 2 3 | 4 5        dilation 2   columns  0 2 | 4 6 | 1 3 | 5 7
//! ```
//!
//! Every value of a transformed row comes from two values of the tile ([`Spread`]). So a strip of
//! tiles is transformed as whole rows first and then at each tile's column, and the results are 16
//! runs with one value for each tile: rows of the matrices that are multiplied.

/// Values of a tile in Winograd's domain.
pub(super) const DOMAIN: usize = 16;

/// A value of a transformed tile along one direction, from two of the tile.
struct Pair {
    places: [usize; 2],
    factors: [f32; 2],
}

const fn pair(first: usize, second: usize, factors: [f32; 2]) -> Pair {
    Pair { places: [first, second], factors }
}

/// Four values from some of a plane, along rows and again along columns.
pub(super) struct Spread {
    pairs: [Pair; 4],
    /// Places of the tile that lie before its first output.
    lead: usize,
}

/// `Bᵀ x B` of 4x4 inputs.
pub(super) const INPUTS: Spread = Spread {
    pairs: [
        pair(0, 2, [1.0, -1.0]),
        pair(1, 2, [1.0, 1.0]),
        pair(2, 1, [1.0, -1.0]),
        pair(1, 3, [1.0, -1.0]),
    ],
    lead: 1,
};

/// `A y Aᵀ` of the gradients to 2x2 outputs.
pub(super) const GRADIENTS: Spread = Spread {
    pairs: [
        pair(0, 1, [1.0, 0.0]),
        pair(0, 1, [1.0, 1.0]),
        pair(0, 1, [1.0, -1.0]),
        pair(0, 1, [0.0, -1.0]),
    ],
    lead: 0,
};

/// Where the tiles of a plane are.
pub(super) struct Tiles {
    height: usize,
    width: usize,
    dilation: usize,
    /// Row of the first output of each strip of tiles.
    rows: Vec<usize>,
    /// Column of the first output of each tile of a strip.
    columns: Vec<usize>,
}

/// Some strips of tiles; transformed, they are [`DOMAIN`] runs with the strips side by side.
pub(super) struct Runs {
    first_strip: usize,
    strips: usize,
    pub(super) tiles: usize,
    /// Values from one run to the next, where transformed tiles are written.
    pub(super) pitch: usize,
}

/// All strips of a plane in parts.
pub(super) struct Parts {
    pub(super) runs: Vec<Runs>,
    /// Values from one run to the next, where transformed tiles are written.
    pub(super) pitch: usize,
}

impl Parts {
    /// Parts of about `most` tiles.
    pub(super) fn new(tiles: &Tiles, most: usize) -> Self {
        let (strips, across) = (tiles.rows.len(), tiles.columns.len());
        let most = (most / across.max(1)).clamp(1, strips.max(1));
        // As few parts as there must be, and all nearly of one size.
        let size = strips.div_ceil(strips.div_ceil(most).max(1)).max(1);
        // Odd, so that the runs of many channels do not fall on the same lines of a cache.
        let pitch = (size * across) | 1;
        let runs = (0..strips).step_by(size).map(|first_strip| {
            let strips = size.min(strips - first_strip);
            Runs { first_strip, strips, tiles: strips * across, pitch }
        });
        Self { runs: runs.collect(), pitch }
    }
}

impl Tiles {
    pub(super) fn new(height: usize, width: usize, dilation: usize) -> Self {
        let (rows, columns) = (starts(height, dilation), starts(width, dilation));
        Self { height, width, dilation, rows, columns }
    }

    pub(super) fn count(&self) -> usize {
        self.rows.len() * self.columns.len()
    }

    /// The transformed tiles of a plane.
    pub(super) fn spread(&self, by: &Spread, plane: &[f32], runs: &Runs, target: &mut [f32]) {
        let (dilation, across) = (self.dilation, self.columns.len());
        // A tile reads four places, three dilations beyond its first; zeros at both ends stand for
        // padding.
        let mut line = vec![0.0; self.width + 3 * dilation];
        for strip in 0..runs.strips {
            let top = self.rows[runs.first_strip + strip];
            for (row, vertical) in by.pairs.iter().enumerate() {
                let rows = vertical.places.map(|place| self.row(plane, top, place, by.lead));
                let inside = &mut line[by.lead * dilation..][..self.width];
                combine(inside, rows, vertical.factors);
                for (column, horizontal) in by.pairs.iter().enumerate() {
                    let first = (4 * row + column) * runs.pitch + strip * across;
                    let [left, right] = horizontal.places.map(|place| &line[place * dilation..]);
                    let [of_left, of_right] = horizontal.factors;
                    let tiles = target[first..first + across].iter_mut().zip(&self.columns);
                    tiles.for_each(|(value, &x)| *value = of_left * left[x] + of_right * right[x]);
                }
            }
        }
    }

    /// A row of tiles that begin at output row `top`; `None` outside the plane.
    fn row<'a>(
        &self,
        plane: &'a [f32],
        top: usize,
        place: usize,
        lead: usize,
    ) -> Option<&'a [f32]> {
        let y = (top + place * self.dilation).checked_sub(lead * self.dilation)?;
        (y < self.height).then(|| &plane[y * self.width..][..self.width])
    }

    /// The outputs `Aᵀ m A` of transformed tiles, whose `run` at each place is given.
    pub(super) fn collect<'a>(
        &self,
        run: impl Fn(usize) -> &'a [f32],
        runs: &Runs,
        plane: &mut [f32],
    ) {
        let across = self.columns.len();
        let mut sums = vec![0.0; 4 * across];
        for strip in 0..runs.strips {
            let top = self.rows[runs.first_strip + strip];
            for row in 0..2 {
                let y = top + row * self.dilation;
                // The last strip of a phase may have only its upper row inside the plane.
                if y >= self.height {
                    continue;
                }
                for (column, sums) in sums.chunks_exact_mut(across).enumerate() {
                    let [zero, one, two, three] =
                        [0, 1, 2, 3].map(|row| &run(4 * row + column)[strip * across..][..across]);
                    // The rows of Aᵀ are 1 1 1 0 and 0 1 -1 -1.
                    let (first, sign) = if row == 0 { (zero, 1.0) } else { (three, -1.0) };
                    let others = one.iter().zip(two);
                    for ((sum, &first), (&one, &two)) in sums.iter_mut().zip(first).zip(others) {
                        *sum = sign * first + one + sign * two;
                    }
                }
                self.write_row(&sums, &mut plane[y * self.width..][..self.width]);
            }
        }
    }

    /// Two outputs of each tile, from the four sums along columns.
    fn write_row(&self, sums: &[f32], row: &mut [f32]) {
        let across = self.columns.len();
        let [zero, one, two, three] = [0, 1, 2, 3].map(|column| &sums[column * across..][..across]);
        for (tile, &x) in self.columns.iter().enumerate() {
            row[x] = zero[tile] + one[tile] + two[tile];
            // The last tile of a phase may have only its left output inside the plane.
            if let Some(right) = row.get_mut(x + self.dilation) {
                *right = one[tile] - two[tile] - three[tile];
            }
        }
    }
}

/// The first outputs of the tiles along a side, phase after phase.
fn starts(side: usize, dilation: usize) -> Vec<usize> {
    let phases = 0..dilation.min(side);
    phases.flat_map(|phase| (phase..side).step_by(2 * dilation)).collect()
}

/// The sum of two weighted rows, those outside the plane being 0.
fn combine(target: &mut [f32], rows: [Option<&[f32]>; 2], factors: [f32; 2]) {
    match rows {
        [Some(one), Some(two)] => {
            for ((target, one), two) in target.iter_mut().zip(one).zip(two) {
                *target = factors[0] * one + factors[1] * two;
            }
        }
        [Some(one), None] => scale(target, one, factors[0]),
        [None, Some(two)] => scale(target, two, factors[1]),
        [None, None] => target.fill(0.0),
    }
}

fn scale(target: &mut [f32], row: &[f32], factor: f32) {
    target.iter_mut().zip(row).for_each(|(target, value)| *target = factor * value);
}

#[cfg(test)]
mod tests {
    use super::super::weights::{LANES, TAPS, to_domain};
    use super::*;

    #[test]
    fn tiles_of_each_phase_are_two_dilations_apart() {
        let tiles = Tiles::new(3, 5, 1);
        assert_eq!(
            (tiles.rows.as_slice(), tiles.columns.as_slice()),
            (&[0, 2][..], &[0, 2, 4][..])
        );
        let tiles = Tiles::new(1, 7, 2);
        assert_eq!(
            (tiles.rows.as_slice(), tiles.columns.as_slice()),
            (&[0][..], &[0, 4, 1, 5][..])
        );
    }

    #[test]
    fn a_tile_of_inputs_is_spread_by_hand() {
        // The plane 1 2 / 3 4 with zeros around: Bᵀ x has the rows (0 -3 -4 0), (0 4 6 0),
        // (0 2 2 0) and (0 1 2 0).
        let tiles = Tiles::new(2, 2, 1);
        let runs = &Parts::new(&tiles, 1).runs[0];
        let mut spread = [0.0; DOMAIN];
        tiles.spread(&INPUTS, &[1.0, 2.0, 3.0, 4.0], runs, &mut spread);
        #[rustfmt::skip]
        let expected = [
             4.0, -7.0, -1.0, -3.0,
            -6.0, 10.0,  2.0,  4.0,
            -2.0,  4.0,  0.0,  2.0,
            -2.0,  3.0,  1.0,  1.0,
        ];
        assert_eq!(spread, expected);
    }

    /// Outputs of a 3x3 kernel around each pixel, the taps `dilation` apart.
    fn direct(plane: &[f32], side: [usize; 2], dilation: usize, kernel: &[f32; TAPS]) -> Vec<f32> {
        let [height, width] = side;
        let value = |y: usize, x: usize, tap: usize| {
            let y = (y + tap / 3 * dilation).checked_sub(dilation).filter(|&y| y < height)?;
            let x = (x + tap % 3 * dilation).checked_sub(dilation).filter(|&x| x < width)?;
            Some(plane[y * width + x] * kernel[tap])
        };
        let output =
            |at: usize| (0..TAPS).filter_map(|tap| value(at / width, at % width, tap)).sum();
        (0..height * width).map(output).collect()
    }

    #[test]
    fn a_convolution_of_whole_numbers_is_exact_in_the_domain() {
        let kernel: [f32; TAPS] = std::array::from_fn(|tap| (tap * 5 % 7) as f32 - 3.0);
        for side in [[1, 1], [2, 2], [5, 8], [9, 3], [1, 12]] {
            for dilation in [1, 2, 4] {
                let [height, width] = side;
                let plane: Vec<f32> =
                    (0..height * width).map(|at| (at * 7 % 11) as f32 - 5.0).collect();
                let tiles = Tiles::new(height, width, dilation);
                let mut outputs = vec![0.0; plane.len()];
                for runs in &Parts::new(&tiles, 4).runs {
                    let mut values = vec![0.0; DOMAIN * runs.pitch];
                    tiles.spread(&INPUTS, &plane, runs, &mut values);
                    let kernel = to_domain(&kernel.map(|tap| [tap; LANES])).map(|lanes| lanes[0]);
                    for (run, kernel) in values.chunks_exact_mut(runs.pitch).zip(kernel) {
                        run.iter_mut().for_each(|value| *value *= kernel);
                    }
                    tiles.collect(|place| &values[place * runs.pitch..], runs, &mut outputs);
                }
                let expected = direct(&plane, side, dilation, &kernel);
                assert_eq!(outputs, expected, "{side:?}, dilation {dilation}");
            }
        }
    }
}
