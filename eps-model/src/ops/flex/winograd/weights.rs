//! 3x3 kernels in Winograd's domain, and gradients back from it.
//!
//! `G w Gᵀ` is `G` along the columns, then along the rows, and `Gᵀ u G` the same with its
//! transpose: three values become `a, (a + b + c) / 2, (a - b + c) / 2, c`. Eight kernels are
//! transformed side by side, one in each lane.

use super::tiles::DOMAIN;

/// Values of a 3x3 kernel.
pub(super) const TAPS: usize = 9;

/// Kernels that are transformed side by side.
pub(super) const LANES: usize = 8;

/// One value of each of the kernels.
pub(super) type Lanes = [f32; LANES];

/// `G w Gᵀ`.
pub(super) fn to_domain(kernels: &[Lanes; TAPS]) -> [Lanes; DOMAIN] {
    let mut columns = [[[0.0; LANES]; 3]; 4];
    for x in 0..3 {
        let along = spread([kernels[x], kernels[3 + x], kernels[6 + x]]);
        (0..4).for_each(|y| columns[y][x] = along[y]);
    }
    let mut domain = [[0.0; LANES]; DOMAIN];
    for (row, target) in columns.into_iter().zip(domain.as_chunks_mut::<4>().0) {
        *target = spread(row);
    }
    domain
}

/// `Gᵀ u G`.
pub(super) fn from_domain(domain: &[Lanes; DOMAIN]) -> [Lanes; TAPS] {
    let mut rows = [[[0.0; LANES]; 4]; 3];
    for x in 0..4 {
        let along = collect([domain[x], domain[4 + x], domain[8 + x], domain[12 + x]]);
        (0..3).for_each(|y| rows[y][x] = along[y]);
    }
    let mut kernels = [[0.0; LANES]; TAPS];
    for (row, target) in rows.into_iter().zip(kernels.as_chunks_mut::<3>().0) {
        *target = collect(row);
    }
    kernels
}

/// `G w` of three values.
fn spread([first, middle, last]: [Lanes; 3]) -> [Lanes; 4] {
    let mut spread = [first, [0.0; LANES], [0.0; LANES], last];
    for lane in 0..LANES {
        // Both middle values begin with a + c.
        let outer = first[lane] + last[lane];
        spread[1][lane] = 0.5 * (outer + middle[lane]);
        spread[2][lane] = 0.5 * (outer - middle[lane]);
    }
    spread
}

/// `Gᵀ u` of four values.
fn collect([first, plus, minus, last]: [Lanes; 4]) -> [Lanes; 3] {
    let mut collected = [[0.0; LANES]; 3];
    for lane in 0..LANES {
        let sum = 0.5 * (plus[lane] + minus[lane]);
        collected[0][lane] = first[lane] + sum;
        collected[1][lane] = 0.5 * (plus[lane] - minus[lane]);
        collected[2][lane] = sum + last[lane];
    }
    collected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_of_one_tap_is_spread_by_hand() {
        // The middle tap is (0, 1, 0) along both directions: (0, 1/2, -1/2, 0).
        let mut kernels = [[0.0; LANES]; TAPS];
        kernels[4][2] = 4.0;
        #[rustfmt::skip]
        let expected = [
            0.0,  0.0,  0.0, 0.0,
            0.0,  1.0, -1.0, 0.0,
            0.0, -1.0,  1.0, 0.0,
            0.0,  0.0,  0.0, 0.0,
        ];
        let domain = to_domain(&kernels);
        assert_eq!(domain.map(|lanes| lanes[2]), expected);
        assert_eq!(domain.map(|lanes| lanes[1]), [0.0; DOMAIN]);
    }

    #[test]
    fn the_way_back_is_the_adjoint() {
        // <G w Gᵀ, u> = <w, Gᵀ u G>; small whole numbers, so that both sums are exact.
        let value = |index: usize, lane: usize| ((index * 5 + lane * 3) % 7) as f32 - 3.0;
        let lanes = |index| std::array::from_fn(|lane| value(index, lane));
        let (kernels, domain) = (std::array::from_fn(lanes), std::array::from_fn(lanes));
        let product = |a: &[Lanes], b: &[Lanes]| {
            a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| a * b).sum::<f32>()
        };
        assert_eq!(
            product(&to_domain(&kernels), &domain),
            product(&kernels, &from_domain(&domain))
        );
    }
}
