//! An ablation as files and text.

use super::comparison::is_sure;
use super::latex::{escape, row as latex_row, write_lines};
use super::latex_table::{Span, float};
use super::{markdown::table_line, percent, text::aligned};
use crate::report::ablation::{AblationReport, AblationRow, Spread, short_names};
use crate::report::chart::Figure;
use crate::report::frame_csv::{column, to_csv};
use crate::{EvalError, paired::Effect};
use polars::prelude::DataFrame;

/// A row for each combination of settings: fractions with all digits, empty where a value does not
/// exist. Differences are those from the baseline; p-values are Holm's.
pub fn ablation_csv(report: &AblationReport) -> Result<String, EvalError> {
    let rows = &report.rows;
    let mut columns = Vec::new();
    for axis in &report.axes {
        columns.push(column(axis, rows, |row| row.settings.get(axis).map(ToString::to_string)));
    }
    columns.push(column("baseline", 0..rows.len(), |row| row == report.baseline));
    columns.push(column("runs", rows, |row| row.fixed.runs as u64));
    for (name, spread) in SPREADS {
        columns.push(column(name, rows, |row| spread(row).mean));
        columns.push(column(&format!("{name}_std"), rows, |row| spread(row).std));
    }
    for (name, effect) in EFFECTS {
        for (part, value) in EFFECT_PARTS {
            columns.push(column(&format!("{name}{part}"), rows, |row| value(&effect(row)?)));
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
    let header = header(report);
    let rule: Vec<String> = (0..header.len())
        .map(|column| if column < varied(report).len() { "---" } else { "---:" }.into())
        .collect();
    let mut page = table_line(&header) + &table_line(&rule);
    for index in 0..report.rows.len() {
        let row = marked_texts(report, index, |cell| format!("**{cell}**"));
        page += &table_line(&row.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>());
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
    let rows: Vec<_> = (0..report.rows.len()).map(|row| texts(report, row)).collect();
    let lines = aligned(&header(report), &rows, &[]);
    format!("{}\n\n{}\n", lines.join("\n"), notes(report).join("\n"))
}

/// A float with a booktabs table; the constant settings are in its caption.
pub fn ablation_latex(report: &AblationReport) -> String {
    let header: Vec<String> = header(report).iter().map(|title| escape(title)).collect();
    let axes = varied(report).len();
    let mut text = String::new();
    let layout =
        format!("\\begin{{tabular}}{{{}{}}}", "l".repeat(axes), "r".repeat(header.len() - axes));
    write_lines(&mut text, &[&layout, "\\toprule", &line(&header), "\\midrule"]);
    for row in 0..report.rows.len() {
        // Marked last, since the marks are LaTeX already.
        let cells = marked_texts(report, row, |cell| format!("\u{1}{cell}\u{2}"));
        let cells = cells
            .iter()
            .map(|cell| latex_text(cell).replace('\u{1}', "\\textbf{").replace('\u{2}', "}"));
        write_lines(&mut text, &[&line(&cells.collect::<Vec<_>>())]);
    }
    write_lines(&mut text, &["\\bottomrule", "\\end{tabular}"]);
    let notes = notes(report);
    let caption = notes.iter().map(|note| latex_text(note.trim_start_matches("- ")));
    let caption = caption.collect::<Vec<_>>().join(" ");
    "% needs \\usepackage{booktabs}\n".to_owned() + &float(Span::Both, &caption, "ablation", &text)
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

/// The axes on which rows differ, which are columns; all of them where there is a single row.
fn varied(report: &AblationReport) -> Vec<usize> {
    let all = 0..report.axes.len();
    let varied = all.clone().filter(|&axis| {
        let axis = &report.axes[axis];
        // A value that is not the same in all rows changes between some row and the next.
        let mut neighbours = report.rows.array_windows();
        neighbours.any(|[row, next]| row.settings.get(axis) != next.settings.get(axis))
    });
    let varied: Vec<usize> = varied.collect();
    if varied.is_empty() { all.collect() } else { varied }
}

/// The settings of all rows that are no column.
fn constants(report: &AblationReport) -> Option<String> {
    let (varied, names) = (varied(report), short_names(&report.axes));
    let row = report.rows.first()?;
    let constant = (0..report.axes.len()).filter(|axis| !varied.contains(axis));
    let shown = constant.filter_map(|axis| {
        Some(format!("{} = {}", names[axis], row.settings.get(&report.axes[axis])?))
    });
    let shown = shown.collect::<Vec<_>>().join(", ");
    (!shown.is_empty()).then(|| format!("- In all rows {shown}."))
}

/// Titles of the columns.
fn header(report: &AblationReport) -> Vec<String> {
    let names = short_names(&report.axes);
    let axes = varied(report).into_iter().map(|axis| names[axis].to_owned());
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
fn texts(report: &AblationReport, index: usize) -> Vec<String> {
    let row = &report.rows[index];
    let settings = varied(report)
        .into_iter()
        .map(|axis| row.settings.get(&report.axes[axis]).map_or("–".into(), ToString::to_string));
    let differences = [row.difference_fixed, row.difference_best];
    let [at_fixed, at_best] = match index == report.baseline {
        true => ["baseline".into(), "baseline".into()],
        false => differences.map(effect),
    };
    let (fixed, held_out, best) = (spread(row.fixed), spread(row.held_out), spread(row.best));
    let runs = row.fixed.runs.to_string();
    settings.chain([runs, fixed, at_fixed, held_out, best, at_best]).collect()
}

/// The cells of a row; `bold` marks a mean IoU that is the highest with a significant difference.
fn marked_texts(
    report: &AblationReport,
    row: usize,
    bold: impl Fn(String) -> String,
) -> Vec<String> {
    let mut cells = texts(report, row);
    let [fixed, _, best] = SPREADS.map(|(_, spread)| spread);
    let [of_fixed, of_best] = EFFECTS.map(|(_, effect)| effect);
    // Runs, then mean IoU, difference, held out, mean IoU, difference.
    let first = cells.len() - 6;
    for (column, sure) in [
        (first + 1, sure_best(report, fixed, of_fixed)),
        (first + 4, sure_best(report, best, of_best)),
    ] {
        if sure == Some(row) {
            cells[column] = bold(std::mem::take(&mut cells[column]));
        }
    }
    cells
}

/// The row with the highest mean IoU, where its difference from the baseline is significant; of the baseline, where
/// all differences are.
fn sure_best(
    report: &AblationReport,
    spread: fn(&AblationRow) -> Spread,
    effect: fn(&AblationRow) -> Option<Effect>,
) -> Option<usize> {
    let means = report
        .rows
        .iter()
        .enumerate()
        .filter_map(|(row, scored)| Some((row, spread(scored).mean?)));
    let means: Vec<(usize, f64)> = means.collect();
    let &(best, highest) = means.iter().max_by(|one, other| one.1.total_cmp(&other.1))?;
    // What prints alike is not told apart by a mark, whatever digits follow.
    let is_shared = means
        .iter()
        .any(|&(row, mean)| row != best && percent(Some(mean)) == percent(Some(highest)));
    let is_sure_row = |row: usize| effect(&report.rows[row]).is_some_and(|effect| is_sure(&effect));
    let mut others = means.iter().map(|&(row, _)| row).filter(|&row| row != best);
    let is_best = match best == report.baseline {
        true => means.len() > 1 && others.all(is_sure_row),
        false => is_sure_row(best),
    };
    (is_best && !is_shared).then_some(best)
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
    let notes = [
        format!(
            "- Mean IoU of pseudo-masks on {} images of list {}, over the classes that occur; ± is the standard deviation over runs, which differ in their seed.",
            list.images, list.name
        ),
        "- fixed: threshold, or background of the CRF, fixed before looking. held out: threshold chosen on other images than those it is scored on. best on truth: threshold with the highest mean IoU on the truth that is scored; an upper bound.".into(),
        format!(
            "- Differences are from the baseline{}; in brackets {:.0} % of {resamples} paired resamples of the images; * where p < 0.05 after Holm's correction for all rows. They say nothing about other seeds. Bold: the highest mean IoU, where its difference is significant.",
            baseline(report),
            100.0 * level
        ),
    ];
    constants(report).into_iter().chain(notes).collect()
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
        let expected =
            "| 0.1 | 0.4 | 2 | **60.0 ± 0.0** | +10.0* [+10.0, +10.0] | – | **70.0 ± 14.1** |";
        assert!(page.contains(expected), "{page}");
        assert!(page.contains("| 0.1 | 0.2 | 2 | 50.0 ± 14.1 | baseline |"), "{page}");
        assert!(page.contains("from the baseline (lambda = 0.1, tau = 0.2)"), "{page}");
        let missing = "- no scores of lambda=0.3 tau=0.2 seed=2: failed: the loss is NaN\n";
        assert!(page.contains(missing), "{page}");
    }

    #[test]
    fn latex_marks_the_best_whose_difference_is_significant() {
        let text = ablation_latex(&report());
        let best = "0.1 & 0.4 & 2 & \\textbf{60.0 $\\pm$ 0.0} & +10.0* [+10.0, +10.0] & -- & \\textbf{70.0";
        assert!(text.contains(best), "{text}");
        assert!(text.contains("$-$30.0* [$-$30.0, $-$30.0]"), "{text}");
        assert!(
            text.contains("\\begin{tabular}{llrrrrrr}\n\\toprule\nlambda & tau & runs"),
            "{text}"
        );
        assert!(text.contains("mIoU fixed [\\%]"), "{text}");
        // The second, of 50.0, is the baseline; the third is as high.
        assert_eq!(text.matches("\\textbf").count(), 2, "{text}");
        let ends =
            ["\\caption{Mean IoU of pseudo-masks", "\\label{tab:ablation}", "\\end{table*}\n"];
        assert!(ends.iter().all(|part| text.contains(part)), "{text}");
    }

    #[test]
    fn what_all_rows_share_is_in_the_caption() {
        let mut report = report();
        report.rows.truncate(2);
        let expected = "- In all rows lambda = 0.1.";
        assert!(ablation_markdown(&report, &[]).contains(expected));
        assert!(ablation_text(&report).starts_with("tau  runs  mIoU fixed [%]"));
        let text = ablation_latex(&report);
        assert!(text.contains("\\caption{In all rows lambda = 0.1. Mean IoU"), "{text}");
        assert!(text.contains("where p $<$ 0.05 after"), "{text}");
        assert!(text.contains("\\midrule\n0.2 & 2 & "), "{text}");
        report.rows.truncate(1);
        assert!(ablation_text(&report).starts_with("lambda  tau  runs"));
    }

    #[test]
    fn bold_needs_a_difference_that_is_significant_and_shown() {
        let mut report = report();
        let bold = |report: &AblationReport| {
            ablation_markdown(report, &[]).lines().position(|line| line.contains("| **60.0"))
        };
        assert_eq!(bold(&report), Some(3));
        let effect = report.rows[1].difference_fixed.unwrap();
        report.rows[1].difference_fixed = Some(Effect { p_holm: Some(0.06), ..effect });
        assert_eq!(bold(&report), None);
        report.rows[1].difference_fixed = Some(effect);
        report.rows[2].fixed.mean = Some(0.6004);
        assert_eq!(bold(&report), None, "two rows are printed alike");
    }

    #[test]
    fn the_text_aligns_its_columns() {
        let text = ablation_text(&report());
        let widths: Vec<usize> = text.lines().take(5).map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|&width| width == widths[0]), "{text}");
        assert!(text.lines().nth(1).unwrap().ends_with("  baseline"), "{text}");
    }
}
