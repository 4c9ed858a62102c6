//! Pieces of HTML.

/// Text as it may stand between tags and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A cell of a table with text in it.
pub(super) struct Cell {
    text: String,
    header: bool,
    columns: usize,
    rows: usize,
    class: &'static str,
}

impl Cell {
    /// A value; numbers stand to the right.
    pub(super) fn value(text: impl Into<String>) -> Self {
        Self { text: text.into(), header: false, columns: 1, rows: 1, class: "" }
    }

    /// The head of a row or a column.
    pub(super) fn head(text: impl Into<String>) -> Self {
        Self { header: true, ..Self::value(text) }
    }

    /// Stretches over several columns.
    pub(super) fn over_columns(self, columns: usize) -> Self {
        Self { columns, class: "group", ..self }
    }

    /// Stretches over several rows.
    pub(super) fn over_rows(self, rows: usize) -> Self {
        Self { rows, ..self }
    }

    /// The best value of those it is compared with.
    pub(super) fn best_if(self, best: bool) -> Self {
        Self { class: if best { "best" } else { self.class }, ..self }
    }

    fn html(&self) -> String {
        let tag = if self.header { "th" } else { "td" };
        let mut attributes = String::new();
        if !self.class.is_empty() {
            attributes += &format!(" class=\"{}\"", self.class);
        }
        if self.columns > 1 {
            attributes += &format!(" colspan=\"{}\"", self.columns);
        }
        if self.rows > 1 {
            attributes += &format!(" rowspan=\"{}\"", self.rows);
        }
        format!("<{tag}{attributes}>{}</{tag}>", escape(&self.text))
    }
}

/// A row of cells.
pub(super) fn row(class: &str, cells: &[Cell]) -> String {
    let cells: String = cells.iter().map(Cell::html).collect();
    match class {
        "" => format!("<tr>{cells}</tr>\n"),
        class => format!("<tr class=\"{class}\">{cells}</tr>\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_taken_for_a_tag() {
        assert_eq!(
            escape("<a href=\"x\">'&'</a>"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;"
        );
    }

    #[test]
    fn cells_stretch_and_stand_out() {
        let cells = [Cell::head("a<b").over_columns(2), Cell::value("1").best_if(true)];
        let expected =
            "<tr><th class=\"group\" colspan=\"2\">a&lt;b</th><td class=\"best\">1</td></tr>\n";
        assert_eq!(row("", &cells), expected);
    }
}
