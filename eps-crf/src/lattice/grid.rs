//! A lattice of places: equilateral triangles that cover the image without a gap.
//!
//! The vertices lie in rows along the image's rows, every second row moved by half a step. So a
//! vertex has a place in an array and needs no search, and rows of the lattice are blurred while
//! the rows of the image that need them go by:
//!
//! ```text
//! row 0   o       o       o        lower   o
//!                                             .
//! row 1       o       o       o    middle        o      or the mirror image
//!                                             .
//! row 2   o       o       o        upper   o
//! ```
//!
//! A triangle's side is one standard deviation `s`, so rows are `s / 2` apart, columns `√3 s`, and
//! the lattice has `N / (0.87 s²)` vertices and some more for the border. Every pixel keeps one
//! code for its triangle and three weights, 16 bytes in all.

use super::features::Features;
use super::simplex::{BLOCK, MAX_COORDINATE, Simplices};
use super::window::Window;
use super::{gain, normalisation};
use crate::pages::Pages;
use crate::row::{One, Row as _};
use crate::{Gaussian, Picture};
use pulp::{Arch, NullaryFnOnce};
use std::ops::Range;

/// Rows of the lattice before that of the coordinate 0: the first with a vertex is the fifth, and
/// blurring it looks at four before it.
const ABOVE: i32 = 6;

/// Steps to the left of the column 0, even.
const LEFT: i32 = 4;

/// Vertices a pixel, beyond some for the borders, up to which a grid is made; a deviation of a quarter
/// of a pixel needs 19.
const MOST_VERTICES: f64 = 32.0;

/// The triangle around a pixel: vertices in three rows that follow each other, the lower and the upper
/// in one column.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Triangle {
    /// Column of lower and upper, then two bits each: rows between the band and the lower, and what
    /// the middle's column is more than the lower's, plus 1.
    code: u32,
    /// Shares of lower, middle and upper.
    weights: [f32; 3],
}

/// The grid of a picture.
pub(crate) struct Grid {
    /// Pixels in a row of the picture.
    width: usize,
    /// Of the triangle of each pixel.
    codes: Pages<u32>,
    weights: Pages<f32>,
    /// For each row of the picture, the first row of the lattice that it touches, of up to five.
    bands: Vec<usize>,
    /// Vertices in each row of the lattice, those included that no pixel touches.
    pub(super) columns: usize,
    /// For each row of the lattice, the columns from the first that is touched to the last.
    pub(super) spans: Vec<Range<usize>>,
    /// For each row, columns of its span that no pixel touches.
    pub(super) holes: Vec<Vec<usize>>,
    touched: usize,
}

/// Rows that a pixel's triangle may begin in, and three places in memory for each: those of lower,
/// middle and upper. The fourth is never used.
#[derive(Clone, Copy)]
pub(super) struct Places([[usize; 3]; 4]);

impl Places {
    /// Of a band that begins in row `band`; `start` gives the place of a row.
    #[inline(always)]
    pub(super) fn of(band: usize, start: impl Fn(usize) -> usize) -> Self {
        let (a, b, c) = (start(band), start(band + 1), start(band + 2));
        let (d, e) = (start(band + 3), start(band + 4));
        Self([[a, b, c], [b, c, d], [c, d, e], [0; 3]])
    }
}

impl Triangle {
    /// Places and shares of the three vertices.
    #[inline(always)]
    pub(super) fn corners(&self, places: &Places) -> [(usize, f32); 3] {
        let column = (self.code >> 4) as usize;
        let [lower, middle, upper] = places.0[(self.code >> 2 & 3) as usize];
        let beside = column + (self.code & 3) as usize - 1;
        let [low, mid, high] = self.weights;
        [(lower + column, low), (middle + beside, mid), (upper + column, high)]
    }
}

