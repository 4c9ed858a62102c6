//! A paired comparison as a LaTeX table.

use super::{MARKS, stars, sure_best};
use crate::paired::Effect;
use crate::report::export::latex::{escape, write_lines};
use crate::report::export::latex_table::{Span, begin_blocks, blocks, float, row_of, write_blocks};
use crate::report::{ComparisonReport, export::percent};

/// A float with a booktabs table of the IoU of each class: a row for each class, in blocks beside each other where
/// there are many, a column for each method, stars where the difference from the first method is significant. Needs
/// `booktabs`.
pub fn comparison_latex(report: &ComparisonReport) -> String {
    let methods = &report.comparison.methods;
    let classes: Vec<usize> = (0..report.classes.len())
        .filter(|&class| methods.iter().any(|method| method.classes[class].value.is_some()))
        .collect();
    let blocks = blocks(classes.len(), 2 * methods.len() + 1);
    let mut text = String::new();
    // Stars stand beside their number without moving it out of its column.
    let columns = format!("l*{{{}}}{{r@{{}}l}}", methods.len());
    let heads =
        methods.iter().map(|method| format!("\\multicolumn{{2}}{{c}}{{{}}}", escape(&method.name)));
    let heads: Vec<String> = ["class".to_owned()].into_iter().chain(heads).collect();
    begin_blocks(&mut text, &columns, &heads, blocks);
    let rows: Vec<Vec<String>> = classes
        .into_iter()
        .map(|class| cells(report, escape(&report.classes[class]), Some(class)))
        .collect();
    write_blocks(&mut text, &rows, blocks);
    let mean = row_of(cells(report, "mean".into(), None));
    write_lines(&mut text, &["\\midrule", &mean, "\\bottomrule", "\\end{tabular}"]);
    let caption = format!(
        "IoU in percent on {} images of list {}, protocol {}. {}",
        report.list.images,
        escape(&report.list.name),
        report.protocol,
        MARKS.replace(
            "* p < 0.05, ** p < 0.01, *** p < 0.001",
            "$^{*}$ $p<0.05$, $^{**}$ $p<0.01$, $^{***}$ $p<0.001$"
        )
    );
    let span = if blocks > 1 || methods.len() > 4 { Span::Both } else { Span::One };
    "% needs \\usepackage{booktabs}\n".to_owned() + &float(span, &caption, "comparison", &text)
}

/// Of each method the value and its stars, behind the name of the class; of the mean without a class.
fn cells(report: &ComparisonReport, name: String, class: Option<usize>) -> Vec<String> {
    let comparison = &report.comparison;
    let best = sure_best(report, class);
    let mut cells = vec![name];
    for (index, method) in comparison.methods.iter().enumerate() {
        let value = class.map_or(method.miou, |class| method.classes[class]).value;
        let effect = index.checked_sub(1).map(|index| &comparison.differences[index]);
        let effect: Option<Effect> = effect
            .map(|difference| class.map_or(difference.miou, |class| difference.classes[class]));
        let text = value.map_or_else(|| "--".into(), |value| percent(Some(value)));
        let text = if best == Some(index) { format!("\\textbf{{{text}}}") } else { text };
        let stars = effect.as_ref().map_or("", stars);
        let stars = if stars.is_empty() { String::new() } else { format!("$^{{{stars}}}$") };
        cells.extend([text, stars]);
    }
    cells
}
