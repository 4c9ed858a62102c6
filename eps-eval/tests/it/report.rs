//! A report of two methods made by hand.

use eps_data::{ClassNames, LabelMap, ScoreMap, Size};
use eps_eval::report::{
    chart::{Sheet, TrainingStep},
    page::{ConfusionRatios, Method, PictureRow, Report, Section, colour_mask, heat},
};
use eps_eval::{BackgroundRule, Cuts, ListId, Scores, Sweep, Threshold, ThresholdChoice};
use std::{fs, path::Path};

const SIZE: Size = Size::new(40, 30);

fn truth() -> LabelMap {
    LabelMap::new(SIZE, (0..1200).map(|pixel| [0, 1, 1, 2][pixel % 40 / 10]).collect())
}

/// Scores that are right where `noise` is low.
fn class_maps(noise: f32) -> ScoreMap {
    let truth = truth();
    let score = |class: u8| {
        let classes = truth.classes().iter().enumerate();
        classes.map(move |(pixel, &label)| {
            let wave = (pixel as f32 * 0.37 + f32::from(class)).sin().abs() * noise;
            if label == class { 1.0 - wave } else { wave }
        })
    };
    ScoreMap::new(SIZE, vec![1, 2], score(1).chain(score(2)).collect())
}

fn method(name: &str, noise: f32) -> Method {
    let names = ClassNames::of_objects(["cat", "<dog>", "absent"]);
    let thresholds = BackgroundRule::Constant.default_parameters();
    let mut sweep = Sweep::new(names.len(), Cuts::new(thresholds.clone()));
    sweep.add(&truth(), &class_maps(noise));
    let curve = sweep.curve(BackgroundRule::Constant, &thresholds);
    let list = ListId { name: "val & more".into(), images: 1, sha256: "ab".into() };
    let scores = |threshold, matrix| {
        Scores::new(eps_eval::Protocol::Voc, list.clone(), Some(threshold), &matrix, &names)
            .with_subset("cats", [1])
    };
    let fixed = Threshold { value: 0.2, chosen: ThresholdChoice::Fixed };
    let best = curve.best().expect("pixels were counted").parameter;
    let matrix = |threshold: f64| sweep.matrix(threshold as f32).expect("it was swept");
    let best = Threshold { value: best, chosen: ThresholdChoice::BestOnTruth };
    Method {
        name: name.into(),
        fixed: scores(fixed, matrix(fixed.value)),
        best: Some(scores(best, matrix(best.value))),
        matrix: matrix(fixed.value),
        sweep: curve.points(),
        training: training(name == "EPS"),
        reference: vec![],
        confusion: Some(match name {
            "EPS" => ConfusionRatios { fixed: Some(0.25), best: Some(0.125) },
            _ => ConfusionRatios { fixed: Some(0.75), best: None },
        }),
    }
}

fn training(saliency: bool) -> Vec<TrainingStep> {
    let step = |step: u64| {
        let loss_cls = 0.7 / (1.0 + step as f64 / 20.0);
        let loss_sal = saliency.then_some(0.3 / (1.0 + step as f64 / 40.0));
        let loss = loss_cls + loss_sal.unwrap_or(0.0);
        TrainingStep { step, loss, loss_cls, loss_sal, lr: 0.01 }
    };
    (1..=120).map(step).collect()
}

fn report() -> Report {
    let scores = class_maps(0.6);
    let cells = vec![colour_mask(&truth()), heat(scores.of(1).expect("cat is there"), SIZE)];
    Report {
        title: "CAM & EPS".into(),
        summary: vec!["EPS is better than CAM.".into()],
        methods: vec![method("CAM", 0.9), method("EPS", 0.6)],
        picture_header: vec!["truth".into(), "cat".into()],
        picture_caption: "Masks at <0.20>.".into(),
        pictures: vec![PictureRow { id: "one".into(), cells }],
        sections: vec![],
        facts: vec![("seed".into(), "7".into())],
        sheet: Sheet::Screen,
    }
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let names = [
        "index.html",
        "scores.csv",
        "scores.md",
        "scores.tex",
        "charts/confusion-1.pdf",
        "charts/confusion-1.png",
        "charts/confusion-1.svg",
        "charts/confusion-2.pdf",
        "charts/confusion-2.png",
        "charts/confusion-2.svg",
        "charts/per-class.pdf",
        "charts/per-class.png",
        "charts/per-class.svg",
        "charts/precision-recall.pdf",
        "charts/precision-recall.png",
        "charts/precision-recall.svg",
        "charts/sweep.pdf",
        "charts/sweep.png",
        "pictures.png",
        "charts/sweep.svg",
        "charts/training-1.pdf",
        "charts/training-1.png",
        "charts/training-1.svg",
        "charts/training-2.pdf",
        "charts/training-2.png",
        "charts/training-2.svg",
    ];
    let read = |name: &str| fs::read(folder.join(name)).unwrap_or_else(|_| panic!("{name}"));
    names.iter().map(|&name| (name.to_owned(), read(name))).collect()
}

