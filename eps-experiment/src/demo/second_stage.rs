//! The second stage of the demo: one segmentation network for each kind of masks, scored on scenes that none
//! of them has seen.

use super::{Demo, SEGMENT_RECIPE, clear, is_empty};
use crate::output::FolderLock;
use crate::run::{NamedDevice, Provenance, RunFolder, train};
use crate::segment::{SegmentationImages, SegmentationWeights};
use crate::{End, Session};
use anyhow::{Result, bail};
use eps_data::codec::{read_mask, read_rgb};
use eps_data::scenes::{self, SCENE_SIZE, STUFF_FOLDER};
use eps_data::{DataSet, Item, Needs, Silent, Split};
use eps_eval::report::export::percent;
use eps_eval::report::page::{PictureRow, Section, colour_mask};
use eps_eval::{MaskFolder, Predictions, Protocol, Scores};
use eps_model::recipe::SegmentationRecipe;
use eps_model::train::{Job, Outcome, latest_checkpoint};
use serde::Serialize;
use std::path::PathBuf;
use std::slice;

/// Makes the seed of the held-out scenes of that of the training scenes: far from those that people choose, so
/// that no demo trains on what another holds out.
const HELD_OUT: u64 = 0x6865_6c64_6f75_7400;

/// Rows of pictures.
const PICTURES: usize = 6;

/// What the networks are trained on: `scores.json`'s name, that of tables, and of the folder of the run.
const KINDS: [(&str, &str); 3] =
    [("cam", "the masks of CAM"), ("eps", "the masks of EPS"), ("truth", "the ground truth")];

/// The scores of the three networks on the held-out scenes.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SecondStageScores {
    cam: Scores,
    eps: Scores,
    truth: Scores,
}

/// What the second stage leaves.
pub(super) struct SecondStage {
    held_out: Split,
    runs: [RunFolder; 3],
    pub(super) scores: SecondStageScores,
}

impl Demo {
    /// Trains a network for each kind of masks, all from the classifier's backbone, and scores it; `None` if
    /// the observer stopped it.
    ///
    /// # Errors
    ///
    /// If the folder of the held-out scenes or of a run has anything that is not of a demo.
    pub(super) fn second_stage(
        &self,
        split: &Split,
        lock: &FolderLock,
        session: &Session<'_>,
    ) -> Result<Option<SecondStage>> {
        let held_out = self.render_held_out()?;
        let runs = KINDS.map(|(kind, _)| self.segmentation_run(kind));
        for ((kind, name), run) in KINDS.into_iter().zip(&runs) {
            let split = with_masks(split, self.masks_of(kind));
            if self.train_on(&split, name, &held_out, run, session)? == End::Interrupted {
                return Ok(None);
            }
            lock.check()?;
        }
        let [cam, eps, truth] = [0, 1, 2].map(|index: usize| scores(&held_out, &runs[index]));
        let scores = SecondStageScores { cam: cam?, eps: eps?, truth: truth? };
        Ok(Some(SecondStage { held_out, runs, scores }))
    }

    /// Trains a network on the masks of a split, from the backbone of CAM's classifier whatever the masks, and makes
    /// the masks of the held-out scenes.
    fn train_on(
        &self,
        split: &Split,
        name: &str,
        held_out: &Split,
        run: &RunFolder,
        session: &Session<'_>,
    ) -> Result<End> {
        let (recipe, devices) = (self.segmentation_recipe(), slice::from_ref(&self.device));
        run.begin(&recipe, &Provenance::new(session, devices, split, None)?)?;
        let weights = Some(latest_checkpoint(&self.work.join("cam"))?.network_file()?);
        let run_path = run.root.clone();
        let job = Job { recipe: &recipe, split, run: run_path, weights, resume: false };
        let label = format!("segmentation, {name}");
        match train(&job, &label, devices, session)? {
            Outcome::Stopped { .. } => Ok(End::Interrupted),
            Outcome::Finished(_) => images(held_out, run, &recipe, devices).run(session),
        }
    }

    /// Removes the runs of an earlier demo.
    pub(super) fn clear_second_stage(&self) -> Result<()> {
        KINDS.iter().try_for_each(|(kind, _)| clear(&self.segmentation_run(kind)))
    }

