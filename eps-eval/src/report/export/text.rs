//! Scores as an aligned table for a terminal.

use super::{markdown::title, percent};
use crate::report::{
    Table,
    rank::{Better, Rank, ranks},
    table::Row,
};
use crate::{EvalError, Scores};

/// Escape sequences of a terminal.
const BOLD: &str = "\u{1b}[1m";
const UNDERLINE: &str = "\u{1b}[4m";
const RED: &str = "\u{1b}[31m";
const YELLOW: &str = "\u{1b}[33m";
const GREEN: &str = "\u{1b}[32m";
const RESET: &str = "\u{1b}[0m";

/// Columns aligned with spaces: names to the left, percent with one decimal to the right, means
/// below a rule.
pub fn text(methods: &[(&str, &Scores)]) -> Result<String, EvalError> {
    table(methods, |_, cells| cells)
}

/// As [`text`], for a terminal with colours: low values red, middling yellow, high green, means bold;
/// among several methods the best of a row bold, the second underlined.
pub fn coloured_text(methods: &[(&str, &Scores)]) -> Result<String, EvalError> {
    table(methods, |row, cells| match row {
        Some(row) => painted(row, cells, methods.len()),
        None => cells.into_iter().map(|cell| format!("{BOLD}{cell}{RESET}")).collect(),
    })
}

/// The means that are not in the table, and how the pixels were counted.
pub fn summary(scores: &Scores) -> String {
    format!(
        "pixel accuracy {}, frequency-weighted IoU {}, mean F1 {}\n{} images of list {}, protocol {}\n",
        percent(scores.pixel_accuracy),
        percent(scores.frequency_weighted_iou),
        percent(scores.mean_f1),
        scores.list.images,
        scores.list.name,
        scores.protocol
    )
}

/// The table, with cells as `paint` leaves them; the header has no row.
fn table(
    methods: &[(&str, &Scores)],
    paint: impl Fn(Option<&Row>, Vec<String>) -> Vec<String>,
) -> Result<String, EvalError> {
    let table = Table::of(methods)?;
    let rows = table.rows()?;
    let header: Vec<String> = table.header().iter().map(|name| title(name)).collect();
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let values = row.values.iter().map(|&value| percent(value));
            [row.name.clone()].into_iter().chain(values).collect()
        })
        .collect();
    let widths = widths(&header, &cells);
    let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1));
    let line =
        |row: Option<&Row>, cells: &[String]| paint(row, padded(cells, &widths, &[0])).join("  ");
    let mut lines = vec![line(None, &header), rule.clone()];
    let classes = rows.iter().take_while(|row| !row.is_mean).count();
    lines.extend(rows.iter().zip(&cells).map(|(row, cells)| line(Some(row), cells)));
    lines.insert(2 + classes, rule);
    Ok(lines.join("\n") + "\n")
}

/// Lines of a header and rows, columns aligned to the right except those named.
pub(super) fn aligned(header: &[String], rows: &[Vec<String>], left: &[usize]) -> Vec<String> {
    let widths = widths(header, rows);
    let lines = [header].into_iter().chain(rows.iter().map(Vec::as_slice));
    lines.map(|cells| padded(cells, &widths, left).join("  ")).collect()
}

fn widths(header: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let widths = (0..header.len()).map(|column| {
        let cells = rows.iter().filter_map(|row| row.get(column)).chain(header.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    });
    widths.collect()
}

fn padded(cells: &[String], widths: &[usize], left: &[usize]) -> Vec<String> {
    let cells = cells.iter().zip(widths).enumerate();
    let padded = cells.map(|(column, (cell, &width))| match left.contains(&column) {
        true => format!("{cell:<width$}"),
        false => format!("{cell:>width$}"),
    });
    padded.collect()
}

/// Cells of a row in their colours; columns repeat for each method.
fn painted(row: &Row, cells: Vec<String>, methods: usize) -> Vec<String> {
    let painted = cells.into_iter().enumerate().map(|(index, cell)| {
        match index.checked_sub(1).and_then(|column| style(row, column, methods)) {
            Some(style) => format!("{style}{cell}{RESET}"),
            None if index == 0 && row.is_mean => format!("{BOLD}{cell}{RESET}"),
            None => cell,
        }
    });
    painted.collect()
}

/// The escape sequences of a value, beside those of the same quantity of all methods.
fn style(row: &Row, column: usize, methods: usize) -> Option<String> {
    let value = row.values[column]?;
    let quantities = row.values.len() / methods.max(1);
    // Quantity q of method m is in column m · quantities + q.
    let rivals = (0..methods).map(|method| row.values[method * quantities + column % quantities]);
    let rivals: Vec<_> = rivals.collect();
    let ranks = ranks(&rivals, Better::High, |value| percent(Some(value)));
    let is_bold_mean = row.is_mean && methods == 1;
    Some(colour(value).to_owned() + emphasis(ranks[column / quantities], is_bold_mean))
}

fn colour(value: f64) -> &'static str {
    match value {
        _ if value < 0.4 => RED,
        _ if value < 0.6 => YELLOW,
        _ => GREEN,
    }
}

fn emphasis(rank: Option<Rank>, is_bold_mean: bool) -> &'static str {
    match rank {
        Some(Rank::Best) => BOLD,
        Some(Rank::Second) => UNDERLINE,
        None if is_bold_mean => BOLD,
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scores::tests::three_classes;

    #[test]
    fn columns_are_aligned() {
        let expected = "\
class       IoU [%]  precision [%]  recall [%]
──────────────────────────────────────────────
background     50.0           66.7        66.7
cat            60.0           75.0        75.0
dog               –              –           –
──────────────────────────────────────────────
mean           55.0           70.8        70.8
";
        assert_eq!(text(&[("", &three_classes())]).expect("one method"), expected);
    }

    #[test]
    fn colours_change_nothing_but_colours() {
        let good = three_classes();
        let mut poor = good.clone();
        (poor.classes[0].iou, poor.miou) = (Some(0.2), Some(0.4));
        let methods = [("CAM", &poor), ("EPS", &good)];
        let coloured = coloured_text(&methods).expect("the same classes");
        assert!(coloured.contains("\u{1b}[31m\u{1b}[4m       20.0\u{1b}[0m"), "{coloured:?}");
        assert!(coloured.contains("\u{1b}[33m\u{1b}[1m       50.0\u{1b}[0m"), "{coloured:?}");
        // Both methods have this IoU of cats: neither is the better one.
        assert_eq!(coloured.matches("\u{1b}[32m       60.0\u{1b}[0m").count(), 2, "{coloured:?}");
        let mut plain = coloured;
        for style in [BOLD, UNDERLINE, RED, YELLOW, GREEN, RESET] {
            plain = plain.replace(style, "");
        }
        assert_eq!(plain, text(&methods).expect("the same classes"));
    }
}
