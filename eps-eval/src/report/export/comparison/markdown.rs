//! A paired comparison as a page.

use super::{
    MARKS,
    columns::{cell, title},
    range, signed, signed_with_stars, sure_best,
};
use crate::paired::{Difference, Effect};
use crate::report::{ComparisonReport, export::percent};

/// Rows of wins and of losses.
const SHOWN: usize = 10;

/// The comparison as a page: tables of the methods, of every class, and of the images with the
/// largest gains and losses, and the charts that lie beside it.
pub fn comparison_markdown(report: &ComparisonReport, charts: &[(String, String)]) -> String {
    let comparison = &report.comparison;
    let mut text = format!(
        "# Comparison on {} images of `{}`\n\nProtocol {}. Intervals: {:.0} % percentiles of {} paired \
         bootstrap resamples of the images (seed {}). p: two-sided, corrected after Holm. {}\n\n",
        report.list.images,
        report.list.name,
        report.protocol,
        100.0 * comparison.level,
        comparison.resamples,
        comparison.seed,
        escape_stars(MARKS)
    );
    text += &methods_table(report);
    text += &columns_table(report);
    for (title, file) in charts {
        text += &format!("\n![{title}]({file})\n");
    }
    for difference in &comparison.differences {
        text += &classes_table(report, difference);
        text += &images_table(difference);
    }
    text
}

fn methods_table(report: &ComparisonReport) -> String {
    let comparison = &report.comparison;
    let best = sure_best(report, None);
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
            bold_if(percent(method.miou.value), best == Some(index)),
            range(method.miou.lower, method.miou.upper, percent),
            percent(method.miou.std),
            effect.map_or_else(|| "– | – | –".into(), |effect| effect_cells(&effect)),
        );
    }
    text
}

/// The scores of metrics that every table shows; nothing without any.
fn columns_table(report: &ComparisonReport) -> String {
    let Some(first) = report.details.first() else { return String::new() };
    let titles: Vec<String> = first.table_columns().map(|column| escape(&title(column))).collect();
    if titles.is_empty() {
        return String::new();
    }
    let rule = " ---: |".repeat(titles.len());
    let mut text = format!("\n| method | {} |\n| --- |{rule}\n", titles.join(" | "));
    for details in &report.details {
        let cells = details.table_columns().map(|column| cell(column, column.mean));
        let cells = cells.collect::<Vec<_>>().join(" | ");
        text += &format!("| {} | {cells} |\n", escape(&details.name));
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
    let methods = &report.comparison.methods;
    let compared =
        [baseline, method].map(|name| methods.iter().position(|method| method.name == *name));
    let [Some(first), Some(second)] = compared else { return text };
    for (class, name) in report.classes.iter().enumerate() {
        let effect = &difference.classes[class];
        let best = sure_best(report, Some(class));
        let [first, second] = [first, second].map(|index| {
            let value = methods[index].classes[class].value;
            bold_if(percent(value), best == Some(index))
        });
        let (name, images) = (escape(name), effect.images);
        text += &format!("| {name} | {images} | {first} | {second} | {} |\n", effect_cells(effect));
    }
    text
}

/// Difference, interval and p as three cells.
fn effect_cells(effect: &Effect) -> String {
    let p = effect.p_holm.map_or_else(|| "–".into(), |p| format!("{p:.4}"));
    format!(
        "{} | {} | {p}",
        escape_stars(&signed_with_stars(effect)),
        range(effect.lower, effect.upper, signed)
    )
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
    let gains = images.images.iter().take(SHOWN).filter(|image| image.difference > 0.0);
    let losses = images.images.iter().rev().take(SHOWN).filter(|image| image.difference < 0.0);
    for image in gains.chain(losses.collect::<Vec<_>>().into_iter().rev()) {
        text += &format!(
            "| {} | {} | {} | {} |\n",
            escape(&image.id),
            percent(Some(image.baseline)),
            percent(Some(image.method)),
            signed(Some(image.difference))
        );
    }
    text
}

/// Stars that begin no emphasis.
fn escape_stars(text: &str) -> String {
    text.replace('*', "\\*")
}

fn bold_if(text: String, is_bold: bool) -> String {
    if is_bold { format!("**{text}**") } else { text }
}

fn escape(text: &str) -> String {
    text.replace('|', "\\|")
}
