//! Folders of predictions against masks that are written here.

use eps_data::{ClassSet, Item, LabelMap, ScoreMap, Size, codec};
use eps_eval::{BackgroundRule, ConfusionMatrix, SweepPlan, sweep_folder};
use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};
use tempfile::TempDir;

pub(crate) const TRUTH: [u8; 6] = [0, 1, 2, 2, 255, 1];
pub(crate) const PREDICTED: [u8; 6] = [0, 1, 1, 2, 2, 0];

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

#[test]
fn class_maps_are_swept_from_files() {
    let (folder, items) = folder();
    let scores = vec![0.1, 0.9, 0.6, 0.2, 0.3, 0.0, 0.0, 0.1, 0.3, 0.8, 0.9, 0.1];
    let map = ScoreMap::new(Size::new(3, 2), vec![1, 2], scores);
    for item in &items {
        let path = folder.path().join(format!("{}.npz", item.id));
        codec::write_scores(&path, &map, codec::ScoreFormat::F32).expect("a writable folder");
    }
    let plan = SweepPlan { folds: 2, ..SweepPlan::constant(3) };
    let counted = AtomicUsize::new(0);
    let count = || {
        counted.fetch_add(1, Ordering::Relaxed);
    };
    let swept = sweep_folder(&items, folder.path(), &plan, &count).expect("complete class maps");
    assert_eq!(counted.into_inner(), 2);
    let predicted = map.to_labels(0.2);
    let one = ConfusionMatrix::of(3, &TRUTH, predicted.classes());
    assert_eq!(swept.sweep.matrix(0.2), Some(one.clone().merge(&one)));
    let [rule] = &swept.rules[..] else { panic!("one rule was swept") };
    assert_eq!(rule.whole.rule(), BackgroundRule::Constant);
    assert_eq!(rule.whole.counts_at(0.2), Some(&one.clone().merge(&one).totals()));
    // The same image twice: each half has the counts of one.
    assert_eq!(rule.folds.len(), 2);
    assert!(rule.folds.iter().all(|fold| fold.counts_at(0.2) == Some(&one.totals())));
    let too_few = sweep_folder(&items, folder.path(), &SweepPlan::constant(2), &|| ());
    let message = too_few.expect_err("truth has class 2").to_string();
    assert!(message.ends_with("a-truth.png: class 2, expected 0..=1 or 255 (ignore)"), "{message}");
}
