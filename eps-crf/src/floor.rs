//! Leaving out labels that are improbable everywhere.
//!
//! A label stays if its probability reaches the floor at some pixel. How much that may change is
//! bounded from what is at hand: with `p` the clipped probabilities, `s_i` their sum over the kept
//! labels and `w_i` the most that the kernels can send to pixel `i` (the filter of all ones), a
//! label that was left out could have won there only if
//!
//! ```text
//! p_i(l) exp(w_i b(l))  >=  max_k Q_i(k) s_i
//! ```
//!
//! `b(l)` bounds the probability of `l` at any pixel before the last step. Its share without
//! messages is at most `a = max_i p_i(l) / s_i`; a step multiplies that by `exp(max w b)` at most,
//! so `b` starts as `min(a, 1)` and becomes `min(a exp(max w b), 1)`.

use crate::{CrfError, DenseCrf, Marginals, Unary, unary};

/// The least probability that a label must have at some pixel to be inferred.
///
/// Inference over the labels of a whole data set spends nearly all of its time on labels that are
/// not in the picture. Leaving them out is an approximation: [`Floored::may_change`] bounds the
/// pixels that they could have won.
///
/// ```
/// use eps_crf::{DenseCrf, Floor, Picture, Preset};
///
/// let picture = Picture::new(2, 1, &[250, 250, 250, 10, 10, 10])?;
/// let crf = DenseCrf::new(&picture, &Preset::DeepLabV2.kernels())?;
/// // Three labels, of which the last is nowhere probable.
/// let probabilities = [0.8999, 0.1999, 0.1, 0.8, 0.0001, 0.0001];
/// let floored = Floor::new(0.01)?.infer(&crf, 3, &probabilities, Preset::STEPS)?;
/// assert_eq!(floored.kept, [0, 1]);
/// assert_eq!(floored.may_change, 0);
/// # Ok::<(), eps_crf::CrfError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Floor(f32);

/// Probabilities of the labels that were kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Floored {
    /// Of every label; those that were left out have probability 0.
    pub marginals: Marginals,
    /// Labels that reach the floor at some pixel, ascending.
    pub kept: Vec<usize>,
    /// Pixels at which a label that was left out could have become the most probable.
    ///
    /// A bound: the message to a label is at most the pixel's sum of kernel weights times the label's
    /// greatest probability, step by step. That the kept labels divide what the others would have
    /// had is not counted.
    pub may_change: usize,
    /// The greatest sum that the labels left out have at a pixel before inference.
    pub left_out: f32,
}

impl Floor {
    /// # Errors
    ///
    /// [`CrfError::Parameter`] if the floor is not in `0..1`.
    pub fn new(floor: f32) -> Result<Self, CrfError> {
        let (name, expected) = ("probability floor", "a fraction from 0 and below 1");
        let accepted = (0.0..1.0).contains(&floor);
        accepted.then_some(Self(floor)).ok_or(CrfError::Parameter { name, found: floor, expected })
    }

    /// The score that a label must reach, a fraction.
    pub fn score(self) -> f32 {
        self.0
    }

    /// Infers the labels of `probabilities`, `[labels, pixels]`, that reach the floor at some pixel; the
    /// most probable one where none does.
    ///
    /// # Errors
    ///
    /// As [`Unary::from_probabilities`] and [`DenseCrf::infer`].
    pub fn infer(
        self,
        crf: &DenseCrf,
        labels: usize,
        probabilities: &[f32],
        steps: usize,
    ) -> Result<Floored, CrfError> {
        let pixels = unary::check_probabilities(labels, probabilities)?;
        let maps: Vec<&[f32]> =
            (0..labels).map(|label| &probabilities[label * pixels..][..pixels]).collect();
        let peaks: Vec<f32> = maps.iter().map(|map| greatest(map)).collect();
        // Kept below the floor as well, since a field of no label cannot be inferred.
        let best = (1..labels).fold(
            0,
            |best, label| {
                if peaks[label] > peaks[best] { label } else { best }
            },
        );
        let (kept, left): (Vec<usize>, Vec<usize>) =
            (0..labels).partition(|&label| peaks[label] >= self.0 || label == best);
        let chosen = kept.iter().map(|&label| maps[label]).collect::<Vec<_>>().concat();
        let inferred = crf.infer(&Unary::from_probabilities(kept.len(), &chosen)?, steps)?;
        let left: Vec<&[f32]> = left.into_iter().map(|label| maps[label]).collect();
        let may_change = could_win(crf, &left, &chosen, &inferred, steps);
        let left_out = greatest(&sums(left.iter().copied(), pixels, |value| value));
        Ok(Floored { marginals: inferred.spread(labels, &kept), kept, may_change, left_out })
    }
}

