//! Saliency metrics against those of PySODMetrics, frozen in fixtures/golden/saliency.

use eps_data::{SaliencyFit, SaliencyMap, Silent, Size, codec};
use eps_eval::ListId;
use eps_eval::saliency::{
    Foreground, ImageScores, SaliencyJob, SaliencyPair, Stretch, TruthKind, score_saliency,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What PySODMetrics found for one pair, or for a folder.
#[derive(Deserialize)]
struct Expected {
    mae: f64,
    s_measure: Option<f64>,
    weighted_f: f64,
    adaptive_f: f64,
    max_f: f64,
    mean_f: f64,
    adaptive_e: Option<f64>,
    max_e: Option<f64>,
    mean_e: Option<f64>,
}

/// Values of curves at every 15th threshold.
#[derive(Deserialize)]
struct ExpectedCurves {
    precision: Vec<f64>,
    recall: Vec<f64>,
    f: Vec<f64>,
    e: Option<Vec<f64>>,
}

#[derive(Deserialize)]
struct Pair {
    #[serde(flatten)]
    scores: Expected,
    #[serde(flatten)]
    curves: ExpectedCurves,
}

#[derive(Deserialize)]
struct Folder {
    means: Pair,
    images: BTreeMap<String, Expected>,
}

fn golden() -> PathBuf {
    eps_testkit::fixture("golden/saliency")
}

fn read<T: for<'a> Deserialize<'a>>(name: &str) -> T {
    let text = fs::read(golden().join(name)).expect("a committed file");
    serde_json::from_slice(&text).expect("numbers of PySODMetrics")
}

/// Other orders of the same sums; PySODMetrics' own releases differ by as much.
const TOLERANCE: f64 = 1e-10;

#[track_caller]
fn assert_close(name: &str, quantity: &str, found: Option<f64>, expected: Option<f64>) {
    let is_close = match (found, expected) {
        (Some(found), Some(expected)) => (found - expected).abs() <= TOLERANCE,
        (found, expected) => found == expected,
    };
    assert!(is_close, "{name}: {quantity} {found:?}, expected {expected:?}");
}

fn mean(curve: &[f64]) -> f64 {
    curve.iter().sum::<f64>() / curve.len() as f64
}

#[track_caller]
fn assert_image(name: &str, found: &ImageScores, expected: &Expected) {
    let quantities = [
        ("mae", Some(found.mae), Some(expected.mae)),
        ("s_measure", found.s_measure, expected.s_measure),
        ("weighted_f", Some(found.weighted_f), Some(expected.weighted_f)),
        ("adaptive_f", Some(found.adaptive_f), Some(expected.adaptive_f)),
        ("max_f", Some(found.max_f()), Some(expected.max_f)),
        ("mean_f", Some(mean(&found.f)), Some(expected.mean_f)),
        ("adaptive_e", found.adaptive_e, expected.adaptive_e),
        ("max_e", found.max_e(), expected.max_e),
        ("mean_e", found.e.as_deref().map(mean), expected.mean_e),
    ];
    for (quantity, found, expected) in quantities {
        assert_close(name, quantity, found, expected);
    }
}

#[track_caller]
fn assert_curve(name: &str, quantity: &str, found: &[f64], expected: &[f64]) {
    assert_eq!((found.len(), expected.len()), (256, 18));
    for (found, &expected) in found.iter().step_by(15).zip(expected) {
        assert_close(name, quantity, Some(*found), Some(expected));
    }
}

#[test]
fn synthetic_pairs_score_as_with_pysodmetrics() {
    let pairs: BTreeMap<String, Pair> = read("synthetic.json");
    assert_eq!(pairs.len(), 47);
    for (name, expected) in &pairs {
        let file = |kind: &str| golden().join(format!("pairs/{name}_{kind}.png"));
        let map = codec::read_saliency(&file("map")).expect("a committed map");
        let mask = codec::read_saliency(&file("mask")).expect("a committed mask");
        let found = ImageScores::of(&map, &Foreground::of_grey(&mask), Stretch::WholeRange);
        let found = found.expect("every pixel counts");
        assert_image(name, &found, &expected.scores);
        assert_curve(name, "precision", &found.precision, &expected.curves.precision);
        assert_curve(name, "recall", &found.recall, &expected.curves.recall);
        assert_curve(name, "f", &found.f, &expected.curves.f);
        assert_eq!(found.e.is_some(), expected.curves.e.is_some(), "{name}");
        if let (Some(found), Some(expected)) = (&found.e, &expected.curves.e) {
            assert_curve(name, "e", found, expected);
        }
    }
}

/// Photographs' masks and maps beside the workspace.
fn photographs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/sod")
}

