//! A sweep as files and text.

use super::percent;
use crate::report::frame_csv::{column, to_csv};
use crate::{
    AveragePrecisions, EvalError, LabelledPoint, MapRefinement, SweepPoint, SweepReport,
    SweepSummary, ThresholdChoice,
    ranking::{PrecisionRecall, ScoreHistogram},
};
use eps_data::ClassNames;
use polars::prelude::DataFrame;

/// Every parameter of every rule: its means as fractions with all digits, empty where a value does
/// not exist.
pub fn sweep_csv(report: &SweepReport) -> Result<String, EvalError> {
    let mut rows: Vec<(&str, &SweepPoint)> = Vec::new();
    for summary in &report.rules {
        rows.extend(summary.points.iter().map(|point| (summary.rule.name(), point)));
    }
    let columns = vec![
        column("background", &rows, |(rule, _)| *rule),
        column("parameter", &rows, |(_, point)| point.parameter),
        column("mean_iou", &rows, |(_, point)| point.mean_iou),
        column("mean_precision", &rows, |(_, point)| point.mean_precision),
        column("mean_recall", &rows, |(_, point)| point.mean_recall),
    ];
    to_csv(DataFrame::new(rows.len(), columns))
}

/// Precision and recall of every class map at every threshold, then their means: fractions with all
/// digits, empty where a value does not exist.
///
/// # Panics
///
/// If there is not one name for each class.
pub fn precision_recall_csv(
    histogram: &ScoreHistogram,
    names: &ClassNames,
) -> Result<String, EvalError> {
    assert_eq!(names.len(), histogram.classes(), "one name for each class");
    let objects = names.iter().enumerate().skip(1);
    let curves = objects.map(|(class, name)| (name, histogram.curve(class)));
    let curves: Vec<_> = curves.chain([("mean", histogram.mean_curve())]).collect();
    let mut rows: Vec<(&str, &PrecisionRecall)> = Vec::new();
    for (name, curve) in &curves {
        rows.extend(curve.iter().map(|point| (*name, point)));
    }
    let columns = vec![
        column("class", &rows, |(name, _)| *name),
        column("threshold", &rows, |(_, point)| point.threshold),
        column("precision", &rows, |(_, point)| point.precision),
        column("recall", &rows, |(_, point)| point.recall),
    ];
    to_csv(DataFrame::new(rows.len(), columns))
}

/// The labelled points of each rule, of refined maps after every value: percent with one decimal, `–`
/// where a value does not exist.
pub fn sweep_markdown(report: &SweepReport) -> String {
    let mut text = String::from(
        "| background | threshold | value | mIoU [%] | precision [%] | recall [%] |\n\
         | --- | --- | ---: | ---: | ---: | ---: |\n",
    );
    let refined = report.refinement.as_ref();
    let refined = refined
        .map_or_else(String::new, |refinement| format!(", refined by {}", refinement.preset));
    for summary in &report.rules {
        for point in every_value(report, summary) {
            text += &format!(
                "| {}{refined} | not chosen | {} | {} | {} | {} |\n",
                summary.rule,
                range(point.parameter, point.parameter),
                percent(Some(point.mean_iou)),
                percent(point.mean_precision),
                percent(point.mean_recall),
            );
        }
        for point in summary.labelled() {
            text += &format!(
                "| {}{refined} | {} | {} | {} | {} | {} |\n",
                summary.rule,
                describe(point),
                values(point),
                percent(Some(point.mean_iou)),
                percent(point.mean_precision),
                percent(point.mean_recall),
            );
        }
    }
    text
}

/// The labelled points of each rule, of refined maps after every value, and how wide the plateau
/// around the best is.
pub fn sweep_text(report: &SweepReport) -> String {
    let mut text = format!("images     {}\n", report.list.images);
    if let Some(MapRefinement { preset, steps }) = &report.refinement {
        text += &format!("refined by {preset}, {steps} steps\n");
    }
    for summary in &report.rules {
        text += &format!("\nbackground {}\n", summary.rule);
        for point in every_value(report, summary) {
            let value = range(point.parameter, point.parameter);
            text += &format!("  {value:<16} {:>5} mIoU\n", percent(Some(point.mean_iou)));
        }
        for point in summary.labelled() {
            let (miou, label) = (percent(Some(point.mean_iou)), describe(point));
            text += &format!("  {:<16} {miou:>5} mIoU  {label}\n", values(point));
        }
        text += &format!("  {:<16}            {}\n", interval(summary), plateau(summary));
    }
    let parts = [
        ("class maps, average precision of pixels", &report.average_precision),
        ("classifier, average precision of images", &report.classifier),
    ];
    for (title, values) in parts {
        text += &values.as_ref().map_or_else(String::new, |values| precisions(title, values));
    }
    text
}

/// Every point of refined maps, of which there are few; none of others.
fn every_value<'a>(report: &SweepReport, summary: &'a SweepSummary) -> &'a [SweepPoint] {
    if report.refinement.is_some() { &summary.points } else { &[] }
}

/// The mean and every class that occurs.
fn precisions(title: &str, values: &AveragePrecisions) -> String {
    let mut text = format!("\n{title}\n  {:<16} {:>5}\n", "mean", percent(values.mean));
    for (name, value) in values.classes.iter().filter(|class| class.1.is_some()) {
        text += &format!("  {name:<16} {:>5}\n", percent(*value));
    }
    text
}

/// How a threshold was chosen, for a reader.
fn describe(point: &LabelledPoint) -> String {
    match point.chosen {
        ThresholdChoice::Fixed => "fixed beforehand".into(),
        ThresholdChoice::HeldOut => {
            format!("chosen on held-out images, {} folds", point.parameters.len())
        }
        ThresholdChoice::BestOnTruth => "best on this truth".into(),
    }
}

