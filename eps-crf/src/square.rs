//! Rows of pixels to planes of labels and back: transposes of eight by eight numbers.
//!
//! Lattices hold a row for each vertex, labels in lanes, since a splat or slice moves all labels of
//! a pixel alike. A softmax compares the labels of one pixel, which is fast where pixels are the
//! lanes. So sixteen rows become planes, one for each label, and later rows again:
//!
//! ```text
//! pixel 0:  l0 l1 l2 ..        label 0:  p0 p1 p2 ..
//! pixel 1:  l0 l1 l2 ..   <->  label 1:  p0 p1 p2 ..
//! ```
//!
//! In AVX registers a transpose takes 24 instructions: lanes of two rows alternate (unpack), pairs
//! of lanes of four rows are joined (shuffle), and halves of registers change places (permute).
//! Without them it is a loop over the elements, which moves the same bits.

use crate::row::{Eight, Row};

/// Some neighbours' values of one label.
pub(crate) type Plane = [Eight; 2];

/// Pixels of a plane.
pub(crate) const TOGETHER: usize = Plane::LANES;

/// Turns squares over, in registers where the processor has those that it is written for.
#[derive(Clone, Copy)]
pub(crate) struct Square {
    #[cfg(target_arch = "x86_64")]
    registers: Option<pulp::x86::V3>,
}

impl Square {
    pub(crate) fn new() -> Self {
        Self {
            #[cfg(target_arch = "x86_64")]
            registers: pulp::x86::V3::try_new(),
        }
    }

    /// Rows to planes, of which there are as many as rows have lanes, or more.
    #[inline(always)]
    pub(crate) fn planes_of<R: Row>(self, rows: &[R; TOGETHER], planes: &mut [Plane]) {
        for (at, planes) in planes.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            for (half, rows) in rows.as_chunks::<8>().0.iter().enumerate() {
                let mut square = [[0.0; 8]; 8];
                square.iter_mut().zip(rows).for_each(|(line, row)| *line = row.eight(at));
                let columns = self.turned(square);
                planes.iter_mut().zip(columns).for_each(|(plane, column)| plane[half] = column);
            }
        }
    }

    /// Planes to rows.
    #[inline(always)]
    pub(crate) fn rows_of<R: Row>(self, planes: &[Plane], rows: &mut [R; TOGETHER]) {
        for (at, planes) in planes.as_chunks::<8>().0.iter().enumerate() {
            for (half, rows) in rows.as_chunks_mut::<8>().0.iter_mut().enumerate() {
                let mut square = [[0.0; 8]; 8];
                square.iter_mut().zip(planes).for_each(|(line, plane)| *line = plane[half]);
                let columns = self.turned(square);
                rows.iter_mut().zip(columns).for_each(|(row, column)| row.set_eight(at, column));
            }
        }
    }

    #[inline(always)]
    fn turned(self, square: [Eight; 8]) -> [Eight; 8] {
        #[cfg(target_arch = "x86_64")]
        if let Some(registers) = self.registers {
            return turned_in_registers(registers, square);
        }
        std::array::from_fn(|column| square.map(|row| row[column]))
    }
}

/// Pairs of lanes, then fours, then halves of registers change places.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn turned_in_registers(registers: pulp::x86::V3, square: [Eight; 8]) -> [Eight; 8] {
    let avx = registers.avx;
    let [a, b, c, d, e, f, g, h] = square;
    let (a, b, c, d) = (pulp::cast(a), pulp::cast(b), pulp::cast(c), pulp::cast(d));
    let (e, f, g, h) = (pulp::cast(e), pulp::cast(f), pulp::cast(g), pulp::cast(h));
    // Two lanes of a column side by side, then four, then all eight.
    let pairs = |a, b| [avx._mm256_unpacklo_ps(a, b), avx._mm256_unpackhi_ps(a, b)];
    let fours = |a, b| [avx._mm256_shuffle_ps::<0x44>(a, b), avx._mm256_shuffle_ps::<0xEE>(a, b)];
    let quarter = |a, b, c, d| {
        let ([low, high], [other_low, other_high]) = (pairs(a, b), pairs(c, d));
        let ([first, second], [third, fourth]) = (fours(low, other_low), fours(high, other_high));
        [first, second, third, fourth]
    };
    let ([a, b, c, d], [e, f, g, h]) = (quarter(a, b, c, d), quarter(e, f, g, h));
    let lower = |a, b| pulp::cast(avx._mm256_permute2f128_ps::<0x20>(a, b));
    let upper = |a, b| pulp::cast(avx._mm256_permute2f128_ps::<0x31>(a, b));
    [
        lower(a, e),
        lower(b, f),
        lower(c, g),
        lower(d, h),
        upper(a, e),
        upper(b, f),
        upper(c, g),
        upper(d, h),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Four;

    fn rows<R: Row>() -> [R; TOGETHER] {
        std::array::from_fn(|pixel| {
            let mut row = R::filled(0.0);
            (0..R::LANES).for_each(|lane| row.set_lane(lane, (100 * lane + pixel) as f32));
            row
        })
    }

    fn there_and_back<R: Row + PartialEq + std::fmt::Debug>(square: Square) {
        let mut planes = vec![Plane::filled(0.0); R::LANES.next_multiple_of(8)];
        square.planes_of(&rows::<R>(), &mut planes);
        for (lane, plane) in planes[..R::LANES].iter().enumerate() {
            assert!(
                (0..TOGETHER)
                    .all(|pixel| plane.as_flattened()[pixel] == (100 * lane + pixel) as f32)
            );
        }
        let mut back = [R::filled(0.0); TOGETHER];
        square.rows_of(&planes, &mut back);
        assert_eq!(back, rows());
    }

    #[test]
    fn rows_are_turned_into_planes_and_back() {
        let plain = Square {
            #[cfg(target_arch = "x86_64")]
            registers: None,
        };
        for square in [Square::new(), plain] {
            there_and_back::<Four>(square);
            there_and_back::<[Eight; 1]>(square);
            there_and_back::<[Eight; 3]>(square);
        }
    }
}
