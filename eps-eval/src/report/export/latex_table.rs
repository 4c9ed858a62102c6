//! What LaTeX tables have in common: a float with caption and label, and long tables in blocks side by side.

use super::latex::{row, write_lines};

/// Across which columns of a paper a table goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    One,
    Both,
}

/// The most classes that are columns, with their names turned; more are rows.
pub(super) const MOST_COLUMNS: usize = 25;

/// The most lines of classes that a table has before it goes on beside them.
const MOST_LINES: usize = 45;

/// A `tabular` as a float of a paper; `label` follows `tab:`.
pub(super) fn float(span: Span, caption: &str, label: &str, tabular: &str) -> String {
    let name = if span == Span::Both { "table*" } else { "table" };
    format!(
        "\\begin{{{name}}}[t]\n\\centering\n\\caption{{{caption}}}\n\\label{{tab:{label}}}\n\\footnotesize\n\
         \\setlength{{\\tabcolsep}}{{2.5pt}}\n{tabular}\\end{{{name}}}\n"
    )
}

/// How many blocks beside each other a table of so many lines has, each of so many columns.
pub(super) fn blocks(lines: usize, columns: usize) -> usize {
    // Twelve columns fit across a page; a table too long for one block has three where they fit, or more.
    let most = (12 / columns.max(1)).max(1);
    lines.div_ceil(MOST_LINES).clamp(1, most).max(if lines > MOST_LINES { most.min(3) } else { 1 })
}

/// The begin of a `tabular` of blocks, each with these columns and heads.
pub(super) fn begin_blocks(text: &mut String, columns: &str, heads: &[String], blocks: usize) {
    let layout = vec![columns; blocks].join("@{\\quad}");
    let heads = row_of(vec![heads; blocks].concat());
    let tabular = format!("\\begin{{tabular}}{{{layout}}}");
    write_lines(text, &[&tabular, "\\toprule", &heads, "\\midrule"]);
}

/// A line of a table, its first cell with the others.
pub(super) fn row_of(cells: Vec<String>) -> String {
    let mut cells = cells.into_iter();
    let first = cells.next().unwrap_or_default();
    row(&first, cells)
}

/// Lines of cells, the rows of equal length in blocks: the first block has the first rows.
pub(super) fn write_blocks(text: &mut String, rows: &[Vec<String>], blocks: usize) {
    let columns = rows.first().map_or(0, Vec::len);
    let lines = rows.len().div_ceil(blocks.max(1));
    let empty = vec![String::new(); columns];
    for line in 0..lines {
        let rows = (0..blocks).map(|block| rows.get(line + block * lines).unwrap_or(&empty));
        write_lines(text, &[&row_of(rows.flatten().cloned().collect())]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_on_in_the_next_block() {
        let rows: Vec<Vec<String>> =
            (1..=5).map(|number| vec![format!("c{number}"), number.to_string()]).collect();
        let mut text = String::new();
        write_blocks(&mut text, &rows, 2);
        assert_eq!(text, "c1 & 1 & c4 & 4 \\\\\nc2 & 2 & c5 & 5 \\\\\nc3 & 3 &  &  \\\\\n");
    }

    #[test]
    fn long_tables_have_blocks_while_there_is_room_for_their_columns() {
        assert_eq!([blocks(21, 3), blocks(45, 2), blocks(82, 2), blocks(82, 4)], [1, 1, 3, 3]);
        assert_eq!([blocks(82, 6), blocks(82, 20)], [2, 1]);
    }
}
