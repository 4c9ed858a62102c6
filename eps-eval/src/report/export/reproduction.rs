//! Published numbers beside yours as text, Markdown, CSV and LaTeX.

use super::latex::{escape, row as latex_row};
use super::latex_table::{Span, float};
use super::markdown::table_line;
use super::text::aligned;
use crate::EvalError;
use crate::report::DataTable;
use crate::report::reproduction::{RUNS_FOR_SPREAD, ReproducedCell, Reproduction, Verdict};

const HEADER: [&str; 9] = [
    "row",
    "column",
    "published",
    "confidence",
    "yours",
    "further runs",
    "images",
    "difference",
    "verdict",
];

/// Aligned columns: names and verdicts to the left, numbers to the right.
pub fn reproduction_text(reproduction: &Reproduction) -> String {
    let header = HEADER.map(str::to_owned);
    let rows = reproduction.cells.iter().map(|cell| shown(cell).to_vec()).collect::<Vec<_>>();
    let lines = aligned(&header, &rows, &[0, 1, 3, 8]);
    let trimmed = lines.iter().map(|line| line.trim_end().to_owned() + "\n");
    format!("{}\n{}", heading(reproduction), trimmed.collect::<String>())
}

/// The table, what it holds under, and the sources of its numbers; `charts` are titles and files.
pub fn reproduction_markdown(reproduction: &Reproduction, charts: &[(String, String)]) -> String {
    let mut text = format!("# {}\n\n{}\n", reproduction.title, heading(reproduction));
    text += &table_line(&HEADER.map(str::to_owned));
    text += "| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | --- |\n";
    text.extend(reproduction.cells.iter().map(|cell| table_line(&shown(cell))));
    text += "\n## Sources\n\n";
    text.extend(sources(reproduction).into_iter().map(|source| format!("- {source}\n")));
    text.extend(charts.iter().map(|(title, file)| format!("\n![{title}]({file})\n")));
    text
}

/// A row for each cell, fractions with all digits, empty where a value does not exist.
///
/// # Errors
///
/// If the cells make no table.
pub fn reproduction_csv(reproduction: &Reproduction) -> Result<String, EvalError> {
    let cells = &reproduction.cells;
    let texts = |of: fn(&ReproducedCell) -> String| cells.iter().map(of).collect::<Vec<_>>();
    let ours = |of: fn(&crate::paired::Estimate) -> Option<f64>| {
        cells.iter().map(|cell| of(&cell.ours?)).collect::<Vec<_>>()
    };
    DataTable::default()
        .texts("row", texts(|cell| cell.row.clone()))
        .texts("column", texts(|cell| cell.column.into()))
        .fractions("published", cells.iter().map(ReproducedCell::published_value).collect())
        .texts("sure", texts(|cell| cell.sure.to_string()))
        .fractions("ours", ours(|estimate| estimate.value))
        .fractions("std", ours(|estimate| estimate.std))
        .fractions("lower", ours(|estimate| estimate.lower))
        .fractions("upper", ours(|estimate| estimate.upper))
        .fractions("runs_lower", cells.iter().map(|cell| Some(cell.runs?.lower)).collect())
        .fractions("runs_upper", cells.iter().map(|cell| Some(cell.runs?.upper)).collect())
        .fractions("difference", cells.iter().map(|cell| cell.difference).collect())
        .texts("verdict", texts(|cell| cell.verdict.to_string()))
        .texts("source", texts(|cell| cell.source.into()))
        .csv()
}

/// A booktabs table of the cells that have a number; a number that was not checked against a source has
/// a question mark, as nothing may be held to it.
pub fn reproduction_latex(reproduction: &Reproduction) -> String {
    let mut text = String::from("\\begin{tabular}{llrrrl}\n\\toprule\n");
    let header = ["", "published", "this work", "difference", "verdict"].map(str::to_owned);
    text += &(latex_row("", header.into_iter()) + "\n\\midrule\n");
    let cells = reproduction.cells.iter();
    for cell in cells.filter(|cell| cell.published.is_some() || cell.ours.is_some()) {
        let [row, column, published, _, ours, _, _, difference, _] = shown(cell);
        let verdict = match &cell.verdict {
            Verdict::NotComparable(_) => "not comparable".into(),
            Verdict::NotComputed(_) => "not computed".into(),
            other => other.to_string(),
        };
        let cells = [column, published, ours, difference, verdict].map(|cell| latex_cell(&cell));
        text += &(latex_row(&escape(&row), cells.into_iter()) + "\n");
    }
    text += "\\bottomrule\n\\end{tabular}\n";
    let caption =
        escape(&format!("{}, as published and in this work, in percent.", reproduction.title));
    "% needs \\usepackage{booktabs}\n".to_owned()
        + &float(Span::Both, &caption, reproduction.table, &text)
}

fn latex_cell(cell: &str) -> String {
    match cell {
        "–" => "--".into(),
        text => escape(text).replace(" ± ", "\\,$\\pm$\\,"),
    }
}