/// The parameter, or the range of those of all folds.
pub(crate) fn values(point: &LabelledPoint) -> String {
    let lowest = point.parameters.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = point.parameters.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    range(lowest, highest)
}

fn range(lowest: f64, highest: f64) -> String {
    if lowest == highest { format!("{lowest:.3}") } else { format!("{lowest:.3}–{highest:.3}") }
}

fn interval(summary: &SweepSummary) -> String {
    range(summary.plateau.lowest, summary.plateau.highest)
}

fn plateau(summary: &SweepSummary) -> String {
    let tolerance = 100.0 * summary.plateau.tolerance;
    format!("plateau: within {tolerance:.1} of the best, {:.3} wide", summary.plateau.width())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BackgroundRule, Edge, ListId, Plateau};

    fn report() -> SweepReport {
        let point = |parameter, mean_iou, mean_precision| SweepPoint {
            parameter,
            mean_iou,
            mean_precision,
            mean_recall: Some(0.5),
        };
        let labelled = |chosen, parameters: &[f64], mean_iou| LabelledPoint {
            chosen,
            parameters: parameters.to_vec(),
            mean_iou,
            mean_precision: None,
            mean_recall: Some(0.5),
        };
        let summary = SweepSummary {
            rule: BackgroundRule::Constant,
            fixed: Some(labelled(ThresholdChoice::Fixed, &[0.2], 0.4)),
            held_out: Some(labelled(ThresholdChoice::HeldOut, &[0.3, 0.25], 0.45)),
            best: labelled(ThresholdChoice::BestOnTruth, &[0.3], 0.5),
            plateau: Plateau { tolerance: 0.01, lowest: 0.25, highest: 0.375 },
            points: vec![point(0.2, 0.4, Some(0.75)), point(0.3, 0.5, None)],
        };
        let list = ListId { name: "val".into(), images: 7, sha256: "ab".into() };
        let (average_precision, classifier) = (None, None);
        let (protocol, rules) = (crate::Protocol::Voc, vec![summary]);
        SweepReport { protocol, list, refinement: None, rules, average_precision, classifier }
    }

    #[test]
    fn csv_has_a_row_for_each_parameter() {
        let expected = "background,parameter,mean_iou,mean_precision,mean_recall\n\
            constant,0.2,0.4,0.75,0.5\n\
            constant,0.3,0.5,,0.5\n";
        assert_eq!(sweep_csv(&report()).expect("a table of numbers"), expected);
    }

    #[test]
    fn each_number_comes_with_how_its_threshold_was_chosen() {
        let expected = "images     7

background constant t
  0.200             40.0 mIoU  fixed beforehand
  0.250–0.300       45.0 mIoU  chosen on held-out images, 2 folds
  0.300             50.0 mIoU  best on this truth
  0.250–0.375                 plateau: within 1.0 of the best, 0.125 wide
";
        assert_eq!(sweep_text(&report()), expected);
        let markdown = sweep_markdown(&report());
        let row =
            "| constant t | chosen on held-out images, 2 folds | 0.250–0.300 | 45.0 | – | 50.0 |";
        assert!(markdown.lines().any(|line| line == row), "{markdown}");
    }

    #[test]
    fn a_best_value_at_an_end_of_the_list_has_perhaps_a_better_one_beyond() {
        let at = |rule, parameters: &[f64], best: f64| {
            let mut summary = report().rules.remove(0);
            summary.rule = rule;
            let point = summary.points[0];
            let points = parameters.iter().map(|&parameter| SweepPoint { parameter, ..point });
            summary.points = points.collect();
            summary.best.parameters = vec![best];
            summary.edge()
        };
        use BackgroundRule::{Constant, Power};
        let powers = [1.0, 2.0, 32.0];
        let ends = [Some(Edge::First), None, Some(Edge::Last)];
        assert_eq!(powers.map(|best| at(Power, &powers, best)), ends);
        assert_eq!(at(Power, &[8.0], 8.0), None);
        let thresholds = [0.0, 0.3, 0.999];
        assert_eq!(thresholds.map(|best| at(Constant, &thresholds, best)), [None; 3]);
        assert_eq!(at(Constant, &[0.1, 0.3], 0.1), Some(Edge::First));
    }

    #[test]
    fn refined_maps_have_every_value() {
        let refinement = Some(MapRefinement { preset: "psa".into(), steps: 10 });
        let report = SweepReport { refinement, ..report() };
        let text = sweep_text(&report);
        let expected = "images     7\nrefined by psa, 10 steps\n\nbackground constant t
  0.200             40.0 mIoU
  0.300             50.0 mIoU
  0.200             40.0 mIoU  fixed beforehand
";
        assert!(text.starts_with(expected), "{text}");
        let markdown = sweep_markdown(&report);
        let row = "| constant t, refined by psa | not chosen | 0.300 | 50.0 | – | 50.0 |";
        assert!(markdown.lines().any(|line| line == row), "{markdown}");
    }

    #[test]
    fn average_precisions_are_listed_for_the_classes_that_occur() {
        let names = ClassNames::of_objects(["cat", "dog"]);
        let values = AveragePrecisions::new(&names, |class| (class == 1).then_some(0.5));
        assert_eq!(values.mean, Some(0.5));
        let report = SweepReport { classifier: Some(values), ..report() };
        let expected = "\nclassifier, average precision of images
  mean              50.0
  cat               50.0
";
        assert!(sweep_text(&report).ends_with(expected), "{}", sweep_text(&report));
    }
}
