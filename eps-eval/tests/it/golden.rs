//! Agreement with independent implementations; `fixtures/golden/<topic>/make.py` made the numbers.

use eps_data::{ClassSet, LabelMap, ScoreMap, Size, codec::read_mask};
use eps_eval::boundary::{BoundaryIou, Contours, Trimap};
use eps_eval::paired::{Bootstrap, MethodRuns, SplitMix64, compare};
use eps_eval::ranking::{ImageRanking, ScoreHistogram};
use eps_eval::{Anatomy, BackgroundRule, Cuts, ImageCounts, Loss};
use eps_testkit::{fixture, json};
use serde_json::Value;
use std::path::PathBuf;

fn golden(topic: &str, file: &str) -> PathBuf {
    fixture("golden").join(topic).join(file)
}

fn expected(topic: &str, file: &str) -> Value {
    json(&golden(topic, file))
}

fn numbers(value: &Value) -> Vec<Option<f64>> {
    value.as_array().expect("a list").iter().map(Value::as_f64).collect()
}

/// Sums in another order differ in their last digits.
#[track_caller]
fn assert_close(found: &[Option<f64>], expected: &[Option<f64>], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (index, pair) in found.iter().zip(expected).enumerate() {
        match pair {
            (Some(found), Some(expected)) => {
                assert!((found - expected).abs() < 1e-12, "{what} {index}: {found}, {expected}");
            }
            (found, expected) => assert_eq!(found, expected, "{what} {index}"),
        }
    }
}

fn masks(case: u64, classes: usize) -> (LabelMap, LabelMap) {
    let read = |kind: &str| {
        let path = golden("boundary", &format!("{case}-{kind}.png"));
        read_mask(&path, classes).expect("a committed mask")
    };
    (read("truth"), read("predicted"))
}

#[test]
fn boundary_scores_equal_those_of_opencv_and_scipy() {
    let expected = expected("boundary", "expected.json");
    let classes = expected["classes"].as_u64().expect("a number") as usize;
    let trimap = expected["trimap"].as_array().expect("a list");
    let widths = trimap.iter().map(|row| row[0].as_u64().expect("a width") as u32).collect();
    let (mut borders, mut contours) = (BoundaryIou::new(classes), Contours::new(classes));
    let mut bands = Trimap::new(classes, widths);
    for case in 0..expected["cases"].as_u64().expect("a number") {
        let (truth, predicted) = masks(case, classes);
        borders.add(&truth, &predicted);
        contours.add(&truth, &predicted);
        bands.add(&truth, &predicted);
    }
    let borders: Vec<_> = borders.totals().classes().iter().map(|class| class.iou()).collect();
    assert_close(&borders, &numbers(&expected["boundary_iou"]), "boundary IoU");
    let counts: Vec<_> = contours
        .classes()
        .iter()
        .map(|class| serde_json::json!([class.truth, class.found, class.predicted, class.right]))
        .collect();
    assert_eq!(Value::from(counts), expected["contour_counts"]);
    let f: Vec<_> = contours.classes().iter().map(|class| class.f()).collect();
    assert_close(&f, &numbers(&expected["boundary_f"]), "boundary F");
    let bands: Vec<_> = bands.bands().map(|(_, band)| band.mean_iou()).collect();
    let expected: Vec<_> = trimap.iter().map(|row| row[1].as_f64()).collect();
    assert_close(&bands, &expected, "trimap");
}

#[test]
fn the_anatomy_equals_that_of_scipys_distances() {
    let expected = expected("boundary", "expected.json");
    let number = |key: &str| expected[key].as_u64().expect("a number");
    let classes = number("classes") as usize;
    let labels: ClassSet =
        numbers(&expected["labels"]).into_iter().flatten().map(|c| c as u8).collect();
    let mut anatomy = Anatomy::new(classes, number("band") as u32);
    for case in 0..number("cases") {
        let (truth, predicted) = masks(case, classes);
        anatomy.add(&truth, &predicted, labels);
    }
    for class in 0..classes {
        let shares = Loss::ALL.map(|loss| anatomy.share(class, loss));
        assert_close(&shares, &numbers(&expected["shares"][class]), "shares of a class");
        let right = expected["right"][class].as_u64();
        let wrong: u64 =
            numbers(&expected["wrong"][class]).into_iter().flatten().map(|n| n as u64).sum();
        assert_eq!(Some(anatomy.union(class)), right.map(|right| right + wrong));
    }
}

