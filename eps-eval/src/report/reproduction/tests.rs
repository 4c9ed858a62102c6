use super::*;
use crate::{
    ClassCounts, ConfusionMatrix, Cooccurrence, Counts, ImageCounts, ListId, Oddities, Protocol,
};

/// One image of class 1 alone, with 10 pixels of which `hits` are found.
fn counts(hits: u64, images: usize) -> Counts {
    counts_of(hits, 10, images)
}

fn counts_of(hits: u64, pixels: u64, images: usize) -> Counts {
    let classes = ClassCounts { intersection: hits, truth: pixels, predicted: hits };
    Counts {
        protocol: Protocol::Eps,
        list: ListId { name: "train".into(), images, sha256: String::new() },
        classes: vec!["background".into(), "boat".into()],
        oddities: Oddities::default(),
        matrix: ConfusionMatrix::new(2),
        positions: vec![0],
        images: vec![ImageCounts::new("a", [(1, classes)])],
    }
}

fn attempt(row: &str, hits: u64, images: usize) -> Attempt {
    Attempt {
        row: row.into(),
        column: None,
        made_by: MadeBy::TheRow,
        circumstances: Circumstances {
            protocol: Protocol::Eps,
            list: "train".into(),
            images,
            masks: "SegmentationClassAug".into(),
            backbone: Some("ResNet38d".into()),
            initialisation: Some("ImageNet".into()),
        },
        classes: vec!["background".into(), "boat".into()],
        runs: vec![counts(hits, images)],
        stuff: vec![],
    }
}

fn reproduce(table: &str, attempts: &[Attempt]) -> Reproduction {
    let table = PublishedTable::named(table).expect("a known table");
    let bootstrap = Bootstrap { resamples: 20, seed: 0 };
    Reproduction::new(table, attempts, bootstrap, 0.95, TOLERANCE).expect("known columns")
}

/// The verdict on EPS without CRF, published as 69.22, from runs that find these of 10,000 pixels.
fn of_eps(hits: &[u64], made_by: MadeBy) -> ReproducedCell {
    let runs = hits.iter().map(|&hits| counts_of(hits, 10_000, 1464)).collect();
    let attempt = Attempt { runs, made_by, ..attempt("EPS", 0, 1464) };
    cell(&reproduce("pseudo-masks-voc", &[attempt]), "EPS", "no CRF").clone()
}

fn cell<'a>(found: &'a Reproduction, row: &str, column: &str) -> &'a ReproducedCell {
    found.cells.iter().find(|cell| cell.row == row && cell.column == column).expect("the cell")
}

#[test]
fn what_may_be_compared_has_a_difference_and_a_verdict() {
    let found = reproduce("pseudo-masks-voc", &[attempt("EPS", 9, 1464), attempt("CAM", 3, 1464)]);
    let eps = cell(&found, "EPS", "no CRF");
    assert_eq!(eps.verdict, Verdict::Above);
    assert!((eps.difference.expect("compared") - (0.9 - 0.6922)).abs() < 1e-12);
    assert_eq!(cell(&found, "CAM", "no CRF").verdict, Verdict::Below);
    assert_eq!(cell(&found, "SEAM", "no CRF").verdict, Verdict::NotGiven);
}

#[test]
fn one_run_is_within_tolerance_or_not_and_never_reproduced() {
    for (hits, expected) in [
        (6922, Verdict::WithinTolerance),
        (6972, Verdict::WithinTolerance),
        (6973, Verdict::Above),
        // TransCAM's masks, given as those of EPS.
        (7014, Verdict::Above),
        (6872, Verdict::WithinTolerance),
        (6871, Verdict::Below),
    ] {
        for runs in [vec![hits], vec![hits, hits]] {
            let found = of_eps(&runs, MadeBy::TheRow);
            assert_eq!((found.verdict, found.runs), (expected.clone(), None), "{runs:?}");
        }
    }
}

#[test]
fn three_runs_are_judged_by_their_spread() {
    // 69.2, 69.4 and 69.6: 69.4 ± 4.3027 · 0.2 · 1.1547, which is 68.41 to 70.39.
    let found = of_eps(&[6920, 6940, 6960], MadeBy::TheRow);
    assert_eq!(found.verdict, Verdict::Reproduced);
    let runs = found.runs.expect("three runs");
    assert!((runs.lower - 0.684_063).abs() < 1e-5 && (runs.upper - 0.703_937).abs() < 1e-5);
    // Half a point away, but every run says the same: 69.62 ± 0.05.
    let found = of_eps(&[6961, 6962, 6963], MadeBy::TheRow);
    assert_eq!(found.verdict, Verdict::Above);
    let found = of_eps(&[6881, 6882, 6883], MadeBy::TheRow);
    assert_eq!(found.verdict, Verdict::Below);
}

