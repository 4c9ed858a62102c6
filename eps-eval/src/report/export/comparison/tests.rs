//! A metric that no table knows is in every table.

use super::{comparison_csv, comparison_markdown, comparison_text};
use crate::boundary::{BoundaryIou, Contours, Trimap};
use crate::paired::{Bootstrap, MethodRuns, compare};
use crate::report::{ComparisonReport, export::json};
use crate::{
    Anatomy, Column, ConfusionMatrix, Details, ImageCounts, LabelPairs, ListId, MaskedImage,
    MethodDetails, PixelMetric,
};
use eps_data::{LabelMap, Size};

/// How far the first object pixel of a prediction is from that of the truth, mean over images.
#[derive(Clone, Debug, Default)]
struct Offset {
    images: u64,
    pixels: u64,
}

impl PixelMetric for Offset {
    fn count(&mut self, image: &MaskedImage<'_>) {
        let first = |map: &LabelMap| map.classes().iter().position(|&class| class == 1).unwrap();
        self.images += 1;
        self.pixels += first(image.truth).abs_diff(first(image.predicted)) as u64;
    }

    fn merge(self, other: &Self) -> Self {
        Self { images: self.images + other.images, pixels: self.pixels + other.pixels }
    }

    fn columns(&self) -> Vec<Column> {
        let mean = (self.images > 0).then(|| self.pixels as f64 / self.images as f64);
        vec![Column::pixels("offset", mean, vec![None, mean])]
    }
}

const CLASSES: usize = 2;

/// CAM, a pixel too wide, and EPS, which is right, with these metrics.
fn report(metrics: &Details) -> ComparisonReport {
    let map = |classes: [u8; 4]| LabelMap::new(Size::new(4, 1), classes.to_vec());
    let truth = map([0, 0, 1, 1]);
    let (mut runs, mut details) = (Vec::new(), Vec::new());
    for (name, predicted) in [("CAM", map([0, 1, 1, 1])), ("EPS", truth.clone())] {
        let matrix = ConfusionMatrix::of(CLASSES, truth.classes(), predicted.classes());
        let mut metrics = metrics.clone();
        metrics.count(&MaskedImage {
            truth: &truth,
            predicted: &predicted,
            labels: truth.present(),
            matrix: &matrix,
            stuff: None,
        });
        details.push(MethodDetails::new(name, &matrix.totals(), &metrics).unwrap());
        let image = ImageCounts::of_matrix("a", &matrix);
        runs.push(MethodRuns { name: name.into(), runs: vec![vec![image]] });
    }
    ComparisonReport {
        protocol: crate::Protocol::Voc,
        list: ListId { name: "val".into(), images: 1, sha256: "ab".into() },
        classes: vec!["background".into(), "cat".into()],
        comparison: compare(&runs, CLASSES, Bootstrap { resamples: 9, seed: 0 }, 0.95),
        details,
    }
}

/// The metrics whose scores files have in a form of their own.
fn known() -> Details {
    Details::default()
        .with(Anatomy::new(CLASSES, 1))
        .with(BoundaryIou::new(CLASSES))
        .with(Contours::new(CLASSES))
        .with(Trimap::new(CLASSES, vec![1]))
        .with(LabelPairs::default())
        .with(ConfusionMatrix::new(CLASSES))
}

#[test]
fn a_metric_that_no_table_knows_is_in_every_table() {
    let report = report(&known().with(Offset::default()));
    let text = comparison_text(&report);
    let expected = "\nfurther scores\nCAM  offset [pixels] 1.0\nEPS  offset [pixels] 0.0\n";
    assert!(text.ends_with(expected), "{text}");
    let page = comparison_markdown(&report, &[]);
    let expected = "\n| method | offset [pixels] |\n| --- | ---: |\n| CAM | 1.0 |\n| EPS | 0.0 |\n";
    assert!(page.contains(expected), "{page}");
    let csv = comparison_csv(&report).unwrap();
    let last: Vec<&str> = csv.lines().map(|line| line.rsplit(',').next().unwrap()).collect();
    assert_eq!(last, ["offset", "1.0", "", "1.0", "0.0", "", "0.0"], "{csv}");
    let json: serde_json::Value = serde_json::from_str(&json(&report)).unwrap();
    let column = serde_json::json!({
        "name": "offset", "unit": "pixels", "mean": 1.0, "classes": [null, 1.0]
    });
    assert_eq!(json["details"][0]["columns"], serde_json::json!([column]));
}

#[test]
fn scores_that_files_have_in_a_form_of_their_own_are_there_once() {
    let report = report(&known());
    let json: serde_json::Value = serde_json::from_str(&json(&report)).unwrap();
    assert!(json["details"][0].get("columns").is_none(), "{json}");
    assert_eq!(json["details"][0]["boundary"]["mean_f"], 1.0);
    assert!(comparison_csv(&report).unwrap().lines().next().unwrap().ends_with(",p_holm"));
    assert!(!comparison_markdown(&report, &[]).contains("boundary"));
    let text = comparison_text(&report);
    let causes = "EPS  hallucinated class 0.0, boundary band 0.0, class swap 0.0, over-expansion 0.0, missed object 0.0\n";
    assert!(text.contains("\nlost mean IoU by cause\nCAM  "), "{text}");
    assert!(text.contains(causes), "{text}");
    assert!(
        text.ends_with("\nboundaries: IoU, F\nCAM  58.3, 100.0\nEPS  100.0, 100.0\n"),
        "{text}"
    );
}
