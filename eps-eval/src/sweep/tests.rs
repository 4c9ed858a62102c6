use super::*;
use crate::{ClassCounts, ThresholdChoice, TotalCounts};
use eps_data::Size;
use proptest::prelude::*;

const CONSTANT: BackgroundRule = BackgroundRule::Constant;

fn image(truth: &[u8], classes: &[u8], scores: &[f32]) -> (LabelMap, ScoreMap) {
    let size = Size::new(truth.len(), 1);
    (LabelMap::new(size, truth.to_vec()), ScoreMap::new(size, classes.to_vec(), scores.to_vec()))
}

fn swept(classes: usize, thresholds: &[f32], images: &[(LabelMap, ScoreMap)]) -> Sweep {
    let mut sweep = Sweep::new(classes, Cuts::new(thresholds.iter().copied()));
    images.iter().for_each(|(truth, scores)| sweep.add(truth, scores));
    sweep
}

const THREE: [f32; 3] = [0.0, 0.2, 0.5];

fn two_pixels() -> Sweep {
    swept(2, &THREE, &[image(&[1, 0, IGNORE], &[1], &[0.5, 0.2, 1.0])])
}

#[test]
fn matrices_of_two_pixels_by_hand() {
    let sweep = two_pixels();
    let expected = |predicted: [u8; 2]| Some(ConfusionMatrix::of(2, &[1, 0], &predicted));
    assert_eq!(sweep.matrix(0.0), expected([1, 1]));
    // The background wins the tie of the second pixel, and here of both.
    assert_eq!(sweep.matrix(0.2), expected([1, 0]));
    assert_eq!(sweep.matrix(0.5), expected([0, 0]));
    assert_eq!(sweep.matrix(0.3), None);
}

#[test]
fn the_best_point_is_the_first_of_the_highest() {
    let best = two_pixels().curve(CONSTANT, &THREE).best().expect("pixels were counted");
    assert_eq!((best.parameter, best.mean_iou), (0.2, 1.0));
    let flat = swept(2, &THREE, &[image(&[0], &[], &[])]).curve(CONSTANT, &THREE);
    assert_eq!(flat.best().map(|point| point.parameter), Some(0.0));
}

#[test]
fn no_pixel_makes_no_point() {
    let curve = swept(2, &THREE, &[]).curve(CONSTANT, &THREE);
    assert!(curve.points().is_empty());
    assert_eq!((curve.best(), curve.best_index()), (None, None));
}

/// A fold whose object has score `object` and whose background has score `background`.
fn fold(object: f32, background: f32) -> SweepCurve {
    swept(2, &THREE, &[image(&[1, 0], &[1], &[object, background])]).curve(CONSTANT, &THREE)
}

#[test]
fn a_held_out_threshold_is_chosen_on_the_other_images() {
    // The first two folds are best at 0.2, the third at 0. Alone, the third would take 0 and be
    // right everywhere; the others choose 0.2 for it, and its object is missed.
    let folds = [fold(0.4, 0.1), fold(0.4, 0.1), fold(0.2, 0.0)];
    let found = held_out(&folds).expect("three folds with pixels");
    assert_eq!(found.chosen, ThresholdChoice::HeldOut);
    // Without one of the first two, 0 and 0.2 leave one wrong pixel each in four; the first wins.
    // At 0: IoU 2/3 of the object and 1/2 of the background; at 0.2 the other way round.
    assert_eq!(found.parameters, [0.0, 0.0, 0.2]);
    // At those, both backgrounds of the first two and the object of the third are wrong.
    let background = ClassCounts { intersection: 1, truth: 3, predicted: 2 };
    let object = ClassCounts { intersection: 2, truth: 3, predicted: 4 };
    let counts: TotalCounts = [background, object].into_iter().collect();
    assert_eq!(
        Some(found),
        LabelledPoint::new(ThresholdChoice::HeldOut, vec![0.0, 0.0, 0.2], &counts)
    );
}

#[test]
fn one_fold_holds_nothing_out() {
    assert_eq!(held_out(&[fold(0.4, 0.1)]), None);
    assert_eq!(held_out(&[]), None);
}