/// Pixels at which one of the labels left out could have been the most probable.
fn could_win(
    crf: &DenseCrf,
    left: &[&[f32]],
    kept: &[f32],
    inferred: &Marginals,
    steps: usize,
) -> usize {
    if left.is_empty() {
        return 0;
    }
    let pixels = crf.pixels();
    let weights = crf.message_bounds();
    let sums = sums(kept.chunks_exact(pixels), pixels, unary::clipped);
    // A kept label has at least its share of what the unary terms alone give the kept ones.
    let winner: Vec<f32> = inferred.greatest().iter().zip(&sums).map(|(p, sum)| p * sum).collect();
    let shares: Vec<f32> = sums.into_iter().map(|sum| 1.0 / sum).collect();
    let weight = greatest(&weights);
    let greatest_shares = left.iter().map(|map| greatest_share(map, &shares));
    let beliefs: Vec<f32> =
        greatest_shares.map(|share| greatest_belief(weight, share, steps)).collect();
    let wins = |pixel: usize, probability: f32, belief: f32| {
        unary::clipped(probability) * (weights[pixel] * belief).exp() >= winner[pixel]
    };
    // Few pixels are left by the greatest belief in any label, beside the greatest probability of any.
    let (most, tops) = (greatest(&beliefs), tops(left, pixels));
    let doubtful = (0..pixels).filter(|&pixel| wins(pixel, tops[pixel], most));
    let won = doubtful.filter(|&pixel| {
        left.iter().zip(&beliefs).any(|(map, &belief)| wins(pixel, map[pixel], belief))
    });
    won.count()
}

/// A bound of a label's probability at any pixel before the last step, from the greatest that it has
/// of what the kept labels have.
fn greatest_belief(weight: f32, share: f32, steps: usize) -> f32 {
    // The last step is not in it: its message is bounded pixel by pixel, by the weights that each has.
    (1..steps).fold(share.min(1.0), |belief, _| (share * (weight * belief).exp()).min(1.0))
}

/// The greatest clipped probability, times the pixel's factor.
fn greatest_share(map: &[f32], factors: &[f32]) -> f32 {
    let mut block = [0.0; BLOCK];
    // Products first, then their greatest, so that both loops are vectorised.
    map.chunks(BLOCK).zip(factors.chunks(BLOCK)).fold(0.0, |most, (map, factors)| {
        for ((product, &value), factor) in block.iter_mut().zip(map).zip(factors) {
            *product = unary::clipped(value) * factor;
        }
        greater(most, greatest(&block[..map.len()]))
    })
}

/// The greatest probability of any label at each pixel.
fn tops(maps: &[&[f32]], pixels: usize) -> Vec<f32> {
    maps.iter().fold(vec![0.0; pixels], |mut tops, map| {
        tops.iter_mut().zip(*map).for_each(|(top, &value)| *top = greater(*top, value));
        tops
    })
}

/// Sum of a function of the probabilities at each pixel.
fn sums<'a>(
    maps: impl Iterator<Item = &'a [f32]>,
    pixels: usize,
    transform: impl Fn(f32) -> f32,
) -> Vec<f32> {
    maps.fold(vec![0.0; pixels], |mut sums, map| {
        sums.iter_mut().zip(map).for_each(|(sum, &value)| *sum += transform(value));
        sums
    })
}

/// Values that are compared with each other at once.
const BLOCK: usize = 1024;

