//! Views of scores: files and text. Here, and in charts and pages, fractions become percent.

mod ablation;
mod audit;
mod comparison;
mod csv;
mod json;
pub(crate) mod latex;
mod latex_table;
mod markdown;
mod reproduction;
mod saliency;
mod sweep;
mod text;

pub use ablation::{ablation_csv, ablation_latex, ablation_markdown, ablation_text};
pub use audit::{audit_csv, audit_markdown, audit_text};
pub(crate) use comparison::{
    MARKS, column_cell, column_title, comparison_sentences, is_sure, range, signed,
    signed_with_stars, sure_best,
};
pub use comparison::{
    comparison_csv, comparison_latex, comparison_markdown, comparison_text, image_differences_csv,
};
pub use csv::{confusion_csv, csv};
pub use json::json;
pub use latex::{Group, latex};
pub use markdown::markdown;
pub use reproduction::{
    reproduction_csv, reproduction_latex, reproduction_markdown, reproduction_text,
};
pub use saliency::{SaliencyTable, images_csv};
pub(crate) use sweep::values;
pub use sweep::{precision_recall_csv, sweep_csv, sweep_markdown, sweep_text};
pub use text::{coloured_text, summary, text};

/// Percent with one decimal, without a sign; `–` for a value that does not exist.
pub fn percent(fraction: Option<f64>) -> String {
    fraction.map_or_else(|| "–".into(), |fraction| format!("{:.1}", 100.0 * fraction))
}

/// A number with its noun, which has an `s` but for one: `1 image`, `2 images`.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_has_one_decimal_and_nothing_is_a_dash() {
        assert_eq!(percent(Some(0.6149)), "61.5");
        assert_eq!(percent(None), "–");
    }
}
