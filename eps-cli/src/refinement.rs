//! Class maps and a photograph to refined maps and masks, by a dense CRF.

use anyhow::{Context as _, Result};
use clap::Args;
use eps_crf::{DenseCrf, Floor, Kernels, Marginals, Picture, Preset, Unary};
use eps_data::{BACKGROUND, ClassId, DataError, LabelMap, RgbImage, ScoreMap, Size, codec};
use eps_eval::BackgroundRule;
use std::fmt;
use std::path::Path;

/// Exponents of the background where nothing is said: that of PSA's masks with much background.
pub(crate) const DEFAULT_ALPHA: f32 = 4.0;

/// Threshold of the labels where nothing is said: IRN's for certain objects.
pub(crate) const DEFAULT_LABEL_THRESHOLD: f32 = 0.3;

/// What the background is worth beside the classes; one result for each value.
#[derive(Args, Clone, Debug)]
pub(crate) struct BackgroundArgs {
    /// Background is (1 - greatest score)^ALPHA, for each of these [default: 4, but not of irn-label]
    #[arg(long, value_name = "ALPHA,..", value_delimiter = ',', value_parser = crate::args::power)]
    alpha: Vec<f32>,
    /// Background is the same everywhere, for each of these [default of irn-label: 0.3]
    #[arg(long, value_name = "SCORE,..", value_delimiter = ',', conflicts_with = "alpha")]
    #[arg(value_parser = crate::args::fraction)]
    threshold: Vec<f32>,
    /// Background is what the scores leave to 1, as those of a segmentation network do
    #[arg(long, conflicts_with_all = ["alpha", "threshold"])]
    softmax: bool,
}

impl BackgroundArgs {
    /// One background for each value that was given, in that order.
    pub(crate) fn backgrounds(&self, preset: Preset) -> Vec<Background> {
        let alphas = self.alpha.iter().copied().map(Background::Alpha);
        let given: Vec<_> =
            alphas.chain(self.threshold.iter().copied().map(Background::Threshold)).collect();
        match () {
            () if self.softmax => vec![Background::Rest],
            () if !given.is_empty() => given,
            () if preset.label_confidence().is_some() => {
                vec![Background::Threshold(DEFAULT_LABEL_THRESHOLD)]
            }
            () => vec![Background::Alpha(DEFAULT_ALPHA)],
        }
    }
}

/// The score of the background at a pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Background {
    /// `(1 - greatest)^alpha`
    Alpha(f32),
    Threshold(f32),
    /// `1 - sum`
    Rest,
}

impl Background {
    fn of(self, greatest: f32, sum: f32) -> f32 {
        match self {
            Self::Alpha(alpha) => BackgroundRule::Power.background(alpha, greatest),
            Self::Threshold(threshold) => threshold,
            Self::Rest => (1.0 - sum).max(0.0),
        }
    }

    /// Scores `[background and classes, pixels]`.
    fn before(self, map: &ScoreMap) -> Vec<f32> {
        let pixels = map.size().pixels();
        let mut greatest = vec![0.0_f32; pixels];
        let mut sums = vec![0.0; pixels];
        for scores in map.scores().chunks_exact(pixels) {
            for (pixel, &score) in scores.iter().enumerate() {
                greatest[pixel] = greatest[pixel].max(score);
                sums[pixel] += score;
            }
        }
        let background =
            greatest.into_iter().zip(sums).map(|(greatest, sum)| self.of(greatest, sum));
        background.chain(map.scores().iter().copied()).collect()
    }
}

/// Names the folder or row of a result.
impl fmt::Display for Background {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alpha(alpha) => write!(formatter, "alpha-{alpha}"),
            Self::Threshold(threshold) => write!(formatter, "threshold-{threshold}"),
            Self::Rest => formatter.write_str("softmax"),
        }
    }
}

/// How maps are refined.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refinement {
    pub(crate) preset: Preset,
    pub(crate) steps: usize,
    /// Labels below it everywhere are left out.
    pub(crate) floor: Option<Floor>,
}

/// Maps of one image and the field that refines them.
pub(crate) struct Refinable {
    refinement: Refinement,
    crf: DenseCrf,
    map: ScoreMap,
}

/// What a field made of a map.
pub(crate) struct Refined {
    size: Size,
    classes: Vec<ClassId>,
    marginals: Marginals,
    /// Labels that were inferred, background included.
    pub(crate) labels_kept: usize,
    /// Pixels that labels below the floor could have won.
    pub(crate) may_change: usize,
}

