//! A paired comparison as files and text.

mod columns;
mod csv;
mod latex;
mod markdown;
mod text;

pub(crate) use columns::{cell as column_cell, title as column_title};
pub use csv::{comparison_csv, image_differences_csv};
pub use latex::comparison_latex;
pub use markdown::comparison_markdown;
pub(crate) use text::comparison_sentences;
pub use text::comparison_text;

use crate::paired::Effect;
use crate::report::{ComparisonReport, export::percent};
use std::cmp::Ordering;

/// What stars and bold type mean in every table of a comparison.
pub(crate) const MARKS: &str = "Stars mark a difference from the first method that is significant: * p < 0.05, \
    ** p < 0.01, *** p < 0.001, corrected after Holm. Bold: the highest IoU, where its difference is significant.";

/// Whether a difference is significant after correction.
pub(crate) fn is_sure(effect: &Effect) -> bool {
    effect.p_holm.is_some_and(|p| p < 0.05)
}

/// The stars of a difference: one, two or three below 0.05, 0.01 and 0.001; none where it is not significant.
pub(crate) fn stars(effect: &Effect) -> &'static str {
    match effect.p_holm {
        Some(p) if p < 0.001 => "***",
        Some(p) if p < 0.01 => "**",
        Some(p) if p < 0.05 => "*",
        _ => "",
    }
}

/// A difference in percent with its sign and stars.
pub(crate) fn signed_with_stars(effect: &Effect) -> String {
    signed(effect.difference) + stars(effect)
}

/// The method whose IoU of a class, or mean IoU, is the highest with a significant difference: from the
/// first method, or where that is the highest itself from all others.
pub(crate) fn sure_best(report: &ComparisonReport, class: Option<usize>) -> Option<usize> {
    let comparison = &report.comparison;
    let values = comparison
        .methods
        .iter()
        .map(|method| class.map_or(method.miou, |class| method.classes[class]).value);
    let values: Vec<(usize, f64)> =
        values.enumerate().filter_map(|(index, value)| Some((index, value?))).collect();
    let &(best, value) =
        values.iter().max_by(|(_, a), (_, b)| a.partial_cmp(b).unwrap_or(Ordering::Equal))?;
    let is_shared = values
        .iter()
        .any(|&(index, other)| index != best && percent(Some(other)) == percent(Some(value)));
    let effects: Vec<Effect> = comparison
        .differences
        .iter()
        .map(|difference| class.map_or(difference.miou, |class| difference.classes[class]))
        .collect();
    // The first method is the baseline; those after it have a difference each.
    let is_best = match best {
        0 => !effects.is_empty() && effects.iter().all(is_sure),
        _ => is_sure(effects.get(best - 1)?),
    };
    (is_best && !is_shared).then_some(best)
}

pub(crate) fn range(
    lower: Option<f64>,
    upper: Option<f64>,
    show: fn(Option<f64>) -> String,
) -> String {
    format!("[{}, {}]", show(lower), show(upper))
}

/// Percent with its sign.
pub(crate) fn signed(fraction: Option<f64>) -> String {
    fraction.map_or_else(|| "–".into(), |fraction| format!("{:+.1}", 100.0 * fraction))
}

#[cfg(test)]
mod tests;
