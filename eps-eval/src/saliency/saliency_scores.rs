//! The metrics of a folder of maps.

use super::{ImageScores, Stretch, image_scores::highest, thresholds::THRESHOLDS};
use crate::ListId;
use eps_data::Shades;
use serde::{Deserialize, Serialize};

/// Means over images of the metrics of saliency maps; fractions with all digits.
///
/// Metrics of an image come first, their means over images after. A curve is a mean over images at
/// each of 256 thresholds; maximum and mean of a curve are taken of that mean curve, over
/// thresholds. PySODMetrics does the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SaliencyScores {
    /// Name of the maps' source.
    pub source: String,
    /// What the masks hold.
    pub truth: TruthKind,
    /// Whether each map's values were stretched to the whole range.
    pub stretched: bool,
    pub list: ListId,
    /// Mean absolute error; lower is better, all others higher.
    pub mae: f64,
    pub max_f: f64,
    pub mean_f: f64,
    pub adaptive_f: f64,
    pub weighted_f: f64,
    /// An image without S-measure counts as 0, as in PySODMetrics.
    pub s_measure: f64,
    /// Over the images that have one.
    pub max_e: Option<f64>,
    pub mean_e: Option<f64>,
    pub adaptive_e: Option<f64>,
    /// The lowest threshold, in grey values, at which the mean F-measure is highest.
    pub best_threshold: usize,
    pub counts: ImageCounts,
    pub curves: SaliencyCurves,
}

/// What a mask's pixels say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TruthKind {
    /// Grey values; above 128 is object.
    Grey,
    /// Classes; any but background is object, 255 is ignored.
    Classes,
}

/// Images of a kind that should be known when means are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageCounts {
    /// Whose truth has no object; F and weighted F are 0 there.
    pub without_objects: usize,
    /// Whose S-measure does not exist.
    pub without_s_measure: usize,
    /// Whose map has two grey values.
    pub binary: usize,
    /// Whose map has one grey value.
    pub constant: usize,
}

/// Means over images at the thresholds 0 to 255.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SaliencyCurves {
    pub precision: Vec<f64>,
    pub recall: Vec<f64>,
    pub f: Vec<f64>,
    /// Over the images that have one; `None` if none has.
    pub e: Option<Vec<f64>>,
}

/// Sums over images, added in the order of the list so that their bits depend on nothing else.
#[derive(Clone, Debug)]
pub(super) struct SaliencySums {
    images: usize,
    images_with_e: usize,
    mae: f64,
    adaptive_f: f64,
    weighted_f: f64,
    s_measure: f64,
    adaptive_e: f64,
    precision: Vec<f64>,
    recall: Vec<f64>,
    f: Vec<f64>,
    e: Vec<f64>,
    counts: ImageCounts,
}

impl Default for SaliencySums {
    fn default() -> Self {
        Self {
            images: 0,
            images_with_e: 0,
            mae: 0.0,
            adaptive_f: 0.0,
            weighted_f: 0.0,
            s_measure: 0.0,
            adaptive_e: 0.0,
            precision: vec![0.0; THRESHOLDS],
            recall: vec![0.0; THRESHOLDS],
            f: vec![0.0; THRESHOLDS],
            e: vec![0.0; THRESHOLDS],
            counts: ImageCounts::default(),
        }
    }
}

impl SaliencySums {
    pub(super) fn add(&mut self, image: &ImageScores) {
        self.images += 1;
        self.mae += image.mae;
        self.adaptive_f += image.adaptive_f;
        self.weighted_f += image.weighted_f;
        self.s_measure += image.s_measure.unwrap_or(0.0);
        add_curve(&mut self.precision, &image.precision);
        add_curve(&mut self.recall, &image.recall);
        add_curve(&mut self.f, &image.f);
        if let (Some(adaptive), Some(curve)) = (image.adaptive_e, &image.e) {
            self.images_with_e += 1;
            self.adaptive_e += adaptive;
            add_curve(&mut self.e, curve);
        }
        self.counts.without_objects += usize::from(!image.has_objects);
        self.counts.without_s_measure += usize::from(image.s_measure.is_none());
        self.counts.binary += usize::from(image.shades == Shades::Binary);
        self.counts.constant += usize::from(image.shades == Shades::Constant);
    }

