//! From which agreement of class map and saliency map on an image is cut by saliency.

use super::map_source::{FoundMaps, MapSource};
use super::thresholded::Cut;
use crate::refine::Background;
use crate::{Session, parallel};
use anyhow::{Context as _, Result, bail};
use eps_data::codec::read_mask;
use eps_data::{DataError, DataSet, LabelMap, ScoreMap, counted, sha256};
use eps_eval::{ConfusionMatrix, HeldOutAgreement, ImageCounts, TwoMasks, agreement};
use std::collections::BTreeMap;
use std::fmt;

/// Parts of the images: for each the level is chosen on all others.
const FOLDS: usize = 5;

/// Where an image is not cut by saliency: its class map and its saliency map disagree about the objects.
#[derive(Clone, Copy, Debug)]
pub struct Doubt<'a> {
    /// What is background of an image that is not cut.
    pub background: Background,
    pub agreement: AgreementFrom<'a>,
}

/// Where the agreement comes from that an image must have to be cut: intersection over union of the foregrounds of
/// its two masks.
#[derive(Clone, Copy, Debug)]
pub enum AgreementFrom<'a> {
    /// The same for every image, in `0..=1`.
    Level(f32),
    /// Chosen for each fifth of the images on the others, by the ground truth of this data set.
    HeldOut(&'a DataSet),
}

/// A doubt whose agreement is known.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct KnownDoubt {
    background: Background,
    agreement: Agreement,
}

/// The agreement that images must have to be cut.
#[derive(Clone, Debug, PartialEq)]
enum Agreement {
    Level(f32),
    /// Of each image, the levels of the parts, and the hash of the ids, by which images fall into them.
    HeldOut {
        of_image: BTreeMap<String, f64>,
        levels: Vec<f64>,
        ids: String,
    },
}

impl Doubt<'_> {
    /// Finds the agreement that the images need, and says what it gives; `None` if the observer stops.
    ///
    /// # Errors
    ///
    /// If a mask or a map is missing, damaged or of another size, or there is only one image.
    pub(super) fn known(
        self,
        source: &MapSource,
        images: &[(String, FoundMaps)],
        cut: Cut<'_>,
        session: &Session<'_>,
    ) -> Result<Option<KnownDoubt>> {
        let background = self.background;
        let agreement = match self.agreement {
            AgreementFrom::Level(level) => Some(Agreement::Level(level)),
            AgreementFrom::HeldOut(truth) => {
                Choice { source, images, truth, cut, background }.choose(session)?
            }
        };
        Ok(agreement.map(|agreement| KnownDoubt { background, agreement }))
    }
}

impl KnownDoubt {
    /// The mask of an image: the one that is cut if both agree.
    pub(super) fn mask(&self, id: &str, map: &ScoreMap, cut: LabelMap) -> LabelMap {
        let otherwise = self.background.mask(map);
        let found = agreement(&otherwise, &cut);
        let agrees = match &self.agreement {
            Agreement::Level(level) => found >= f64::from(*level),
            Agreement::HeldOut { of_image, .. } => {
                of_image.get(id).is_some_and(|level| found >= *level)
            }
        };
        if agrees { cut } else { otherwise }
    }
}

/// As the origin of masks has it.
impl fmt::Display for KnownDoubt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} below agreement ", self.background)?;
        match &self.agreement {
            Agreement::Level(level) => level.fmt(formatter),
            Agreement::HeldOut { levels, ids, .. } => {
                write!(formatter, "held-out {} of {ids}", shown(levels))
            }
        }
    }
}

fn shown(levels: &[f64]) -> String {
    levels.iter().map(f64::to_string).collect::<Vec<_>>().join(", ")
}

/// Images with ground truth, on which levels are chosen.
struct Choice<'a> {
    source: &'a MapSource,
    images: &'a [(String, FoundMaps)],
    /// Whose masks are the ground truth.
    truth: &'a DataSet,
    /// Of images whose masks agree.
    cut: Cut<'a>,
    /// Of the others.
    background: Background,
}

impl Choice<'_> {
    fn choose(&self, session: &Session<'_>) -> Result<Option<Agreement>> {
        let classes = self.truth.class_names_of_masks()?.len();
        let images = parallel::results(session, "agreement", self.images, |(id, maps)| {
            self.two_masks(id, maps, classes)
        })?;
        let Some(images) = images else { return Ok(None) };
        let chosen = eps_eval::held_out_agreement(&images, classes, FOLDS);
        let chosen = chosen.context("--agreement held-out: expected two images or more")?;
        let HeldOutAgreement { of_image, agreed, point } = chosen;
        session.observer.say(&format!(
            "agreement from {}, each chosen on other images: {agreed} of {} cut, mean IoU {:.1} %",
            shown(&point.parameters),
            counted(images.len(), "image"),
            100.0 * point.mean_iou
        ));
        let ids: Vec<String> = self.images.iter().map(|(id, _)| id.clone()).collect();
        let hash = sha256(ids.join("\n"));
        let of_image = ids.into_iter().zip(of_image).collect();
        Ok(Some(Agreement::HeldOut { of_image, levels: point.parameters, ids: hash }))
    }

    fn two_masks(&self, id: &str, maps: &FoundMaps, classes: usize) -> Result<TwoMasks> {
        let path = self.truth.mask_of(id);
        if !path.is_file() {
            return Err(DataError::missing(path, "ground-truth mask").into());
        }
        let Some(map) = self.source.read(maps)? else {
            bail!("{}: no map, so even its size is unknown", maps.path().display())
        };
        let truth = read_mask(&path, classes)?;
        let place = maps.path().display();
        if truth.size() != map.size() {
            bail!("{place}: a map of {}, its ground truth is {}", map.size(), truth.size());
        }
        if let Some(&class) = map.classes().iter().find(|&&class| usize::from(class) >= classes) {
            bail!("{place}: class {class}, expected 0..={}", classes - 1);
        }
        let otherwise = self.background.mask(&map);
        let agreed = self.cut.mask(id, &map)?;
        let agreement = agreement(&otherwise, &agreed);
        // Both are counted once, so that to try a level is to add up counts.
        let [agreed, otherwise] = [agreed, otherwise].map(|mask| {
            let mut matrix = ConfusionMatrix::new(classes);
            matrix.add(&truth, &mask);
            ImageCounts::of_matrix(id, &matrix)
        });
        Ok(TwoMasks { agreement, agreed, otherwise })
    }
}
