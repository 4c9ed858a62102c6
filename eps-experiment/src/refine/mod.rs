//! Class maps and a photograph to refined maps and masks, by a dense CRF.

mod background;
mod folder;
mod sweep;

pub use background::{Background, DEFAULT_ALPHA, DEFAULT_LABEL_THRESHOLD};
pub use folder::{MapFolder, Tally, refined_maps};
pub use sweep::RefinedSweep;

use anyhow::{Context as _, Result};
use eps_crf::{DenseCrf, Floor, Kernels, Marginals, Picture, Preset, Unary};
use eps_data::{BACKGROUND, ClassId, DataError, LabelMap, RgbImage, ScoreMap, Size, codec};
use std::path::Path;

/// How maps are refined.
#[derive(Clone, Copy, Debug)]
pub struct Refinement {
    pub preset: Preset,
    pub steps: usize,
    /// Labels below it everywhere are left out.
    pub floor: Option<Floor>,
}

/// Maps of one image and the field that refines them.
pub struct Refinable {
    refinement: Refinement,
    crf: DenseCrf,
    map: ScoreMap,
}

/// What a field made of a map.
pub struct Refined {
    size: Size,
    classes: Vec<ClassId>,
    marginals: Marginals,
    /// Labels that were inferred, background included.
    pub labels_kept: usize,
    /// Pixels that labels below the floor could have won.
    pub may_change: usize,
}

impl Refinement {
    /// Reads the class map and the photograph of an image and builds its lattices.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or the map differs in size from its photograph.
    pub fn open(self, cam: &Path, image: &Path) -> Result<Refinable> {
        self.of_map(codec::read_class_map(cam)?, cam, &codec::read_rgb(image)?, image)
    }

    /// The same of a map that is in memory; `cam` and `image` are named in errors.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn of_map(
        self,
        map: ScoreMap,
        cam: &Path,
        photograph: &RgbImage,
        image: &Path,
    ) -> Result<Refinable> {
        check_size(cam, map.size(), photograph)?;
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
    pub fn size(&self) -> Size {
        self.map.size()
    }

    /// Object classes of the map, ascending.
    pub fn classes(&self) -> &[ClassId] {
        self.map.classes()
    }

    /// Refines the map, which `cam` names in errors, beside a background.
    ///
    /// # Errors
    ///
    /// If a score is negative or not a number.
    pub fn refine(&self, background: Background, cam: &Path) -> Result<Refined> {
        self.infer(background).with_context(|| format!("{}: cannot be refined", cam.display()))
    }

    fn infer(&self, background: Background) -> Result<Refined, eps_crf::CrfError> {
        let Refinement { preset, steps, floor } = self.refinement;
        let labels = self.map.classes().len() + 1;
        let before = background.before(&self.map);
        // A field that starts from labels has no scores by which a floor could leave out some.
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
    pub fn mask(&self) -> LabelMap {
        let labels = self.marginals.labels().into_iter();
        let classes = labels.map(|label| match usize::from(label).checked_sub(1) {
            None => BACKGROUND,
            Some(index) => self.classes[index],
        });
        LabelMap::new(self.size, classes.collect())
    }

    /// The probabilities of the object classes.
    pub fn into_score_map(self) -> ScoreMap {
        let objects = self.marginals.probabilities()[self.size.pixels()..].to_vec();
        ScoreMap::new(self.size, self.classes, objects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_background_wins_a_tie() {
        assert_eq!(most_probable(&[0.5, 0.2, 0.5, 0.3, 0.1, 0.3], 2), [0, 1]);
    }
}
