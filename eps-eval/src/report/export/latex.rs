//! Scores as a LaTeX table in the manner of the field: a row for each method, a column for each class; of many
//! classes the other way round.

use super::latex_table::{MOST_COLUMNS, Span, begin_blocks, blocks, float, write_blocks};
use super::percent;
use crate::report::rank::{Better, Rank, ranks};
use crate::{EvalError, Scores};
use std::fmt::Write as _;

/// Methods that are ranked against each other: those whose thresholds were chosen in the same way.
#[derive(Clone, Copy, Debug)]
pub struct Group<'a> {
    /// Above the methods; nothing is written above a group without title.
    pub title: &'a str,
    pub methods: &'a [(&'a str, &'a Scores)],
}

/// A float with booktabs tables of the IoU of each class and their mean: percent with one decimal, of each class in a
/// group the best method bold and the second underlined. Needs `booktabs`, and `graphicx` for turned names.
///
/// Methods are rows and classes columns, but for more classes than a page has room for: those are rows. Values that
/// are printed alike share their mark, and nothing is marked where all of them are alike.
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
    let names: Vec<String> = layout.classes.iter().map(|class| escape(&class.name)).collect();
    let groups: Vec<&Group> = groups.iter().filter(|group| !group.methods.is_empty()).collect();
    let marks = match groups.iter().any(|group| group.methods.len() > 1) {
        true => " Bold: the best; underlined: the second; differences are not tested.",
        false => "",
    };
    let caption = format!(
        "IoU of each class in percent on {} images of list {}, protocol {}.{marks}",
        layout.list.images,
        escape(&layout.list.name),
        layout.protocol
    );
    let table = if names.len() > MOST_COLUMNS {
        groups.iter().map(|group| with_class_rows(group, &names)).collect()
    } else {
        with_class_columns(&groups, &names)
    };
    let span = if names.len() > 6 { Span::Both } else { Span::One };
    Ok("% needs \\usepackage{booktabs} and \\usepackage{graphicx}\n".to_owned()
        + &float(span, &caption, "iou", &table))
}

/// A row for each method, with rules between the groups.
fn with_class_columns(groups: &[&Group], names: &[String]) -> String {
    let width = names.len() + 1;
    let mut text = String::new();
    let layout = format!("\\begin{{tabular}}{{l*{{{}}}{{r}}r}}", width - 1);
    write_lines(&mut text, &[&layout, "\\toprule"]);
    let turned = names.iter().map(|name| format!("\\rotatebox{{90}}{{{name}}}"));
    write_lines(&mut text, &[&row("method", turned.chain(["mIoU".into()]))]);
    for group in groups {
        write_lines(&mut text, &["\\midrule"]);
        if !group.title.is_empty() {
            let title = escape(group.title);
            let line = format!("\\multicolumn{{{}}}{{l}}{{\\emph{{{title}}}}} \\\\", width + 1);
            write_lines(&mut text, &[&line]);
        }
        let columns: Vec<Vec<String>> = (0..width).map(|column| cells(group, column)).collect();
        for (index, (name, _)) in group.methods.iter().enumerate() {
            let cells = columns.iter().map(|cells| cells[index].clone());
            write_lines(&mut text, &[&row(&escape(name), cells)]);
        }
    }
    write_lines(&mut text, &["\\bottomrule", "\\end{tabular}"]);
    text
}

/// A row for each class, in blocks beside each other, and the mean last.
fn with_class_rows(group: &Group, names: &[String]) -> String {
    let columns = group.methods.len() + 1;
    let blocks = blocks(names.len() + 1, columns);
    let mut text = String::new();
    if !group.title.is_empty() {
        write_lines(&mut text, &[&format!("\\emph{{{}}}\\par", escape(group.title))]);
    }
    let heads =
        ["class".to_owned()].into_iter().chain(group.methods.iter().map(|(name, _)| escape(name)));
    let layout = format!("l{}", "r".repeat(columns - 1));
    begin_blocks(&mut text, &layout, &heads.collect::<Vec<_>>(), blocks);
    let names = names.iter().cloned().chain(["mIoU".into()]);
    let rows: Vec<Vec<String>> = names
        .enumerate()
        .map(|(column, name)| [name].into_iter().chain(cells(group, column)).collect())
        .collect();
    write_blocks(&mut text, &rows, blocks);
    write_lines(&mut text, &["\\bottomrule", "\\end{tabular}"]);
    text
}

/// The IoU of a class, or after the last of them their mean.
fn value(scores: &Scores, column: usize) -> Option<f64> {
    scores.classes.get(column).map_or(scores.miou, |class| class.iou)
}

/// The cells of a column, one for each method of a group, with their marks.
fn cells(group: &Group, column: usize) -> Vec<String> {
    let values: Vec<_> = group.methods.iter().map(|(_, scores)| value(scores, column)).collect();
    let ranks = ranks(&values, Better::High, |value| percent(Some(value)));
    let cells = values.into_iter().zip(ranks).map(|(value, rank)| match value {
        None => "--".into(),
        Some(_) => marked(percent(value), rank),
    });
    cells.collect()
}