impl Grid {
    /// The grid of a picture; `None` if it would have far more vertices than the picture has pixels.
    pub(crate) fn new(picture: &Picture<'_>, gaussian: &Gaussian) -> Option<Self> {
        let features = Features::of_places(picture, gaussian.place);
        let [right, bottom] = [&features.columns, &features.rows]
            .map(|line| line.last().map_or(0.0, |&last| f64::from(last)));
        // A step to the right is 3/2 of a feature, one down a half; columns are every second step.
        let columns = (right / 3.0).ceil() + f64::from(LEFT + 2);
        let rows = (2.0 * bottom).ceil() + f64::from(2 * ABOVE + 4);
        // In floats, since a tiny deviation makes more vertices than an integer holds.
        let most = MOST_VERTICES * (picture.pixels() as f64 + 1000.0);
        if right + bottom > MAX_COORDINATE / 4.0 || columns * rows > most {
            return None;
        }
        let (columns, rows) = (columns as usize, rows as usize);
        let weight = gaussian.weight;
        // The same operations in wider registers where the processor has them: the same bits.
        Some(Arch::new().dispatch(Build { picture, features, columns, rows, weight }))
    }

    /// Triangles of the pixels of a row of the picture, from column `first` on.
    #[inline(always)]
    pub(super) fn triangles(&self, row: usize, first: usize) -> impl Iterator<Item = Triangle> {
        let pixels = row * self.width + first..(row + 1) * self.width;
        let weights = &self.weights.as_chunks().0[pixels.clone()];
        let pairs = self.codes[pixels].iter().zip(weights);
        pairs.map(|(&code, &weights)| Triangle { code, weights })
    }

    /// The first row of the lattice that a row of the picture touches.
    #[inline(always)]
    pub(super) fn band(&self, row: usize) -> usize {
        self.bands[row]
    }

    /// What every pixel takes when every pixel gives 1.
    pub(crate) fn of_ones(&self) -> Vec<f32> {
        Arch::new().dispatch(|| self.of_ones_in_registers())
    }

    #[inline(always)]
    fn of_ones_in_registers(&self) -> Vec<f32> {
        let mut window = Window::<One>::new(self);
        let ones = vec![[1.0]; self.width];
        for row in 0..self.bands.len() {
            window.splat(row, 0, &ones);
        }
        window.begin();
        let mut taken = vec![0.0; self.codes.len()];
        for (row, taken) in One::rows_mut(&mut taken).chunks_exact_mut(self.width).enumerate() {
            window.advance(row);
            window.slice(row, 0, taken);
        }
        taken
    }

    /// Which vertices of so many rows are corners of a pixel.
    fn corners_touched(&self, rows: usize) -> Vec<bool> {
        let mut touched = vec![false; self.columns * rows];
        for (row, &band) in self.bands.iter().enumerate() {
            let places = Places::of(band, |row| row * self.columns);
            for triangle in self.triangles(row, 0) {
                triangle.corners(&places).into_iter().for_each(|(at, _)| touched[at] = true);
            }
        }
        touched
    }

    /// Number of vertices that pixels touch.
    pub(crate) fn vertices(&self) -> usize {
        self.touched
    }

    /// Memory in bytes.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&self.codes[..]) + size_of_val(&self.weights[..])
    }
}

/// A grid that waits for the processor's widest registers.
struct Build<'a> {
    picture: &'a Picture<'a>,
    features: Features,
    columns: usize,
    rows: usize,
    weight: f32,
}

impl NullaryFnOnce for Build<'_> {
    type Output = Grid;

    #[inline(always)]
    fn call(self) -> Grid {
        let mut grid = self.place();
        let touched = grid.corners_touched(self.rows);
        let rows = touched.chunks_exact(self.columns);
        grid.spans = rows.clone().map(span).collect();
        let holes = grid.spans.iter().zip(rows);
        let holes = holes.map(|(span, row)| span.clone().filter(|&at| !row[at]).collect());
        grid.holes = holes.collect();
        grid.touched = touched.iter().filter(|&&touched| touched).count();
        let factors = normalisation(&grid.of_ones_in_registers(), gain(3), self.weight);
        // Into the weights, by which a pixel gives and takes: a root each time is the factor in the end.
        for (weights, factor) in grid.weights.as_chunks_mut::<3>().0.iter_mut().zip(factors) {
            weights.iter_mut().for_each(|weight| *weight *= factor);
        }
        grid
    }
}

