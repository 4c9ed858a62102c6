//! A paired comparison as a LaTeX table.

use super::{MARKS, stars, sure_best};
use crate::paired::{Effect, MethodEstimates};
use crate::report::export::latex::{escape, row, write_lines};
use crate::report::{ComparisonReport, export::percent};

/// A booktabs table of the IoU of each class: a row for each class, a column for each method, stars where
/// the difference from the first method is significant. Needs `booktabs`.
pub fn comparison_latex(report: &ComparisonReport) -> String {
    let methods = &report.comparison.methods;
    let mut text = format!(
        "% needs \\usepackage{{booktabs}}; IoU in percent, protocol {}\n% {MARKS}\n",
        report.protocol
    );
    // Stars stand beside their number without moving it out of its column.
    let columns = format!("\\begin{{tabular}}{{l*{{{}}}{{r@{{}}l}}}}", methods.len());
    write_lines(&mut text, &[&columns, "\\toprule"]);
    let heads =
        methods.iter().map(|method| format!("\\multicolumn{{2}}{{c}}{{{}}}", escape(&method.name)));
    write_lines(&mut text, &[&row("class", heads), "\\midrule"]);
    for (class, name) in report.classes.iter().enumerate() {
        if methods.iter().any(|method| method.classes[class].value.is_some()) {
            write_lines(&mut text, &[&class_row(report, escape(name), Some(class))]);
        }
    }
    let mean = class_row(report, "mean".into(), None);
    write_lines(&mut text, &["\\midrule", &mean, "\\bottomrule", "\\end{tabular}"]);
    text
}

fn class_row(report: &ComparisonReport, name: String, class: Option<usize>) -> String {
    let comparison = &report.comparison;
    let best = sure_best(report, class);
    let cell = |(index, method): (usize, &MethodEstimates)| {
        let value = class.map_or(method.miou, |class| method.classes[class]).value;
        let effect = index.checked_sub(1).map(|index| &comparison.differences[index]);
        let effect: Option<Effect> = effect
            .map(|difference| class.map_or(difference.miou, |class| difference.classes[class]));
        let text = value.map_or_else(|| "--".into(), |value| percent(Some(value)));
        let text = if best == Some(index) { format!("\\textbf{{{text}}}") } else { text };
        let stars = effect.as_ref().map_or("", stars);
        [text, if stars.is_empty() { String::new() } else { format!("$^{{{stars}}}$") }]
    };
    row(&name, comparison.methods.iter().enumerate().flat_map(cell))
}