impl Refinement {
    /// Reads the class map and the photograph of an image and builds its lattices.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or the map differs in size from its photograph.
    pub(crate) fn open(self, cam: &Path, image: &Path) -> Result<Refinable> {
        let map = codec::read_scores(cam)?;
        let photograph = codec::read_rgb(image)?;
        check_size(cam, map.size(), &photograph)?;
        let channels = self.preset.channels(photograph.as_raw());
        let Size { width, height } = map.size();
        let kernels: Kernels = self.preset.kernels();
        let field = Picture::new(width, height, &channels)
            .and_then(|picture| DenseCrf::new(&picture, &kernels));
        let crf = field.with_context(|| format!("{}: cannot be refined", image.display()))?;
        Ok(Refinable { refinement: self, crf, map })
    }
}

fn check_size(cam: &Path, found: Size, photograph: &RgbImage) -> Result<(), DataError> {
    let expected = Size::new(photograph.width() as usize, photograph.height() as usize);
    if found == expected {
        return Ok(());
    }
    Err(DataError::SizeMismatch { path: cam.into(), kind: "class map", found, expected })
}

impl Refinable {
    pub(crate) fn size(&self) -> Size {
        self.map.size()
    }

    /// Object classes of the map, ascending.
    pub(crate) fn classes(&self) -> &[ClassId] {
        self.map.classes()
    }

    /// Refines the map, which `cam` names in errors, beside a background.
    ///
    /// # Errors
    ///
    /// If a score is negative or not a number.
    pub(crate) fn refine(&self, background: Background, cam: &Path) -> Result<Refined> {
        self.infer(background).with_context(|| format!("{}: cannot be refined", cam.display()))
    }

    fn infer(&self, background: Background) -> Result<Refined, eps_crf::CrfError> {
        let Refinement { preset, steps, floor } = self.refinement;
        let labels = self.map.classes().len() + 1;
        let before = background.before(&self.map);
        let (unary, floor) = match (preset.label_confidence(), floor) {
            (Some(confidence), _) => {
                let map = most_probable(&before, self.size().pixels());
                (Unary::from_labels(labels, &map, confidence)?, None)
            }
            (None, floor) => (Unary::from_probabilities(labels, &before)?, floor),
        };
        let (marginals, labels_kept, may_change) = match floor {
            None => (self.crf.infer(&unary, steps)?, labels, 0),
            Some(floor) => {
                let floored = floor.infer(&self.crf, labels, &before, steps)?;
                (floored.marginals, floored.kept.len(), floored.may_change)
            }
        };
        let classes = self.map.classes().to_vec();
        Ok(Refined { size: self.size(), classes, marginals, labels_kept, may_change })
    }
}

/// The first of the greatest scores of each pixel, `[labels, pixels]`.
fn most_probable(scores: &[f32], pixels: usize) -> Vec<u8> {
    let mut best = vec![(f32::NEG_INFINITY, 0); pixels];
    for (scores, label) in scores.chunks_exact(pixels).zip(0_u8..) {
        for (best, &score) in best.iter_mut().zip(scores) {
            if score > best.0 {
                *best = (score, label);
            }
        }
    }
    best.into_iter().map(|(_, label)| label).collect()
}

impl Refined {
    /// The most probable class of each pixel.
    pub(crate) fn mask(&self) -> LabelMap {
        let class = |label: u8| match usize::from(label).checked_sub(1) {
            None => BACKGROUND,
            Some(index) => self.classes[index],
        };
        LabelMap::new(self.size, self.marginals.labels().into_iter().map(class).collect())
    }

    /// The probabilities of the object classes.
    pub(crate) fn into_score_map(self) -> ScoreMap {
        let objects = self.marginals.probabilities()[self.size.pixels()..].to_vec();
        ScoreMap::new(self.size, self.classes, objects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> ScoreMap {
        ScoreMap::new(Size::new(2, 1), vec![3, 9], vec![0.5, 0.0, 0.25, 0.1])
    }

    #[test]
    fn backgrounds_of_two_pixels_by_hand() {
        let objects = [0.5, 0.0, 0.25, 0.1];
        let before = |background: Background| background.before(&map());
        // 0.9 is 1 - 0.1 in 32 bits, and its power is rounded once.
        let power = (f64::from(1.0 - 0.1_f32)).powi(2) as f32;
        assert_eq!(before(Background::Alpha(2.0))[..2], [0.25, power]);
        assert_eq!(before(Background::Threshold(0.2))[..2], [0.2, 0.2]);
        assert_eq!(before(Background::Rest)[..2], [0.25, 0.9]);
        assert_eq!(before(Background::Rest)[2..], objects);
    }

    #[test]
    fn scores_above_one_leave_no_background() {
        let map = ScoreMap::new(Size::new(1, 1), vec![3], vec![1.5]);
        assert_eq!(Background::Alpha(3.0).before(&map), [0.0, 1.5]);
        assert_eq!(Background::Rest.before(&map), [0.0, 1.5]);
    }

    #[test]
    fn the_background_wins_a_tie() {
        assert_eq!(most_probable(&[0.5, 0.2, 0.5, 0.3, 0.1, 0.3], 2), [0, 1]);
    }
}
