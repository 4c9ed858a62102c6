//! The masks of runs that a page shows.

use super::runs::{FIXED_THRESHOLD, scores};
use crate::run::{MapsOrigin, MethodFolder};
use anyhow::{Context as _, Result};
use eps_data::codec::read_mask;
use eps_data::{ClassId, DataError, IGNORE, Item, LabelMap, Size};
use eps_eval::EvalError;
use eps_eval::report::page::Method;
use std::path::PathBuf;

/// A method with the masks that are shown of it.
pub struct ShownRun<'a> {
    pub name: &'a str,
    pub folder: &'a MethodFolder,
    masks: ShownMasks,
}

/// Where the masks of a run come from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum ShownMasks {
    /// Masks of another program, or of a CRF, as they are.
    Given,
    /// The files that the run left, at this background threshold where its folder says one.
    Files(Option<f32>),
    /// The maps at the threshold of the run: it did not leave a mask for every image.
    Fixed(f32),
    /// The maps at the threshold with the highest mean IoU on the ground truth.
    Best(f32),
}

impl<'a> ShownRun<'a> {
    /// The masks that the run itself made; where one of these images has none, its maps at the threshold
    /// of its inference.
    ///
    /// # Errors
    ///
    /// If the run's recipe or the origin of its maps cannot be read.
    pub fn of_run(name: &'a str, folder: &'a MethodFolder, items: &[Item]) -> Result<Self> {
        if folder.maps.is_none() {
            return Ok(Self { name, folder, masks: ShownMasks::Given });
        }
        let run = &folder.run;
        let origin = MapsOrigin::read(run)?;
        let is_whole = origin.as_ref().is_none_or(|origin| !origin.masks_unfinished());
        let threshold = origin.map(|origin| origin.threshold());
        let mut files = items.iter().map(|item| mask_file(folder, &item.id));
        let has_masks = is_whole && files.all(|file| file.is_some_and(|path| path.is_file()));
        let masks = match has_masks {
            true => ShownMasks::Files(threshold),
            false => ShownMasks::Fixed(match threshold {
                Some(threshold) => threshold,
                None if run.recipe_file().exists() => run.recipe()?.inference.threshold,
                None => FIXED_THRESHOLD as f32,
            }),
        };
        Ok(Self { name, folder, masks })
    }

    /// The maps at the threshold that is best on the ground truth; masks as they are where there are no
    /// maps.
    pub fn at_best(method: &'a Method, folder: &'a MethodFolder) -> Self {
        let best = method.best.as_ref().and_then(|best| best.threshold);
        let masks = match best {
            Some(best) => ShownMasks::Best(best.value as f32),
            None => ShownMasks::Given,
        };
        Self { name: &method.name, folder, masks }
    }

    /// Whether there are maps behind the masks.
    pub fn has_maps(&self) -> bool {
        self.folder.maps.is_some()
    }

    /// The mask of an image of this size.
    ///
    /// # Errors
    ///
    /// If it cannot be read, has another size, or a pixel without a class.
    pub fn mask(&self, item: &Item, classes: usize, size: Size) -> Result<LabelMap> {
        match self.masks {
            ShownMasks::Given | ShownMasks::Files(_) => {
                let path = mask_file(self.folder, &item.id).context("a method without masks")?;
                read_prediction(path, classes, size)
            }
            ShownMasks::Fixed(threshold) | ShownMasks::Best(threshold) => {
                Ok(scores(self.folder, item)?.to_labels(threshold))
            }
        }
    }

    /// Above a column of its masks.
    pub fn head(&self) -> String {
        let name = self.name;
        match self.masks {
            ShownMasks::Given | ShownMasks::Files(None) => format!("{name} mask"),
            ShownMasks::Files(Some(threshold)) | ShownMasks::Fixed(threshold) => {
                format!("{name} mask at\u{a0}{}", decimals(threshold))
            }
            ShownMasks::Best(threshold) => {
                format!("{name} mask at\u{a0}{} (best on ground truth)", decimals(threshold))
            }
        }
    }

    /// What its masks are, as the part of a sentence.
    fn described(&self) -> String {
        let name = self.name;
        match self.masks {
            ShownMasks::Given => format!("{name} as they are"),
            ShownMasks::Files(None) => format!("{name} as in its folder masks"),
            ShownMasks::Files(Some(threshold)) => {
                format!("{name} as in its folder masks, at threshold {}", decimals(threshold))
            }
            ShownMasks::Fixed(threshold) => {
                format!("{name} made from its maps at its threshold {}", decimals(threshold))
            }
            ShownMasks::Best(threshold) => format!("{name} at {}", decimals(threshold)),
        }
    }
}

/// What the masks of all runs are.
pub fn caption(runs: &[ShownRun<'_>]) -> String {
    let parts: Vec<String> = runs.iter().map(ShownRun::described).collect();
    let is_best = runs.iter().any(|run| matches!(run.masks, ShownMasks::Best(_)));
    let is_given = runs.iter().all(|run| run.masks == ShownMasks::Given);
    let what = match (is_best, is_given) {
        (true, _) => "Masks at the threshold that is best on this ground truth, an upper bound",
        (false, true) => "Masks",
        (false, false) => "Masks of the runs",
    };
    format!("{what}: {}.", parts.join("; "))
}

/// A threshold as it was chosen: two decimals or more.
fn decimals(threshold: f32) -> String {
    let text = threshold.to_string();
    let is_short = text.split_once('.').is_none_or(|(_, decimals)| decimals.len() < 2);
    if is_short { format!("{threshold:.2}") } else { text }
}

/// The file of a mask, where the method has masks.
fn mask_file(folder: &MethodFolder, id: &str) -> Option<PathBuf> {
    Some(folder.masks.as_ref()?.join(format!("{id}.png")))
}

fn read_prediction(path: PathBuf, classes: usize, expected: Size) -> Result<LabelMap> {
    let mask = read_mask(&path, classes)?;
    let found = mask.size();
    if found != expected {
        return Err(DataError::SizeMismatch { path, kind: "prediction", found, expected }.into());
    }
    if mask.classes().contains(&IGNORE) {
        let last = classes.saturating_sub(1) as ClassId;
        return Err(EvalError::PredictedClass { path, class: IGNORE, last }.into());
    }
    Ok(mask)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::RunFolder;

    #[test]
    fn thresholds_keep_their_decimals() {
        assert_eq!([0.2, 0.147, 0.0, 0.35].map(decimals), ["0.20", "0.147", "0.00", "0.35"]);
    }

    #[test]
    fn a_caption_says_what_every_mask_is() {
        let folder = MethodFolder {
            name: "EPS".into(),
            run: RunFolder::at("runs/eps".as_ref()),
            maps: None,
            masks: None,
        };
        let run = |masks| ShownRun { name: "EPS", folder: &folder, masks };
        let files = run(ShownMasks::Files(Some(0.3)));
        assert_eq!(files.head(), "EPS mask at\u{a0}0.30");
        let caption_of = |masks| caption(&[run(masks)]);
        let expected = "Masks of the runs: EPS as in its folder masks, at threshold 0.30.";
        assert_eq!(caption(&[files]), expected);
        let best = caption_of(ShownMasks::Best(0.147));
        assert!(best.starts_with("Masks at the threshold that is best on this ground truth"));
        let expected = "EPS mask at\u{a0}0.147 (best on ground truth)";
        assert_eq!(run(ShownMasks::Best(0.147)).head(), expected);
        assert_eq!(run(ShownMasks::Files(None)).head(), "EPS mask");
        assert_eq!(caption_of(ShownMasks::Given), "Masks: EPS as they are.");
    }
}