    fn segmentation_run(&self, kind: &str) -> RunFolder {
        RunFolder::at(&self.work.join(format!("segment-{kind}")))
    }

    /// The masks that a network is trained on; `None` for the ground truth.
    fn masks_of(&self, kind: &str) -> Option<PathBuf> {
        (kind != "truth").then(|| RunFolder::at(&self.work.join(kind)).masks())
    }

    fn segmentation_recipe(&self) -> SegmentationRecipe {
        let recipe = SegmentationRecipe::parse(SEGMENT_RECIPE);
        let mut recipe = recipe.expect("the recipes of the program are valid");
        recipe.optimiser.seed = self.seed;
        recipe.optimiser.updates = self.updates.unwrap_or(recipe.optimiser.updates);
        recipe
    }

    /// A quarter as many scenes as there are to train on, drawn by another seed.
    fn render_held_out(&self) -> Result<Split> {
        let data = self.work.join("held-out");
        if !is_empty(&data)? && !data.join(STUFF_FOLDER).is_dir() {
            bail!("{}: is not of a demo, expected another --work", data.display());
        }
        let seed = self.seed ^ HELD_OUT;
        scenes::write_voc_folder(&data, seed, self.scenes.div_ceil(4), SCENE_SIZE)?;
        let needs = Needs { masks: true, ..Needs::default() };
        Ok(Split::open(&DataSet::voc(&data), "train", None, needs)?)
    }
}

/// The split with other masks than its ground truth.
fn with_masks(split: &Split, folder: Option<PathBuf>) -> Split {
    let mut split = split.clone();
    for item in &mut split.items {
        if let Some(folder) = &folder {
            item.mask = Some(folder.join(format!("{}.png", item.id)));
        }
    }
    split
}

fn images<'a>(
    split: &'a Split,
    run: &'a RunFolder,
    recipe: &'a SegmentationRecipe,
    devices: &'a [NamedDevice],
) -> SegmentationImages<'a> {
    SegmentationImages {
        weights: SegmentationWeights::Run(&run.root),
        recipe,
        items: &split.items,
        names: &split.names,
        out: &run.root,
        shard: None,
        scores: None,
        crf: None,
        devices,
    }
}

fn scores(split: &Split, run: &RunFolder) -> Result<Scores> {
    let folder = MaskFolder {
        list: &split.list,
        items: &split.items,
        predictions: &Predictions::Masks(run.masks()),
        names: &split.names,
        shard: None,
    };
    Ok(folder.count(Protocol::Voc, &Silent)?.scores())
}

impl SecondStage {
    /// What the second stage found, in a sentence.
    pub(super) fn summary(&self) -> String {
        let SecondStageScores { cam, eps, truth } = &self.scores;
        format!(
            "Second stage: a segmentation network has {} % mIoU on {} scenes never seen in training after it \
             learned from {}, {} % from {}, and {} % from {}.",
            percent(cam.miou),
            self.held_out.items.len(),
            KINDS[0].1,
            percent(eps.miou),
            KINDS[1].1,
            percent(truth.miou),
            KINDS[2].1,
        )
    }

    /// The part of the page with pictures of the held-out scenes.
    pub(super) fn section(&self) -> Result<Section> {
        let items = &self.held_out.items;
        let count = PICTURES.min(items.len());
        let shown = (0..count).map(|index| &items[index * items.len() / count]);
        let heads = KINDS.map(|(_, name)| format!("trained on {name}"));
        let heads = ["image", "ground truth"].map(str::to_owned).into_iter().chain(heads);
        Ok(Section {
            heading: "Segmentation networks on scenes never seen in training".into(),
            caption: self.summary(),
            picture_header: heads.collect(),
            pictures: shown.map(|item| self.row(item)).collect::<Result<_>>()?,
        })
    }

    fn row(&self, item: &Item) -> Result<PictureRow> {
        let classes = self.held_out.names.len();
        let truth = item.mask.as_ref().expect("the split was opened with masks");
        let mut cells = vec![read_rgb(&item.image)?, colour_mask(&read_mask(truth, classes)?)];
        for run in &self.runs {
            cells.push(colour_mask(&read_mask(&run.mask_of(&item.id), classes)?));
        }
        Ok(PictureRow { id: item.id.clone(), cells })
    }
}
