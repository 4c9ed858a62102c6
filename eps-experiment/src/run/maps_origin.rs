//! Maps and masks that an earlier call of `eps infer` left: whose they are, and the masks made again
//! of the maps for another threshold.

use super::{RunFolder, note_unchecked};
use crate::folder::files_by_id;
use crate::output::FolderLock;
use crate::output::origin::{self, Results};
use crate::{End, Session, parallel};
use anyhow::{Result, ensure};
use eps_data::codec::{ScoreFormat, read_scores, write_mask};
use eps_model::recipe::{InferenceRecipe, NetworkRecipe, Recipe};
use eps_model::train::latest_checkpoint;
use eps_model::weights::WeightsFile;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What maps and masks were made with: `inference.json` beside them.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct MapsOrigin {
    /// SHA-256 of the file of weights that was given, or of the tensors of a run's network.
    pub weights: String,
    pub network: NetworkRecipe,
    inference: InferenceRecipe,
    /// Whether the maps are stored in 16 bits.
    f16: bool,
    /// The probability from which on the network's classes took the place of labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    predicted: Option<f32>,
    /// Whether some of the masks may still be of another threshold.
    #[serde(default)]
    masks_unfinished: bool,
}

impl MapsOrigin {
    /// Of the maps of a trained run.
    pub fn of_run(
        run: &RunFolder,
        recipe: &Recipe,
        format: ScoreFormat,
        session: &Session<'_>,
    ) -> Result<Self> {
        let checkpoint = latest_checkpoint(&run.root)?;
        note_unchecked(&checkpoint, session);
        let path = checkpoint.network_file()?;
        let weights = WeightsFile::open(&path)?.sha256(&path)?;
        Ok(Self::new(weights, recipe, format))
    }

    pub fn new(weights: String, recipe: &Recipe, format: ScoreFormat) -> Self {
        Self {
            weights,
            network: recipe.network.clone(),
            inference: recipe.inference.clone(),
            f16: format == ScoreFormat::F16,
            predicted: None,
            masks_unfinished: false,
        }
    }

    /// The same of classes that the network found, from this probability on.
    pub(super) fn of_predicted(self, predicted: Option<f32>) -> Self {
        Self { predicted, ..self }
    }

    /// Of the maps in a folder; `None` where nothing says it.
    pub fn read(run: &RunFolder) -> Result<Option<Self>> {
        origin::read(&Self::file(run))
    }

    fn file(run: &RunFolder) -> PathBuf {
        run.root.join("inference.json")
    }

    /// The background threshold of the masks.
    pub fn threshold(&self) -> f32 {
        self.inference.threshold
    }

    /// Whether some of the masks may still be of another threshold.
    pub fn masks_unfinished(&self) -> bool {
        self.masks_unfinished
    }

    /// Marks a new folder as its own. In one with the same maps, masks of another threshold are made
    /// again of them; a folder with other maps is refused.
    pub fn claim(
        &self,
        out: &RunFolder,
        is_shard: bool,
        lock: &FolderLock,
        session: &Session<'_>,
    ) -> Result<End> {
        let file = Self::file(out);
        let found = Self::read(out)?;
        let Some(found) = found.filter(|found| found != self && found.has_maps_of(self)) else {
            let results = Results { name: "maps", folder: &out.cams(), ending: "npz" };
            return origin::claim(&file, self, &results, lock).map(|()| End::Done);
        };
        // A part would make its own masks again and leave those of the others at the threshold before.
        ensure!(
            !is_shard,
            "{}: masks at threshold {}{} are there, expected a call without --shard, which makes all of \
             them again at {}",
            file.display(),
            found.inference.threshold,
            if found.masks_unfinished { " and others" } else { "" },
            self.inference.threshold
        );
        let masks = masks_with_maps(out)?;
        // Before the first mask is replaced: a call that is killed leaves masks of two thresholds.
        origin::write(&file, &Self { masks_unfinished: true, ..self.clone() })?;
        let end = self.make_again(&masks, lock, session)?;
        if end == End::Done {
            origin::write(&file, self)?;
        }
        Ok(end)
    }

    /// Whether all but the masks is the same.
    fn has_maps_of(&self, other: &Self) -> bool {
        let threshold = other.inference.threshold;
        let inference = InferenceRecipe { threshold, ..self.inference.clone() };
        let masks_unfinished = other.masks_unfinished;
        Self { inference, masks_unfinished, ..self.clone() } == *other
    }

    fn make_again(
        &self,
        masks: &[(PathBuf, PathBuf)],
        lock: &FolderLock,
        session: &Session<'_>,
    ) -> Result<End> {
        let end = parallel::each(session, "masks again", masks, |(mask, map)| {
            lock.check()?;
            let labels = read_scores(map)?.to_labels(self.inference.threshold);
            Ok(write_mask(mask, &labels)?)
        })?;
        if end == End::Interrupted {
            session
                .observer
                .say("some masks are of the new threshold; run the same command again to finish");
        }
        Ok(end)
    }
}

/// Every mask of a folder and the map that it was made of, which is there.
fn masks_with_maps(out: &RunFolder) -> Result<Vec<(PathBuf, PathBuf)>> {
    let folder = out.masks();
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut pairs = Vec::new();
    for (id, mask) in files_by_id(&folder, "png")? {
        let map = out.cam_of(&id);
        ensure!(
            map.is_file(),
            "{}: its map is not there to make it again, expected {}",
            mask.display(),
            map.display()
        );
        pairs.push((mask, map));
    }
    Ok(pairs)
}
