//! Scores as an aligned table for a terminal.

use super::{markdown::title, percent};
use crate::{EvalError, Scores, Table};

/// Columns aligned with spaces: names to the left, percent with one decimal to the right, means
/// below a rule.
pub fn text(methods: &[(&str, &Scores)]) -> Result<String, EvalError> {
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
    let mut lines = vec![line(&header, &widths), rule.clone()];
    let classes = rows.iter().take_while(|row| !row.is_mean).count();
    lines.extend(cells[..classes].iter().map(|row| line(row, &widths)));
    lines.push(rule);
    lines.extend(cells[classes..].iter().map(|row| line(row, &widths)));
    Ok(lines.join("\n") + "\n")
}

fn widths(header: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.chain(header.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    (0..header.len()).map(width).collect()
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let align = |(column, (cell, &width)): (usize, (&String, &usize))| match column {
        0 => format!("{cell:<width$}"),
        _ => format!("{cell:>width$}"),
    };
    cells.iter().zip(widths).enumerate().map(align).collect::<Vec<_>>().join("  ")
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
}
