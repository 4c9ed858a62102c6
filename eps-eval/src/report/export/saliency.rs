//! Scores of saliency maps as tables: a row for each source.

use crate::EvalError;
use crate::report::{
    export::latex,
    export::latex_table::{Span, float},
    frame_csv::{column, to_csv},
    rank::{Better, Rank, ranks},
};
use crate::saliency::{NamedImageScores, SaliencyScores};
use polars::prelude::DataFrame;

/// A metric as a column.
struct Metric {
    title: &'static str,
    /// In CSV, as in JSON.
    key: &'static str,
    is_better_low: bool,
    value: fn(&SaliencyScores) -> Option<f64>,
}

impl Metric {
    const fn high(
        title: &'static str,
        key: &'static str,
        value: fn(&SaliencyScores) -> Option<f64>,
    ) -> Self {
        Self { title, key, is_better_low: false, value }
    }
}

const METRICS: [Metric; 9] = [
    Metric { is_better_low: true, ..Metric::high("MAE", "mae", |scores| Some(scores.mae)) },
    Metric::high("max F", "max_f", |scores| Some(scores.max_f)),
    Metric::high("mean F", "mean_f", |scores| Some(scores.mean_f)),
    Metric::high("adaptive F", "adaptive_f", |scores| Some(scores.adaptive_f)),
    Metric::high("weighted F", "weighted_f", |scores| Some(scores.weighted_f)),
    Metric::high("S", "s_measure", |scores| Some(scores.s_measure)),
    Metric::high("max E", "max_e", |scores| scores.max_e),
    Metric::high("mean E", "mean_e", |scores| scores.mean_e),
    Metric::high("adaptive E", "adaptive_e", |scores| scores.adaptive_e),
];

/// Sources side by side, with the views of the saliency literature: fractions with three decimals.
#[derive(Clone, Copy, Debug)]
pub struct SaliencyTable<'a> {
    scores: &'a [SaliencyScores],
}

impl<'a> SaliencyTable<'a> {
    pub fn of(scores: &'a [SaliencyScores]) -> Self {
        Self { scores }
    }

    /// Comma-separated text with all digits; a value that does not exist is an empty cell.
    pub fn csv(&self) -> Result<String, EvalError> {
        let mut columns = vec![
            column("source", self.scores, |scores| scores.source.as_str()),
            column("images", self.scores, |scores| scores.list.images as u64),
        ];
        columns.extend(METRICS.map(|metric| column(metric.key, self.scores, metric.value)));
        to_csv(DataFrame::new(self.scores.len(), columns))
    }

    /// Best of several sources in bold; `–` where a value does not exist.
    pub fn markdown(&self) -> String {
        let header: Vec<_> = METRICS.iter().map(Metric::with_direction).collect();
        let mut lines = vec![
            format!("| source | {} |", header.join(" | ")),
            format!("| --- |{}", " ---: |".repeat(METRICS.len())),
        ];
        lines.extend(
            self.rows(|cell, rank| match rank {
                Some(Rank::Best) => format!("**{cell}**"),
                _ => cell,
            })
            .map(|(name, cells)| {
                format!("| {} | {} |", name.replace('|', "\\|"), cells.join(" | "))
            }),
        );
        lines.join("\n") + "\n"
    }

    /// A float with a table for the package booktabs: best of several sources in bold, second underlined.
    pub fn latex(&self) -> String {
        let header = METRICS.iter().map(|metric| {
            let arrow = if metric.is_better_low { "\\downarrow" } else { "\\uparrow" };
            format!("{} ${arrow}$", metric.title)
        });
        let mut lines = vec![
            format!("\\begin{{tabular}}{{l{}}}", "r".repeat(METRICS.len())),
            "\\toprule".into(),
            latex::row("source", header),
            "\\midrule".into(),
        ];
        lines.extend(
            self.rows(latex::marked)
                .map(|(name, cells)| latex::row(&latex::escape(name), cells.into_iter())),
        );
        lines.extend(["\\bottomrule".into(), "\\end{tabular}".into()]);
        let caption = match lines.len() {
            0..=6 => "Scores of saliency maps.",
            _ => {
                "Scores of saliency maps. Bold: the best; underlined: the second; differences are not tested."
            }
        };
        "% needs \\usepackage{booktabs}\n".to_owned()
            + &float(Span::Both, caption, "saliency", &(lines.join("\n") + "\n"))
    }

    /// Columns aligned with spaces, for a terminal.
    pub fn text(&self) -> String {
        let header: Vec<_> = METRICS.iter().map(Metric::with_direction).collect();
        let rows: Vec<_> = self.rows(|cell, _| cell).collect();
        let names = rows.iter().map(|(name, _)| name.chars().count());
        let width = names.max().unwrap_or(0).max("source".len());
        let line = |name: &str, cells: &[String]| {
            let cells = cells.iter().zip(&header).map(|(cell, title)| {
                // No score is above 1, so no cell is wider than that of 1.
                let width = title.chars().count().max(decimals(Some(1.0)).len());
                format!("  {cell:>width$}")
            });
            format!("{name:<width$}{}\n", cells.collect::<String>())
        };
        let rule = "─".repeat(line("", &header).chars().count() - 1) + "\n";
        let rows: String = rows.iter().map(|(name, cells)| line(name, cells)).collect();
        line("source", &header) + &rule + &rows
    }

