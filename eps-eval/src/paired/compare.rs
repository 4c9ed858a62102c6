//! Estimates with intervals, and differences with tests.

// Of the differences d of N resamples, sorted, with n images that they depend on:
//
//   interval   the quantiles (1 - level) / 2 and (1 + level) / 2
//   p          2 min(#{d <= 0} + 1, #{d >= 0} + 1) / (N + 1), at least 2^(1 - n), at most 1
//
// A bootstrap of few images hardly varies: of one image every resample is the same, and N of them would make
// anything significant. The power of two is the p of a sign test on which all n images agree.

use super::{Bootstrap, ImageDifferences, MethodRuns, Resampled, correct, quantile::quantile};
use crate::{
    ClassCounts, TotalCounts,
    confusion::{deviation, mean},
};
use serde::Serialize;

/// A value of one method.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// On all images, mean over the method's runs.
    pub value: Option<f64>,
    /// Sample standard deviation over the runs; absent with fewer than two.
    pub std: Option<f64>,
    /// Ends of the percentile interval over the resamples on which the value exists.
    pub lower: Option<f64>,
    pub upper: Option<f64>,
}

/// A difference between two methods, `method - baseline`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Effect {
    /// On all images; absent where one of the values is.
    pub difference: Option<f64>,
    /// Ends of the percentile interval over the resamples on which both values exist.
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// Images on which the difference depends: those with a pixel of the class in the truth or in a
    /// prediction of either method.
    pub images: usize,
    /// Two-sided: twice the smaller of the fractions of resamples with a difference of at most, and of
    /// at least, 0, the data themselves counted as one more resample; never below 2^(1 - `images`), what
    /// a sign test would give if all of them agreed, since few images resampled vary too little.
    pub p: Option<f64>,
    /// Corrected after Holm: a class for the classes of this difference, mean IoU for the differences
    /// of this comparison.
    pub p_holm: Option<f64>,
}

/// What one method reaches.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MethodEstimates {
    pub name: String,
    pub runs: usize,
    pub miou: Estimate,
    /// By class, background first.
    pub classes: Vec<Estimate>,
}

/// A method against the baseline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    pub baseline: String,
    pub method: String,
    pub miou: Effect,
    /// By class, background first.
    pub classes: Vec<Effect>,
    pub images: ImageDifferences,
}

/// Methods on the same images, the first of them as the baseline of the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairedComparison {
    pub resamples: usize,
    pub seed: u64,
    /// Fraction of resamples inside an interval.
    pub level: f64,
    pub methods: Vec<MethodEstimates>,
    pub differences: Vec<Difference>,
}

/// Compares methods by a paired bootstrap over images.
///
/// ```
/// use eps_eval::paired::{Bootstrap, MethodRuns, compare};
/// use eps_eval::{ConfusionMatrix, ImageCounts};
///
/// // Twelve images of four pixels, of which a method gets so many right.
/// let method = |name: &str, right: usize| {
///     let image = |index: usize| {
///         let predicted = [vec![1; right], vec![0; 4 - right]].concat();
///         let matrix = ConfusionMatrix::of(2, &[1; 4], &predicted);
///         ImageCounts::of_matrix(format!("image-{index}"), &matrix)
///     };
///     MethodRuns { name: name.into(), runs: vec![(0..12).map(image).collect()] }
/// };
/// let methods = [method("baseline", 2), method("method", 3)];
/// let comparison = compare(&methods, 2, Bootstrap { resamples: 1000, seed: 1 }, 0.95);
/// let difference = &comparison.differences[0];
/// assert_eq!(difference.classes[1].difference, Some(0.25));
/// assert_eq!(difference.images.wins, 12);
/// assert!(difference.miou.p_holm.is_some_and(|p| p < 0.05));
/// ```
///
/// # Panics
///
/// If the runs differ in their number of images, or one has a class from `classes` on.
pub fn compare(
    methods: &[MethodRuns],
    classes: usize,
    bootstrap: Bootstrap,
    level: f64,
) -> PairedComparison {
    let resampled = bootstrap.run(methods, classes);
    let tables: Vec<Table> = methods.iter().map(|method| Table::of(method, classes)).collect();
    let judge = Judge { resampled: &resampled, tables: &tables, level };
    let mut differences: Vec<Difference> = (1..methods.len())
        .map(|index| judge.difference(&methods[0], index, &methods[index]))
        .collect();
    correct(differences.iter_mut().map(|difference| &mut difference.miou));
    PairedComparison {
        resamples: bootstrap.resamples,
        seed: bootstrap.seed,
        level,
        methods: methods
            .iter()
            .enumerate()
            .map(|(index, method)| judge.method(index, method))
            .collect(),
        differences,
    }
}

