//! Tables of a report: methods in brief, and every class.

use super::{
    Method,
    element::{Cell, escape, row},
    fixed_group,
};
use crate::report::{
    export::percent,
    rank::{Better, Rank, ranks},
};
use crate::{ConfusionMatrix, Scores, confusion::mean};

/// One of the thresholds at which methods are scored.
struct Pick {
    title: fn(&[Method]) -> &'static str,
    /// `None` where a method has masks alone.
    scores: fn(&Method) -> Option<&Scores>,
    confusion: fn(&Method) -> Option<f64>,
}

/// Both of them, in the order of the tables.
const PICKS: [Pick; 2] = [
    Pick {
        title: fixed_group,
        scores: |method| Some(&method.fixed),
        confusion: |method| method.confusion?.fixed,
    },
    Pick {
        title: |_| "at the threshold best on this ground truth",
        scores: |method| method.best.as_ref(),
        confusion: |method| method.confusion?.best,
    },
];

/// Those at which one of the methods is scored.
fn picks(methods: &[Method]) -> Vec<&'static Pick> {
    PICKS
        .iter()
        .filter(|pick| methods.iter().any(|method| (pick.scores)(method).is_some()))
        .collect()
}

/// One column a method: means and confusion ratio at the fixed and at the best threshold.
pub(super) fn headline(methods: &[Method]) -> String {
    if methods.is_empty() {
        return String::new();
    }
    let names = methods.iter().map(|method| Cell::head(&method.name));
    let mut rows = row("names", &titled("", names));
    for pick in picks(methods) {
        let title = Cell::head((pick.title)(methods)).over_columns(methods.len() + 1);
        rows += &row("part", &[title]);
        rows += &means(methods, pick);
        if methods.iter().any(|method| method.confusion.is_some()) {
            let ratios: Vec<Option<f64>> = methods.iter().map(pick.confusion).collect();
            let cells = cells(&ratios, Better::Low, |ratio| format!("{ratio:.2}"));
            rows += &row("", &titled("confusion ratio", cells));
        }
    }
    table(&rows)
}

/// The means at one threshold, a row each.
fn means(methods: &[Method], pick: &Pick) -> String {
    let line = |title: &str, value: &dyn Fn(&Scores) -> Option<f64>| {
        let values = methods.iter().map(|method| value((pick.scores)(method)?));
        row("", &titled(title, percents(&values.collect::<Vec<_>>())))
    };
    let subsets = methods.first().map_or(&[][..], |method| &method.fixed.subsets);
    let subsets = subsets.iter().map(|subset| {
        line(&format!("mIoU, {} [%]", subset.name), &|scores| of_subset(scores, &subset.name))
    });
    let thresholds = methods.iter().map(|method| Cell::value(threshold((pick.scores)(method))));
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
    let at_best: Vec<&Method> = methods.iter().filter(|method| method.best.is_some()).collect();
    let mut groups = vec![
        Cell::head("class").over_rows(2),
        Cell::head(format!("IoU {} [%]", fixed_title(methods))).over_columns(methods.len()),
    ];
    if !at_best.is_empty() {
        let title = format!("IoU {} [%]", (PICKS[1].title)(methods));
        groups.push(Cell::head(title).over_columns(at_best.len()));
    }
    let names: Vec<Cell> =
        methods.iter().chain(at_best).map(|method| Cell::head(&method.name)).collect();
    let mut rows = row("", &groups) + &row("names", &names);
    for (index, class) in first.fixed.classes.iter().enumerate() {
        rows += &class_row("", &class.name, methods, |scores| scores.classes.get(index)?.iou);
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
    let cells = PICKS.iter().flat_map(|pick| {
        let scores = methods.iter().filter_map(pick.scores);
        percents(&scores.map(&value).collect::<Vec<_>>()).collect::<Vec<_>>()
    });
    row(class, &titled(name, cells))
}

fn of_subset(scores: &Scores, name: &str) -> Option<f64> {
    scores.subsets.iter().find(|subset| subset.name == name)?.miou
}

/// Values in percent, of which the highest stand out.
fn percents(values: &[Option<f64>]) -> impl Iterator<Item = Cell> + use<> {
    cells(values, Better::High, |value| percent(Some(value)))
}

/// Cells of a row, of which the best stand out; a dash where a value does not exist.
fn cells(
    values: &[Option<f64>],
    better: Better,
    print: fn(f64) -> String,
) -> impl Iterator<Item = Cell> + use<> {
    let ranks = ranks(values, better, print);
    let cells = values.iter().zip(ranks).map(|(value, rank)| {
        let text = value.map_or_else(|| percent(None), print);
        Cell::value(text).best_if(rank == Some(Rank::Best))
    });
    cells.collect::<Vec<_>>().into_iter()
}

/// The fixed threshold, if all methods share it.
fn fixed_title(methods: &[Method]) -> String {
    let thresholds = methods.iter().map(|method| Some(method.fixed.threshold?.value));
    match mean(thresholds.clone()) {
        Some(shared) if thresholds.clone().all(|value| value == Some(shared)) => {
            format!("at threshold {shared:.2}")
        }
        _ => fixed_group(methods).into(),
    }
}

fn threshold(scores: Option<&Scores>) -> String {
    let threshold = scores.and_then(|scores| scores.threshold);
    threshold.map_or_else(|| percent(None), |threshold| format!("{:.3}", threshold.value))
}

/// The counts behind the heat maps of confusion, a table a method, folded until they are asked for.
pub(super) fn pixel_counts(matrices: &[(&str, &ConfusionMatrix)], classes: &[String]) -> String {
    matrices.iter().map(|(name, matrix)| folded_counts(name, matrix, classes)).collect()
}

fn folded_counts(name: &str, matrix: &ConfusionMatrix, classes: &[String]) -> String {
    let shown = matrix.occurring();
    let names = shown.iter().map(|&class| Cell::head(&classes[class]));
    let mut rows = row("names", &titled("ground truth", names));
    for &truth in &shown {
        let counts = shown.iter().map(|&class| Cell::value(matrix.count(truth, class).to_string()));
        rows += &row("", &titled(&classes[truth], counts));
    }
    format!(
        "<details>\n<summary>Pixels of {} by true class (row) and predicted class (column)</summary>\n{}\
         </details>\n",
        escape(name),
        table(&rows)
    )
}

/// The cells of a row with its head.
fn titled(head: &str, cells: impl Iterator<Item = Cell>) -> Vec<Cell> {
    [Cell::head(head)].into_iter().chain(cells).collect()
}

pub(super) fn table(rows: &str) -> String {
    format!("<div class=\"wide\"><table class=\"numbers\">\n{rows}</table></div>\n")
}

/// A table whose rows without a class the reader may sort by any column.
pub(super) fn sortable(rows: &str) -> String {
    format!("<div class=\"wide\"><table class=\"numbers sortable\">\n{rows}</table></div>\n")
}
