//! A paired comparison as files and text.

use super::percent;
use crate::{
    ComparisonReport, EvalError, Loss,
    paired::{Difference, Effect, Estimate, ImageDifference, PairedComparison},
    table::to_csv,
};
use polars::prelude::{Column, DataFrame};

/// Rows of wins and of losses in Markdown.
const SHOWN: usize = 10;

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
    let columns = vec![
        Column::new("method".into(), names(|row| row.method.into())),
        Column::new("class".into(), names(|row| row.class.into())),
        estimate("iou", |own| own.value),
        estimate("std", |own| own.std),
        estimate("lower", |own| own.lower),
        estimate("upper", |own| own.upper),
        effect("difference", |own| own.difference),
        effect("difference_lower", |own| own.lower),
        effect("difference_upper", |own| own.upper),
        Column::new(
            "images".into(),
            rows.iter().map(|row| row.effect.map(|own| own.images as u64)).collect::<Vec<_>>(),
        ),
        effect("p", |own| own.p),
        effect("p_holm", |own| own.p_holm),
    ];
    to_csv(DataFrame::new(rows.len(), columns))
}

/// Every image under every method but the first, the largest gain first.
pub fn image_differences_csv(report: &ComparisonReport) -> Result<String, EvalError> {
    let pairs = || report.comparison.differences.iter();
    let rows: Vec<(&Difference, &ImageDifference)> =
        pairs().flat_map(|own| own.images.images.iter().map(move |image| (own, image))).collect();
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
        rows.push(row("mean", method.miou, difference.map(|own| own.miou)));
        for (class, name) in report.classes.iter().enumerate() {
            let effect = difference.map(|own| own.classes[class]);
            rows.push(row(name, method.classes[class], effect));
        }
    }
    rows
}

/// Mean IoU with its interval, its spread over runs, and the difference from the first method, a
/// line each; then which images make the difference, and where the lost IoU goes.
pub fn comparison_text(report: &ComparisonReport) -> String {
    let comparison = &report.comparison;
    let mut text = format!(
        "images     {}\nintervals  {:.0} %, percentiles of {} paired resamples of the images, seed {}\n\n",
        report.list.images,
        100.0 * comparison.level,
        comparison.resamples,
        comparison.seed,
    );
    let width = comparison.methods.iter().map(|own| own.name.chars().count()).max().unwrap_or(0);
    for method in &comparison.methods {
        text += &format!("{:<width$}  {}\n", method.name, estimate(&method.miou, method.runs));
    }
    for difference in &comparison.differences {
        let Difference { baseline, method, miou, classes, images } = difference;
        text += &format!("\n{method} against {baseline}: {}\n", effect(miou));
        let surer = |sign: f64| {
            let is = |own: &&Effect| is_sure(own) && own.difference.is_some_and(|d| d * sign > 0.0);
            classes.iter().filter(is).count()
        };
        text += &format!(
            "  classes: {} better, {} worse at p < 0.05 (Holm)\n  images:  {} better, {} worse, {} equal\n",
            surer(1.0),
            surer(-1.0),
            images.wins,
            images.losses,
            images.ties
        );
    }
    text += "\nlost mean IoU by cause\n";
    for details in &report.details {
        let mean = &details.anatomy.mean;
        let part = |loss: &Loss| format!("{} {}", loss.title(), percent(Some(mean.of(*loss))));
        let parts: Vec<String> = Loss::ALL.iter().map(part).collect();
        text += &format!("{:<width$}  {}\n", details.name, parts.join(", "));
    }
    text += "\nboundaries: IoU, F\n";
    for details in &report.details {
        let (iou, f) = (percent(details.boundary.mean_iou), percent(details.boundary.mean_f));
        text += &format!("{:<width$}  {iou}, {f}\n", details.name);
    }
    text
}

/// Whether a difference is significant after correction.
pub(crate) fn is_sure(effect: &Effect) -> bool {
    effect.p_holm.is_some_and(|p| p < 0.05)
}

fn estimate(own: &Estimate, runs: usize) -> String {
    let spread = match own.std {
        Some(std) => format!(" ± {} over {runs} runs", percent(Some(std))),
        None => String::new(),
    };
    format!("{} mIoU{spread}  [{}, {}]", percent(own.value), percent(own.lower), percent(own.upper))
}

fn effect(own: &Effect) -> String {
    let interval = format!("[{}, {}]", signed(own.lower), signed(own.upper));
    format!("{} mIoU {interval}, {}", signed(own.difference), p_value(own.p_holm))
}

