//! Folders of predictions against masks that are written here.

use eps_data::{ClassSet, Item, LabelMap, Observer, ScoreMap, Silent, Size, codec};
use eps_eval::{BackgroundRule, ConfusionMatrix, EvalError, SweepPlan, sweep_folder, sweep_masks};
use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};
use tempfile::TempDir;

pub(crate) const TRUTH: [u8; 6] = [0, 1, 2, 2, 255, 1];
pub(crate) const PREDICTED: [u8; 6] = [0, 1, 1, 2, 2, 0];

/// How many steps a job has made.
#[derive(Default)]
struct Steps(AtomicUsize);

impl Observer for Steps {
    fn step(&self, _: &dyn Fn() -> String) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Items `a` and `b` with the same truth, and a prediction for each.
pub(crate) fn folder() -> (TempDir, Vec<Item>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let item = |id: &str| {
        let mask = folder.path().join(format!("{id}-truth.png"));
        write_mask(&mask, Size::new(3, 2), &TRUTH);
        write_mask(&folder.path().join(format!("{id}.png")), Size::new(3, 2), &PREDICTED);
        let image = folder.path().join(format!("{id}.jpg"));
        let classes = ClassSet::default();
        Item { id: id.into(), image, saliency: None, mask: Some(mask), classes }
    };
    let items = ["a", "b"].map(item).to_vec();
    (folder, items)
}

pub(crate) fn write_mask(path: &Path, size: Size, classes: &[u8]) {
    codec::write_mask(path, &LabelMap::new(size, classes.to_vec())).expect("a writable folder");
}

/// As [`folder`], with the same class map for both items.
fn class_maps() -> (TempDir, Vec<Item>, ScoreMap) {
    let (folder, items) = folder();
    let scores = vec![0.1, 0.9, 0.6, 0.2, 0.3, 0.0, 0.0, 0.1, 0.3, 0.8, 0.9, 0.1];
    let map = ScoreMap::new(Size::new(3, 2), vec![1, 2], scores);
    for item in &items {
        let path = folder.path().join(format!("{}.npz", item.id));
        codec::write_scores(&path, &map, codec::ScoreFormat::F32).expect("a writable folder");
    }
    (folder, items, map)
}

#[test]
fn class_maps_are_swept_from_files() {
    let (folder, items, map) = class_maps();
    let plan = SweepPlan { folds: 2, ..SweepPlan::constant(3) };
    let steps = Steps::default();
    let swept = sweep_folder(&items, folder.path(), &plan, &steps).expect("complete class maps");
    assert_eq!(steps.0.into_inner(), 2);
    let predicted = map.to_labels(0.2);
    let one = ConfusionMatrix::of(3, &TRUTH, predicted.classes());
    assert_eq!(swept.sweep.matrix(0.2), Some(one.clone().merge(&one)));
    let [rule] = &swept.rules[..] else { panic!("one rule was swept") };
    assert_eq!(rule.whole.rule(), BackgroundRule::Constant);
    assert_eq!(rule.whole.counts_at(0.2), Some(&one.clone().merge(&one).totals()));
    // The same image twice: each half has the counts of one.
    assert_eq!(rule.folds.len(), 2);
    assert!(rule.folds.iter().all(|fold| fold.counts_at(0.2) == Some(&one.totals())));
    let too_few = sweep_folder(&items, folder.path(), &SweepPlan::constant(2), &Silent);
    let message = too_few.expect_err("truth has class 2").to_string();
    assert!(message.ends_with("a-truth.png: class 2, expected 0..=1 or 255 (ignore)"), "{message}");
}

/// Three thresholds and a power, in two folds.
fn mask_plan() -> SweepPlan {
    let rules =
        vec![(BackgroundRule::Constant, vec![0.0, 0.2, 0.5]), (BackgroundRule::Power, vec![1.0])];
    SweepPlan { classes: 3, rules, folds: 2, levels: None }
}

#[test]
fn masks_that_are_made_at_each_parameter_count_as_the_maps_they_come_from() {
    let (folder, items, _) = class_maps();
    let plan = mask_plan();
    let masks = |_: &Item, cam: &Path| -> Result<Vec<LabelMap>, EvalError> {
        let map = codec::read_scores(cam)?;
        // (1 - s)^1 is the background of every score up to 0.5.
        Ok([0.0, 0.2, 0.5, 0.5].map(|threshold| map.to_labels(threshold)).to_vec())
    };
    let steps = Steps::default();
    let found = sweep_masks(&items, folder.path(), &plan, &masks, &steps).expect("masks that fit");
    assert_eq!(steps.0.into_inner(), 2);
    let expected = sweep_folder(&items, folder.path(), &plan, &Silent).expect("the same maps");
    assert_eq!(found, expected.rules);
}

#[test]
fn masks_that_do_not_fit_their_truth_are_named() {
    let (folder, items, _) = class_maps();
    let refusal = |size: Size, class: u8| {
        let mask = LabelMap::new(size, vec![class; size.pixels()]);
        let masks = |_: &Item, _: &Path| Ok::<_, EvalError>(vec![mask.clone(); 4]);
        let error = sweep_masks(&items[..1], folder.path(), &mask_plan(), &masks, &Silent);
        error.expect_err("no mask fits").to_string()
    };
    let message = refusal(Size::new(3, 2), 7);
    assert!(message.ends_with("a.npz: predicted class 7, expected 0..=2"), "{message}");
    let message = refusal(Size::new(2, 2), 1);
    assert!(message.ends_with("a.npz: prediction is 2×2, its image is 3×2"), "{message}");
    std::fs::remove_file(folder.path().join("b.npz")).expect("the map is there");
    let never = |_: &Item, _: &Path| -> Result<Vec<LabelMap>, EvalError> { panic!("too early") };
    let error = sweep_masks(&items, folder.path(), &mask_plan(), &never, &Silent);
    let message = error.expect_err("a missing map").to_string();
    assert!(message.ends_with("b.npz: class map is missing"), "{message}");
}
