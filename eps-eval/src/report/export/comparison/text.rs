//! A paired comparison in a terminal.

use super::{
    columns::{cell, title},
    is_sure, signed,
};
use crate::paired::{Difference, Effect, Estimate, MethodEstimates};
use crate::report::{ComparisonReport, export::percent};
use crate::{Column, Place};

/// Mean IoU with its interval, its spread over runs, and the difference from the first method, a
/// line each; then which images make the difference, and the scores of the metrics.
pub fn comparison_text(report: &ComparisonReport) -> String {
    let comparison = &report.comparison;
    let mut text = format!(
        "images     {}\nintervals  {:.0} %, percentiles of {} paired resamples of the images, seed {}\n\n",
        report.list.images,
        100.0 * comparison.level,
        comparison.resamples,
        comparison.seed,
    );
    let width =
        comparison.methods.iter().map(|method| method.name.chars().count()).max().unwrap_or(0);
    for method in &comparison.methods {
        text += &format!("{:<width$}  {}\n", method.name, estimate(&method.miou, method.runs));
    }
    for difference in &comparison.differences {
        let Difference { baseline, method, miou, classes, images } = difference;
        text += &format!("\n{method} against {baseline}: {}\n", effect(miou));
        text += &format!(
            "  classes: {} better, {} worse at p < 0.05 (Holm)\n  images:  {} better, {} worse, {} equal\n",
            sure_classes(classes, 1.0),
            sure_classes(classes, -1.0),
            images.wins,
            images.losses,
            images.ties
        );
    }
    text + &columns(report, width)
}

/// Classes with a significant difference of this sign.
fn sure_classes(classes: &[Effect], sign: f64) -> usize {
    let sure = classes.iter().filter(|effect| is_sure(effect));
    let differences = sure.filter_map(|effect| effect.difference);
    differences.filter(|difference| difference * sign > 0.0).count()
}

/// What was found, a sentence for each method.
pub(crate) fn comparison_sentences(report: &ComparisonReport) -> Vec<String> {
    let comparison = &report.comparison;
    let methods = comparison.methods.iter().enumerate();
    let sentences = methods.map(|(index, method)| {
        let difference = index.checked_sub(1).map(|index| &comparison.differences[index]);
        sentence(method, difference)
    });
    sentences.collect()
}

fn sentence(method: &MethodEstimates, difference: Option<&Difference>) -> String {
    let (name, iou) = (&method.name, percent(method.miou.value));
    let Some(Difference { baseline, miou, images, .. }) = difference else {
        return format!("{name}: {iou} % mIoU.");
    };
    let verdict = if is_sure(miou) { "significant" } else { "not significant" };
    format!(
        "{name}: {iou} % mIoU, {} points against {baseline} ({verdict}); {} of {} images better, {} worse.",
        signed(miou.difference),
        images.wins,
        images.images.len(),
        images.losses
    )
}

/// The scores of all metrics below their headings, a line for each method.
fn columns(report: &ComparisonReport, width: usize) -> String {
    let Some(first) = report.details.first() else { return String::new() };
    let (mut text, mut start) = (String::new(), 0);
    for group in first.columns.chunk_by(|a, b| heading(a) == heading(b)) {
        text += &format!("\n{}\n", heading(&group[0]));
        for details in &report.details {
            let cells = details.columns[start..][..group.len()].iter().map(labelled);
            let cells = cells.collect::<Vec<_>>().join(", ");
            text += &format!("{:<width$}  {cells}\n", details.name);
        }
        start += group.len();
    }
    text
}

fn heading(column: &Column) -> &'static str {
    match column.place {
        Place::Tables => "further scores",
        Place::Terminal { heading, .. } => heading,
    }
}

/// A score over all classes, behind its title if it has one.
fn labelled(column: &Column) -> String {
    let value = cell(column, column.mean);
    match column.place {
        Place::Tables => format!("{} {value}", title(column)),
        Place::Terminal { title: "", .. } => value,
        Place::Terminal { title, .. } => format!("{title} {value}"),
    }
}

fn estimate(estimate: &Estimate, runs: usize) -> String {
    let spread = match estimate.std {
        Some(std) => format!(" ± {} over {runs} runs", percent(Some(std))),
        None => String::new(),
    };
    format!(
        "{} mIoU{spread}  [{}, {}]",
        percent(estimate.value),
        percent(estimate.lower),
        percent(estimate.upper)
    )
}

fn effect(effect: &Effect) -> String {
    let interval = format!("[{}, {}]", signed(effect.lower), signed(effect.upper));
    format!("{} mIoU {interval}, {}", signed(effect.difference), p_value(effect.p_holm))
}

fn p_value(p: Option<f64>) -> String {
    p.map_or_else(|| "no p".into(), |p| format!("p = {p:.4}"))
}