#[test]
fn a_summary_labels_each_number_with_how_its_threshold_was_chosen() {
    let (one, two) = (fold(0.4, 0.1), fold(0.2, 0.0));
    let whole = one.clone().merge(&two);
    let swept = SweptRule { whole, folds: vec![one, two] };
    let summary =
        SweepSummary::new(&swept, Some((&swept, 0.5)), 0.05).expect("pixels were counted");
    let choices: Vec<_> = summary.labelled().map(|point| point.chosen).collect();
    use ThresholdChoice::{BestOnTruth, Fixed, HeldOut};
    assert_eq!(choices, [Fixed, HeldOut, BestOnTruth]);
    assert_eq!(
        summary.fixed.map(|point| (point.parameters, point.mean_iou)),
        Some((vec![0.5], 0.25))
    );
    assert_eq!(summary.best.parameters, [0.0]);
    let Plateau { lowest, highest, .. } = summary.plateau;
    // 0 and 0.2 leave one wrong pixel each.
    assert_eq!((lowest, highest), (0.0, 0.2));
}

#[test]
fn a_plateau_ends_at_the_first_gap() {
    let ious = [0.30, 0.50, 0.40, 0.50, 0.51, 0.50, 0.45];
    let point = |(index, &mean_iou): (usize, &f64)| SweepPoint {
        parameter: index as f64,
        mean_iou,
        mean_precision: None,
        mean_recall: None,
    };
    let points: Vec<_> = ious.iter().enumerate().map(point).collect();
    let plateau = Plateau::of(&points, 0.02).expect("points");
    assert_eq!((plateau.lowest, plateau.highest, plateau.width()), (3.0, 5.0, 2.0));
    assert_eq!(Plateau::of(&[], 0.02), None);
}

const PIXELS: usize = 24;

fn maps() -> impl Strategy<Value = (LabelMap, ScoreMap)> {
    let truth = prop::collection::vec(prop_oneof![0..4_u8, Just(IGNORE)], PIXELS);
    // Tenths, so that scores often equal a threshold.
    let scores = prop::collection::vec((0..=10_u8).prop_map(|t| f32::from(t) / 10.0), PIXELS * 2);
    (truth, scores).prop_map(|(truth, scores)| image(&truth, &[1, 3], &scores))
}

/// The mask that a rule leaves, pixel by pixel.
fn direct(rule: BackgroundRule, parameter: f32, scores: &ScoreMap) -> LabelMap {
    let pick = |(class, score)| {
        if score > rule.background(parameter, score) { class } else { BACKGROUND }
    };
    LabelMap::new(scores.size(), scores.best().map(pick).collect())
}

proptest! {
    #[test]
    fn one_pass_equals_every_parameter_alone(images in prop::collection::vec(maps(), 1..4)) {
        let thresholds: Vec<f32> = (0..10_u8).map(|step| f32::from(step) / 10.0).collect();
        let rules = [(CONSTANT, thresholds), (BackgroundRule::Power, vec![0.5, 1.0, 4.0, 32.0])];
        let cuts = rules
            .iter()
            .flat_map(|(rule, all)| all.iter().map(|&parameter| rule.cut(parameter)));
        let cuts = Cuts::new(cuts);
        let merged = images.iter().fold(Sweep::new(4, cuts.clone()), |sweep, image| {
            let mut part = Sweep::new(4, cuts.clone());
            part.add(&image.0, &image.1);
            sweep.merge(&part)
        });
        for (rule, parameters) in rules {
            let curve = merged.curve(rule, &parameters);
            let points = curve.points();
            for (index, &parameter) in parameters.iter().enumerate() {
                let mut expected = ConfusionMatrix::new(4);
                for (truth, scores) in &images {
                    expected.add(truth, &direct(rule, parameter, scores));
                }
                prop_assert_eq!(points.get(index).map(|point| point.mean_iou), expected.mean_iou());
                prop_assert_eq!(&curve.counts()[index], &TotalCounts::from(&expected));
                prop_assert_eq!(merged.matrix(rule.cut(parameter)), Some(expected));
            }
        }
    }
}
