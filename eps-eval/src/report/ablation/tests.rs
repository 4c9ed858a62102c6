use super::*;
use crate::paired::Bootstrap;
use crate::report::chart::Sheet;
use crate::{ClassCounts, ImageCounts, ListId};

const BOOTSTRAP: Bootstrap = Bootstrap { resamples: 199, seed: 1 };

/// Twelve images of ten pixels of class 1, of which `hits` are hit, and nothing else.
fn counted(hits: u64, threshold: Option<f64>) -> Counted {
    let counts = ClassCounts { intersection: hits, truth: 10, predicted: hits };
    let images = (0..12).map(|image| ImageCounts::new(format!("i{image}"), [(1, counts)]));
    Counted { threshold, images: images.collect() }
}

fn cell(row: usize, seed: u64, hits: [u64; 2]) -> Planned {
    let [fixed, best] = hits;
    let scores = CellScores {
        fixed: counted(fixed, Some(0.2)),
        held_out: None,
        best: Some(counted(best, Some(0.35))),
    };
    Planned { row, seed, cell: format!("c{row}{seed}"), outcome: Outcome::Scored(scores) }
}

/// Lambda by tau, and a cell that failed; the first row is the baseline.
pub(crate) fn report() -> AblationReport {
    let row = |lambda: f64, tau: f64| -> Settings {
        [("saliency.lambda", lambda), ("saliency.tau", tau)]
            .map(|(axis, value)| (axis.to_owned(), Setting::Number(value)))
            .into()
    };
    let grid = Grid {
        list: ListId { name: "train".into(), images: 12, sha256: "ab".into() },
        classes: vec!["background".into(), "boat".into()],
        axes: vec!["saliency.lambda".into(), "saliency.tau".into()],
        rows: vec![row(0.1, 0.2), row(0.1, 0.4), row(0.3, 0.2), row(0.3, 0.4)],
        baseline: 0,
    };
    let mut cells = vec![
        cell(0, 1, [4, 5]),
        cell(0, 2, [6, 7]),
        cell(1, 1, [6, 6]),
        cell(1, 2, [6, 8]),
        cell(2, 1, [5, 6]),
        cell(3, 1, [2, 3]),
    ];
    let outcome = Outcome::Missing("failed: the loss is NaN".into());
    cells.push(Planned { row: 2, seed: 2, cell: "c22".into(), outcome });
    AblationReport::new(grid, &cells, BOOTSTRAP, 0.95)
}

#[test]
fn rows_have_means_spreads_and_differences_by_hand() {
    let report = report();
    let [first, second, third, fourth] = &report.rows[..] else { panic!("four rows") };
    // 0.4 and 0.6: the deviations are 0.1 each, and n - 1 is 1.
    assert_eq!((first.fixed.mean, first.fixed.runs), (Some(0.5), 2));
    assert!((first.fixed.std.unwrap() - 0.02_f64.sqrt()).abs() < 1e-15);
    assert_eq!((first.difference_fixed, first.difference_best), (None, None));
    let difference = second.difference_fixed.unwrap();
    assert!((difference.difference.unwrap() - 0.1).abs() < 1e-15);
    assert!((difference.lower.unwrap() - 0.1).abs() < 1e-15);
    // All resamples agree: 2 · 1/200, times three for the largest step of Holm.
    assert_eq!((difference.p, difference.p_holm), (Some(0.01), Some(0.03)));
    assert_eq!((third.fixed.runs, third.fixed.std), (1, None));
    assert!((fourth.difference_best.unwrap().difference.unwrap() + 0.3).abs() < 1e-15);
    assert_eq!(fourth.runs[0].best.as_ref().unwrap().counts[1], [36, 120, 36]);
}

#[test]
fn a_cell_without_scores_is_listed_with_its_reason() {
    let missing = &report().missing;
    assert_eq!(missing.len(), 1);
    assert_eq!((missing[0].seed, &*missing[0].reason), (2, "failed: the loss is NaN"));
    assert_eq!(missing[0].settings["saliency.lambda"], Setting::Number(0.3));
}

#[test]
fn a_grid_without_scores_has_no_values() {
    let planned = |row| Planned {
        row,
        seed: 1,
        cell: "c".into(),
        outcome: Outcome::Missing("not run".into()),
    };
    let grid = Grid {
        list: ListId { name: "train".into(), images: 0, sha256: "ab".into() },
        classes: vec!["background".into()],
        axes: vec![],
        rows: vec![Settings::new(); 2],
        baseline: 1,
    };
    let report = AblationReport::new(grid, &[planned(0), planned(1)], BOOTSTRAP, 0.95);
    assert_eq!((report.rows[0].fixed.mean, report.rows[0].difference_fixed), (None, None));
    assert_eq!(report.missing.len(), 2);
    assert!(figures(&report, Sheet::Screen).unwrap().is_empty());
}

#[test]
fn two_numeric_axes_make_heat_maps_and_slices() {
    let names: Vec<String> =
        figures(&report(), Sheet::Screen).unwrap().into_iter().map(|figure| figure.name).collect();
    let expected =
        ["map-lambda-tau-fixed", "map-lambda-tau-best", "line-lambda", "line-tau", "rows"];
    assert_eq!(names, expected);
}
