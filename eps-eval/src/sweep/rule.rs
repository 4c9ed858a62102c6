//! How the background competes with the class maps.
//!
//! A pixel is background where `b(s) >= s`, with `s` the score of its best class and `b` constant
//! or `(1 - s)^α`. Since `b` does not rise with `s`, there is one score up to which the background
//! wins: the cut. It has no closed form for a power, and what counts is how `b` is rounded, not
//! what it is exactly. So the cut is found by bisection over the floats themselves: floats from 0
//! are ordered as their bits are, as integers, and `0..=1` has fewer than 2^30 of them. After 30
//! comparisons the cut is the greatest float at which the rule, evaluated as on a pixel, says
//! background; `s > cut` then decides every pixel as the rule would.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where the background's score comes from. A pixel has its best class only if that class's score
/// is above the background's; the background wins a tie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackgroundRule {
    /// A constant `t`, the same for every pixel.
    Constant,
    /// `(1 - s)^α`, where `s` is the score of the pixel's best class.
    Power,
}

impl BackgroundRule {
    /// What is swept by default: `t` = 0, 0.001, … 0.999, or `α` = 0.25, 0.5, … 250.
    pub fn default_parameters(self) -> Vec<f32> {
        match self {
            Self::Constant => (0..1000_u16).map(|step| f32::from(step) / 1000.0).collect(),
            Self::Power => (1..=1000_u16).map(|step| f32::from(step) / 4.0).collect(),
        }
    }

    /// What is swept where these are asked for, ascending and each once; the default if none are.
    pub fn parameters(self, mut asked: Vec<f32>) -> Vec<f32> {
        if asked.is_empty() {
            return self.default_parameters();
        }
        asked.sort_by(f32::total_cmp);
        asked.dedup();
        asked
    }

    /// The background's score at a pixel whose best class has `best`.
    pub fn background(self, parameter: f32, best: f32) -> f32 {
        match self {
            Self::Constant => parameter,
            // A power in 64 bits, rounded once, is the same on every platform.
            Self::Power => f64::from((1.0 - best).max(0.0)).powf(f64::from(parameter)) as f32,
        }
    }

    /// The highest score at which the background still wins: a pixel keeps its best class above it.
    ///
    /// `(1 - s)^α` falls as `s` rises, so every `α` is a constant threshold of another name.
    ///
    /// # Panics
    ///
    /// If the parameter is no number, or a power is not above 0.
    pub fn cut(self, parameter: f32) -> f32 {
        assert!(!parameter.is_nan(), "a parameter is a number");
        match self {
            Self::Constant => parameter,
            Self::Power => self.highest_background(parameter),
        }
    }

    /// Bisects the scores in `0..=1`, which are ordered as their bits are.
    fn highest_background(self, parameter: f32) -> f32 {
        assert!(parameter > 0.0, "a power must be above 0");
        // The background has 1 at the score 0 and 0 at the score 1: it wins the one and loses the other.
        let (mut lost, mut won) = (0.0_f32.to_bits(), 1.0_f32.to_bits());
        while won - lost > 1 {
            let middle = lost + (won - lost) / 2;
            let score = f32::from_bits(middle);
            if score > self.background(parameter, score) { won = middle } else { lost = middle }
        }
        f32::from_bits(lost)
    }

    /// The symbol of the parameter.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Constant => "t",
            Self::Power => "α",
        }
    }

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Power => "power",
        }
    }
}

impl fmt::Display for BackgroundRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Constant => "constant t",
            Self::Power => "(1 - max)^α",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn default_parameters_hold_what_is_published() {
        let constant = BackgroundRule::Constant.default_parameters();
        assert_eq!((constant.len(), constant[200], constant[999]), (1000, 0.2, 0.999));
        let power = BackgroundRule::Power.default_parameters();
        assert_eq!(power.len(), 1000);
        // The powers of AffinityNet and SEAM.
        assert!([4.0, 16.0, 32.0].iter().all(|alpha| power.contains(alpha)));
    }

    #[test]
    fn the_cut_of_a_power_of_one_is_one_half() {
        // s > 1 - s is s > 1/2, and the background wins the tie.
        assert_eq!(BackgroundRule::Power.cut(1.0), 0.5);
        // s > (1 - s)^2 is s > (3 - √5) / 2.
        let expected = (3.0 - 5.0_f64.sqrt()) / 2.0;
        let found = f64::from(BackgroundRule::Power.cut(2.0));
        assert!((found - expected).abs() < 1e-7, "{found}");
    }

    proptest! {
        #[test]
        fn a_class_wins_exactly_above_the_cut(
            step in 1..=1000_u16,
            score in prop_oneof![0.0_f32..=1.0, 0.0_f32..0.1],
            near in -3..=3_i32,
        ) {
            let alpha = f32::from(step) / 4.0;
            let cut = BackgroundRule::Power.cut(alpha);
            // Neighbours of the cut, where a wrong rounding would show, and any score.
            let beside = f32::from_bits(cut.to_bits().saturating_add_signed(near));
            for score in [score, beside] {
                let wins = score > BackgroundRule::Power.background(alpha, score);
                prop_assert_eq!(score > cut, wins, "{} at {}", score, alpha);
            }
        }
    }
}