/// A cell as its rank is shown.
pub(crate) fn marked(cell: String, rank: Option<Rank>) -> String {
    match rank {
        Some(Rank::Best) => format!("\\textbf{{{cell}}}"),
        Some(Rank::Second) => format!("\\underline{{{cell}}}"),
        None => cell,
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
    let escaped = text.chars().map(|character| match character {
        '&' | '%' | '$' | '#' | '_' | '{' | '}' => format!("\\{character}"),
        // In the encoding that LaTeX begins with they are other signs.
        '<' | '>' => format!("${character}$"),
        '~' => "\\textasciitilde{}".into(),
        '^' => "\\textasciicircum{}".into(),
        '\\' => "\\textbackslash{}".into(),
        other => other.to_string(),
    });
    escaped.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ClassScores;
    use crate::scores::tests::three_classes;

    #[test]
    fn the_best_of_a_group_is_bold_and_groups_are_not_ranked_against_each_other() {
        let good = three_classes();
        let mut fair = good.clone();
        (fair.classes[0].iou, fair.classes[1].iou, fair.miou) =
            (Some(0.4999), Some(0.3), Some(0.4));
        let mut poor = fair.clone();
        (poor.classes[1].iou, poor.miou) = (Some(0.1), Some(0.3));
        let fixed = [("CAM_{a}", &poor), ("SEAM", &fair), ("EPS & S", &good)];
        let best = [("SEAM", &good), ("EPS & S", &good)];
        let groups = [
            Group { title: "fixed & so on", methods: &fixed },
            Group { title: "best on the ground truth", methods: &best },
        ];
        let expected = r"% needs \usepackage{booktabs} and \usepackage{graphicx}
\begin{table}[t]
\centering
\caption{IoU of each class in percent on 1 images of list val, protocol voc. Bold: the best; underlined: the second; differences are not tested.}
\label{tab:iou}
\footnotesize
\setlength{\tabcolsep}{2.5pt}
\begin{tabular}{l*{3}{r}r}
\toprule
method & \rotatebox{90}{background} & \rotatebox{90}{cat} & \rotatebox{90}{dog} & mIoU \\
\midrule
\multicolumn{5}{l}{\emph{fixed \& so on}} \\
CAM\_\{a\} & 50.0 & 10.0 & -- & 30.0 \\
SEAM & 50.0 & \underline{30.0} & -- & \underline{40.0} \\
EPS \& S & 50.0 & \textbf{60.0} & -- & \textbf{55.0} \\
\midrule
\multicolumn{5}{l}{\emph{best on the ground truth}} \\
SEAM & 50.0 & 60.0 & -- & 55.0 \\
EPS \& S & 50.0 & 60.0 & -- & 55.0 \\
\bottomrule
\end{tabular}
\end{table}
";
        assert_eq!(latex(&groups).expect("the same classes"), expected);
    }

    #[test]
    fn many_classes_are_rows_in_blocks() {
        let mut scores = three_classes();
        let class =
            |index| ClassScores { index, name: format!("c{index}"), ..scores.classes[1].clone() };
        scores.classes = (0..81).map(class).collect();
        let methods = [("CAM", &scores), ("EPS", &scores)];
        let text = latex(&[Group { title: "", methods: &methods }]).expect("the same classes");
        assert!(text.contains("\\begin{tabular}{lrr@{\\quad}lrr@{\\quad}lrr}\n"), "{text}");
        assert!(
            text.contains("c0 & 60.0 & 60.0 & c28 & 60.0 & 60.0 & c56 & 60.0 & 60.0 \\\\\n"),
            "{text}"
        );
        assert!(
            text.contains("c25 & 60.0 & 60.0 & c53 & 60.0 & 60.0 & mIoU & 55.0 & 55.0 \\\\\n"),
            "{text}"
        );
        assert!(!text.contains("rotatebox") && text.contains("\\begin{table*}"), "{text}");
    }

    #[test]
    fn a_class_that_nobody_finds_has_no_best() {
        let mut scores = [three_classes(), three_classes()];
        (scores[0].classes[1].iou, scores[1].classes[1].iou) = (Some(0.0), Some(0.0));
        (scores[0].classes[2].iou, scores[1].classes[2].iou) = (Some(0.0), Some(0.001));
        let methods = [("CAM", &scores[0]), ("EPS", &scores[1])];
        let text = latex(&[Group { title: "", methods: &methods }]).expect("the same classes");
        assert!(text.contains("CAM & 50.0 & 0.0 & \\underline{0.0} & 55.0"), "{text}");
        assert!(text.contains("EPS & 50.0 & 0.0 & \\textbf{0.1} & 55.0"), "{text}");
    }

    #[test]
    fn a_method_alone_has_no_rank() {
        let scores = three_classes();
        let methods = [("EPS", &scores)];
        let text = latex(&[Group { title: "", methods: &methods }]).expect("one method");
        assert!(text.contains("\\midrule\nEPS & 50.0 & 60.0 & -- & 55.0 \\\\\n"), "{text}");
    }
}