fn job(truth: &Path, maps: &Path, ids: impl Iterator<Item = String>) -> SaliencyJob {
    let pair = |id: String| SaliencyPair {
        truth: truth.join(format!("{id}.png")),
        map: maps.join(format!("{id}.png")),
        id,
    };
    let pairs: Vec<_> = ids.map(pair).collect();
    SaliencyJob {
        source: "maps".into(),
        list: ListId { name: "all".into(), images: pairs.len(), sha256: String::new() },
        pairs,
        truth: TruthKind::Grey,
        stretch: Stretch::WholeRange,
        fit: SaliencyFit::Exact,
        keep_going: false,
    }
}

#[track_caller]
fn assert_folder(name: &str, truth: &Path, maps: &Path) {
    let expected: Folder = read(&format!("{name}.json"));
    let job = job(truth, maps, expected.images.keys().cloned());
    let found = score_saliency(&job, &Silent).expect("complete folders");
    for (image, (id, expected)) in found.images.iter().zip(&expected.images) {
        assert_eq!(&image.id, id);
        let quantities = [
            ("mae", Some(image.mae), Some(expected.mae)),
            ("s_measure", image.s_measure, expected.s_measure),
            ("weighted_f", Some(image.weighted_f), Some(expected.weighted_f)),
            ("adaptive_f", Some(image.adaptive_f), Some(expected.adaptive_f)),
            ("max_f", Some(image.max_f), Some(expected.max_f)),
            ("adaptive_e", image.adaptive_e, expected.adaptive_e),
            ("max_e", image.max_e, expected.max_e),
        ];
        for (quantity, found, expected) in quantities {
            assert_close(id, quantity, found, expected);
        }
    }
    let means = found.scores.expect("images");
    let Pair { scores, curves } = expected.means;
    let quantities = [
        ("mae", Some(means.mae), Some(scores.mae)),
        ("s_measure", Some(means.s_measure), scores.s_measure),
        ("weighted_f", Some(means.weighted_f), Some(scores.weighted_f)),
        ("adaptive_f", Some(means.adaptive_f), Some(scores.adaptive_f)),
        ("max_f", Some(means.max_f), Some(scores.max_f)),
        ("mean_f", Some(means.mean_f), Some(scores.mean_f)),
        ("adaptive_e", means.adaptive_e, scores.adaptive_e),
        ("max_e", means.max_e, scores.max_e),
        ("mean_e", means.mean_e, scores.mean_e),
    ];
    for (quantity, found, expected) in quantities {
        assert_close(name, quantity, found, expected);
    }
    assert_curve(name, "precision", &means.curves.precision, &curves.precision);
    assert_curve(name, "recall", &means.curves.recall, &curves.recall);
    assert_curve(name, "f", &means.curves.f, &curves.f);
    let e = [means.curves.e, curves.e].map(|curve| curve.expect("images of many pixels"));
    assert_curve(name, "e", &e[0], &e[1]);
}

#[test]
#[ignore = "needs saliency maps of photographs in ../shared/data/sod beside the workspace"]
fn photographs_score_as_with_pysodmetrics() {
    let ecssd = photographs().join("ecssd-30");
    assert_folder("ecssd-30", &ecssd.join("masks"), &ecssd.join("predictions"));
}

