//! An ablation as files and text.

use super::latex::{escape, marked, row as latex_row, write_lines};
use super::percent;
use crate::report::ablation::{AblationReport, AblationRow, Spread, short_names};
use crate::report::chart::Figure;
use crate::report::frame_csv::to_csv;
use crate::report::rank::{Better, ranks};
use crate::{EvalError, paired::Effect};
use polars::prelude::{Column, DataFrame};

/// A row for each combination of settings: fractions with all digits, empty where a value does not
/// exist. Differences are those from the baseline; p-values are Holm's.
pub fn ablation_csv(report: &AblationReport) -> Result<String, EvalError> {
    let rows = &report.rows;
    let axis = |axis: &String| {
        let text = |row: &AblationRow| row.settings.get(axis).map(ToString::to_string);
        Column::new(axis.as_str().into(), rows.iter().map(text).collect::<Vec<_>>())
    };
    let number = |name: &str, value: &dyn Fn(&AblationRow) -> Option<f64>| {
        Column::new(name.into(), rows.iter().map(value).collect::<Vec<_>>())
    };
    let mut columns: Vec<Column> = report.axes.iter().map(axis).collect();
    let baseline = (0..rows.len()).map(|row| row == report.baseline).collect::<Vec<_>>();
    columns.push(Column::new("baseline".into(), baseline));
    let runs = rows.iter().map(|row| row.fixed.runs as u64).collect::<Vec<_>>();
    columns.push(Column::new("runs".into(), runs));
    for (name, spread) in SPREADS {
        columns.push(number(name, &|row| spread(row).mean));
        columns.push(number(&format!("{name}_std"), &|row| spread(row).std));
    }
    for (name, effect) in EFFECTS {
        for (part, value) in EFFECT_PARTS {
            columns.push(number(&format!("{name}{part}"), &|row| value(&effect(row)?)));
        }
    }
    to_csv(DataFrame::new(rows.len(), columns))
}

