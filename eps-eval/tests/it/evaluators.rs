//! Scores of the same masks by other programs: fixtures/golden/evaluators.

use eps_data::{ClassNames, ClassSet, ImageList, Item, Silent};
use eps_eval::{
    ClassCounts, ConfusionMatrix, Counts, EvalError, ImageCounts, ListId, MaskFolder, Oddities,
    Protocol, Scores,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A ratio of two numbers is the same everywhere, but for the last digit of it that is read from JSON.
const LAST_DIGIT: f64 = 1e-15;
/// NumPy adds in another order than these sums of some twenty terms.
const ROUNDING: f64 = 1e-12;
/// mmsegmentation divides in 32-bit floats; its means here are of 64-bit ones.
const FLOAT_ROUNDING: f64 = 1e-7;

/// `expected.json`.
#[derive(Deserialize)]
struct Expected {
    cases: BTreeMap<String, Case>,
    libraries: BTreeMap<String, Libraries>,
    large: Large,
    photographs: BTreeMap<String, Option<Evaluated>>,
}

#[derive(Deserialize)]
struct Case {
    images: usize,
    /// By name of the protocol; `None` where the evaluator ends with an error.
    protocols: BTreeMap<String, Option<Evaluated>>,
}

/// A value that an evaluator does not compute is absent.
#[derive(Deserialize)]
struct Evaluated {
    iou: Vec<Option<f64>>,
    miou: Option<f64>,
    accuracy: Option<f64>,
    mean_recall: Option<f64>,
    mean_precision: Option<f64>,
    /// Whether the evaluator's own mean exists.
    mean_is_a_number: Option<bool>,
}

#[derive(Deserialize)]
struct Libraries {
    sklearn: Sklearn,
    torchmetrics: Torchmetrics,
    hotcoco: Hotcoco,
    vernier: Vernier,
}

#[derive(Deserialize)]
struct Sklearn {
    matrix: Vec<Vec<u64>>,
    accuracy: f64,
    f1: Vec<Option<f64>>,
}

#[derive(Deserialize)]
struct Torchmetrics {
    iou_or_0: Vec<f64>,
}

#[derive(Deserialize)]
struct Hotcoco {
    matrix: Vec<Vec<u64>>,
    stats: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct Vernier {
    miou: f64,
    fwiou: f64,
}

#[derive(Deserialize)]
struct Large {
    /// Of each image and class: pixels of both, of the truth, of the prediction.
    images: Vec<Vec<[u64; 3]>>,
    seam: Iou,
    mmseg: Evaluated,
}

/// Scores of an evaluator that has no others.
#[derive(Deserialize)]
struct Iou {
    iou: Vec<Option<f64>>,
    miou: f64,
}

fn folder() -> PathBuf {
    eps_testkit::fixture("golden/evaluators")
}

fn expected() -> Expected {
    let text = fs::read(folder().join("expected.json")).expect("a committed file");
    serde_json::from_slice(&text).expect("what the script writes")
}

fn count(case: &str, images: usize, protocol: Protocol) -> Result<Counts, EvalError> {
    let masks = folder().join(case);
    let ids: Vec<String> = (0..images).map(|index| index.to_string()).collect();
    count_masks(&ids, |id| masks.join(format!("{id}-truth.png")), &masks, protocol)
}

fn count_masks(
    ids: &[String],
    truth: impl Fn(&str) -> PathBuf,
    predictions: &Path,
    protocol: Protocol,
) -> Result<Counts, EvalError> {
    let item = |id: &String| Item {
        id: id.clone(),
        image: format!("{id}.jpg").into(),
        saliency: None,
        mask: Some(truth(id)),
        classes: ClassSet::default(),
    };
    let items: Vec<Item> = ids.iter().map(item).collect();
    let list = ImageList::new("list", ids.to_vec());
    let names = ClassNames::voc();
    let predictions = &predictions.into();
    let folder = MaskFolder { list: &list, items: &items, predictions, names: &names, shard: None };
    folder.count(protocol, &Silent)
}

#[track_caller]
fn assert_close(found: Option<f64>, expected: Option<f64>, tolerance: f64, what: &str) {
    match (found, expected) {
        (Some(found), Some(expected)) => {
            assert!((found - expected).abs() <= tolerance, "{what}: {found}, expected {expected}");
        }
        _ => assert_eq!(found, expected, "{what}"),
    }
}

#[track_caller]
fn assert_scores(scores: &Scores, expected: &Evaluated, what: &str) {
    let tolerance = if scores.protocol == Protocol::Mmseg { FLOAT_ROUNDING } else { ROUNDING };
    for (class, &expected) in scores.classes.iter().zip(&expected.iou) {
        assert_close(class.iou, expected, LAST_DIGIT, &format!("{what}, {}", class.name));
    }
    if expected.mean_is_a_number != Some(false) {
        assert_close(scores.miou, expected.miou, tolerance, what);
    }
    if scores.protocol != Protocol::Seam {
        assert_close(scores.pixel_accuracy, expected.accuracy, tolerance, what);
        assert_close(scores.mean_recall, expected.mean_recall, tolerance, what);
        assert_close(scores.mean_precision, expected.mean_precision, tolerance, what);
    }
}

#[test]
fn every_protocol_scores_and_refuses_what_its_evaluator_does() {
    for (name, case) in expected().cases {
        assert_eq!(case.protocols.len(), Protocol::ALL.len());
        for protocol in Protocol::ALL {
            let what = format!("{name}, {protocol}");
            let counts = count(&name, case.images, protocol);
            match &case.protocols[protocol.name()] {
                Some(expected) => {
                    let scores = counts.expect(&what).scores();
                    assert_scores(&scores, expected, &what);
                    let says = scores.notes.iter().any(|note| note.contains("the devkit does not"));
                    assert_eq!(says, expected.mean_is_a_number == Some(false), "{what}");
                }
                None => assert!(counts.is_err(), "{what}"),
            }
        }
    }
}

#[test]
fn libraries_for_any_data_set_count_alike() {
    for (name, libraries) in expected().libraries {
        let images = expected().cases[&name].images;
        let counts = count(&name, images, Protocol::Voc).expect("labels in range");
        let scores = counts.scores();
        let matrix: ConfusionMatrix = libraries.sklearn.matrix.try_into().expect("a matrix");
        assert_eq!(counts.matrix, matrix);
        assert_eq!(scores.pixel_accuracy, Some(libraries.sklearn.accuracy));
        let f1 = scores.classes.iter().map(|class| class.f1);
        f1.zip(libraries.sklearn.f1)
            .for_each(|(found, f1)| assert_close(found, f1, ROUNDING, "F1"));
        let matrix: ConfusionMatrix = libraries.hotcoco.matrix.try_into().expect("a matrix");
        assert_eq!(counts.matrix, matrix);
        let stats = &libraries.hotcoco.stats;
        for (found, key) in [
            (scores.miou, "mIoU"),
            (scores.frequency_weighted_iou, "fwIoU"),
            (scores.mean_recall, "mAcc"),
            (scores.pixel_accuracy, "aAcc"),
        ] {
            assert_close(found, Some(stats[key]), ROUNDING, key);
        }
        assert_close(scores.miou, Some(libraries.vernier.miou), ROUNDING, "vernier");
        let fwiou = Some(libraries.vernier.fwiou);
        assert_close(scores.frequency_weighted_iou, fwiou, ROUNDING, "vernier");
        for (class, iou) in scores.classes.iter().zip(libraries.torchmetrics.iou_or_0) {
            let found = Some(class.iou.unwrap_or(0.0));
            assert_close(found, Some(iou), FLOAT_ROUNDING, "torchmetrics");
        }
    }
}

/// Counts of images that are too large to be drawn.
fn large(protocol: Protocol, images: &[Vec<[u64; 3]>]) -> Counts {
    let class = |&[intersection, truth, predicted]: &[u64; 3]| ClassCounts {
        intersection,
        truth,
        predicted,
    };
    let image =
        |classes: &Vec<[u64; 3]>| ImageCounts::new("a", (0..).zip(classes.iter().map(class)));
    Counts {
        protocol,
        list: ListId { name: "a".into(), images: images.len(), sha256: String::new() },
        classes: ClassNames::voc().iter().map(String::from).collect(),
        oddities: Oddities::default(),
        matrix: ConfusionMatrix::new(21),
        positions: (0..images.len()).collect(),
        images: images.iter().map(image).collect(),
    }
}

#[test]
fn counters_overflow_and_round_as_those_of_the_evaluators() {
    let expected = expected().large;
    let scores = large(Protocol::Seam, &expected.images).scores();
    for (class, &iou) in scores.classes.iter().zip(&expected.seam.iou) {
        assert_close(class.iou, iou, LAST_DIGIT, &class.name);
    }
    assert_close(scores.miou, Some(expected.seam.miou), ROUNDING, "seam");
    let flagged = "classes that overflow the 32-bit counters have wrong scores: background";
    assert!(scores.notes.iter().any(|note| note == flagged), "{:?}", scores.notes);
    let scores = large(Protocol::Mmseg, &expected.images).scores();
    assert_scores(&scores, &expected.mmseg, "mmseg");
    assert!(scores.notes.iter().any(|note| note.contains("32-bit floats")), "{:?}", scores.notes);
}

#[test]
#[ignore = "needs masks of photographs in ../shared/data/voc-mini beside the workspace"]
fn predictions_of_photographs_score_as_the_evaluators_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/voc-mini");
    let predictions = root.join("predictions/TransCAM_pseudo_train");
    let list = root.join("ImageSets/Segmentation/train.txt");
    let ids = ImageList::read(&list).expect("a list").ids;
    let mask = |id: &str| root.join("SegmentationClass").join(format!("{id}.png"));
    let photographs = expected().photographs;
    for protocol in Protocol::ALL {
        let counts = count_masks(&ids, mask, &predictions, protocol).expect("complete masks");
        let expected = photographs[protocol.name()].as_ref().expect("labels in range");
        assert_scores(&counts.scores(), expected, protocol.name());
    }
}
