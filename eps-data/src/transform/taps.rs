//! What each pixel of a resized row or column is made of.

// Target pixel `t` has its centre at `c = (t + 1/2) scale` in the source, whose pixel `s` has its own
// at `s + 1/2`. With the filter `f` of radius `r`, widened by `w = max(scale, 1)`, its weights are
//
//   f((s + 1/2 - c) / w) / sum over s        for the s from  c - r w + 1/2  up to  c + r w + 1/2
//
// cut at the borders, where the others are divided by a smaller sum. Each axis has `2 r w + 1` of them
// at most for each target pixel, found once for all rows. Operations and their order are those of
// Pillow's `precompute_coeffs` (libImaging/Resample.c), so that a weight has the same bits.

use std::f64::consts::PI;

/// How pixels are weighted when a picture is resized, as Pillow names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    Bicubic,
    Lanczos,
}

impl Filter {
    /// Radius in target pixels, in source pixels when enlarging.
    const fn radius(self) -> f64 {
        match self {
            Self::Bicubic => 2.0,
            Self::Lanczos => 3.0,
        }
    }

    fn weight(self, distance: f64) -> f64 {
        match self {
            Self::Bicubic => cubic(distance),
            Self::Lanczos if distance.abs() < self.radius() => {
                sinc(distance) * sinc(distance / self.radius())
            }
            Self::Lanczos => 0.0,
        }
    }
}

/// Keys' cubic with a = −1/2.
fn cubic(distance: f64) -> f64 {
    const A: f64 = -0.5;
    let x = distance.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < Filter::Bicubic.radius() {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

fn sinc(distance: f64) -> f64 {
    let x = distance * PI;
    if x == 0.0 { 1.0 } else { x.sin() / x }
}

/// The source pixels that each target pixel along an axis is made of: as many for all.
pub(super) struct Taps<Weight> {
    /// The first source pixel of each target pixel.
    firsts: Vec<usize>,
    /// Source pixels of a target pixel.
    count: usize,
    /// `count` weights for each target pixel, whose sum is close to 1. Weights beside the filter are 0.
    weights: Vec<Weight>,
}

impl Taps<f64> {
    /// When shrinking, the filter is widened by the reduction, so that every source pixel counts.
    pub(super) fn new(filter: Filter, from: usize, to: usize) -> Self {
        let scale = from as f64 / to as f64;
        let widening = scale.max(1.0);
        let radius = filter.radius() * widening;
        let centre = |target: usize| (target as f64 + 0.5) * scale;
        let range = |target: usize| {
            let first = (centre(target) - radius + 0.5).max(0.0) as usize;
            first..((centre(target) + radius + 0.5) as usize).min(from)
        };
        let count = (0..to).map(|target| range(target).len()).max().unwrap_or(0);
        let mut taps =
            Self { firsts: Vec::with_capacity(to), count, weights: vec![0.0; to * count] };
        for (target, weights) in taps.weights.chunks_exact_mut(count).enumerate() {
            let range = range(target);
            // All have `count` taps: those of a shorter range begin so that they end within the source.
            let first = range.start.min(from - count);
            let weight = |source: usize| {
                filter.weight((source as f64 - centre(target) + 0.5) * (1.0 / widening))
            };
            let sum: f64 = range.clone().map(weight).sum();
            for source in range {
                weights[source - first] = weight(source) / sum;
            }
            taps.firsts.push(first);
        }
        taps
    }

    /// The weights as integers with so many bits behind the point, to the nearest.
    pub(super) fn fixed_point(self, bits: u32) -> Taps<i32> {
        let scale = f64::from(1 << bits);
        let weights = self.weights.iter().map(|weight| (weight * scale).round() as i32).collect();
        Taps { firsts: self.firsts, count: self.count, weights }
    }
}

impl<Weight> Taps<Weight> {
    /// Number of target pixels.
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.firsts.len()
    }

    /// First source pixel and weights of each target pixel.
    #[inline(always)]
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &[Weight])> {
        self.firsts.iter().copied().zip(self.weights.chunks_exact(self.count))
    }
}