/// Values on all images: of each run, mean IoU and then each class.
struct Table(Vec<Vec<Option<f64>>>);

impl Table {
    fn of(method: &MethodRuns, classes: usize) -> Self {
        let runs = method.runs.iter().map(|run| {
            let totals = TotalCounts::of(classes, run);
            let ious = totals.classes().iter().map(ClassCounts::iou);
            [totals.mean_iou()].into_iter().chain(ious).collect()
        });
        Self(runs.collect())
    }

    fn columns(&self) -> usize {
        self.0.first().map_or(0, Vec::len)
    }

    /// Mean over the runs.
    fn value(&self, column: usize) -> Option<f64> {
        mean(self.0.iter().map(|run| run[column]))
    }

    /// Sample standard deviation over the runs that have the value.
    fn std(&self, column: usize) -> Option<f64> {
        let values: Vec<f64> = self.0.iter().filter_map(|run| run[column]).collect();
        deviation(&values, self.value(column)?)
    }
}

/// What estimates and tests are made from.
struct Judge<'a> {
    resampled: &'a Resampled,
    tables: &'a [Table],
    level: f64,
}

impl Judge<'_> {
    fn method(&self, index: usize, method: &MethodRuns) -> MethodEstimates {
        let columns = self.tables[index].columns();
        MethodEstimates {
            name: method.name.clone(),
            runs: method.runs.len(),
            miou: self.estimate(index, 0),
            classes: (1..columns).map(|column| self.estimate(index, column)).collect(),
        }
    }

    fn estimate(&self, index: usize, column: usize) -> Estimate {
        let table = &self.tables[index];
        let values = self.resampled.column(index, column).flatten().collect();
        let [lower, upper] = self.interval(&ascending(values));
        Estimate { value: table.value(column), std: table.std(column), lower, upper }
    }

    fn difference(&self, baseline: &MethodRuns, index: usize, method: &MethodRuns) -> Difference {
        let columns = self.tables[index].columns();
        let images = images_by_column([baseline, method], columns);
        let mut classes: Vec<Effect> =
            (1..columns).map(|column| self.effect(index, column, images[column])).collect();
        correct(classes.iter_mut());
        Difference {
            baseline: baseline.name.clone(),
            method: method.name.clone(),
            miou: self.effect(index, 0, images[0]),
            classes,
            images: ImageDifferences::of(baseline, method),
        }
    }

    fn effect(&self, index: usize, column: usize, images: usize) -> Effect {
        let pairs = self.resampled.column(index, column).zip(self.resampled.column(0, column));
        let differences =
            pairs.filter_map(|(method, baseline)| Some(method? - baseline?)).collect();
        let differences = ascending(differences);
        let [lower, upper] = self.interval(&differences);
        let [method, baseline] = [index, 0].map(|method| self.tables[method].value(column));
        let difference = method.zip(baseline).map(|(method, baseline)| method - baseline);
        let p = difference.and(p_value(&differences, images));
        // The corrected p waits for the other tests; until then it is the same.
        Effect { difference, lower, upper, images, p, p_holm: p }
    }

    fn interval(&self, ascending: &[f64]) -> [Option<f64>; 2] {
        let tail = (1.0 - self.level) / 2.0;
        [tail, 1.0 - tail].map(|fraction| quantile(ascending, fraction))
    }
}