    /// Name and cells of each source; `emphasise` sees how a cell compares.
    fn rows(
        &self,
        emphasise: fn(String, Option<Rank>) -> String,
    ) -> impl Iterator<Item = (&'a str, Vec<String>)> {
        let ranks: Vec<_> = METRICS.iter().map(|metric| metric.ranks(self.scores)).collect();
        self.scores.iter().enumerate().map(move |(index, scores)| {
            let cells = METRICS
                .iter()
                .zip(&ranks)
                .map(|(metric, ranks)| emphasise(decimals((metric.value)(scores)), ranks[index]));
            (scores.source.as_str(), cells.collect())
        })
    }
}

impl Metric {
    fn with_direction(&self) -> String {
        format!("{} {}", self.title, if self.is_better_low { "↓" } else { "↑" })
    }

    /// The rank of each source.
    fn ranks(&self, all: &[SaliencyScores]) -> Vec<Option<Rank>> {
        let values: Vec<_> = all.iter().map(self.value).collect();
        let better = if self.is_better_low { Better::Low } else { Better::High };
        ranks(&values, better, |value| decimals(Some(value)))
    }
}

fn decimals(value: Option<f64>) -> String {
    value.map_or_else(|| "–".into(), |value| format!("{value:.3}"))
}

/// The scores of every image of some sources as comma-separated text, a row for each.
pub fn images_csv(sources: &[(&str, &[NamedImageScores])]) -> Result<String, EvalError> {
    let mut rows: Vec<(&str, &NamedImageScores)> = Vec::new();
    for (name, images) in sources {
        rows.extend(images.iter().map(|image| (*name, image)));
    }
    let columns = vec![
        column("source", &rows, |(name, _)| *name),
        column("id", &rows, |(_, image)| image.id.as_str()),
        column("mae", &rows, |(_, image)| image.mae),
        column("max_f", &rows, |(_, image)| image.max_f),
        column("adaptive_f", &rows, |(_, image)| image.adaptive_f),
        column("weighted_f", &rows, |(_, image)| image.weighted_f),
        column("s_measure", &rows, |(_, image)| image.s_measure),
        column("max_e", &rows, |(_, image)| image.max_e),
        column("adaptive_e", &rows, |(_, image)| image.adaptive_e),
    ];
    to_csv(DataFrame::new(rows.len(), columns))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saliency::scores;

    /// A perfect source and one that misses half of the object.
    fn two() -> [SaliencyScores; 2] {
        [
            scores("per_fect|1", &[(&[255, 255, 0, 0], "##..")]),
            scores("half", &[(&[255, 0, 0, 0], "##..")]),
        ]
    }

    #[test]
    fn csv_has_all_digits_and_nothing_for_what_does_not_exist() {
        let one = [scores("pixel", &[(&[255], "#")])];
        let expected = "source,images,mae,max_f,mean_f,adaptive_f,weighted_f,s_measure,max_e,mean_e,adaptive_e";
        let csv = SaliencyTable::of(&one).csv().expect("a table of numbers");
        let lines: Vec<_> = csv.lines().collect();
        assert_eq!(lines[0], expected);
        assert!(lines[1].starts_with("pixel,1,0.0,1.0,1.0,1.0,"), "{csv}");
        assert!(lines[1].ends_with(",1.0,,,"), "{csv}");
    }

    #[test]
    fn the_best_is_bold_and_in_latex_the_second_underlined() {
        let two = two();
        let markdown = SaliencyTable::of(&two).markdown();
        let rows: Vec<_> = markdown.lines().skip(2).collect();
        assert!(rows[0].starts_with("| per_fect\\|1 | **0.000** | **1.000** |"), "{markdown}");
        assert!(rows[1].starts_with("| half | 0.250 | 0.812 |"), "{markdown}");
        let latex = SaliencyTable::of(&two).latex();
        assert!(latex.contains("per\\_fect|1 & \\textbf{0.000} & \\textbf{1.000}"), "{latex}");
        assert!(latex.contains("half & \\underline{0.250} & \\underline{0.812}"), "{latex}");
    }

    #[test]
    fn a_single_source_is_not_the_best() {
        let one = [scores("one", &[(&[255, 255, 0, 0], "##..")])];
        assert!(!SaliencyTable::of(&one).markdown().contains("**"));
    }

    #[test]
    fn text_is_aligned() {
        let text = SaliencyTable::of(&two()).text();
        let widths: Vec<_> = text.lines().map(|line| line.chars().count()).collect();
        assert_eq!(widths[1..], [widths[0]; 3]);
        assert!(text.starts_with("source      MAE ↓  max F ↑"), "{text}");
    }
}
