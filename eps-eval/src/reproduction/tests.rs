use super::*;
use crate::{ClassCounts, ConfusionMatrix, Counts, ImageCounts, Oddities, Protocol, ScoredList};

/// One image of class 1 alone, with 10 pixels of which `hits` are found.
fn counts(hits: u64, images: usize) -> Counts {
    let classes = ClassCounts { intersection: hits, truth: 10, predicted: hits };
    Counts {
        protocol: Protocol::Eps,
        list: ScoredList { name: "train".into(), images, sha256: String::new() },
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
        things: vec![],
    }
}

fn reproduce(table: &str, attempts: &[Attempt]) -> Reproduction {
    let table = PublishedTable::named(table).expect("a known table");
    let bootstrap = Bootstrap { resamples: 20, seed: 0 };
    Reproduction::new(table, attempts, bootstrap, 0.95).expect("known columns")
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
    assert_eq!(water.verdict.to_string(), "not computed: needs maps of water, --things water=DIR");
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
    let refused = Reproduction::new(table, &[other], Bootstrap { resamples: 1, seed: 0 }, 0.95);
    let expected = "table pseudo-masks-voc has no column `crf`, expected one of `no CRF`, `CRF`";
    assert_eq!(refused, Err(expected.into()));
}
