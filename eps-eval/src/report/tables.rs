//! Tables of a report: methods in brief, and every class.

use super::{
    Method,
    element::{Cell, row},
};
use crate::{Scores, confusion::mean, export::percent};

/// Whether the scores at the fixed or at the best threshold are meant.
type Pick = fn(&Method) -> &Scores;

/// Both of them, in the order of the tables.
const PICKS: [Pick; 2] = [|method| &method.fixed, |method| &method.best];

/// One column a method: means at the fixed and at the best threshold, and the confusion ratio.
pub(super) fn headline(methods: &[Method]) -> String {
    if methods.is_empty() {
        return String::new();
    }
    let names = methods.iter().map(|method| Cell::head(&method.name));
    let mut rows = row("names", &titled("", names));
    let titles = ["at the fixed threshold", "at the best threshold"];
    for (pick, title) in PICKS.into_iter().zip(titles) {
        let title = Cell::head(title).over_columns(methods.len() + 1);
        rows += &row("part", &[title]);
        rows += &means(methods, pick);
    }
    if methods.iter().any(|method| method.confusion_ratio.is_some()) {
        let title = Cell::head("on co-occurring background").over_columns(methods.len() + 1);
        rows += &row("part", &[title]);
        let ratios = methods.iter().map(|method| ratio_cell(method, methods));
        rows += &row("", &titled("confusion ratio", ratios));
    }
    table(&rows)
}

/// The means at one threshold, a row each.
fn means(methods: &[Method], pick: Pick) -> String {
    let line = |title: &str, value: &dyn Fn(&Scores) -> Option<f64>| {
        let values: Vec<Option<f64>> = methods.iter().map(|method| value(pick(method))).collect();
        let cells = values.iter().map(|&own| percent_cell(own, &values));
        row("", &titled(title, cells))
    };
    let subsets = methods.first().map_or(&[][..], |method| &method.fixed.subsets);
    let subsets = subsets.iter().map(|subset| {
        line(&format!("mIoU, {} [%]", subset.name), &|scores| of_subset(scores, &subset.name))
    });
    let thresholds = methods.iter().map(|method| Cell::value(threshold(pick(method))));
    [row("", &titled("threshold", thresholds))]
        .into_iter()
        .chain([line("mIoU [%]", &|scores| scores.miou)])
        .chain(subsets)
        .chain([
            line("precision [%]", &|scores| scores.mean_precision),
            line("recall [%]", &|scores| scores.mean_recall),
            line("pixel accuracy [%]", &|scores| scores.pixel_accuracy),
        ])
        .collect()
}

/// One row a class with the IoU of every method, then the means.
pub(super) fn per_class(methods: &[Method]) -> String {
    let Some(first) = methods.first() else { return String::new() };
    let groups = [
        Cell::head("class").over_rows(2),
        Cell::head(format!("IoU {} [%]", fixed_title(methods))).over_columns(methods.len()),
        Cell::head("IoU at the best threshold [%]").over_columns(methods.len()),
    ];
    let names: Vec<Cell> =
        methods.iter().chain(methods).map(|method| Cell::head(&method.name)).collect();
    let mut rows = row("", &groups) + &row("names", &names);
    for (index, class) in first.fixed.classes.iter().enumerate() {
        let iou = |scores: &Scores| scores.classes.get(index).and_then(|class| class.iou);
        rows += &class_row("", &class.name, methods, iou);
    }
    rows += &class_row("mean", "mean", methods, |scores| scores.miou);
    for subset in &first.fixed.subsets {
        rows += &class_row("mean", &subset.name, methods, |scores| of_subset(scores, &subset.name));
    }
    sortable(&rows)
}

fn class_row(
    class: &str,
    name: &str,
    methods: &[Method],
    value: impl Fn(&Scores) -> Option<f64>,
) -> String {
    let cells = PICKS.into_iter().flat_map(|pick| {
        let values: Vec<Option<f64>> = methods.iter().map(|method| value(pick(method))).collect();
        values.iter().map(|&own| percent_cell(own, &values)).collect::<Vec<_>>()
    });
    row(class, &titled(name, cells))
}

fn of_subset(scores: &Scores, name: &str) -> Option<f64> {
    scores.subsets.iter().find(|subset| subset.name == name)?.miou
}

/// A value in percent that stands out if it is the highest of several.
fn percent_cell(value: Option<f64>, values: &[Option<f64>]) -> Cell {
    Cell::value(percent(value)).best_if(stands_out(value, values, f64::max))
}

/// A ratio that stands out if it is the lowest of several.
fn ratio_cell(method: &Method, methods: &[Method]) -> Cell {
    let values: Vec<Option<f64>> = methods.iter().map(|method| method.confusion_ratio).collect();
    let value = method.confusion_ratio;
    let text = value.map_or_else(|| percent(None), |ratio| format!("{ratio:.2}"));
    Cell::value(text).best_if(stands_out(value, &values, f64::min))
}

/// Whether a value is the best of several that are not all the same.
fn stands_out(value: Option<f64>, values: &[Option<f64>], better: fn(f64, f64) -> f64) -> bool {
    let best = values.iter().copied().flatten().reduce(better);
    value.is_some() && value == best && values.iter().any(|&other| other != value)
}

/// The fixed threshold, if all methods share it.
fn fixed_title(methods: &[Method]) -> String {
    let values = || methods.iter().map(|method| method.fixed.threshold.map(|own| own.value));
    match mean(values()) {
        Some(shared) if values().all(|own| own == Some(shared)) => {
            format!("at threshold {shared:.2}")
        }
        _ => "at the fixed threshold".into(),
    }
}

fn threshold(scores: &Scores) -> String {
    scores.threshold.map_or_else(|| percent(None), |threshold| format!("{:.3}", threshold.value))
}

/// The cells of a row with its head.
fn titled(head: &str, cells: impl Iterator<Item = Cell>) -> Vec<Cell> {
    [Cell::head(head)].into_iter().chain(cells).collect()
}

fn table(rows: &str) -> String {
    format!("<div class=\"wide\"><table class=\"numbers\">\n{rows}</table></div>\n")
}

/// A table whose rows without a class the reader may sort by any column.
fn sortable(rows: &str) -> String {
    format!("<div class=\"wide\"><table class=\"numbers sortable\">\n{rows}</table></div>\n")
}
