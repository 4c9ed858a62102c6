//! A lattice of places: a field of triangles that covers the picture without a gap.
//!
//! The vertices lie in rows along the picture's rows, every second row moved by half a step. So a
//! vertex has a place in an array and needs no search, and rows of the lattice are blurred while the
//! rows of the picture that need them go by.

use super::features::Features;
use super::simplex::{BLOCK, MAX_COORDINATE, Simplices};
use super::window::Window;
use super::{gain, normalisation};
use crate::row::One;
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
    /// For each pixel.
    triangles: Vec<Triangle>,
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
        let triple = |row| [start(row), start(row + 1), start(row + 2)];
        Self([triple(band), triple(band + 1), triple(band + 2), [0; 3]])
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
        let last = |features: &[f32]| features.last().map_or(0.0, |&last| f64::from(last));
        let (right, bottom) = (last(&features.columns), last(&features.rows));
        // A step to the right is 3/2 of a feature, one down a half; columns are every second step.
        let columns = (right / 3.0).ceil() + f64::from(LEFT + 2);
        let rows = (2.0 * bottom).ceil() + f64::from(2 * ABOVE + 4);
        let most = MOST_VERTICES * (picture.pixels() as f64 + 1000.0);
        if right + bottom > MAX_COORDINATE / 4.0 || columns * rows > most {
            return None;
        }
        let (columns, rows) = (columns as usize, rows as usize);
        let weight = gaussian.weight;
        // The same operations in wider registers where the processor has them: the same bits.
        Some(Arch::new().dispatch(Build { picture, features, columns, rows, weight }))
    }

    /// Triangles of a row of the picture.
    #[inline(always)]
    pub(super) fn triangles(&self, row: usize) -> &[Triangle] {
        &self.triangles[row * self.width..][..self.width]
    }

    /// The first row of the lattice that a row of the picture touches.
    #[inline(always)]
    pub(super) fn band(&self, row: usize) -> usize {
        self.bands[row]
    }

    /// What every pixel takes when every pixel gives 1.
    #[inline(always)]
    pub(crate) fn of_ones(&self) -> Vec<f32> {
        let mut window = Window::<One>::new(self);
        let ones = vec![[1.0]; self.width];
        for row in 0..self.bands.len() {
            window.splat(row, 0, &ones);
        }
        window.begin();
        let mut taken = vec![[0.0]; self.triangles.len()];
        for (row, taken) in taken.chunks_exact_mut(self.width).enumerate() {
            window.advance(row);
            window.slice(row, 0, taken);
        }
        taken.into_iter().map(|[taken]| taken).collect()
    }

    /// Number of vertices that pixels touch.
    pub(crate) fn vertices(&self) -> usize {
        self.touched
    }

    /// Memory in bytes.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&self.triangles[..])
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
        let (width, height) = (self.picture.width(), self.picture.height());
        let mut triangles = vec![Triangle::default(); width * height];
        let rows = triangles.chunks_exact_mut(width).enumerate();
        let bands: Vec<usize> = rows.map(|(row, triangles)| self.place(row, triangles)).collect();
        let touched = self.touched(&triangles, &bands);
        let spans: Vec<Range<usize>> = touched.chunks_exact(self.columns).map(span).collect();
        let holes = spans.iter().zip(touched.chunks_exact(self.columns));
        let holes = holes.map(|(span, row)| span.clone().filter(|&at| !row[at]).collect());
        let mut grid = Grid {
            width,
            triangles,
            bands,
            columns: self.columns,
            holes: holes.collect(),
            spans,
            touched: touched.iter().filter(|&&touched| touched).count(),
        };
        let factors = normalisation(&grid.of_ones(), gain(3), self.weight);
        for (triangle, factor) in grid.triangles.iter_mut().zip(factors) {
            triangle.weights.iter_mut().for_each(|weight| *weight *= factor);
        }
        grid
    }
}

impl Build<'_> {
    /// Places the pixels of a row of the picture, and returns the first row of the lattice that they
    /// touch.
    #[inline(always)]
    fn place(&self, row: usize, triangles: &mut [Triangle]) -> usize {
        let mut lowers = vec![0; triangles.len()];
        let blocks = triangles.chunks_mut(BLOCK).zip(lowers.chunks_mut(BLOCK));
        for (block, (triangles, lowers)) in blocks.enumerate() {
            let places = self.features.places(block * BLOCK, row);
            let (found, placed) = enclosing(&Simplices::enclosing(&places));
            lowers.copy_from_slice(&found[..triangles.len()]);
            triangles.copy_from_slice(&placed[..triangles.len()]);
        }
        let band = lowers.iter().copied().min().unwrap_or_default();
        let pairs = triangles.iter_mut().zip(lowers);
        pairs.for_each(|(triangle, lower)| triangle.code |= (lower - band) << 2);
        band as usize
    }

    /// Which vertices are corners of a pixel.
    fn touched(&self, triangles: &[Triangle], bands: &[usize]) -> Vec<bool> {
        let mut touched = vec![false; self.columns * self.rows];
        let rows = triangles.chunks_exact(self.picture.width()).zip(bands);
        for (triangles, &band) in rows {
            let places = Places::of(band, |row| row * self.columns);
            for triangle in triangles {
                triangle.corners(&places).into_iter().for_each(|(at, _)| touched[at] = true);
            }
        }
        touched
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
