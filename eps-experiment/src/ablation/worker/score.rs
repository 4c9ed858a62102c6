//! Class maps and scores of a trained network.

use super::{Group, Worker, caught::caught};
use crate::End;
use crate::ablation::{cell::Cell, cell::MaskRule, lock::Lock, scoring::Scoring};
use crate::run::Inference;
use anyhow::Result;
use eps_data::{Item, codec::ScoreFormat};
use eps_eval::report::ablation::CellScores;
use eps_model::train::load_network;
use std::{fs, slice};

impl Worker<'_> {
    /// Indices of cells by their class maps.
    pub(super) fn by_maps(&self, pending: &[usize]) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for &index in pending {
            let maps = &self.record(index).maps;
            match groups.iter_mut().find(|group| self.record(group[0]).maps == *maps) {
                Some(group) => group.push(index),
                None => groups.push(vec![index]),
            }
        }
        groups
    }

    /// Makes the class maps that cells share and scores the cells.
    pub(super) fn score(&self, group: &[usize], label: &str, lock: &Lock) -> Result<End> {
        let images = self.sources.scored.items.len();
        lock.report("class maps", 0, images, None);
        match caught(|| self.infer(group[0], label)) {
            Ok(End::Interrupted) => return Ok(End::Interrupted),
            Ok(_) => {}
            Err(error) => {
                self.fail(group, &error)?;
                return Ok(End::Done);
            }
        }
        lock.report("scores", 0, images, None);
        let maps = self.folder.maps(&self.plan.cells[group[0]]);
        let label = format!("{label} scores");
        let (split, session) = (&self.sources.scored, self.session);
        let scoring = Scoring { maps: &maps, split, label: &label, session };
        let (mut thresholded, mut cut, mut refined) = (Group::new(), Group::new(), Group::new());
        for &index in group {
            match self.cells[index].masks {
                MaskRule::Threshold => thresholded.push(index),
                MaskRule::Cue(_) => cut.push(index),
                MaskRule::Crf(_) => refined.push(index),
            }
        }
        self.threshold(&scoring, &thresholded)?;
        self.cut(&scoring, &cut)?;
        for index in refined {
            if self.refine(&scoring, index)? == End::Interrupted {
                return Ok(End::Interrupted);
            }
        }
        // A cell that failed may be tried again, which takes the same maps.
        if self.manner.discards_maps
            && group.iter().all(|&index| self.folder.is_done(self.record(index)))
        {
            fs::remove_dir_all(&maps.root)?;
        }
        Ok(End::Done)
    }

    fn infer(&self, index: usize, label: &str) -> Result<End> {
        let (cell, record) = (&self.cells[index], self.record(index));
        let run = self.folder.training(record);
        let network = load_network(&run.root, &cell.recipe, &self.device.device)?;
        let items: Vec<&Item> = self.sources.scored.items.iter().collect();
        Inference {
            session: self.session,
            network: &network,
            recipe: &cell.recipe.inference,
            devices: slice::from_ref(self.device),
            out: &self.folder.maps(record),
            lock: None,
            format: ScoreFormat::F32,
            with_masks: false,
            predicted: None,
        }
        .run(&items, &format!("{label} maps"))
    }

    fn threshold(&self, scoring: &Scoring<'_>, group: &[usize]) -> Result<()> {
        let cells: Vec<&Cell> = group.iter().map(|&index| &self.cells[index]).collect();
        self.write(group, caught(|| scoring.thresholded(&cells)))
    }

    fn cut(&self, scoring: &Scoring<'_>, group: &[usize]) -> Result<()> {
        let levels = group.iter().filter_map(|&index| match self.cells[index].masks {
            MaskRule::Cue(level) => Some(level),
            _ => None,
        });
        let levels: Vec<f32> = levels.collect();
        self.write(group, caught(|| scoring.cut(&levels)))
    }

    fn refine(&self, scoring: &Scoring<'_>, index: usize) -> Result<End> {
        let MaskRule::Crf(crf) = self.cells[index].masks else {
            unreachable!("other cells are not refined")
        };
        match caught(|| scoring.refined(crf)).transpose() {
            None => return Ok(End::Interrupted),
            Some(scores) => self.write(&[index], scores.map(|scores| vec![scores]))?,
        }
        Ok(End::Done)
    }

    /// Writes the scores of cells, or why there are none.
    fn write(&self, group: &[usize], scores: Result<Vec<CellScores>>) -> Result<()> {
        match scores {
            Ok(scores) => group.iter().zip(scores).try_for_each(|(&index, scores)| {
                self.folder.write_scores(self.record(index), &scores)
            }),
            Err(error) => self.fail(group, &error),
        }
    }
}
