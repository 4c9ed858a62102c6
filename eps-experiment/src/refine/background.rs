//! The score of the background, which class maps do not have.

use eps_crf::Preset;
use eps_data::{BACKGROUND, LabelMap, ScoreMap};
use eps_eval::BackgroundRule;
use std::fmt;

/// Exponents of the background where nothing is said: that of PSA's masks with much background.
pub const DEFAULT_ALPHA: f32 = 4.0;

/// Threshold of the labels where nothing is said: IRN's for certain objects.
pub const DEFAULT_LABEL_THRESHOLD: f32 = 0.3;

/// The score of the background at a pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Background {
    /// `(1 - greatest)^alpha`
    Alpha(f32),
    Threshold(f32),
    /// `1 - sum`
    Rest,
}

impl Background {
    /// What a preset takes where nothing is said.
    pub fn default_of(preset: Preset) -> Self {
        match preset.label_confidence() {
            Some(_) => Self::Threshold(DEFAULT_LABEL_THRESHOLD),
            None => Self::Alpha(DEFAULT_ALPHA),
        }
    }

    fn of(self, greatest: f32, sum: f32) -> f32 {
        match self {
            Self::Alpha(alpha) => BackgroundRule::Power.background(alpha, greatest),
            Self::Threshold(threshold) => threshold,
            // Only probabilities are sure to sum to at most 1.
            Self::Rest => (1.0 - sum).max(0.0),
        }
    }

    /// The mask that the background leaves without a CRF: a class must exceed it.
    pub fn mask(self, map: &ScoreMap) -> LabelMap {
        let pixels = map.size().pixels();
        let sums = self.before(map);
        let (background, _) = sums.split_at(pixels);
        let best = map.best().zip(background);
        let classes = best.map(|((class, score), &background)| match score > background {
            true => class,
            false => BACKGROUND,
        });
        LabelMap::new(map.size(), classes.collect())
    }

    /// Scores `[background and classes, pixels]`.
    pub(super) fn before(self, map: &ScoreMap) -> Vec<f32> {
        let pixels = map.size().pixels();
        let mut greatest = vec![0.0_f32; pixels];
        let mut sums = vec![0.0; pixels];
        for scores in map.scores().chunks_exact(pixels) {
            for (pixel, &score) in scores.iter().enumerate() {
                greatest[pixel] = greatest[pixel].max(score);
                sums[pixel] += score;
            }
        }
        let background =
            greatest.into_iter().zip(sums).map(|(greatest, sum)| self.of(greatest, sum));
        background.chain(map.scores().iter().copied()).collect()
    }
}

/// Names the folder or row of a result.
impl fmt::Display for Background {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alpha(alpha) => write!(formatter, "alpha-{alpha}"),
            Self::Threshold(threshold) => write!(formatter, "threshold-{threshold}"),
            Self::Rest => formatter.write_str("softmax"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eps_data::Size;

    fn map() -> ScoreMap {
        ScoreMap::new(Size::new(2, 1), vec![3, 9], vec![0.5, 0.0, 0.25, 0.1])
    }

    #[test]
    fn backgrounds_of_two_pixels_by_hand() {
        let objects = [0.5, 0.0, 0.25, 0.1];
        let before = |background: Background| background.before(&map());
        // 0.9 is 1 - 0.1 in 32 bits, and its power is rounded once.
        let power = (f64::from(1.0 - 0.1_f32)).powi(2) as f32;
        assert_eq!(before(Background::Alpha(2.0))[..2], [0.25, power]);
        assert_eq!(before(Background::Threshold(0.2))[..2], [0.2, 0.2]);
        assert_eq!(before(Background::Rest)[..2], [0.25, 0.9]);
        assert_eq!(before(Background::Rest)[2..], objects);
    }

    #[test]
    fn scores_above_one_leave_no_background() {
        let map = ScoreMap::new(Size::new(1, 1), vec![3], vec![1.5]);
        assert_eq!(Background::Alpha(3.0).before(&map), [0.0, 1.5]);
        assert_eq!(Background::Rest.before(&map), [0.0, 1.5]);
    }
}
