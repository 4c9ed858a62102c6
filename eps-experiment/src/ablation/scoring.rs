//! Class maps of a training to the counts of its cells.

use super::cell::{Cell, Crf};
use crate::prepare::cut_by_saliency;
use crate::refine::Refinement;
use crate::run::RunFolder;
use crate::{End, Session, parallel};
use anyhow::{Context as _, Result, ensure};
use eps_crf::Preset;
use eps_data::codec::{is_whole, read_class_map, write_mask};
use eps_data::{Item, LabelMap, Silent, Split};
use eps_eval::report::ablation::{CellScores, Counted};
use eps_eval::{
    ImageCounts, MaskFolder, Predictions, Protocol, SweepPlan, SweepSummary, count_maps,
    count_masks, decimal, sweep_folder,
};
use std::path::Path;

/// Parts of the list for thresholds that are chosen on other images.
const FOLDS: usize = 5;

/// Mean IoU that thresholds on the plateau may lose; nothing here shows it.
const TOLERANCE: f64 = 0.01;

/// Class maps, and the truth that they are scored on.
pub(super) struct Scoring<'a> {
    pub maps: &'a RunFolder,
    pub split: &'a Split,
    pub label: &'a str,
    pub session: &'a Session<'a>,
}

impl Scoring<'_> {
    /// The counts of cells that threshold the maps, in their order.
    pub(super) fn thresholded(&self, cells: &[&Cell]) -> Result<Vec<CellScores>> {
        if cells.is_empty() {
            return Ok(vec![]);
        }
        let (items, classes) = (&self.split.items, self.split.names.len());
        let observer = self.session.observer;
        // Every map is read twice: once for the sweep, once to count at the thresholds.
        observer.begin(self.label, 2 * items.len(), 0);
        let cams = self.maps.cams();
        // The parameters are the same whatever the cells, so that the best of them is too.
        let plan = SweepPlan { folds: FOLDS, ..SweepPlan::constant(classes) };
        let swept = sweep_folder(items, &cams, &plan, observer)?;
        let summary = SweepSummary::new(&swept.rules[0], None, TOLERANCE)
            .context("no pixel of the truth counts")?;
        let best = summary.best.parameters[0];
        let fixed = cells.iter().map(|cell| cell.recipe.inference.threshold);
        // The best is a decimal for people; as a float it is the one that was swept.
        let thresholds: Vec<f32> = fixed.chain([best as f32]).collect();
        let mut counts = count_maps(items, &cams, classes, &thresholds, observer)?;
        observer.end();
        let best = Counted {
            threshold: Some(best),
            images: counts.pop().expect("the best threshold was counted"),
        };
        let mut scores = Vec::new();
        for (images, cell) in counts.into_iter().zip(cells) {
            let threshold = Some(decimal(cell.recipe.inference.threshold));
            scores.push(CellScores {
                fixed: Counted { threshold, images },
                held_out: summary.held_out.clone(),
                best: Some(best.clone()),
            });
        }
        Ok(scores)
    }

    /// The counts of cells that cut the maps by saliency, one for each level.
    pub(super) fn cut(&self, levels: &[f32]) -> Result<Vec<CellScores>> {
        if levels.is_empty() {
            return Ok(vec![]);
        }
        let (items, classes) = (&self.split.items, self.split.names.len());
        let observer = self.session.observer;
        observer.begin(self.label, items.len(), 0);
        let cams = self.maps.cams();
        let counts = count_masks(
            items,
            &cams,
            classes,
            levels.len(),
            &|item: &Item, cam: &Path| self.cut_masks(item, cam, levels),
            observer,
        )?;
        observer.end();
        Ok(counts.into_iter().map(fixed_alone).collect())
    }

    /// The masks of an image, one for each level.
    fn cut_masks(&self, item: &Item, cam: &Path, levels: &[f32]) -> Result<Vec<LabelMap>> {
        let map = read_class_map(cam)?;
        let saliency = item.saliency.as_deref().context("its saliency map was opened")?;
        let saliency = self.split.saliency_fit.read(saliency, map.size())?;
        Ok(levels.iter().map(|&level| cut_by_saliency(&map, &saliency, level)).collect())
    }

    /// The counts of a cell that refines the maps; `None` if the observer stopped it. Masks that are there
    /// are not made again.
    pub(super) fn refined(&self, crf: Crf) -> Result<Option<CellScores>> {
        let folder = RunFolder::at(&self.maps.root.join(crf.to_string()));
        let items = &self.split.items;
        if parallel::each(self.session, self.label, items, |item| self.refine(item, crf, &folder))?
            == End::Interrupted
        {
            return Ok(None);
        }
        let masks = MaskFolder {
            list: &self.split.list,
            items,
            predictions: &Predictions::Masks(folder.masks()),
            names: &self.split.names,
            shard: None,
        };
        let images = masks.count(Protocol::Voc, &Silent)?.images;
        ensure!(images.len() == items.len(), "an image was not counted");
        Ok(Some(fixed_alone(images)))
    }

    fn refine(&self, item: &Item, crf: Crf, folder: &RunFolder) -> Result<()> {
        let mask = folder.mask_of(&item.id);
        if is_whole(&mask) {
            return Ok(());
        }
        let refinement = Refinement { preset: crf.preset, steps: Preset::STEPS, floor: None };
        let cam = self.maps.cam_of(&item.id);
        let refinable = refinement.open(&cam, &item.image)?;
        Ok(write_mask(&mask, &refinable.refine(crf.background, &cam)?.mask())?)
    }
}

/// The scores of masks that no threshold was chosen for.
fn fixed_alone(images: Vec<ImageCounts>) -> CellScores {
    let fixed = Counted { threshold: None, images };
    CellScores { fixed, held_out: None, best: None }
}
