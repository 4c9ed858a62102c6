//! Class activation maps of any program to masks, without a CRF.

use super::SaliencyCue;
use super::agreement::{Doubt, KnownDoubt};
use super::map_source::MapSource;
use super::masks::{MaskOutput, origin::Origin};
use crate::refine::Background;
use crate::{End, Session};
use anyhow::{Result, anyhow, bail, ensure};
use eps_data::codec::size_of;
use eps_data::{BACKGROUND, DataSet, IGNORE, ImageList, LabelMap, SaliencyMap, ScoreMap};
use std::path::Path;

/// What of an image is background.
#[derive(Clone, Copy, Debug)]
pub enum Cut<'a> {
    /// Where the score of its best class is not above the background's.
    Background(Background),
    /// Where its saliency map is below a level in `0..=1`.
    Saliency { level: f32, cue: &'a SaliencyCue },
}

impl Cut<'_> {
    /// The cut of the same kind at another value, which must leave less background.
    ///
    /// # Errors
    ///
    /// If it leaves as much background or more, or is no value of such a cut.
    pub fn looser(self, value: f32) -> Result<Self> {
        let (second, is_looser, expected) = match self {
            Self::Background(Background::Alpha(power)) => (
                Self::Background(Background::Alpha(value)),
                value.is_finite() && value > power,
                "above that of --power",
            ),
            Self::Background(Background::Threshold(threshold)) => {
                let second = Self::Background(Background::Threshold(value));
                (second, (0.0..threshold).contains(&value), "in 0..=1 and below --threshold")
            }
            Self::Background(Background::Rest) => {
                bail!("a background without a value has no looser one")
            }
            Self::Saliency { level, cue } => {
                let second = Self::Saliency { level: value, cue };
                (second, (0.0..level).contains(&value), "in 0..=1 and below --saliency-cue")
            }
        };
        ensure!(
            is_looser,
            "--unsure {value}: expected a value {expected}, so that fewer pixels are background"
        );
        Ok(second)
    }
}

/// Class maps, and the masks that a cut makes of them.
#[derive(Clone, Copy, Debug)]
pub struct ThresholdedMaps<'a> {
    pub source: &'a MapSource,
    pub cut: Cut<'a>,
    /// Which images are not cut after all.
    pub doubt: Option<Doubt<'a>>,
    /// A second cut that leaves less background: what is background after the first alone becomes 255 (ignore).
    pub unsure: Option<Cut<'a>>,
    /// Folder of images, to whose sizes maps are enlarged or reduced [maps keep their sizes].
    pub resize_to: Option<&'a Path>,
    /// Folder to write, `<id>.png`.
    pub out: &'a Path,
    /// The images [every one that has maps].
    pub list: Option<&'a ImageList>,
}

impl ThresholdedMaps<'_> {
    /// Writes the masks that are not there yet.
    ///
    /// # Errors
    ///
    /// If an image of the list has no maps, a map or an image cannot be read, or the folder has masks of
    /// other maps or of another cut.
    pub fn run(&self, session: &Session<'_>) -> Result<End> {
        let output = MaskOutput { out: self.out, list: self.list };
        let found = self.source.find()?.into_iter().collect();
        let chosen = output.chosen(found, |(id, _)| id).map_err(|missing| {
            anyhow!(
                "{}: no map of `{missing}`, expected one of each image of list {}",
                self.source.input.display(),
                self.list.map_or("", |list| &list.name)
            )
        })?;
        let doubt = match self.doubt {
            None => None,
            Some(doubt) => match doubt.known(self.source, &chosen, self.cut, session)? {
                None => return Ok(End::Interrupted),
                known => known,
            },
        };
        let doubt = doubt.as_ref();
        let lock = self.origin(doubt)?.take(self.out, session)?;
        output.write(
            lock,
            &chosen,
            |(id, _)| id,
            |(id, maps)| match self.source.read(maps)? {
                Some(map) => self.mask(id, map, doubt),
                None => bail!("{}: no map, so even its size is unknown", maps.path().display()),
            },
            session,
        )
    }

    fn origin(&self, doubt: Option<&KnownDoubt>) -> Result<Origin> {
        let MapSource { from_one, ref suffix, normalise, .. } = *self.source;
        let mut background = self.cut.name()?;
        if let Some(unsure) = self.unsure {
            background += &format!(", unsure {}", unsure.name()?);
        }
        if let Some(doubt) = doubt {
            background += &format!(", {doubt}");
        }
        Ok(Origin::Thresholded {
            maps: self.source.folder()?,
            background,
            from_one,
            suffix: suffix.clone(),
            normalise,
            resize: self.resize_to.is_some(),
        })
    }

    fn mask(&self, id: &str, map: ScoreMap, doubt: Option<&KnownDoubt>) -> Result<LabelMap> {
        let Some(images) = self.resize_to else { return self.cut_mask(id, &map, doubt) };
        let folder = DataSet { images: images.into(), ..DataSet::voc(images) };
        let image = folder.image_of(id);
        ensure!(image.is_file(), "{}: image is missing, expected one for its map", image.display());
        self.cut_mask(id, &map.resized(size_of(&image)?), doubt)
    }

    fn cut_mask(&self, id: &str, map: &ScoreMap, doubt: Option<&KnownDoubt>) -> Result<LabelMap> {
        let mask = self.cut.mask(id, map)?;
        if let Some(doubt) = doubt {
            return Ok(doubt.mask(id, map, mask));
        }
        let Some(unsure) = self.unsure else { return Ok(mask) };
        let second = unsure.mask(id, map)?;
        let both = mask.classes().iter().zip(second.classes());
        let classes = both.map(|(&class, &second)| match class {
            BACKGROUND if second != BACKGROUND => IGNORE,
            _ => class,
        });
        Ok(LabelMap::new(map.size(), classes.collect()))
    }
}

impl Cut<'_> {
    /// As the origin of masks has it.
    fn name(self) -> Result<String> {
        Ok(match self {
            Self::Background(background) => background.to_string(),
            Self::Saliency { level, cue } => format!("saliency-{level} {}", cue.name()?),
        })
    }

    pub(super) fn mask(self, id: &str, map: &ScoreMap) -> Result<LabelMap> {
        let (level, cue) = match self {
            Self::Background(background) => return Ok(background.mask(map)),
            Self::Saliency { level, cue } => (level, cue),
        };
        Ok(cut_by_saliency(map, &cue.read(id, map.size())?, level))
    }
}

/// Background where the saliency map is below a level in `0..=1`, and the best class everywhere else.
///
/// # Panics
///
/// If the maps differ in size.
pub(crate) fn cut_by_saliency(map: &ScoreMap, saliency: &SaliencyMap, level: f32) -> LabelMap {
    assert_eq!(map.size(), saliency.size(), "both maps are of one image");
    let best = map.best().zip(saliency.values());
    let classes = best.map(|((class, _), &value)| match f32::from(value) < level * 255.0 {
        true => BACKGROUND,
        false => class,
    });
    LabelMap::new(map.size(), classes.collect())
}
