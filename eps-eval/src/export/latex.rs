//! Scores as a LaTeX table in the manner of the field: a row for each method, a column for each class.

use super::percent;
use crate::{EvalError, Scores};
use std::fmt::Write as _;

/// Methods that stand together in a table, such as those with the same supervision.
#[derive(Clone, Copy, Debug)]
pub struct Group<'a> {
    /// Above the methods; nothing is written above a group without title.
    pub title: &'a str,
    pub methods: &'a [(&'a str, &'a Scores)],
}

/// A booktabs table of the IoU of each class and their mean: percent with one decimal, in each
/// column the best method bold and the second underlined. Needs `booktabs` and `graphicx`.
///
/// Values that are printed alike share their mark. Groups are separated by rules, and compared with
/// each other.
///
/// # Errors
///
/// If the methods differ in classes.
pub fn latex(groups: &[Group]) -> Result<String, EvalError> {
    let methods: Vec<(&str, &Scores)> =
        groups.iter().flat_map(|group| group.methods.iter().copied()).collect();
    let Some(&(first, layout)) = methods.first() else { return Ok(String::new()) };
    if let Some((second, _)) = methods.iter().find(|(_, other)| !layout.has_classes_of(other)) {
        let (first, second) = (first.to_owned(), (*second).to_owned());
        return Err(EvalError::DifferentClasses { first, second });
    }
    let width = layout.classes.len() + 1;
    let ranks: Vec<Ranks> = (0..width).map(|column| Ranks::of(&methods, column)).collect();
    let mut text = String::from("% needs \\usepackage{booktabs} and \\usepackage{graphicx}\n");
    write_lines(
        &mut text,
        &[&format!("\\begin{{tabular}}{{l*{{{}}}{{r}}r}}", width - 1), "\\toprule"],
    );
    let names =
        layout.classes.iter().map(|class| format!("\\rotatebox{{90}}{{{}}}", escape(&class.name)));
    write_lines(&mut text, &[&row("method", names.chain(["mIoU".into()]))]);
    for group in groups.iter().filter(|group| !group.methods.is_empty()) {
        write_lines(&mut text, &["\\midrule"]);
        if !group.title.is_empty() {
            let title = escape(group.title);
            let line = format!("\\multicolumn{{{}}}{{l}}{{\\emph{{{title}}}}} \\\\", width + 1);
            write_lines(&mut text, &[&line]);
        }
        for (name, scores) in group.methods {
            let cells =
                ranks.iter().enumerate().map(|(column, ranks)| ranks.cell(value(scores, column)));
            write_lines(&mut text, &[&row(&escape(name), cells)]);
        }
    }
    write_lines(&mut text, &["\\bottomrule", "\\end{tabular}"]);
    Ok(text)
}

/// The IoU of a class, or after the last of them their mean.
fn value(scores: &Scores, column: usize) -> Option<f64> {
    scores.classes.get(column).map_or(scores.miou, |class| class.iou)
}

/// The best two values of a column, as they are printed.
struct Ranks {
    best: Option<String>,
    second: Option<String>,
}

impl Ranks {
    fn of(methods: &[(&str, &Scores)], column: usize) -> Self {
        let values = methods.iter().filter_map(|(_, scores)| value(scores, column));
        let mut values: Vec<f64> = values.collect();
        values.sort_by(|a, b| b.total_cmp(a));
        let mut printed: Vec<String> = values.into_iter().map(|own| percent(Some(own))).collect();
        printed.dedup();
        let mut printed = printed.into_iter().take(if methods.len() > 1 { 2 } else { 0 });
        Self { best: printed.next(), second: printed.next() }
    }

    fn cell(&self, value: Option<f64>) -> String {
        let text = percent(value);
        match value {
            None => "--".into(),
            Some(_) if self.best.as_ref() == Some(&text) => format!("\\textbf{{{text}}}"),
            Some(_) if self.second.as_ref() == Some(&text) => format!("\\underline{{{text}}}"),
            Some(_) => text,
        }
    }
}

/// A line of cells behind its head.
pub(crate) fn row(head: &str, cells: impl Iterator<Item = String>) -> String {
    let cells: String = cells.map(|cell| format!(" & {cell}")).collect();
    format!("{head}{cells} \\\\")
}

pub(super) fn write_lines(text: &mut String, lines: &[&str]) {
    for line in lines {
        writeln!(text, "{line}").expect("a string takes any text");
    }
}

/// A name as LaTeX prints it.
pub(crate) fn escape(text: &str) -> String {
    let escaped = |character: char| match character {
        '&' | '%' | '$' | '#' | '_' | '{' | '}' => format!("\\{character}"),
        '~' => "\\textasciitilde{}".into(),
        '^' => "\\textasciicircum{}".into(),
        '\\' => "\\textbackslash{}".into(),
        other => other.to_string(),
    };
    text.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scores::tests::three_classes;

    #[test]
    fn the_best_is_bold_the_second_underlined_and_groups_are_apart() {
        let good = three_classes();
        let mut fair = good.clone();
        (fair.classes[0].iou, fair.classes[1].iou, fair.miou) =
            (Some(0.4999), Some(0.3), Some(0.4));
        let mut poor = fair.clone();
        (poor.classes[1].iou, poor.miou) = (Some(0.1), Some(0.3));
        let first = [("CAM_{a}", &poor), ("SEAM", &fair)];
        let second = [("EPS & S", &good)];
        let groups = [
            Group { title: "image labels", methods: &first },
            Group { title: "image labels & saliency", methods: &second },
        ];
        let expected = r"% needs \usepackage{booktabs} and \usepackage{graphicx}
\begin{tabular}{l*{3}{r}r}
\toprule
method & \rotatebox{90}{background} & \rotatebox{90}{cat} & \rotatebox{90}{dog} & mIoU \\
\midrule
\multicolumn{5}{l}{\emph{image labels}} \\
CAM\_\{a\} & \textbf{50.0} & 10.0 & -- & 30.0 \\
SEAM & \textbf{50.0} & \underline{30.0} & -- & \underline{40.0} \\
\midrule
\multicolumn{5}{l}{\emph{image labels \& saliency}} \\
EPS \& S & \textbf{50.0} & \textbf{60.0} & -- & \textbf{55.0} \\
\bottomrule
\end{tabular}
";
        assert_eq!(latex(&groups).expect("the same classes"), expected);
    }

    #[test]
    fn a_method_alone_has_no_rank() {
        let scores = three_classes();
        let methods = [("EPS", &scores)];
        let text = latex(&[Group { title: "", methods: &methods }]).expect("one method");
        assert!(text.contains("\\midrule\nEPS & 50.0 & 60.0 & -- & 55.0 \\\\\n"), "{text}");
    }
}