/// The greatest of some values from 0, in lanes that the compiler vectorises; 0 of none.
fn greatest(values: &[f32]) -> f32 {
    let (blocks, rest) = values.as_chunks::<16>();
    let lanes = blocks.iter().fold([0.0; 16], |mut lanes, block| {
        lanes.iter_mut().zip(block).for_each(|(lane, &value)| *lane = greater(*lane, value));
        lanes
    });
    lanes.into_iter().chain(rest.iter().copied()).fold(0.0, greater)
}

// Not `f32::max`, which would look for NaN in every lane: what is compared here was checked.
fn greater(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Picture, Preset};

    const PIXELS: usize = 12;

    fn field() -> DenseCrf {
        let channels: Vec<u8> = (0..PIXELS * 3).map(|value| (value * 5) as u8).collect();
        let picture = Picture::new(4, 3, &channels).unwrap();
        DenseCrf::new(&picture, &Preset::DeepLabV2.kernels()).unwrap()
    }

    /// Three labels, of which the last is at most `last`.
    fn probabilities(last: f32) -> Vec<f32> {
        let at = |pixel: usize| if pixel.is_multiple_of(3) { last } else { 0.0 };
        let first = |pixel: usize| if pixel < 6 { 0.8 } else { 0.1 };
        let second = |pixel: usize| 1.0 - first(pixel) - at(pixel);
        let pixels = 0..PIXELS;
        pixels.clone().map(first).chain(pixels.clone().map(second)).chain(pixels.map(at)).collect()
    }

    #[test]
    fn labels_below_the_floor_are_left_out() {
        let floored =
            Floor::new(0.01).unwrap().infer(&field(), 3, &probabilities(0.002), 10).unwrap();
        assert_eq!(floored.kept, [0, 1]);
        assert_eq!(floored.may_change, 0);
        assert_eq!(floored.left_out, 0.002);
        assert_eq!(floored.marginals.of(2), [0.0; PIXELS]);
        let given = probabilities(0.002);
        let two = Unary::from_probabilities(2, &given[..2 * PIXELS]).unwrap();
        let expected = field().infer(&two, 10).unwrap();
        assert_eq!(floored.marginals.of(0), expected.of(0));
    }

    #[test]
    fn a_floor_of_zero_is_inference_over_all_labels() {
        let probabilities = probabilities(0.1);
        let floored = Floor::new(0.0).unwrap().infer(&field(), 3, &probabilities, 10).unwrap();
        let unary = Unary::from_probabilities(3, &probabilities).unwrap();
        assert_eq!(floored.marginals, field().infer(&unary, 10).unwrap());
        assert_eq!((floored.may_change, floored.kept.len()), (0, 3));
    }

    #[test]
    fn a_label_that_could_win_is_counted() {
        let floored =
            Floor::new(0.3).unwrap().infer(&field(), 3, &probabilities(0.19), 10).unwrap();
        assert_eq!(floored.kept, [0, 1]);
        assert!(floored.may_change >= 4, "{}", floored.may_change);
    }

    #[test]
    fn greatest_values_are_found_in_every_lane_and_behind_them() {
        let values: Vec<f32> = (0..39).map(|at| at as f32 / 64.0).collect();
        for count in [0, 1, 16, 17, 39] {
            let expected = count.max(1) - 1;
            assert_eq!(greatest(&values[..count]), expected as f32 / 64.0, "{count}");
        }
        let map: Vec<f32> = (0..3000).map(|at| (at % 7) as f32 / 8.0).collect();
        let mut factors = vec![1.0; 3000];
        factors[2700] = 10.0;
        // 2700 is 5 more than a multiple of 7.
        assert_eq!(greatest_share(&map, &factors), 6.25);
    }

    #[test]
    fn one_label_is_kept_where_none_reaches_the_floor() {
        let floored =
            Floor::new(0.99).unwrap().infer(&field(), 3, &probabilities(0.0), 10).unwrap();
        assert_eq!(floored.kept, [1]);
        assert_eq!(floored.marginals.of(1), [1.0; PIXELS]);
    }

    #[test]
    fn floors_that_are_no_fractions_are_refused() {
        for floor in [-0.1, 1.0, f32::NAN] {
            let error = Floor::new(floor).unwrap_err().to_string();
            assert!(error.ends_with("expected a fraction from 0 and below 1"), "{error}");
        }
    }
}