fn ascending(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// See [`Effect::p`]; `None` without differences.
fn p_value(ascending: &[f64], images: usize) -> Option<f64> {
    let count = ascending.len();
    // A difference of exactly 0 is on both sides, since it speaks for neither method.
    let at_most = ascending.partition_point(|&value| value <= 0.0);
    let at_least = count - ascending.partition_point(|&value| value < 0.0);
    let tail = (at_most.min(at_least) + 1) as f64 / (count + 1) as f64;
    // A power of two is exact; beyond that many images the floor is below any number of resamples.
    let floor = 0.5_f64.powi(images.clamp(1, 1000) as i32 - 1);
    (count > 0).then(|| (2.0 * tail).max(floor).min(1.0))
}

/// Images with any class, then those with each class, in the truth or a prediction of one of the methods.
fn images_by_column(methods: [&MethodRuns; 2], columns: usize) -> Vec<usize> {
    let runs: Vec<_> = methods.into_iter().flat_map(|method| &method.runs).collect();
    let mut images = vec![0; columns];
    for image in 0..runs.first().map_or(0, |run| run.len()) {
        let mut occurs = vec![false; columns];
        for run in &runs {
            for (class, _) in run[image].classes() {
                occurs[0] = true;
                occurs[usize::from(class) + 1] = true;
            }
        }
        images.iter_mut().zip(occurs).for_each(|(count, occurs)| *count += usize::from(occurs));
    }
    images
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ImageCounts;

    /// Images of ten pixels of class 1, of which some are hit, and nothing else.
    fn run(hits: &[u64]) -> Vec<ImageCounts> {
        let counts =
            |intersection| ClassCounts { intersection, truth: 10, predicted: intersection };
        hits.iter().map(|&hits| ImageCounts::new("a", [(1, counts(hits))])).collect()
    }

    fn method(name: &str, runs: Vec<Vec<ImageCounts>>) -> MethodRuns {
        MethodRuns { name: name.into(), runs }
    }

    const BOOTSTRAP: Bootstrap = Bootstrap { resamples: 999, seed: 1 };

    #[test]
    fn a_method_that_is_better_on_every_image_is_better_on_every_resample() {
        let hits = |more: u64| vec![run(&[1 + more; 12])];
        let found = compare(&[method("a", hits(0)), method("b", hits(1))], 3, BOOTSTRAP, 0.95);
        let [difference] = &found.differences[..] else { panic!("one difference") };
        let effect = difference.miou;
        assert!((effect.difference.unwrap() - 0.1).abs() < 1e-15);
        // Every resample gains a tenth.
        assert!((effect.lower.unwrap() - 0.1).abs() < 1e-15);
        assert!((effect.upper.unwrap() - 0.1).abs() < 1e-15);
        // The smallest that 999 resamples can show: 2 / 1000.
        assert_eq!(effect.p, Some(0.002));
        assert_eq!((difference.images.wins, difference.images.losses), (12, 0));
        assert_eq!((effect.images, difference.classes[1].images), (12, 12));
        // Classes 0 and 2 never occur.
        assert_eq!(difference.classes[0].p, None);
        assert_eq!(difference.classes[1].p_holm, Some(0.002));
        assert_eq!(found.methods[1].miou.value, Some(0.2));
        assert_eq!(found.methods[1].miou.std, None);
    }

    #[test]
    fn few_images_prove_little_however_often_they_are_resampled() {
        let methods = [method("a", vec![run(&[1, 2, 3])]), method("b", vec![run(&[2, 3, 4])])];
        let found = compare(&methods, 3, BOOTSTRAP, 0.95);
        // Three images of equal sign: one in four by chance.
        assert_eq!(found.differences[0].miou.p, Some(0.25));
        assert_eq!(found.differences[0].classes[1].p, Some(0.25));
    }

    #[test]
    fn a_method_does_not_differ_from_itself() {
        let same = || method("a", vec![run(&[1, 5, 9])]);
        let found = compare(&[same(), same()], 2, BOOTSTRAP, 0.9);
        let effect = found.differences[0].miou;
        assert_eq!(
            (effect.difference, effect.lower, effect.upper),
            (Some(0.0), Some(0.0), Some(0.0))
        );
        assert_eq!(effect.p, Some(1.0));
        assert_eq!(found.differences[0].images.ties, 3);
    }

    #[test]
    fn several_runs_have_a_mean_and_a_standard_deviation() {
        let seeds = method("a", vec![run(&[4, 4]), run(&[5, 5]), run(&[6, 6])]);
        let found = compare(&[seeds], 2, BOOTSTRAP, 0.95);
        let Estimate { value, std, .. } = found.methods[0].miou;
        assert!((value.unwrap() - 0.5).abs() < 1e-15 && (std.unwrap() - 0.1).abs() < 1e-15);
        assert!(found.differences.is_empty());
    }

    #[test]
    fn mean_iou_is_corrected_for_the_number_of_differences() {
        let named = |name: &str, hits: &[u64]| method(name, vec![run(hits)]);
        let methods = [named("a", &[1; 12]), named("b", &[2; 12]), named("c", &[3; 12])];
        let found = compare(&methods, 2, BOOTSTRAP, 0.95);
        let p_values: Vec<_> =
            found.differences.iter().map(|difference| difference.miou.p_holm).collect();
        assert_eq!(p_values, [Some(0.004), Some(0.004)]);
    }

    #[test]
    fn no_image_makes_no_value() {
        let found =
            compare(&[method("a", vec![vec![]]), method("b", vec![vec![]])], 2, BOOTSTRAP, 0.95);
        assert_eq!(found.methods[0].miou.value, None);
        assert_eq!(found.differences[0].miou.p, None);
    }
}
