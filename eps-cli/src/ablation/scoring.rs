//! Class maps of a training to the counts of its cells.

use super::cell::{Cell, Crf};
use crate::commands::End;
use crate::parallel;
use crate::progress::Progress;
use crate::refinement::Refinement;
use crate::run_folder::RunFolder;
use anyhow::{Context as _, Result, ensure};
use eps_crf::Preset;
use eps_data::codec::{is_whole, write_mask};
use eps_data::{Item, Split};
use eps_eval::report::ablation::{CellScores, Counted};
use eps_eval::{MaskFolder, Protocol, SweepPlan, SweepSummary, count_maps, decimal, sweep_folder};

/// Parts of the list for thresholds that are chosen on other images.
const FOLDS: usize = 5;

/// Mean IoU that thresholds on the plateau may lose; nothing here shows it.
const TOLERANCE: f64 = 0.01;

/// Class maps, and the truth that they are scored on.
pub(crate) struct Scoring<'a> {
    pub(crate) maps: &'a RunFolder,
    pub(crate) split: &'a Split,
    pub(crate) label: &'a str,
}

impl Scoring<'_> {
    /// The counts of cells that threshold the maps, in their order.
    pub(crate) fn thresholded(&self, cells: &[&Cell]) -> Result<Vec<CellScores>> {
        if cells.is_empty() {
            return Ok(vec![]);
        }
        let (items, classes) = (&self.split.items, self.split.names.len());
        let progress = Progress::new(self.label, 2 * items.len()).shared();
        let counted = || progress.step();
        let cams = self.maps.cams();
        // The parameters are the same whatever the cells, so that the best of them is too.
        let plan = SweepPlan { folds: FOLDS, ..SweepPlan::constant(classes) };
        let swept = sweep_folder(items, &cams, &plan, &counted)?;
        let summary = SweepSummary::new(&swept.rules[0], None, TOLERANCE)
            .context("no pixel of the truth counts")?;
        let best = summary.best.parameters[0];
        let fixed = cells.iter().map(|cell| cell.recipe.inference.threshold);
        let thresholds: Vec<f32> = fixed.chain([best as f32]).collect();
        let mut counts = count_maps(items, &cams, classes, &thresholds, &counted)?;
        progress.finish();
        let best = Counted {
            threshold: Some(best),
            images: counts.pop().expect("the best threshold was counted"),
        };
        let scores = |(images, cell): (_, &&Cell)| CellScores {
            fixed: Counted { threshold: Some(decimal(cell.recipe.inference.threshold)), images },
            held_out: summary.held_out.clone(),
            best: Some(best.clone()),
        };
        Ok(counts.into_iter().zip(cells).map(scores).collect())
    }

    /// The counts of a cell that refines the maps; `None` if Ctrl-C stopped it. Masks that are there
    /// are not made again.
    pub(crate) fn refined(&self, crf: Crf) -> Result<Option<CellScores>> {
        let folder = RunFolder::at(&self.maps.root.join(crf.to_string()));
        let items = &self.split.items;
        if parallel::each(self.label, items, |item| self.refine(item, crf, &folder))?
            == End::Interrupted
        {
            return Ok(None);
        }
        let masks = MaskFolder {
            list: &self.split.list,
            items,
            predictions: &folder.masks(),
            names: &self.split.names,
            shard: None,
        };
        let images = masks.count(Protocol::Voc, &|| ())?.images;
        ensure!(images.len() == items.len(), "an image was not counted");
        let fixed = Counted { threshold: None, images };
        Ok(Some(CellScores { fixed, held_out: None, best: None }))
    }

    fn refine(&self, item: &Item, crf: Crf, folder: &RunFolder) -> Result<()> {
        let mask = folder.masks().join(format!("{}.png", item.id));
        if is_whole(&mask) {
            return Ok(());
        }
        let refinement = Refinement { preset: crf.preset, steps: Preset::STEPS, floor: None };
        let cam = self.maps.cams().join(format!("{}.npz", item.id));
        let refinable = refinement.open(&cam, &item.image)?;
        Ok(write_mask(&mask, &refinable.refine(crf.background, &cam)?.mask())?)
    }
}
