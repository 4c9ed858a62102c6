//! Class maps refined by a dense CRF with each background and counted, without files in between.

use crate::progress::Progress;
use crate::refinement::{Background, Refinement};
use anyhow::Result;
use clap::Args;
use eps_crf::Preset;
use eps_data::{Item, LabelMap, VocFolder, none_missing};
use eps_eval::{BackgroundRule, MapRefinement, SweepPlan, SweptRule, sweep_masks};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Powers where none is given: each costs an inference for every image.
const POWERS: [f32; 6] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0];

/// The CRF of a sweep.
#[derive(Args, Clone, Debug)]
pub(crate) struct RefinedSweepArgs {
    /// Refine the maps with each background by the dense CRF of a preset and count the masks: psa,
    /// irn-label, deeplab-v2, deeplab-v2-raw or toco
    #[arg(long, value_name = "PRESET")]
    crf: Option<Preset>,
    /// Folder of photographs for --crf, `<id>.jpg` or `<id>.png` [default: JPEGImages beside the masks'
    /// folder]
    #[arg(long, value_name = "DIR", requires = "crf")]
    images: Option<PathBuf>,
    /// Steps of mean-field inference of --crf
    #[arg(long, default_value_t = Preset::STEPS, requires = "crf")]
    steps: usize,
}

impl RefinedSweepArgs {
    pub(crate) fn is_asked_for(&self) -> bool {
        self.crf.is_some()
    }

    /// The CRF for the report.
    pub(crate) fn described(&self) -> Option<MapRefinement> {
        self.crf.map(|preset| MapRefinement { preset: preset.name().into(), steps: self.steps })
    }

    /// The rules that have parameters, and the default powers if there is none.
    pub(crate) fn plan(
        &self,
        classes: usize,
        rules: [(BackgroundRule, Vec<f32>); 2],
        folds: usize,
    ) -> SweepPlan {
        let mut rules: Vec<_> = rules.into_iter().filter(|(_, own)| !own.is_empty()).collect();
        if rules.is_empty() {
            rules.push((BackgroundRule::Power, POWERS.to_vec()));
        }
        SweepPlan { classes, rules, folds, levels: None }
    }

    /// Refines every map with each background of the plan, on lattices that are built once, and
    /// counts the masks. One image a core. `photographs` is their folder where no other was given.
    pub(crate) fn count(
        &self,
        items: &[Item],
        cams: &Path,
        photographs: &Path,
        plan: &SweepPlan,
    ) -> Result<Vec<SweptRule>> {
        let Some(preset) = self.crf else { return Ok(Vec::new()) };
        let refinement = Refinement { preset, steps: self.steps, floor: None };
        let folder = self.images.as_deref().unwrap_or(photographs);
        let folder = VocFolder { images: folder.into(), ..VocFolder::at(folder) };
        let images: Vec<PathBuf> = items.iter().map(|item| folder.image_of(&item.id)).collect();
        none_missing(images.iter().filter(|path| !path.is_file()), "image")?;
        let backgrounds: Vec<Background> = plan.rules.iter().flat_map(backgrounds).collect();
        let images: HashMap<&str, &PathBuf> =
            items.iter().map(|item| item.id.as_str()).zip(&images).collect();
        let masks = |item: &Item, cam: &Path| -> Result<Vec<LabelMap>> {
            let refinable = refinement.open(cam, images[item.id.as_str()])?;
            let mask = |&background| Ok(refinable.refine(background, cam)?.mask());
            backgrounds.iter().map(mask).collect()
        };
        let progress = Progress::new("refined maps", items.len()).shared();
        let swept = sweep_masks(items, cams, plan, &masks, &|| progress.step())?;
        progress.finish();
        Ok(swept)
    }
}

/// The backgrounds of a rule at its parameters.
fn backgrounds(
    (rule, parameters): &(BackgroundRule, Vec<f32>),
) -> impl Iterator<Item = Background> {
    let rule = *rule;
    parameters.iter().map(move |&parameter| match rule {
        BackgroundRule::Constant => Background::Threshold(parameter),
        BackgroundRule::Power => Background::Alpha(parameter),
    })
}
