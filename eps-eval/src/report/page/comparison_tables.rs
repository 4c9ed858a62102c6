//! Tables of a comparison in a page.

use super::{
    element::{Cell, escape, row},
    gallery::Gallery,
    tables::{sortable, table},
};
use crate::paired::{Effect, MethodEstimates};
use crate::report::{
    ComparisonReport,
    export::{self, percent, range, signed, signed_with_stars},
};

/// A row for each method: mean IoU, its interval, and the difference from the first method.
pub(super) fn methods_table(report: &ComparisonReport) -> String {
    let comparison = &report.comparison;
    let further: Vec<String> = report.details.first().map_or_else(Vec::new, |details| {
        details.table_columns().map(export::column_title).collect()
    });
    let heads = ["method", "runs", "mIoU [%]", "interval", "std", "difference", "interval", "p"];
    let heads = heads.iter().copied().chain(further.iter().map(String::as_str)).map(Cell::head);
    let mut rows = row("names heads", &heads.collect::<Vec<_>>());
    let best = export::sure_best(report, None);
    for (index, method) in comparison.methods.iter().enumerate() {
        let effect = index.checked_sub(1).map(|index| comparison.differences[index].miou);
        let details =
            report.details.get(index).into_iter().flat_map(|details| details.table_columns());
        let further = details.map(|column| Cell::value(export::column_cell(column, column.mean)));
        let cells = method_cells(method, effect, best == Some(index)).into_iter().chain(further);
        rows += &row("", &cells.collect::<Vec<_>>());
    }
    table(&rows)
}

fn method_cells(method: &MethodEstimates, effect: Option<Effect>, is_best: bool) -> Vec<Cell> {
    let of_effect = |text: &dyn Fn(&Effect) -> String| {
        Cell::value(effect.as_ref().map_or_else(|| percent(None), text))
    };
    vec![
        Cell::head(&method.name),
        Cell::value(method.runs.to_string()),
        Cell::value(percent(method.miou.value)).best_if(is_best),
        Cell::value(range(method.miou.lower, method.miou.upper, percent)),
        Cell::value(percent(method.miou.std)),
        of_effect(&signed_with_stars),
        of_effect(&|effect| range(effect.lower, effect.upper, signed)),
        of_effect(&|effect| effect.p_holm.map_or_else(|| percent(None), |p| format!("{p:.4}"))),
    ]
}

/// A row for each class: the IoU of every method, the differences from the first, and how many images
/// have the class.
pub(super) fn classes_table(report: &ComparisonReport) -> String {
    let comparison = &report.comparison;
    let (methods, differences) = (&comparison.methods, &comparison.differences);
    let Some(first) = methods.first() else { return String::new() };
    let mut groups =
        vec![Cell::head("class").over_rows(2), Cell::head("IoU [%]").over_columns(methods.len())];
    let mut names: Vec<Cell> = methods.iter().map(|method| Cell::head(&method.name)).collect();
    if !differences.is_empty() {
        let title = format!("difference from {}", first.name);
        groups.push(Cell::head(title).over_columns(2 * differences.len()));
        for difference in differences {
            names.extend([Cell::head(&difference.method), Cell::head("images")]);
        }
    }
    let mut rows = row("", &groups) + &row("names", &names);
    let classes = report.classes.iter().enumerate();
    for (class, name) in
        classes.map(|(class, name)| (Some(class), name.as_str())).chain([(None, "mean")])
    {
        let best = export::sure_best(report, class);
        let mut cells = vec![Cell::head(name)];
        for (index, method) in methods.iter().enumerate() {
            let value = class.map_or(method.miou, |class| method.classes[class]).value;
            cells.push(Cell::value(percent(value)).best_if(best == Some(index)));
        }
        for difference in differences {
            let effect = class.map_or(difference.miou, |class| difference.classes[class]);
            cells.push(Cell::value(signed_with_stars(&effect)));
            cells.push(Cell::value(effect.images.to_string()));
        }
        rows += &row(if class.is_none() { "mean" } else { "" }, &cells);
    }
    sortable(&rows)
}

/// The images in which the last method finds each class best and worst, with links that show them.
pub(super) fn extremes_table(classes: &[String], names: &[&str], gallery: &Gallery) -> String {
    let Some(method) = names.len().checked_sub(1) else { return String::new() };
    let head = ["class", "images", "best", "IoU [%]", "worst", "IoU [%]"];
    let head = head.map(|text| format!("<th>{text}</th>")).concat();
    let mut rows = format!("<tr class=\"names heads\">{head}</tr>\n");
    for (class, name) in classes.iter().enumerate() {
        let mut images: Vec<(f64, &str)> = gallery
            .images
            .iter()
            .filter_map(|image| Some((image.iou_of(method, class)?, image.id.as_str())))
            .collect();
        images.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        let (Some(best), Some(worst)) = (images.first(), images.last()) else { continue };
        let cells = |order: &str, &(iou, id): &(f64, &str)| {
            let (id, iou) = (escape(id), percent(Some(iou)));
            let link = format!("#method={method}&amp;class={class}&amp;order={order}");
            format!("<td><a href=\"{link}\">{id}</a></td><td>{iou}</td>")
        };
        rows += &format!(
            "<tr><th>{}</th><td>{}</td>{}{}</tr>\n",
            escape(name),
            images.len(),
            cells("high", best),
            cells("low", worst)
        );
    }
    let name = escape(names[method]);
    format!(
        "<p>Masks of {name}. A link shows the images of its class in that order.</p>\n{}",
        table(&rows)
    )
}
