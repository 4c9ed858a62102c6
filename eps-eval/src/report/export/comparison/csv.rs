//! A paired comparison as comma-separated text.

use crate::report::{
    ComparisonReport,
    frame_csv::{column, to_csv},
};
use crate::{
    EvalError,
    paired::{Effect, Estimate, ImageDifference},
};
use polars::prelude::{Column, DataFrame};

/// Mean IoU and IoU of each class: a row for each method and class, fractions with all digits, empty
/// where a value does not exist. Differences are those from the first method.
pub fn comparison_csv(report: &ComparisonReport) -> Result<String, EvalError> {
    let rows = rows(report);
    let mut columns = vec![
        column("method", &rows, |row| row.method),
        column("class", &rows, |row| row.class),
        column("iou", &rows, |row| row.estimate.value),
        column("std", &rows, |row| row.estimate.std),
        column("lower", &rows, |row| row.estimate.lower),
        column("upper", &rows, |row| row.estimate.upper),
        column("difference", &rows, |row| row.effect?.difference),
        column("difference_lower", &rows, |row| row.effect?.lower),
        column("difference_upper", &rows, |row| row.effect?.upper),
        column("images", &rows, |row| Some(row.effect?.images as u64)),
        column("p", &rows, |row| row.effect?.p),
        column("p_holm", &rows, |row| row.effect?.p_holm),
    ];
    columns.extend(metric_columns(report));
    to_csv(DataFrame::new(rows.len(), columns))
}

/// The scores of metrics that every table shows, in the order of the [`rows`].
fn metric_columns(report: &ComparisonReport) -> Vec<Column> {
    let Some(first) = report.details.first() else { return Vec::new() };
    let shown = first.columns.iter().enumerate().filter(|(_, score)| score.is_in_tables());
    let columns = shown.map(|(index, score)| {
        let scores = report.details.iter().map(|details| &details.columns[index]);
        let values: Vec<_> = scores.flat_map(|score| values(score, report.classes.len())).collect();
        Column::new(score.name.as_str().into(), values)
    });
    columns.collect()
}

/// A score over all classes, then of each class.
fn values(score: &crate::Column, classes: usize) -> impl Iterator<Item = Option<f64>> {
    let of_classes = (0..classes).map(|class| *score.classes.get(class)?);
    [score.mean].into_iter().chain(of_classes)
}

/// Every image under every method but the first, the largest gain first.
pub fn image_differences_csv(report: &ComparisonReport) -> Result<String, EvalError> {
    let mut rows: Vec<(&str, &ImageDifference)> = Vec::new();
    for difference in &report.comparison.differences {
        rows.extend(difference.images.images.iter().map(|image| (&*difference.method, image)));
    }
    let columns = vec![
        column("method", &rows, |(method, _)| *method),
        column("image", &rows, |(_, image)| image.id.as_str()),
        column("baseline", &rows, |(_, image)| image.baseline),
        column("iou", &rows, |(_, image)| image.method),
        column("difference", &rows, |(_, image)| image.difference),
    ];
    to_csv(DataFrame::new(rows.len(), columns))
}

/// One method and class.
struct Row<'a> {
    method: &'a str,
    class: &'a str,
    estimate: Estimate,
    /// Absent for the first method.
    effect: Option<Effect>,
}

fn rows(report: &ComparisonReport) -> Vec<Row<'_>> {
    let comparison = &report.comparison;
    let mut rows = Vec::new();
    for (index, method) in comparison.methods.iter().enumerate() {
        let difference = index.checked_sub(1).map(|index| &comparison.differences[index]);
        let effect = difference.map(|difference| difference.miou);
        rows.push(Row { method: &method.name, class: "mean", estimate: method.miou, effect });
        for (class, name) in report.classes.iter().enumerate() {
            let estimate = method.classes[class];
            let effect = difference.map(|difference| difference.classes[class]);
            rows.push(Row { method: &method.name, class: name, estimate, effect });
        }
    }
    rows
}