fn written() -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    report().write(&folder.path().join("made")).expect("a report");
    let made = files(&folder.path().join("made"));
    let count = |folder: &str| fs::read_dir(folder).expect("a folder").count();
    let path = folder.path().join("made");
    let entries = count(&path.to_string_lossy()) + count(&path.join("charts").to_string_lossy());
    assert_eq!(entries, made.len() + 1, "these files, the folder of charts, and nothing else");
    made
}

#[test]
fn a_report_needs_nothing_outside_and_hides_nothing() {
    let files = written();
    let page = String::from_utf8(files[0].1.clone()).expect("text");
    for unwanted in ["NaN", "http", "src=\"//", "@import", "<dog>"] {
        assert!(!page.contains(unwanted), "{unwanted}");
    }
    for wanted in [
        "CAM &amp; EPS",
        "&lt;dog&gt;",
        "val &amp; more",
        "mIoU, cats",
        "<dd>7</dd>",
        "<p>Masks at &lt;0.20&gt;.</p>",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
    assert_eq!(page.matches("data:image/").count(), 2);
    assert_eq!(page.matches("<svg").count(), 7);
}

#[test]
fn confusion_ratios_stand_under_the_threshold_that_they_hold_at() {
    let page = String::from_utf8(written()[0].1.clone()).expect("text");
    let fixed = page.find("at the fixed threshold</th>").expect("the first part");
    let best = page.find("at the threshold best on this ground truth</th>").expect("the second");
    let row = |text: &str| {
        let start = text.find("<th>confusion ratio</th>").expect("a row");
        text[start..].lines().next().expect("a line").to_owned()
    };
    assert!(fixed < best);
    assert!(
        row(&page[fixed..best]).ends_with("<td>0.75</td><td class=\"best\">0.25</td></tr>"),
        "{}",
        row(&page[fixed..best])
    );
    // A method alone with a value is not better than another.
    assert!(row(&page[best..]).ends_with("<td>–</td><td>0.12</td></tr>"), "{}", row(&page[best..]));
}

#[test]
fn no_method_is_best_where_all_are_printed_alike() {
    let mut report = report();
    report.methods[1] = Method { name: "EPS".into(), ..report.methods[0].clone() };
    let folder = tempfile::tempdir().expect("a temporary folder");
    report.write(folder.path()).expect("a report");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a file");
    assert!(!read("index.html").contains("class=\"best\""));
    let latex = read("scores.tex");
    assert!(!latex.contains("\\textbf") && !latex.contains("\\underline"), "{latex}");
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    assert!(written() == written());
}

#[test]
fn a_report_without_pictures_has_no_such_section() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let report = Report { pictures: vec![], ..report() };
    report.write(folder.path()).expect("a report");
    let page = fs::read_to_string(folder.path().join("index.html")).expect("a page");
    assert!(!page.contains("Pictures"));
}

#[test]
fn further_pictures_stand_under_their_own_heading() {
    let mut report = report();
    let pictures = report.pictures.clone();
    report.sections = vec![Section {
        heading: "Held <out>".into(),
        caption: "Never & seen.".into(),
        picture_header: vec!["truth".into(), "dog".into()],
        pictures,
    }];
    let files = report.files().unwrap();
    let page = files.iter().find(|(name, _)| name == Path::new("index.html")).unwrap();
    let page = String::from_utf8(page.1.clone()).unwrap();
    let (_, further) = page.split_once("<h2>Held &lt;out&gt;</h2>").unwrap();
    assert!(further.contains("<p>Never &amp; seen.</p>") && further.contains("dog, one"));
    assert_eq!(page.matches("<table class=\"pictures\">").count(), 2);
}

#[test]
fn a_report_without_methods_is_still_a_page() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let report = Report { methods: vec![], ..report() };
    report.write(folder.path()).expect("a report");
    let page = fs::read_to_string(folder.path().join("index.html")).expect("a page");
    assert!(page.contains("CAM &amp; EPS") && !page.contains("Every class"));
}

#[test]
fn a_training_that_diverged_is_drawn_as_far_as_it_goes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut report = report();
    report.methods.truncate(1);
    for (index, step) in report.methods[0].training.iter_mut().enumerate() {
        (step.loss, step.loss_cls) = if index < 3 { (0.0, 0.0) } else { (f64::NAN, f64::INFINITY) };
    }
    report.write(folder.path()).expect("a report");
    let page = fs::read_to_string(folder.path().join("index.html")).expect("a page");
    assert!(!page.contains("NaN") && !page.contains("inf,"));
}
