//! Scores as a Markdown table.

use super::percent;
use crate::report::{Table, table::Row};
use crate::{EvalError, Scores};

/// A row for each class, then the means in bold: percent with one decimal, `–` where a value does
/// not exist.
pub fn markdown(methods: &[(&str, &Scores)]) -> Result<String, EvalError> {
    let table = Table::of(methods)?;
    let header: Vec<String> = table.header().iter().map(|name| title(name)).collect();
    let mut lines = vec![line(header.iter().map(|name| escape(name)))];
    let rule = (0..header.len()).map(|column| if column == 0 { "---" } else { "---:" });
    lines.push(line(rule.map(str::to_owned)));
    lines.extend(table.rows()?.iter().map(row_line));
    Ok(lines.join("\n") + "\n")
}

/// The header of a column with its unit.
pub(super) fn title(column: &str) -> String {
    match column.strip_suffix("iou") {
        Some(method) => format!("{method}IoU [%]"),
        None if column == "class" => column.to_owned(),
        None => format!("{column} [%]"),
    }
}

/// A line of a table with its end.
pub(super) fn table_line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn row_line(row: &Row) -> String {
    let name = escape(&row.name);
    let emphasise = |cell: String| if row.is_mean { format!("**{cell}**") } else { cell };
    let values = row.values.iter().map(|&value| match value {
        Some(_) => emphasise(percent(value)),
        None => percent(None),
    });
    line([emphasise(name)].into_iter().chain(values))
}

fn line(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}

fn escape(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scores::tests::three_classes;

    #[test]
    fn percent_with_one_decimal_and_means_in_bold() {
        let scores = three_classes().with_subset("cat|dog", [1, 2]);
        let expected = "\
| class | EPS IoU [%] | EPS precision [%] | EPS recall [%] |
| --- | ---: | ---: | ---: |
| background | 50.0 | 66.7 | 66.7 |
| cat | 60.0 | 75.0 | 75.0 |
| dog | – | – | – |
| **mean** | **55.0** | **70.8** | **70.8** |
| **cat\\|dog** | **60.0** | – | – |
";
        assert_eq!(markdown(&[("EPS", &scores)]).expect("one method"), expected);
    }
}
