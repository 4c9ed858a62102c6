//! Which simplex encloses a point, in any number of dimensions.
//!
//! The steps and the order of the operations are those of [`Simplices`](crate::lattice), whose
//! number of dimensions is known to the compiler: elevate, round to a corner of remainder 0, rank
//! the axes by the offset from it, bring its sum to zero, and take barycentric weights from
//! neighbours in that order. A test compares both to the bit in five dimensions.

use crate::lattice::{BLOCK, Integers, Lanes, ROUNDING};

/// The simplices of a block of points, in `axes` coordinates that sum to zero.
pub(super) struct Placing {
    elevated: Vec<Lanes>,
    /// Coordinates of the vertex of remainder 0, divided by the number of axes.
    pub(super) origin: Vec<Integers>,
    /// Place of each axis in the descending order of the point's offsets from the origin.
    pub(super) rank: Vec<Integers>,
    sorted: Vec<Lanes>,
    /// Barycentric coordinates of the point, by remainder.
    pub(super) weights: Vec<Lanes>,
}

impl Placing {
    pub(super) fn new(axes: usize) -> Self {
        let (lanes, integers) = (vec![[0.0; BLOCK]; axes], vec![[0; BLOCK]; axes]);
        Self {
            elevated: lanes.clone(),
            origin: integers.clone(),
            rank: integers,
            sorted: lanes.clone(),
            weights: lanes,
        }
    }

    /// Encloses points whose scaled features are these.
    #[inline(always)]
    pub(super) fn enclose(&mut self, scaled: &[Lanes]) {
        self.elevate(scaled);
        let sum = self.round();
        self.sort();
        self.return_to_plane(&sum);
        self.weigh();
    }

    #[inline(always)]
    fn elevate(&mut self, scaled: &[Lanes]) {
        let mut sum = [0.0; BLOCK];
        for (axis, feature) in scaled.iter().enumerate().rev() {
            let elevated = &mut self.elevated[axis + 1];
            for lane in 0..BLOCK {
                elevated[lane] = sum[lane] - (axis + 1) as f32 * feature[lane];
                sum[lane] += feature[lane];
            }
        }
        self.elevated[0] = sum;
    }

    /// The nearest point whose coordinates are multiples of the number of axes; returns their sum.
    #[inline(always)]
    fn round(&mut self) -> Integers {
        let inverse = 1.0 / self.elevated.len() as f32;
        let mut sum = [0; BLOCK];
        for (elevated, origin) in self.elevated.iter().zip(&mut self.origin) {
            for lane in 0..BLOCK {
                // As in `Simplices`: the sum rounds, and its low bits are the integer.
                let shifted = inverse * elevated[lane] + ROUNDING;
                origin[lane] = shifted.to_bits().wrapping_sub(ROUNDING.to_bits()) as i32;
                sum[lane] += origin[lane];
            }
        }
        sum
    }

    /// How far the points are from their origins along an axis.
    #[inline(always)]
    fn offset(&self, axis: usize) -> Lanes {
        let (axes, elevated, origin) =
            (self.origin.len() as i32, &self.elevated[axis], &self.origin[axis]);
        std::array::from_fn(|lane| elevated[lane] - (origin[lane] * axes) as f32)
    }

    #[inline(always)]
    fn sort(&mut self) {
        let axes = self.origin.len();
        for axis in 0..axes {
            self.sorted[axis] = self.offset(axis);
            self.rank[axis] = [0; BLOCK];
        }
        for first in 0..axes {
            for second in first + 1..axes {
                for lane in 0..BLOCK {
                    // Of two equal offsets the first axis comes first, so that no two have one rank.
                    let behind = i32::from(self.sorted[first][lane] < self.sorted[second][lane]);
                    self.rank[first][lane] += behind;
                    self.rank[second][lane] += 1 - behind;
                }
            }
        }
    }

    #[inline(always)]
    fn return_to_plane(&mut self, sum: &Integers) {
        let axes = self.origin.len() as i32;
        for (rank, origin) in self.rank.iter_mut().zip(&mut self.origin) {
            for lane in 0..BLOCK {
                // A sum of k too many moves the k axes of the smallest offsets one multiple down.
                let moved = rank[lane] + sum[lane];
                let up = i32::from(moved < 0) - i32::from(moved >= axes);
                rank[lane] = moved + up * axes;
                origin[lane] += up;
            }
        }
    }

    /// Differences of neighbours in the descending order of the offsets.
    #[inline(always)]
    fn weigh(&mut self) {
        let axes = self.origin.len();
        let inverse = 1.0 / axes as f32;
        for axis in 0..axes {
            for (lane, offset) in self.offset(axis).into_iter().enumerate() {
                // Stored by rank: to compare with every place would take the square of the axes.
                self.sorted[self.rank[axis][lane] as usize][lane] = offset * inverse;
            }
        }
        for lane in 0..BLOCK {
            self.weights[0][lane] = self.sorted[axes - 1][lane] + (1.0 - self.sorted[0][lane]);
        }
        for remainder in 1..axes {
            for lane in 0..BLOCK {
                self.weights[remainder][lane] =
                    self.sorted[axes - 1 - remainder][lane] - self.sorted[axes - remainder][lane];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lattice::Simplices;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn simplices_are_those_of_a_known_number_of_dimensions(
            points in prop::array::uniform5(prop::array::uniform8(-300.0..300.0_f32)),
        ) {
            let expected = Simplices::<6>::enclosing(&points);
            let mut placing = Placing::new(6);
            for _ in 0..2 {
                placing.enclose(&points);
                prop_assert_eq!(&placing.origin[..], &expected.origin[..]);
                prop_assert_eq!(&placing.rank[..], &expected.rank[..]);
                prop_assert_eq!(&placing.weights[..], &expected.weights[..]);
            }
        }
    }
}