/// What the numbers hold under.
fn heading(reproduction: &Reproduction) -> String {
    let conditions = &reproduction.conditions;
    format!(
        "IoU in percent. Published under protocol {}, {} images of list {}, ground truth {}, {}, \
         initialised on {}.\nVerdicts: with {RUNS_FOR_SPREAD} runs or more, “reproduced” if the \
         published number is where a further run is expected ({:.0} %, column “further runs”); with \
         fewer, “within tolerance” up to {} points away.\nColumn “images”, for context: {:.0} % of {} \
         resamples of the images, seed {}. Numbers marked ? are recalled, not checked against a \
         source.\n",
        conditions.protocol,
        conditions.images,
        conditions.list,
        conditions.masks,
        conditions.backbone,
        conditions.initialisation,
        100.0 * reproduction.level,
        // A fraction of a point has no more digits than it was given.
        (1e6 * reproduction.tolerance).round() / 1e4,
        100.0 * reproduction.level,
        reproduction.resamples,
        reproduction.seed,
    )
}

/// The cells of a line in the order of the header.
fn shown(cell: &ReproducedCell) -> [String; 9] {
    let number = |value: Option<f64>| match value {
        None => "–".to_owned(),
        Some(value) => format!("{:.2}", if cell.is_ratio { value } else { 100.0 * value }),
    };
    let question = if cell.sure.is_target() { "" } else { "?" };
    let published = cell.published.map_or("–".into(), |text| format!("{text}{question}"));
    let mut ours = number(cell.ours.and_then(|ours| ours.value));
    if let Some(std) = cell.ours.and_then(|ours| ours.std) {
        ours += &format!(" ± {}", number(Some(std)));
    }
    let interval = |ends: Option<(f64, f64)>| match ends {
        Some((lower, upper)) => format!("{} to {}", number(Some(lower)), number(Some(upper))),
        None => "–".into(),
    };
    let runs = interval(cell.runs.map(|runs| (runs.lower, runs.upper)));
    let images = interval(cell.ours.and_then(|ours| ours.lower.zip(ours.upper)));
    let sign = if cell.difference.is_some_and(|difference| difference >= 0.0) { "+" } else { "" };
    let difference = format!("{sign}{}", number(cell.difference));
    let sure = if cell.source.is_empty() { String::new() } else { cell.sure.to_string() };
    let verdict = cell.verdict.to_string();
    let (row, column) = (cell.row.clone(), cell.column.into());
    [row, column, published, sure, ours, runs, images, difference, verdict]
}

/// Where the numbers come from, each source once.
fn sources(reproduction: &Reproduction) -> Vec<String> {
    let mut sources: Vec<(&str, Vec<&str>)> = Vec::new();
    for cell in reproduction.cells.iter().filter(|cell| cell.published.is_some()) {
        let row = cell.row.as_str();
        match sources.iter_mut().find(|(source, _)| *source == cell.source) {
            Some((_, rows)) if rows.contains(&row) => {}
            Some((_, rows)) => rows.push(row),
            None => sources.push((cell.source, vec![row])),
        }
    }
    sources.into_iter().map(|(source, rows)| format!("{}: {source}", rows.join(", "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paired::{Bootstrap, Estimate};
    use crate::report::published::PublishedTable;
    use crate::report::reproduction::RunSpread;

    fn reproduction() -> Reproduction {
        let table = PublishedTable::named("map-selection").expect("a known table");
        let bootstrap = Bootstrap { resamples: 10, seed: 0 };
        let mut made =
            Reproduction::new(table, &[], bootstrap, 0.95, 0.005).expect("no column is named");
        let [lower, upper] = [Some(0.6), Some(0.7)];
        made.cells[0].ours = Some(Estimate { value: Some(0.65), std: Some(0.01), lower, upper });
        made.cells[0].runs = Some(RunSpread { runs: 3, lower: 0.64, upper: 0.665 });
        made.cells[0].verdict = Verdict::Unverified;
        made
    }

    #[test]
    fn a_number_that_was_not_read_has_a_question_mark() {
        let text = reproduction_text(&reproduction());
        let lines: Vec<_> = text.lines().skip_while(|line| !line.starts_with("row")).collect();
        assert_eq!(
            lines[1].split_whitespace().collect::<Vec<_>>().join(" "),
            "naive no CRF 66.5? unverified (medium) 65.00 ± 1.00 64.00 to 66.50 60.00 to 70.00 – \
             published number unverified, no target"
        );
        assert!(lines[2].ends_with("not provided"));
        assert!(text.contains("“within tolerance” up to 0.5 points away"), "{text}");
    }

    #[test]
    fn csv_has_fractions_and_empty_cells() {
        let csv = reproduction_csv(&reproduction()).expect("a table");
        let lines: Vec<_> = csv.lines().collect();
        let first = "naive,no CRF,0.665,unverified (medium),0.65,0.01,0.6,0.7,0.64,0.665,,";
        assert!(lines[1].starts_with(first), "{csv}");
        let second = "predefined,no CRF,0.679,unverified (medium),,,,,,,,not provided,";
        assert!(lines[2].starts_with(second), "{csv}");
    }

    #[test]
    fn latex_has_no_bare_percent_or_dash() {
        let latex = reproduction_latex(&reproduction());
        assert!(
            latex.contains("naive & no CRF & 66.5? & 65.00\\,$\\pm$\\,1.00 & -- & "),
            "{latex}"
        );
        assert!(latex.lines().skip(1).all(|line| !line.contains('%')), "{latex}");
    }

    #[test]
    fn markdown_names_each_source_once() {
        let markdown = reproduction_markdown(&reproduction(), &[("Chart".into(), "a.png".into())]);
        assert_eq!(markdown.matches("recalled from the paper").count(), 1);
        assert!(markdown.ends_with("\n![Chart](a.png)\n"));
    }
}