/// The numbers that PySODMetrics publishes for its test data, `examples/version_performance.json`.
#[test]
#[ignore = "needs saliency maps of photographs in ../shared/data/sod beside the workspace"]
fn photographs_have_the_published_values_of_pysodmetrics() {
    let folder = photographs().join("pysodmetrics");
    assert_folder("pysodmetrics", &folder.join("masks"), &folder.join("preds"));
    let ids = ["0001", "19", "aerial-1867541__340"].map(str::to_owned).into_iter();
    let job = job(&folder.join("masks"), &folder.join("preds"), ids);
    let means = score_saliency(&job, &Silent).expect("complete folders").scores.expect("images");
    let published = [
        ("MAE", Some(means.mae), 0.03705558476661653),
        ("Smeasure", Some(means.s_measure), 0.9029761578759272),
        ("wFmeasure", Some(means.weighted_f), 0.5579812753638986),
        ("adpFm", Some(means.adaptive_f), 0.5816750824038355),
        ("meanFm", Some(means.mean_f), 0.577051059518767),
        ("maxFm", Some(means.max_f), 0.5886784581120638),
        ("adpEm", means.adaptive_e, 0.9408760066970617),
        ("meanEm", means.mean_e, 0.9566258293508704),
        ("maxEm", means.max_e, 0.9669544828922699),
    ];
    for (name, found, expected) in published {
        assert_close("published", name, found, Some(expected));
    }
}

#[test]
fn a_result_does_not_depend_on_the_number_of_threads() {
    let pairs: BTreeMap<String, Pair> = read("synthetic.json");
    let folder = golden().join("pairs");
    let mut job = job(&folder, &folder, pairs.into_keys());
    for pair in &mut job.pairs {
        pair.truth = folder.join(format!("{}_mask.png", pair.id));
        pair.map = folder.join(format!("{}_map.png", pair.id));
    }
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| score_saliency(&job, &Silent).expect("complete pairs"))
    };
    let (one, three) = (on(1), on(3));
    assert_eq!(one.images, three.images);
    assert_eq!(one.scores, three.scores);
    let counts = one.scores.expect("images").counts;
    // Five pairs and three pixels have no object; seven maps are constant, and nine one pixel.
    assert_eq!((counts.without_objects, counts.without_s_measure), (5, 10));
}

#[test]
fn faults_are_named_one_or_all() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (truth, maps) = (folder.path().join("truth"), folder.path().join("maps"));
    let map = |width: usize| SaliencyMap::new(Size::new(width, 2), vec![200; 2 * width]);
    for (id, width) in [("a", 3), ("b", 4), ("c", 3)] {
        codec::write_saliency(&truth.join(format!("{id}.png")), &map(3)).expect("a folder");
        codec::write_saliency(&maps.join(format!("{id}.png")), &map(width)).expect("a folder");
    }
    fs::write(maps.join("c.png"), "no picture").expect("a folder");
    let mut job = job(&truth, &maps, ["a", "b", "c", "d"].map(str::to_owned).into_iter());
    let faults = |job: &SaliencyJob| -> Vec<String> {
        let faults = score_saliency(job, &Silent).expect_err("three faults");
        faults
            .iter()
            .map(|fault| fault.to_string().split('/').next_back().unwrap_or("").into())
            .collect()
    };
    assert_eq!(faults(&job), ["b.png: saliency map is 4×2, its image is 3×2"]);
    job.keep_going = true;
    let expected = [
        "b.png: saliency map is 4×2, its image is 3×2",
        "c.png: not a JPEG or PNG that can be decoded",
        "d.png: mask is missing",
    ];
    assert_eq!(faults(&job), expected);
    job.fit = SaliencyFit::Resized;
    assert_eq!(faults(&job), expected[1..]);
}