#[test]
fn the_bootstrap_equals_that_of_numpy_and_statsmodels() {
    let (counts, expected) =
        (expected("paired", "counts.json"), expected("paired", "expected.json"));
    let method = |name: &str| {
        let runs: Vec<Vec<ImageCounts>> =
            serde_json::from_value(counts[name].clone()).expect("counts of images");
        MethodRuns { name: name.into(), runs }
    };
    let number = |key: &str| expected[key].as_u64().expect("a number");
    let bootstrap = Bootstrap { resamples: number("resamples") as usize, seed: number("seed") };
    let draws = numbers(&expected["first_draws"]);
    for (position, draw) in draws.iter().enumerate() {
        let drawn = SplitMix64::new(bootstrap.seed).below(draws.len() as u64, position as u64);
        assert_eq!(Some(drawn as f64), *draw);
    }
    let classes = number("classes") as usize;
    let level = expected["level"].as_f64().expect("a fraction");
    let found = compare(&[method("a"), method("b")], classes, bootstrap, level);
    for method in &found.methods {
        let expected = &expected["methods"][&method.name];
        let estimates = || [method.miou].into_iter().chain(method.classes.iter().copied());
        let column = |value: fn(eps_eval::paired::Estimate) -> Option<f64>| -> Vec<_> {
            estimates().map(value).collect()
        };
        assert_close(&column(|estimate| estimate.value), &numbers(&expected["value"]), "value");
        assert_close(
            &column(|estimate| estimate.lower),
            &numbers(&expected["interval"][0]),
            "lower",
        );
        assert_close(
            &column(|estimate| estimate.upper),
            &numbers(&expected["interval"][1]),
            "upper",
        );
        if method.runs > 1 {
            assert_close(&column(|estimate| estimate.std), &numbers(&expected["std"]), "std");
        }
    }
    let (difference, expected) = (&found.differences[0], &expected["difference"]);
    let column = |value: fn(eps_eval::paired::Effect) -> Option<f64>| -> Vec<_> {
        [difference.miou].into_iter().chain(difference.classes.iter().copied()).map(value).collect()
    };
    assert_close(&column(|effect| effect.difference), &numbers(&expected["value"]), "difference");
    assert_close(&column(|effect| effect.lower), &numbers(&expected["interval"][0]), "lower");
    assert_close(&column(|effect| effect.upper), &numbers(&expected["interval"][1]), "upper");
    assert_close(&column(|effect| effect.p), &numbers(&expected["p"]), "p");
    assert_close(&column(|effect| effect.p_holm), &numbers(&expected["p_holm"]), "p after Holm");
}

#[test]
fn average_precision_equals_that_of_scikit_learn() {
    let expected = expected("ranking", "expected.json");
    let rows = |key: &str| expected[key].as_array().expect("a list").iter().map(numbers);
    let objects = numbers(&expected["image_ap"]).len();
    let mut images = ImageRanking::new(objects);
    for (scores, labels) in rows("scores").zip(rows("labels")) {
        let scores: Vec<f32> = scores.into_iter().flatten().map(|score| score as f32).collect();
        let labels = (1..).zip(labels).filter(|(_, label)| *label == Some(1.0));
        images.add(&scores, labels.map(|(class, _)| class).collect());
    }
    let found: Vec<_> = (1..=objects as u8).map(|class| images.average_precision(class)).collect();
    assert_close(&found, &numbers(&expected["image_ap"]), "images");

    let truth: Vec<u8> =
        numbers(&expected["truth"]).into_iter().flatten().map(|c| c as u8).collect();
    let size = Size::new(truth.len(), 1);
    // A score just above the threshold of its thousandth, which is what the threshold stands for.
    let above = |value: Option<f64>| (value.expect("a number") as f32 + 0.5) / 1000.0;
    let scores: Vec<f32> = rows("thousandths").flatten().map(above).collect();
    let cuts = Cuts::new(BackgroundRule::Constant.default_parameters());
    let mut histogram = ScoreHistogram::new(4, cuts);
    histogram.add(&LabelMap::new(size, truth), &ScoreMap::new(size, vec![1, 2], scores));
    let found = [1, 2].map(|class| histogram.average_precision(class));
    assert_close(&found, &numbers(&expected["pixel_ap"]), "pixels");
}
