//! Noise and stripes, the stuff of surfaces.

use super::{dice::Dice, shape::Point};

/// Smooth random values over the plane, in `0..=1`, the same for the same seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noise(u32);

impl Noise {
    pub(super) fn new(dice: &mut Dice) -> Self {
        Self(dice.bits())
    }

    /// Value noise with `across` cells to a picture width and `down` to the same length of height.
    pub(super) fn stretched(self, p: Point, across: f32, down: f32) -> f32 {
        let (x, y) = (p.x * across, p.y * down);
        let (column, row) = (below(x), below(y));
        let (dx, dy) = (ease(x - column as f32), ease(y - row as f32));
        let corner = |i: i32, j: i32| self.value(column + i, row + j);
        // Bilinear between the corners of a cell, with eased shares, so that no slope breaks at its edges.
        let upper = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * dx;
        let lower = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * dx;
        upper + (lower - upper) * dy
    }

    /// Value noise with cells of equal sides.
    pub(super) fn at(self, p: Point, cells: f32) -> f32 {
        self.stretched(p, cells, cells)
    }

    /// Three layers of noise, each of half the size and weight of the one before.
    pub(super) fn layered(self, p: Point, across: f32, down: f32) -> f32 {
        // 4 + 2 + 1 = 7: the sum stays in `0..=1`.
        let layer = |octave: u32, scale: f32| {
            Self(self.0.wrapping_add(octave)).stretched(p, across * scale, down * scale)
        };
        (4.0 * layer(0, 1.0) + 2.0 * layer(1, 2.0) + layer(2, 4.0)) / 7.0
    }

    /// The random value of a cell, in `0..=1`.
    pub(super) fn value(self, column: i32, row: i32) -> f32 {
        // Wellons' hash `lowbias32` of seed and place, so that no table of values is needed.
        let mut bits = self.0
            ^ (column as u32).wrapping_mul(0x9e37_79b1)
            ^ (row as u32).wrapping_mul(0x85eb_ca77);
        bits = (bits ^ (bits >> 16)).wrapping_mul(0x7feb_352d);
        bits = (bits ^ (bits >> 15)).wrapping_mul(0x846c_a68b);
        ((bits ^ (bits >> 16)) >> 8) as f32 / (1_u32 << 24) as f32
    }
}

/// The integer at or next below `value`, one less for negative integers, where cells meet anyway.
fn below(value: f32) -> i32 {
    value as i32 - i32::from(value < 0.0)
}

fn ease(t: f32) -> f32 {
    // Its slope is 0 at 0 and at 1.
    t * t * (3.0 - 2.0 * t)
}

/// 0 below `low`, 1 above `high`, smooth between.
pub(super) fn step(low: f32, high: f32, value: f32) -> f32 {
    ease(((value - low) / (high - low)).clamp(0.0, 1.0))
}

/// Whether `value` falls into the first `share` of its period.
pub(super) fn dashed(value: f32, period: f32, share: f32) -> bool {
    (value / period).rem_euclid(1.0) < share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_meets_its_cells_and_stays_in_range() {
        let noise = Noise(7);
        assert_eq!(noise.at(Point::new(0.3, 0.2), 10.0), noise.value(3, 2));
        for i in 0..1000 {
            let p = Point::new(i as f32 * 0.013 - 5.0, i as f32 * 0.0071 - 3.0);
            assert!((0.0..=1.0).contains(&noise.layered(p, 5.0, 9.0)));
        }
    }

    #[test]
    fn dashes_repeat_on_both_sides_of_zero() {
        assert!(dashed(0.1, 1.0, 0.5) && dashed(-0.9, 1.0, 0.5) && dashed(2.4, 1.0, 0.5));
        assert!(!dashed(0.6, 1.0, 0.5) && !dashed(-0.1, 1.0, 0.5));
    }
}