/// A kind of mean IoU by its name in files.
type NamedSpread = (&'static str, fn(&AblationRow) -> Spread);
/// A kind of difference by its name in files.
type NamedEffect = (&'static str, fn(&AblationRow) -> Option<Effect>);

/// A part of a difference by the end of its name in files.
type NamedPart = (&'static str, fn(&Effect) -> Option<f64>);

const EFFECT_PARTS: [NamedPart; 4] = [
    ("", |effect| effect.difference),
    ("_lower", |effect| effect.lower),
    ("_upper", |effect| effect.upper),
    ("_p_holm", |effect| effect.p_holm),
];

const SPREADS: [NamedSpread; 3] = [
    ("miou_fixed", |row| row.fixed),
    ("miou_held_out", |row| row.held_out),
    ("miou_best_on_truth", |row| row.best),
];

const EFFECTS: [NamedEffect; 2] = [
    ("difference_fixed", |row| row.difference_fixed),
    ("difference_best_on_truth", |row| row.difference_best),
];

/// The table with what its columns are, then the charts.
///
/// Charts are linked as `charts/<name>.svg`.
pub fn ablation_markdown(report: &AblationReport, figures: &[Figure]) -> String {
    let cells = |row: &[String]| format!("| {} |\n", row.join(" | "));
    let header = header(report);
    let rule: Vec<String> = (0..header.len())
        .map(|column| if column < report.axes.len() { "---" } else { "---:" }.into())
        .collect();
    let mut page = cells(&header) + &cells(&rule);
    for (index, row) in report.rows.iter().enumerate() {
        let is_baseline = index == report.baseline;
        let row = texts(report, row).into_iter().map(|cell| cell.replace('|', "\\|"));
        let bold = |cell: String| if is_baseline { format!("**{cell}**") } else { cell };
        page += &cells(&row.map(bold).collect::<Vec<_>>());
    }
    page += &format!("\n{}\n", notes(report).join("\n"));
    for missing in &report.missing {
        page += &format!("- no scores of {}: {}\n", describe(report, missing), missing.reason);
    }
    for Figure { name, caption, .. } in figures {
        page += &format!("\n![{caption}](charts/{name}.svg)\n\n*{caption}*\n");
    }
    page
}

/// The table in columns for a terminal, then what the columns are.
pub fn ablation_text(report: &AblationReport) -> String {
    let mut lines = vec![header(report)];
    for (index, row) in report.rows.iter().enumerate() {
        let mut cells = texts(report, row);
        if let Some(last) = cells.last_mut().filter(|_| index == report.baseline) {
            *last = "baseline".into();
        }
        lines.push(cells);
    }
    let length = |text: &String| text.chars().count();
    let widths: Vec<usize> = (0..lines[0].len())
        .map(|column| lines.iter().map(|line| length(&line[column])).max().unwrap_or(0))
        .collect();
    let padded = |(cell, &width): (&String, &usize)| format!("{cell:>width$}");
    let line = |cells: &Vec<String>| {
        cells.iter().zip(&widths).map(padded).collect::<Vec<_>>().join("  ") + "\n"
    };
    let table: String = lines.iter().map(line).collect();
    format!("{table}\n{}\n", notes(report).join("\n"))
}

/// A booktabs table; of the mean IoU of each kind the best row is bold and the second underlined.
pub fn ablation_latex(report: &AblationReport) -> String {
    let header = header(report).into_iter().map(|title| escape(&title));
    let header: Vec<String> = header.collect();
    let axes = report.axes.len();
    let mut text = String::from("% needs \\usepackage{booktabs}\n");
    for note in notes(report) {
        write_lines(&mut text, &[&format!("% {}", note.trim_start_matches("- "))]);
    }
    let layout =
        format!("\\begin{{tabular}}{{{}{}}}", "l".repeat(axes), "r".repeat(header.len() - axes));
    write_lines(&mut text, &[&layout, "\\toprule", &line(&header), "\\midrule"]);
    let ranks = SPREADS.map(|(_, spread)| {
        let means: Vec<_> = report.rows.iter().map(|row| spread(row).mean).collect();
        ranks(&means, Better::High, |mean| percent(Some(mean)))
    });
    for (index, row) in report.rows.iter().enumerate() {
        let mut cells: Vec<String> =
            texts(report, row).iter().map(|cell| latex_text(cell)).collect();
        // Runs, then mean IoU, difference, mean IoU, mean IoU, difference.
        for (kind, ranks) in [1, 3, 4].into_iter().zip(&ranks) {
            let cell = &mut cells[axes + kind];
            *cell = marked(std::mem::take(cell), ranks[index]);
        }
        write_lines(&mut text, &[&line(&cells)]);
    }
    write_lines(&mut text, &["\\bottomrule", "\\end{tabular}"]);
    text
}

fn line(cells: &[String]) -> String {
    latex_row(&cells[0], cells[1..].iter().cloned())
}

/// A cell as LaTeX prints it.
fn latex_text(cell: &str) -> String {
    let escaped = escape(cell).replace('±', "$\\pm$").replace('–', "--");
    // A minus, not a hyphen; the signs of differences are in front of digits.
    escaped.replace('−', "$-$")
}

/// Titles of the columns.
fn header(report: &AblationReport) -> Vec<String> {
    let axes = short_names(&report.axes).into_iter().map(str::to_owned);
    let measures = [
        "runs",
        "mIoU fixed [%]",
        "difference [points]",
        "held out [%]",
        "best on truth [%]",
        "difference at best [points]",
    ];
    axes.chain(measures.map(str::to_owned)).collect()
}

/// The cells of a row.
fn texts(report: &AblationReport, row: &AblationRow) -> Vec<String> {
    let setting = |axis: &String| row.settings.get(axis).map_or("–".into(), ToString::to_string);
    let measures = [
        row.fixed.runs.to_string(),
        spread(row.fixed),
        effect(row.difference_fixed),
        spread(row.held_out),
        spread(row.best),
        effect(row.difference_best),
    ];
    report.axes.iter().map(setting).chain(measures).collect()
}

fn spread(spread: Spread) -> String {
    let mean = percent(spread.mean);
    match spread.std {
        Some(std) => format!("{mean} ± {}", percent(Some(std))),
        None => mean,
    }
}

/// The difference in percentage points with its interval; a star where p is below 0.05 after Holm.
fn effect(effect: Option<Effect>) -> String {
    let Some(Effect { difference, lower, upper, p_holm, .. }) = effect else { return "–".into() };
    let star = if p_holm.is_some_and(|p| p < 0.05) { "*" } else { "" };
    format!("{}{star} [{}, {}]", points(difference), points(lower), points(upper))
}

fn points(difference: Option<f64>) -> String {
    let Some(difference) = difference else { return percent(None) };
    let text = format!("{:+.1}", 100.0 * difference);
    if matches!(text.as_str(), "+0.0" | "-0.0") { "0.0".into() } else { text.replace('-', "−") }
}

/// What the columns are.
fn notes(report: &AblationReport) -> Vec<String> {
    let AblationReport { list, level, resamples, .. } = report;
    vec![
        format!(
            "- Mean IoU of pseudo-masks on {} images of list {}, over the classes that occur; ± is the standard deviation over runs, which differ in their seed.",
            list.images, list.name
        ),
        "- fixed: threshold, or background of the CRF, fixed before looking. held out: threshold chosen on other images than those it is scored on. best on truth: threshold with the highest mean IoU on the truth that is scored; an upper bound.".into(),
        format!(
            "- Differences are from the baseline{}; in brackets {:.0} % of {resamples} paired resamples of the images; * where p < 0.05 after Holm's correction for all rows. They say nothing about other seeds.",
            baseline(report),
            100.0 * level
        ),
    ]
}

/// The settings of the baseline.
fn baseline(report: &AblationReport) -> String {
    let settings = &report.rows[report.baseline].settings;
    let names = report.axes.iter().zip(short_names(&report.axes));
    let shown: Vec<String> = names
        .filter_map(|(axis, name)| Some(format!("{name} = {}", settings.get(axis)?)))
        .collect();
    if shown.is_empty() { String::new() } else { format!(" ({})", shown.join(", ")) }
}

/// The settings and the seed of a cell without scores.
fn describe(report: &AblationReport, missing: &crate::report::ablation::MissingRun) -> String {
    let names = report.axes.iter().zip(short_names(&report.axes));
    let shown =
        names.filter_map(|(axis, name)| Some(format!("{name}={}", missing.settings.get(axis)?)));
    shown.chain([format!("seed={}", missing.seed)]).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ablation::tests::report;

    #[test]
    fn csv_has_fractions_and_empty_cells() {
        let text = ablation_csv(&report()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with(
            "saliency.lambda,saliency.tau,baseline,runs,miou_fixed,miou_fixed_std,miou_held_out"
        ));
        assert!(lines[1].starts_with("0.1,0.2,true,2,0.5,0.1414"), "{}", lines[1]);
        assert!(lines[4].starts_with("0.3,0.4,false,1,0.2,,,,0.3,,"), "{}", lines[4]);
    }

    #[test]
    fn markdown_labels_its_columns_and_lists_what_is_missing() {
        let page = ablation_markdown(&report(), &[]);
        let expected = "| 0.1 | 0.4 | 2 | 60.0 ± 0.0 | +10.0* [+10.0, +10.0] | – | 70.0 ± 14.1 |";
        assert!(page.contains(expected), "{page}");
        assert!(page.contains("| **0.1** | **0.2** | **2** | **50.0 ± 14.1** | **–** |"), "{page}");
        assert!(page.contains("from the baseline (lambda = 0.1, tau = 0.2)"), "{page}");
        let missing = "- no scores of lambda=0.3 tau=0.2 seed=2: failed: the loss is NaN\n";
        assert!(page.contains(missing), "{page}");
    }

    #[test]
    fn latex_marks_the_best_and_the_second() {
        let text = ablation_latex(&report());
        let best = "0.1 & 0.4 & 2 & \\textbf{60.0 $\\pm$ 0.0} & +10.0* [+10.0, +10.0] & -- & \\textbf{70.0";
        assert!(text.contains(best), "{text}");
        assert!(text.contains("$-$30.0* [$-$30.0, $-$30.0]"), "{text}");
        assert!(
            text.contains("\\begin{tabular}{llrrrrrr}\n\\toprule\nlambda & tau & runs"),
            "{text}"
        );
        assert!(text.contains("mIoU fixed [\\%]"), "{text}");
    }

    #[test]
    fn the_text_aligns_its_columns() {
        let text = ablation_text(&report());
        let widths: Vec<usize> = text.lines().take(5).map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|&width| width == widths[0]), "{text}");
        assert!(text.lines().nth(1).unwrap().ends_with("  baseline"), "{text}");
    }
}
