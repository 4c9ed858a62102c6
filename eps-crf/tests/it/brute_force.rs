//! Fields whose sums run over every pair of pixels.

use eps_crf::{Bilateral, DenseCrf, Gaussian, Kernels, Picture, Unary};
use proptest::prelude::*;

/// A picture, its kernels and probabilities.
#[derive(Clone, Debug)]
struct Case {
    width: usize,
    rgb: Vec<u8>,
    kernels: Kernels,
    labels: usize,
    probabilities: Vec<f32>,
}

/// Pictures of a few colours with noise, since a lattice is exact on none but approximates smooth
/// fields well.
fn cases() -> impl Strategy<Value = Case> {
    let sizes = (1..14_usize, 1..12_usize, 1..5_usize);
    let kernels = (1.0..4.0_f32, 0.0..4.0_f32, 3.0..30.0_f32, 4.0..60.0_f32, 0.0..5.0_f32);
    (sizes, kernels).prop_flat_map(|((width, height, labels), kernels)| {
        let pixels = width * height;
        let palette = prop::collection::vec(prop::array::uniform3(0..=255_u8), 3);
        let colours = prop::collection::vec((0..3_usize, 0..12_u8), pixels);
        let values = prop::collection::vec(0.05..1.0_f32, labels * pixels);
        (palette, colours, values).prop_map(move |(palette, colours, probabilities)| {
            let (place, weight, bilateral_place, colour, bilateral_weight) = kernels;
            let noisy =
                |(at, noise): (usize, u8)| palette[at].map(|value: u8| value.saturating_add(noise));
            Case {
                width,
                rgb: colours.into_iter().flat_map(noisy).collect(),
                kernels: Kernels {
                    gaussian: Gaussian { place, weight },
                    bilateral: Bilateral {
                        place: bilateral_place,
                        colour,
                        weight: bilateral_weight,
                    },
                },
                labels,
                probabilities,
            }
        })
    })
}

impl Case {
    fn pixels(&self) -> usize {
        self.rgb.len() / 3
    }

    /// Features of a pixel in the Gaussian and in the bilateral kernel.
    fn features(&self, pixel: usize) -> [Vec<f64>; 2] {
        let place = [pixel % self.width, pixel / self.width].map(|at| at as f64);
        let scaled = |deviation: f32| place.map(|at| at / f64::from(deviation)).to_vec();
        let Kernels { gaussian, bilateral } = self.kernels;
        let colour = self.rgb[3 * pixel..][..3].iter();
        let colour = colour.map(|&value| f64::from(value) / f64::from(bilateral.colour));
        [scaled(gaussian.place), scaled(bilateral.place).into_iter().chain(colour).collect()]
    }

    /// Symmetrically normalised weights of every pair of pixels, of both kernels together.
    fn pairs(&self) -> Vec<Vec<f64>> {
        let features: Vec<_> = (0..self.pixels()).map(|pixel| self.features(pixel)).collect();
        let weights = [self.kernels.gaussian.weight, self.kernels.bilateral.weight].map(f64::from);
        let mut total = vec![vec![0.0; self.pixels()]; self.pixels()];
        for kernel in 0..2 {
            let near = |a: usize, b: usize| -> f64 {
                let square = |(a, b): (&f64, &f64)| (a - b) * (a - b);
                let pair = features[a][kernel].iter().zip(&features[b][kernel]);
                (-0.5 * pair.map(square).sum::<f64>()).exp()
            };
            let root = |a| (0..self.pixels()).map(|b| near(a, b)).sum::<f64>().sqrt();
            let roots: Vec<f64> = (0..self.pixels()).map(root).collect();
            for a in 0..self.pixels() {
                for b in 0..self.pixels() {
                    total[a][b] += weights[kernel] * near(a, b) / (roots[a] * roots[b]);
                }
            }
        }
        total
    }

    /// Marginals `[labels, pixels]` after one step.
    fn marginals(&self) -> Vec<f64> {
        let unary = self.probabilities.iter().map(|&value| f64::from(value).ln()).collect();
        let before = self.softmax(unary);
        let pairs = self.pairs();
        let pixels = self.pixels();
        let message = |at: usize| -> f64 {
            let map = &before[at / pixels * pixels..][..pixels];
            pairs[at % pixels].iter().zip(map).map(|(pair, belief)| pair * belief).sum()
        };
        let energies = self.probabilities.iter().enumerate();
        self.softmax(energies.map(|(at, &value)| f64::from(value).ln() + message(at)).collect())
    }

    fn softmax(&self, logarithms: Vec<f64>) -> Vec<f64> {
        let pixels = self.pixels();
        let sum = |pixel: usize| -> f64 {
            logarithms[pixel..].iter().step_by(pixels).map(|value| value.exp()).sum()
        };
        let sums: Vec<f64> = (0..pixels).map(sum).collect();
        logarithms.iter().enumerate().map(|(at, value)| value.exp() / sums[at % pixels]).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn one_step_is_near_the_sum_over_all_pairs(case in cases()) {
        let picture = Picture::new(case.width, case.pixels() / case.width, &case.rgb).unwrap();
        let crf = DenseCrf::new(&picture, &case.kernels).unwrap();
        let unary = Unary::from_probabilities(case.labels, &case.probabilities).unwrap();
        let found = crf.infer(&unary, 1).unwrap();
        let expected = case.marginals();
        let errors = found.probabilities().iter().zip(&expected).map(|(a, b)| (f64::from(*a) - b).abs());
        let mean = errors.sum::<f64>() / expected.len() as f64;
        // The lattice blurs with a piecewise linear kernel in place of the Gaussian one.
        prop_assert!(mean < 0.05, "mean error {mean}");
        let pixels = case.pixels();
        for pixel in 0..pixels {
            let sum: f32 = found.probabilities()[pixel..].iter().step_by(pixels).sum();
            prop_assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        }
    }
}
