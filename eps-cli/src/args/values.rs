//! Values of flags: numbers within their ranges.

use std::time::Duration;

/// A number of things of which there must be one: updates, images, pixels.
pub(crate) fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("expected a whole number above 0".into()),
    }
}

/// A name or a path in a text that may be either.
pub(crate) fn not_empty(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("expected a name or a path".into()) } else { Ok(text.into()) }
}

/// A power of the background: a number above 0.
pub(crate) fn power(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(power) if power > 0.0 && power.is_finite() => Ok(power),
        _ => Err("expected a number above 0".into()),
    }
}

/// A factor on the size of an image: above 0 and at most 8.
pub(crate) fn scale(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(scale) if scale > 0.0 && scale <= 8.0 => Ok(scale),
        _ => Err("expected a factor above 0 and at most 8".into()),
    }
}

/// A fraction in `0..=1`.
pub(crate) fn fraction(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(fraction) if (0.0..=1.0).contains(&fraction) => Ok(fraction),
        _ => Err("expected a fraction in 0..=1".into()),
    }
}

/// A time such as `90s`, `15m` or `2h`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let units = [('s', 1), ('m', 60), ('h', 3600)];
    let parsed = units.into_iter().find_map(|(unit, seconds)| {
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(seconds).filter(|seconds| *seconds > 0)
    });
    parsed
        .map(Duration::from_secs)
        .ok_or_else(|| "expected a time above 0 in s, m or h, such as 15m".into())
}

/// A difference of scores, as a fraction: what is above 0.2 was meant in percent.
pub(crate) fn small_fraction(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(fraction) if (0.0..=0.2).contains(&fraction) => Ok(fraction),
        _ => Err("expected a fraction in 0..=0.2, such as 0.01 for one point of IoU".into()),
    }
}

/// A fraction between 0 and 1.
pub(crate) fn level(text: &str) -> Result<f64, String> {
    match fraction(text) {
        Ok(level) if level > 0.0 && level < 1.0 => text.parse().map_err(|_| String::new()),
        _ => Err("expected a fraction between 0 and 1".into()),
    }
}