    /// The means; `None` without images.
    pub(super) fn scores(
        self,
        source: &str,
        truth: TruthKind,
        stretch: Stretch,
        list: ListId,
    ) -> Option<SaliencyScores> {
        let images = (self.images > 0).then_some(self.images as f64)?;
        let with_e = (self.images_with_e > 0).then_some(self.images_with_e as f64);
        let f = divided(self.f, images);
        let e = with_e.map(|images| divided(self.e, images));
        Some(SaliencyScores {
            source: source.into(),
            truth,
            stretched: stretch == Stretch::WholeRange,
            list,
            mae: self.mae / images,
            max_f: highest(&f),
            mean_f: mean(&f),
            adaptive_f: self.adaptive_f / images,
            weighted_f: self.weighted_f / images,
            s_measure: self.s_measure / images,
            max_e: e.as_deref().map(highest),
            mean_e: e.as_deref().map(mean),
            adaptive_e: with_e.map(|images| self.adaptive_e / images),
            best_threshold: f.iter().position(|&at| at == highest(&f)).unwrap_or(0),
            counts: self.counts,
            curves: SaliencyCurves {
                precision: divided(self.precision, images),
                recall: divided(self.recall, images),
                f,
                e,
            },
        })
    }
}

fn add_curve(sums: &mut [f64], values: &[f64]) {
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
}

fn divided(sums: Vec<f64>, images: f64) -> Vec<f64> {
    sums.into_iter().map(|sum| sum / images).collect()
}

fn mean(curve: &[f64]) -> f64 {
    curve.iter().sum::<f64>() / curve.len() as f64
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::foreground::tests::drawn;
    use super::*;
    use eps_data::SaliencyMap;

    /// Grey values of a map, and its truth as drawn.
    type Pair<'a> = (&'a [u8], &'a str);

    fn image((values, rows): Pair<'_>) -> ImageScores {
        let truth = drawn(rows);
        let map = SaliencyMap::new(truth.size(), values.to_vec());
        ImageScores::of(&map, &truth, Stretch::WholeRange).expect("pixels that count")
    }

    /// Scores of some maps.
    pub(crate) fn scores(source: &str, pairs: &[Pair<'_>]) -> SaliencyScores {
        let mut sums = SaliencySums::default();
        pairs.iter().for_each(|&pair| sums.add(&image(pair)));
        let list = ListId { name: "val".into(), images: pairs.len(), sha256: "ab".into() };
        sums.scores(source, TruthKind::Grey, Stretch::WholeRange, list).expect("images")
    }

    #[test]
    fn means_run_over_images_and_the_best_threshold_is_the_lowest() {
        let perfect: Pair<'_> = (&[255, 255, 0, 0], "##..");
        let half: Pair<'_> = (&[255, 0, 0, 0], "##..");
        let scores = scores("maps", &[perfect, half]);
        assert_eq!(scores.mae, 0.125);
        let f = 1.3 * 0.5 / (0.3 + 0.5);
        assert_eq!((scores.max_f, scores.best_threshold), (0.5 + f / 2.0, 1));
        assert_eq!((scores.curves.recall[255], scores.curves.precision[255]), (0.75, 1.0));
        assert_eq!(scores.curves.precision[0], 0.5);
        assert_eq!(scores.counts.binary, 2);
    }

    #[test]
    fn an_image_without_s_measure_counts_0_and_one_without_e_measure_is_left_out() {
        let pixel: Pair<'_> = (&[255], "#");
        let line: Pair<'_> = (&[255, 9, 0], "#..");
        let scores = scores("maps", &[pixel, line]);
        assert_eq!(scores.s_measure, 0.5);
        assert_eq!(scores.max_e, image(line).max_e());
        assert_eq!((scores.counts.without_s_measure, scores.counts.constant), (1, 1));
    }

    #[test]
    fn without_e_measures_there_is_no_mean_of_them() {
        let scores = scores("maps", &[(&[255], "#")]);
        assert_eq!((scores.max_e, scores.mean_e, scores.adaptive_e), (None, None, None));
        assert_eq!(scores.curves.e, None);
    }
}
