//! A paired comparison as files and text.

mod columns;
mod csv;
mod markdown;
mod text;

pub use csv::{comparison_csv, image_differences_csv};
pub use markdown::comparison_markdown;
pub use text::comparison_text;

use crate::paired::Effect;

/// Whether a difference is significant after correction.
pub(crate) fn is_sure(effect: &Effect) -> bool {
    effect.p_holm.is_some_and(|p| p < 0.05)
}

/// Percent with its sign.
fn signed(fraction: Option<f64>) -> String {
    fraction.map_or_else(|| "–".into(), |fraction| format!("{:+.1}", 100.0 * fraction))
}

#[cfg(test)]
mod tests;