#[test]
fn masks_of_an_unknown_method_have_a_score_and_no_verdict() {
    for runs in [vec![6922], vec![6920, 6922, 6924]] {
        let found = of_eps(&runs, MadeBy::Unknown);
        assert_eq!(found.verdict, Verdict::NotChecked);
        assert!(found.difference.expect("both are known").abs() < 1e-9);
    }
    let found = of_eps(&[6922], MadeBy::Another("CAM".into()));
    let reason = "method: CAM by the recipe of the run, published EPS";
    assert_eq!(found.verdict, Verdict::NotComparable(vec![reason.into()]));
    assert_eq!(found.difference, None);
}

#[test]
fn the_confusion_of_runs_is_their_mean_with_a_deviation() {
    let counts = |false_positives| Cooccurrence {
        background: vec![0, 9],
        false_positives: vec![0, false_positives],
        true_positives: vec![0, 10],
    };
    let stuff = vec![("water".to_owned(), vec![counts(1), counts(2), counts(3)])];
    let given = Attempt { stuff, ..attempt("EPS", 5, 1464) };
    let found = given.confusion("boat", "water").expect("a ratio");
    assert!((found.value.expect("a mean") - 0.2).abs() < 1e-12);
    assert!((found.std.expect("three runs") - 0.1).abs() < 1e-12);
}

#[test]
fn other_images_are_shown_but_not_compared() {
    let found = reproduce("pseudo-masks-voc", &[attempt("EPS", 9, 464)]);
    let eps = cell(&found, "EPS", "no CRF");
    let reasons = vec!["images: 464, published 1464".into()];
    assert_eq!(eps.verdict, Verdict::NotComparable(reasons));
    assert_eq!((eps.difference, eps.ours.expect("shown").value), (None, Some(0.9)));
}

#[test]
fn a_recalled_number_is_never_a_target() {
    let found = reproduce("map-selection", &[attempt("naive", 9, 1464)]);
    let naive = cell(&found, "naive", "no CRF");
    assert_eq!((&naive.verdict, naive.difference), (&Verdict::Unverified, None));
}

#[test]
fn what_cannot_be_computed_says_why() {
    let found = reproduce("segmentation-resnet101", &[attempt("EPS, DeepLab-V1", 9, 1449)]);
    let test = cell(&found, "EPS, DeepLab-V1", "test");
    assert!(matches!(&test.verdict, Verdict::NotComputed(why) if why.contains("server")));
    let found = reproduce("co-occurrence", &[attempt("EPS", 9, 1464)]);
    let water = cell(&found, "EPS", "boat in water");
    assert_eq!(water.verdict.to_string(), "not computed: needs maps of water, --stuff water=DIR");
    assert_eq!(cell(&found, "EPS", "boat").ours.expect("its IoU").value, Some(0.9));
}

#[test]
fn rows_that_were_never_published_stand_below_the_others() {
    let found = reproduce("lambda-tau", &[attempt("lambda 0.1, tau 0.2", 5, 1464)]);
    let last = found.cells.last().expect("the row of ours");
    assert_eq!((last.row.as_str(), last.published), ("lambda 0.1, tau 0.2", None));
    assert_eq!(last.verdict, Verdict::NothingPublished);
}

#[test]
fn a_column_is_chosen_by_its_name_or_refused() {
    let crf = Attempt { column: Some("CRF".into()), ..attempt("SEAM", 5, 1464) };
    let found = reproduce("pseudo-masks-voc", &[crf]);
    assert_eq!(cell(&found, "SEAM", "no CRF").verdict, Verdict::NotGiven);
    assert_eq!(cell(&found, "SEAM", "CRF").verdict, Verdict::Unverified);
    let other = Attempt { column: Some("crf".into()), ..attempt("SEAM", 5, 1464) };
    let table = PublishedTable::named("pseudo-masks-voc").expect("a known table");
    let bootstrap = Bootstrap { resamples: 1, seed: 0 };
    let refused = Reproduction::new(table, &[other], bootstrap, 0.95, TOLERANCE);
    let expected = "table pseudo-masks-voc has no column `crf`, expected one of `no CRF`, `CRF`";
    assert_eq!(refused, Err(expected.into()));
}