/// Percent with its sign.
fn signed(fraction: Option<f64>) -> String {
    fraction.map_or_else(|| "–".into(), |fraction| format!("{:+.1}", 100.0 * fraction))
}

fn p_value(p: Option<f64>) -> String {
    p.map_or_else(|| "no p".into(), |p| format!("p = {p:.4}"))
}

/// The comparison as a page: tables of the methods, of every class, and of the images with the
/// largest gains and losses, and the charts that lie beside it.
pub fn comparison_markdown(report: &ComparisonReport, charts: &[(String, String)]) -> String {
    let comparison = &report.comparison;
    let mut text = format!(
        "# Comparison on {} images of `{}`\n\nProtocol {}. Intervals: {:.0} % percentiles of {} paired \
         bootstrap resamples of the images (seed {}). p: two-sided, corrected after Holm.\n\n",
        report.list.images,
        report.list.name,
        report.protocol,
        100.0 * comparison.level,
        comparison.resamples,
        comparison.seed
    );
    text += &methods_table(comparison);
    for (title, file) in charts {
        text += &format!("\n![{title}]({file})\n");
    }
    for difference in &comparison.differences {
        text += &classes_table(report, difference);
        text += &images_table(difference);
    }
    text
}

fn methods_table(comparison: &PairedComparison) -> String {
    let mut text = String::from(
        "| method | runs | mIoU [%] | interval | std | difference | interval | p |\n\
         | --- | ---: | ---: | --- | ---: | ---: | --- | ---: |\n",
    );
    for (index, method) in comparison.methods.iter().enumerate() {
        let effect = index.checked_sub(1).map(|index| comparison.differences[index].miou);
        text += &format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            escape(&method.name),
            method.runs,
            percent(method.miou.value),
            range(method.miou.lower, method.miou.upper, percent),
            percent(method.miou.std),
            effect.map_or_else(|| "– | – | –".into(), |own| effect_cells(&own)),
        );
    }
    text
}

fn classes_table(report: &ComparisonReport, difference: &Difference) -> String {
    let Difference { baseline, method, .. } = difference;
    let mut text = format!(
        "\n## {method} against {baseline}\n\n| class | images | {} [%] | {} [%] | difference | interval | p |\n\
         | --- | ---: | ---: | ---: | ---: | --- | ---: |\n",
        escape(baseline),
        escape(method)
    );
    let of = |name: &str| report.comparison.methods.iter().find(|own| own.name == name);
    let (Some(first), Some(second)) = (of(baseline), of(method)) else { return text };
    for (class, name) in report.classes.iter().enumerate() {
        let own = &difference.classes[class];
        let [first, second] = [first, second].map(|own| percent(own.classes[class].value));
        let (name, images) = (escape(name), own.images);
        text += &format!("| {name} | {images} | {first} | {second} | {} |\n", effect_cells(own));
    }
    text
}

/// Difference, interval and p as three cells.
fn effect_cells(own: &Effect) -> String {
    let p = own.p_holm.map_or_else(|| "–".into(), |p| format!("{p:.4}"));
    format!("{} | {} | {p}", signed(own.difference), range(own.lower, own.upper, signed))
}

fn range(lower: Option<f64>, upper: Option<f64>, show: fn(Option<f64>) -> String) -> String {
    format!("[{}, {}]", show(lower), show(upper))
}

fn images_table(difference: &Difference) -> String {
    let images = &difference.images;
    let mut text = format!(
        "\n{} of {} images better, {} worse, {} equal; mean IoU of the image in percent:\n\n\
         | image | {} | {} | difference |\n| --- | ---: | ---: | ---: |\n",
        images.wins,
        images.images.len(),
        images.losses,
        images.ties,
        escape(&difference.baseline),
        escape(&difference.method)
    );
    let gains = images.images.iter().take(SHOWN).filter(|own| own.difference > 0.0);
    let losses = images.images.iter().rev().take(SHOWN).filter(|own| own.difference < 0.0);
    for own in gains.chain(losses.collect::<Vec<_>>().into_iter().rev()) {
        text += &format!(
            "| {} | {} | {} | {} |\n",
            escape(&own.id),
            percent(Some(own.baseline)),
            percent(Some(own.method)),
            signed(Some(own.difference))
        );
    }
    text
}

fn escape(text: &str) -> String {
    text.replace('|', "\\|")
}
