//! A paired comparison as comma-separated text.

use crate::report::{ComparisonReport, frame_csv::to_csv};
use crate::{
    EvalError, MethodDetails,
    paired::{Difference, Effect, Estimate, ImageDifference},
};
use polars::prelude::{Column, DataFrame};

/// Mean IoU and IoU of each class: a row for each method and class, fractions with all digits, empty
/// where a value does not exist. Differences are those from the first method.
pub fn comparison_csv(report: &ComparisonReport) -> Result<String, EvalError> {
    let rows = rows(report);
    let estimate = |name: &str, value: fn(&Estimate) -> Option<f64>| {
        let values: Vec<_> = rows.iter().map(|row| value(&row.estimate)).collect();
        Column::new(name.into(), values)
    };
    let effect = |name: &str, value: fn(&Effect) -> Option<f64>| {
        let values: Vec<_> = rows.iter().map(|row| value(&row.effect?)).collect();
        Column::new(name.into(), values)
    };
    let names = |of: fn(&Row<'_>) -> String| rows.iter().map(of).collect::<Vec<_>>();
    let mut columns = vec![
        Column::new("method".into(), names(|row| row.method.into())),
        Column::new("class".into(), names(|row| row.class.into())),
        estimate("iou", |estimate| estimate.value),
        estimate("std", |estimate| estimate.std),
        estimate("lower", |estimate| estimate.lower),
        estimate("upper", |estimate| estimate.upper),
        effect("difference", |effect| effect.difference),
        effect("difference_lower", |effect| effect.lower),
        effect("difference_upper", |effect| effect.upper),
        Column::new(
            "images".into(),
            rows.iter()
                .map(|row| row.effect.map(|effect| effect.images as u64))
                .collect::<Vec<_>>(),
        ),
        effect("p", |effect| effect.p),
        effect("p_holm", |effect| effect.p_holm),
    ];
    columns.extend(metric_columns(report));
    to_csv(DataFrame::new(rows.len(), columns))
}

/// The scores of metrics that every table shows, in the order of the [`rows`].
fn metric_columns(report: &ComparisonReport) -> Vec<Column> {
    let Some(first) = report.details.first() else { return Vec::new() };
    let classes = report.classes.len();
    let column = |(index, column): (usize, &crate::Column)| {
        let of_method = |details: &MethodDetails| {
            let column = &details.columns[index];
            let of_class = |class| column.classes.get(class).copied().flatten();
            [column.mean].into_iter().chain((0..classes).map(of_class)).collect::<Vec<_>>()
        };
        let values: Vec<Option<f64>> = report.details.iter().flat_map(of_method).collect();
        Column::new(column.name.as_str().into(), values)
    };
    let columns = first.columns.iter().enumerate();
    columns.filter(|(_, column)| column.is_in_tables()).map(column).collect()
}

/// Every image under every method but the first, the largest gain first.
pub fn image_differences_csv(report: &ComparisonReport) -> Result<String, EvalError> {
    let pairs = || report.comparison.differences.iter();
    let rows: Vec<(&Difference, &ImageDifference)> = pairs()
        .flat_map(|difference| {
            difference.images.images.iter().map(move |image| (difference, image))
        })
        .collect();
    let number = |name: &str, value: fn(&ImageDifference) -> f64| {
        Column::new(name.into(), rows.iter().map(|row| value(row.1)).collect::<Vec<_>>())
    };
    let text = |name: &str, value: fn(&(&Difference, &ImageDifference)) -> String| {
        Column::new(name.into(), rows.iter().map(value).collect::<Vec<_>>())
    };
    let columns = vec![
        text("method", |row| row.0.method.clone()),
        text("image", |row| row.1.id.clone()),
        number("baseline", |row| row.baseline),
        number("iou", |row| row.method),
        number("difference", |row| row.difference),
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
        let row = |class, estimate, effect| Row { method: &method.name, class, estimate, effect };
        rows.push(row("mean", method.miou, difference.map(|difference| difference.miou)));
        for (class, name) in report.classes.iter().enumerate() {
            let effect = difference.map(|difference| difference.classes[class]);
            rows.push(row(name, method.classes[class], effect));
        }
    }
    rows
}
