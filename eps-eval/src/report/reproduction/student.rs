//! Student's distribution, for means of few runs.

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

/// The `t` within which a variable with these degrees of freedom is with probability `level`, of both
/// signs together.
pub(super) fn quantile(level: f64, freedom: usize) -> f64 {
    // t = √ν tan θ: the angle ends at π/2, while t has no end to bisect from.
    let (mut low, mut high) = (0.0, FRAC_PI_2);
    // The probability grows with the angle; each step halves what is left.
    for _ in 0..100 {
        let angle = 0.5 * (low + high);
        if probability(angle, freedom) < level { low = angle } else { high = angle }
    }
    (freedom as f64).sqrt() * low.tan()
}

/// Of `|t|` being at most the root of the degrees of freedom times the tangent of `angle`. Source:
/// Abramowitz and Stegun, 26.7.3 and 26.7.4.
fn probability(angle: f64, freedom: usize) -> f64 {
    let (sin, cos) = angle.sin_cos();
    let is_odd = freedom % 2 == 1;
    let (mut power, first) = if is_odd { (cos, 3) } else { (1.0, 2) };
    let mut sum = if freedom > 1 { power } else { 0.0 };
    // cos θ + 2/3 cos³ θ + 2·4/(3·5) cos⁵ θ + ..  of odd degrees ν,
    // 1 + 1/2 cos² θ + 1·3/(2·4) cos⁴ θ + ..      of even ones, both up to the power ν - 2.
    for below in (first..freedom.saturating_sub(1)).step_by(2) {
        power *= cos * cos * (below - 1) as f64 / below as f64;
        sum += power;
    }
    if is_odd { FRAC_2_PI * (angle + sin * sum) } else { sin * sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (level, freedom, expected) in [
            (0.95, 1, 12.706_205),
            (0.95, 2, 4.302_653),
            (0.95, 3, 3.182_446),
            (0.95, 4, 2.776_445),
            (0.99, 5, 4.032_143),
            (0.95, 9, 2.262_157),
            (0.90, 10, 1.812_461),
            (0.95, 120, 1.979_930),
        ] {
            let found = quantile(level, freedom);
            assert!((found - expected).abs() < 1e-5, "{level} of {freedom}: {found}");
        }
    }
}