impl Build<'_> {
    /// A grid that does not know yet what pixels touch.
    #[inline(always)]
    fn place(&self) -> Grid {
        let (width, pixels) = (self.picture.width(), self.picture.pixels());
        let (mut codes, mut weights) = (Pages::unset(pixels), Pages::unset(3 * pixels));
        let rows = weights.as_chunks_mut().0.chunks_exact_mut(width);
        let rows = codes.chunks_exact_mut(width).zip(rows).enumerate();
        let bands = rows.map(|(row, (codes, weights))| self.place_row(row, codes, weights));
        Grid {
            bands: bands.collect(),
            width,
            codes,
            weights,
            columns: self.columns,
            spans: Vec::new(),
            holes: Vec::new(),
            touched: 0,
        }
    }

    /// Places the pixels of a row of the picture, and returns the first row of the lattice that they
    /// touch.
    #[inline(always)]
    fn place_row(&self, row: usize, codes: &mut [u32], weights: &mut [[f32; 3]]) -> usize {
        let mut lowers = vec![0; codes.len()];
        let blocks = codes.chunks_mut(BLOCK).zip(weights.chunks_mut(BLOCK));
        let blocks = blocks.zip(lowers.chunks_mut(BLOCK)).enumerate();
        for (block, ((codes, weights), lowers)) in blocks {
            let places = self.features.places(block * BLOCK, row);
            let (found, triangles) = enclosing(&Simplices::enclosing(&places));
            lowers.copy_from_slice(&found[..codes.len()]);
            for ((code, weights), triangle) in codes.iter_mut().zip(weights).zip(triangles) {
                (*code, *weights) = (triangle.code, triangle.weights);
            }
        }
        let band = lowers.iter().copied().min().unwrap_or_default();
        // A triangle begins at most two rows above the place of its pixel, and all pixels of a row lie at
        // one height: so lowers differ by two at most, which two bits hold.
        codes.iter_mut().zip(lowers).for_each(|(code, lower)| *code |= (lower - band) << 2);
        band as usize
    }
}

/// The row of each point's lower vertex, and its triangle without the rows before the lower.
///
/// A step along the third axis goes two rows down; one along the first goes up and to the left, one
/// along the second up and to the right. `rank` says in which order they are walked from the origin.
#[inline(always)]
fn enclosing(simplices: &Simplices<3>) -> ([u32; BLOCK], [Triangle; BLOCK]) {
    let Simplices { origin, rank, weights } = simplices;
    let mut lowers = [0; BLOCK];
    let mut triangles = [Triangle::default(); BLOCK];
    for lane in 0..BLOCK {
        let [left_rank, right_rank, down_rank] = [0, 1, 2].map(|axis| rank[axis][lane]);
        // A vertex is in the row of its negative third coordinate. The lowest of the three is the origin's,
        // less one for each step up that is walked before the step down.
        let lower = ABOVE - 3 * origin[2][lane] - (2 - down_rank);
        let is_left_first = left_rank > right_rank;
        // Walked second, the step down begins beside the origin, which is then the middle.
        let (begin, is_middle_right) = match (down_rank, is_left_first) {
            (1, true) => (-1, true),
            (1, false) => (1, false),
            (_, is_left_first) => (0, !is_left_first),
        };
        let steps = origin[0][lane] - origin[1][lane] + LEFT + begin;
        // Rows of even number begin with step 0, those of odd number with step 1.
        let column = steps >> 1;
        let beside = (steps + if is_middle_right { 1 } else { -1 }) >> 1;
        let shares = [0, 1, 2].map(|remainder| weights[remainder][lane]);
        lowers[lane] = lower as u32;
        triangles[lane] = Triangle {
            code: (column << 4 | (beside - column + 1)) as u32,
            // Corners are walked in the order of falling ranks, so that of the step down, two rows at
            // once, says which corner is lower, middle and upper.
            weights: match down_rank {
                2 => [shares[0], shares[2], shares[1]],
                1 => [shares[1], shares[0], shares[2]],
                _ => [shares[2], shares[1], shares[0]],
            },
        };
    }
    (lowers, triangles)
}

/// From the first to the last that is touched.
fn span(touched: &[bool]) -> Range<usize> {
    match touched.iter().position(|&touched| touched) {
        None => 0..0,
        Some(first) => {
            first..touched.iter().rposition(|&touched| touched).map_or(first, |last| last + 1)
        }
    }
}
